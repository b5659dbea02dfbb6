//! A moment as people write it: a time, a date, or how long ago.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The moment in microseconds since 1970; `now` is what "2h" is counted back from.
///
/// # Errors
///
/// A sentence that says what was expected and found.
pub(crate) fn moment(text: &str, now: i64) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_microsecond());
    }
    // A date alone is its midnight.
    if let Ok(time) = text.parse::<DateTime>()
        && let Ok(time) = time.to_zoned(TimeZone::UTC)
    {
        return Ok(time.timestamp().as_microsecond());
    }
    if let Ok(ago) = humantime::parse_duration(text)
        && ago <= Duration::from_secs(400 * 24 * 3600)
    {
        return Ok(now.saturating_sub(i64::try_from(ago.as_micros()).unwrap_or(i64::MAX)));
    }
    let shown = crate::excerpt::excerpt(text, 80);
    Err(format!(
        "expected a time such as \"2026-11-25T08:00:00Z\", a date, UTC unless it says otherwise, or how long ago, such as \"2h\", found {shown:?}"
    ))
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn times_dates_and_spans_are_moments() {
        let now = 1_764_000_000_000_000;
        assert_eq!(moment("2026-11-25T08:00:00Z", now), Ok(1_795_593_600_000_000));
        assert_eq!(moment("2026-11-25T09:00:00.000001+01:00", now), Ok(1_795_593_600_000_001));
        assert_eq!(moment("2026-11-25", now), Ok(1_795_564_800_000_000));
        assert_eq!(moment("2026-11-25T08:00", now), Ok(1_795_593_600_000_000));
        assert_eq!(moment("90s", now), Ok(now - 90_000_000));
        assert_eq!(moment(" 1d 2h ", now), Ok(now - 26 * 3_600_000_000));
        for wrong in ["", "soon", "-1h", "2026-13-01", "9999999d"] {
            assert!(moment(wrong, now).is_err(), "{wrong}");
        }
    }
}
