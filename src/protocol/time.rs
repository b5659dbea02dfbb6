//! `google.protobuf.Duration` and `Timestamp`: seconds and nanoseconds, written as text.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{DateTime, date};
use serde::Serializer;
use serde_json::Value;

use super::field::FieldType;
use super::schema::Kind;

const NANOS: i32 = 1_000_000_000;
/// Where times are counted from, in UTC.
const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// A text or pair of numbers that is no time of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct TimeError {
    /// The form that it should have.
    pub expected: &'static str,
}

/// A span of time, perhaps negative; its text is `"5s"` or `"1.500s"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    seconds: i64,
    nanos: i32,
}

impl Duration {
    /// The most seconds that protobuf allows: about 10,000 years.
    const MOST_SECONDS: i64 = 315_576_000_000;

    /// Seconds and nanoseconds of the same sign.
    ///
    /// # Errors
    ///
    /// If the signs differ, or there are more than 10,000 years or a whole second of nanoseconds.
    pub fn new(seconds: i64, nanos: i32) -> Result<Self, TimeError> {
        let same_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
        let in_range = seconds.unsigned_abs() <= Self::MOST_SECONDS.unsigned_abs()
            && nanos.unsigned_abs() < NANOS.unsigned_abs();
        let expected = Kind::Duration.expected();
        if same_sign && in_range { Ok(Self { seconds, nanos }) } else { Err(TimeError { expected }) }
    }

    /// Its whole seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds beside its whole seconds, of the same sign.
    #[must_use]
    pub fn nanos(self) -> i32 {
        self.nanos
    }

    /// It as a span of the standard library; `None` if it is negative.
    #[must_use]
    pub fn to_std(self) -> Option<std::time::Duration> {
        let nanos = u32::try_from(self.nanos).ok()?;
        Some(std::time::Duration::new(u64::try_from(self.seconds).ok()?, nanos))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.seconds < 0 || self.nanos < 0 { "-" } else { "" };
        write!(f, "{sign}{}", self.seconds.unsigned_abs())?;
        write_fraction(f, self.nanos.unsigned_abs())?;
        f.write_str("s")
    }
}

impl FromStr for Duration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parse = || {
            let number = text.strip_suffix('s')?;
            let (negative, digits) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
            let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
            let seconds: i64 =
                whole.bytes().all(|byte| byte.is_ascii_digit()).then(|| whole.parse().ok())??;
            let nanos = fraction.map_or(Some(0), read_fraction)?;
            let sign = if negative { -1 } else { 1 };
            Self::new(sign * seconds, if negative { -nanos } else { nanos }).ok()
        };
        parse().ok_or(TimeError { expected: Kind::Duration.expected() })
    }
}

/// A moment, in UTC; its text is `"2026-11-22T18:30:00Z"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: i32,
}

impl Timestamp {
    /// The year 1, where protobuf's times begin.
    const FIRST: i64 = -62_135_596_800;
    /// The last second of the year 9999, where they end.
    const LAST: i64 = 253_402_300_799;

    /// Seconds since 1970, and nanoseconds behind them.
    ///
    /// # Errors
    ///
    /// Outside the years 1 to 9999, or with a whole second of nanoseconds.
    pub fn new(seconds: i64, nanos: i32) -> Result<Self, TimeError> {
        if (Self::FIRST..=Self::LAST).contains(&seconds) && (0..NANOS).contains(&nanos) {
            return Ok(Self { seconds, nanos });
        }
        Err(TimeError { expected: Kind::Timestamp.expected() })
    }

    /// Its seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds behind them.
    #[must_use]
    pub fn nanos(self) -> i32 {
        self.nanos
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The range of `new` is that of jiff's calendar.
        let span = jiff::SignedDuration::from_secs(self.seconds);
        let whole = EPOCH.checked_add(span).map_err(|_| fmt::Error)?;
        write!(f, "{}", whole.strftime("%Y-%m-%dT%H:%M:%S"))?;
        write_fraction(f, self.nanos.unsigned_abs())?;
        f.write_str("Z")
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parse = || {
            // jiff reads more forms than RFC 3339 has.
            let (day, rest) = text.split_once('T')?;
            let (time, _) = rest.split_at_checked(rest.find(['Z', '+', '-'])?)?;
            let (whole, fraction) = time.split_once('.').map_or((time, None), |(a, b)| (a, Some(b)));
            let shaped = is_shaped(day, "0000-00-00") && is_shaped(whole, "00:00:00");
            let zone = &rest[time.len()..];
            if !shaped || whole.ends_with("60") {
                return None;
            }
            let nanos = fraction.map_or(Some(0), read_fraction)?;
            let local: DateTime = format!("{day}T{whole}").parse().ok()?;
            Self::new(local.duration_since(EPOCH).as_secs() - offset(zone)?, nanos).ok()
        };
        parse().ok_or(TimeError { expected: Kind::Timestamp.expected() })
    }
}

/// The seconds by which a local time is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, hours) = if is_shaped(zone, "+00:00") {
        (1, &zone[1..])
    } else if is_shaped(zone, "-00:00") {
        (-1, &zone[1..])
    } else {
        return None;
    };
    let (hours, minutes) = hours.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Whether `text` has the pattern's length, its digits where it has zeros, and is the same elsewhere.
fn is_shaped(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, wanted)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted })
}

/// Up to nine decimals, as nanoseconds.
fn read_fraction(digits: &str) -> Option<i32> {
    let fits = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("{digits:0<9}").parse().ok())?
}

/// Nanoseconds in 0, 3, 6 or 9 decimals.
fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: u32) -> fmt::Result {
    match nanos {
        0 => Ok(()),
        nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000),
        nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000),
        nanos => write!(f, ".{nanos:09}"),
    }
}

macro_rules! time_field {
    ($($type:ident),*) => { $(
        /// Absent is not zero.
        impl FieldType for Option<$type> {
            const KIND: Kind = Kind::$type;

            fn read(value: Value) -> Result<Self, &'static str> {
                let time = value.as_str().and_then(|text| text.parse().ok());
                time.map(Some).ok_or(Self::KIND.expected())
            }

            fn is_absent(&self) -> bool {
                self.is_none()
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Some(time) => serializer.collect_str(time),
                    None => serializer.serialize_none(),
                }
            }
        }
    )* };
}
time_field!(Duration, Timestamp);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, seconds, nanos, written) in [
            ("5s", 5, 0, "5s"),
            ("0s", 0, 0, "0s"),
            ("1.5s", 1, 500_000_000, "1.500s"),
            ("-0.000001s", 0, -1_000, "-0.000001s"),
            ("-2.000000001s", -2, -1, "-2.000000001s"),
            ("315576000000s", 315_576_000_000, 0, "315576000000s"),
        ] {
            let duration: Duration = text.parse().expect(text);
            assert_eq!(
                (duration.seconds(), duration.nanos(), &*duration.to_string()),
                (seconds, nanos, written)
            );
        }
        for text in [
            "",
            "s",
            "5",
            "5 s",
            "+5s",
            "5.s",
            ".5s",
            "5.0000000001s",
            "--5s",
            "1e3s",
            "315576000001s",
            "5S",
            "-s",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
        assert!(Duration::new(1, -1).is_err());
        assert!(Duration::new(i64::MIN, 0).is_err());
        assert_eq!(Duration::new(-1, 0).expect("negative").to_std(), None);
    }

    #[test]
    fn timestamps_are_read_and_written() {
        for (text, seconds, nanos, written) in [
            ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
            ("2022-12-09T21:27:18.772787Z", 1_670_621_238, 772_787_000, "2022-12-09T21:27:18.772787Z"),
            ("2022-12-09T22:27:18.5+01:00", 1_670_621_238, 500_000_000, "2022-12-09T21:27:18.500Z"),
            ("0001-01-01T00:00:00Z", Timestamp::FIRST, 0, "0001-01-01T00:00:00Z"),
            (
                "9999-12-31T23:59:59.999999999Z",
                Timestamp::LAST,
                999_999_999,
                "9999-12-31T23:59:59.999999999Z",
            ),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000, "1969-12-31T23:59:59.500Z"),
        ] {
            let moment: Timestamp = text.parse().expect(text);
            assert_eq!((moment.seconds(), moment.nanos(), &*moment.to_string()), (seconds, nanos, written));
        }
        for text in [
            "",
            "2022-12-09",
            "2022-12-09T21:27:18",
            "2022-12-09 21:27:18Z",
            "2022-12-09T21:27Z",
            "2022-12-09T21:27:18z",
            "2022-13-09T21:27:18Z",
            "2022-12-09T21:27:60Z",
            "0000-12-31T23:59:59Z",
            "2022-12-09T21:27:18.Z",
            "2022-12-09T21:27:18+0100",
            "22022-12-09T21:27:18Z",
            "2022-12-09T21:27:18+24:00",
            "2022-12-09T21:27:18+é:0",
            "0001-01-01T00:00:00+01:00",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
