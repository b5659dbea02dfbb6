//! `@sys.date` and its relatives: objects of numbers, read as ISO 8601 text.

use super::{from_text, members};
use crate::protocol::json::strict;

/// The ISO 8601 form of a date, time or date-time object; `None` if it is no such object.
pub(super) fn iso_8601(object: &str) -> Option<String> {
    let members = members(object).ok()?;
    let number = |wanted: &str| -> Option<u32> {
        let member = members
            .iter()
            .find(|member| strict::decode(object, member.name).is_ok_and(|name| name == wanted))?;
        from_text(member.value.of(object)).ok()
    };
    let date = match (number("year"), number("month"), number("day")) {
        (Some(year), Some(month), Some(day)) => Some(format!("{year:04}-{month:02}-{day:02}")),
        _ => None,
    };
    let time = number("hours").map(|hours| {
        let (minutes, seconds) = (number("minutes").unwrap_or(0), number("seconds").unwrap_or(0));
        match number("nanos").unwrap_or(0) {
            0 => format!("{hours:02}:{minutes:02}:{seconds:02}"),
            nanos => format!("{hours:02}:{minutes:02}:{seconds:02}.{nanos:09}"),
        }
    });
    match (date, time) {
        (Some(date), Some(time)) => Some(format!("{date}T{time}")),
        (date, time) => date.or(time),
    }
}
