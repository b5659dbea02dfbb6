//! Dates and times as parameters hold them: objects of numbers, as `@sys.date-time` gives them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// A date, a time of day or both, on the agent's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Date(Date),
    Time(Time),
    DateTime(DateTime),
}

impl Moment {
    /// Reads an object of the members year, month, day, hours, minutes, seconds and nanos, or ISO 8601 text.
    pub(super) fn read(value: &Value, zone: &TimeZone) -> Option<Self> {
        match value {
            Value::Object(members) => Self::from_members(members),
            Value::String(text) => Self::from_text(text.trim(), zone),
            _ => None,
        }
    }

    fn from_members(members: &Map<String, Value>) -> Option<Self> {
        let number = |name: &str| -> Option<Option<f64>> {
            match members.get(name) {
                None | Some(Value::Null) => Some(None),
                Some(value) => value.as_f64().filter(|number| number.fract() == 0.0).map(Some),
            }
        };
        let date = match (number("year")?, number("month")?, number("day")?) {
            // Out of range they saturate, and are refused as a date.
            (Some(year), Some(month), Some(day)) => {
                Some(Date::new(year as i16, month as i8, day as i8).ok()?)
            }
            (None, None, None) => None,
            _ => return None,
        };
        let (minutes, seconds, nanos) = (number("minutes")?, number("seconds")?, number("nanos")?);
        let time = match number("hours")? {
            Some(hours) => Some(
                Time::new(
                    hours as i8,
                    minutes.unwrap_or_default() as i8,
                    seconds.unwrap_or_default() as i8,
                    nanos.unwrap_or_default() as i32,
                )
                .ok()?,
            ),
            None => None,
        };
        match (date, time) {
            (Some(date), Some(time)) => Some(Self::DateTime(date.to_datetime(time))),
            (Some(date), None) => Some(Self::Date(date)),
            (None, Some(time)) => Some(Self::Time(time)),
            (None, None) => None,
        }
    }

    fn from_text(text: &str, zone: &TimeZone) -> Option<Self> {
        // No form of it is longer.
        if text.len() > 64 {
            return None;
        }
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            return Some(Self::DateTime(zone.to_datetime(timestamp)));
        }
        if text.len() <= 10
            && let Ok(date) = text.parse()
        {
            return Some(Self::Date(date));
        }
        if text.contains(['T', 't', ' ']) && !text.starts_with(['T', 't']) {
            return text.parse().ok().map(Self::DateTime);
        }
        text.parse().ok().map(Self::Time)
    }

    pub(super) fn date(self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(date),
            Self::DateTime(both) => Some(both.date()),
            Self::Time(_) => None,
        }
    }

    /// The time of day; a date alone begins at midnight.
    pub(super) fn time(self) -> Time {
        match self {
            Self::Date(_) => Time::midnight(),
            Self::Time(time) => time,
            Self::DateTime(both) => both.time(),
        }
    }

    pub(super) fn into_value(self) -> Value {
        let mut members = Map::new();
        if let Some(date) = self.date() {
            members.insert("year".to_owned(), date.year().into());
            members.insert("month".to_owned(), date.month().into());
            members.insert("day".to_owned(), date.day().into());
        }
        if !matches!(self, Self::Date(_)) {
            let time = self.time();
            members.insert("hours".to_owned(), time.hour().into());
            members.insert("minutes".to_owned(), time.minute().into());
            members.insert("seconds".to_owned(), time.second().into());
            members.insert("nanos".to_owned(), time.subsec_nanosecond().into());
        }
        Value::Object(members)
    }
}
