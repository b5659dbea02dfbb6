//! `@sys.date`, `@sys.time` and `@sys.date-time`.

use jiff::civil::{Date, DateTime, Time};
use serde_json::{Map, Value, json};

use super::{date, time};
use crate::emulator::agent::understanding::entity::Circumstances;
use crate::emulator::agent::understanding::said::Said;

pub(super) fn date(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    date::read(said.folded(), circumstances).map(of_date)
}

pub(super) fn time(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    time::read(said.folded()).map(of_time)
}

/// A date, a time, or both, with either first.
pub(super) fn date_time(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let text = said.folded();
    if let Some(alone) = date(said, circumstances).or_else(|| time(said, circumstances)) {
        return Some(alone);
    }
    if let Ok(iso) = said.text().parse::<DateTime>() {
        return Some(both(iso.date(), iso.time()));
    }
    text.match_indices(' ').take(MOST_CUTS).find_map(|(at, _)| {
        let (one, other) = (&text[..at], &text[at + 1..]);
        let one_then =
            |day: &str, clock: &str| Some(both(date::read(day, circumstances)?, time::read(clock)?));
        one_then(one.trim_end_matches(','), other).or_else(|| one_then(other, one))
    })
}

/// The most places where a date may end and a time begin.
const MOST_CUTS: usize = 20;

pub(super) fn of_date(date: Date) -> Value {
    json!({ "year": date.year(), "month": date.month(), "day": date.day() })
}

pub(super) fn of_time(time: Time) -> Value {
    json!({
        "hours": time.hour(),
        "minutes": time.minute(),
        "seconds": time.second(),
        "nanos": time.subsec_nanosecond(),
    })
}

fn both(date: Date, time: Time) -> Value {
    let mut members = Map::new();
    for value in [of_date(date), of_time(time)] {
        if let Value::Object(more) = value {
            members.extend(more);
        }
    }
    members.into()
}
