//! `@sys.date-period` and `@sys.time-period`: from one date or time to another.

use serde_json::{Value, json};

use super::moment::{of_date, of_time};
use super::{date, time};
use crate::emulator::agent::understanding::entity::Circumstances;
use crate::emulator::agent::understanding::said::Said;

pub(super) fn dates(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let text = said.folded();
    let ends = ends(text, |text| date::read(text, circumstances));
    let (start, end) = ends.or_else(|| {
        let start = date::month_of_year(text, circumstances)?;
        Some((start, start.last_of_month()))
    })?;
    (start <= end).then(|| json!({ "startDate": of_date(start), "endDate": of_date(end) }))
}

pub(super) fn times(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    let (start, end) = ends(said.folded(), time::read)?;
    Some(json!({ "startTime": of_time(start), "endTime": of_time(end) }))
}

/// Where a period begins and ends, in the languages of most agents.
fn ends<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
    const FROM: [&str; 9] =
        ["from ", "between ", "von ", "vom ", "zwischen ", "de ", "du ", "desde ", "entre "];
    const TO: [&str; 13] = [
        " to ", " until ", " till ", " and ", " bis ", " und ", " a ", " hasta ", " y ", " au ", " à ",
        " até ", " - ",
    ];
    let text = FROM.iter().find_map(|from| text.strip_prefix(from)).unwrap_or(text);
    TO.iter().chain(&[" e ", " et ", "–", "-"]).find_map(|to| {
        let (start, end) = text.split_once(to)?;
        Some((read(start.trim())?, read(end.trim())?))
    })
}
