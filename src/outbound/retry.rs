//! Whether a call is made again, and after which pause.
//!
//! One decision after each attempt, without a loop of its own: what is decided depends on the
//! answer's `Retry-After` and on the call's remaining time, which retry libraries know nothing of.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::{OutboundError, Response};

/// The pause before the second attempt, doubled before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Whether the method may be repeated without doing its work twice (RFC 9110, 9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS].contains(method)
}

/// The pause before the next attempt; `None` means that this outcome stands.
///
/// `attempt` counts from 1, `fraction` is chance from 0 to 1.
pub(super) fn pause(
    method: &Method,
    outcome: &Result<Response, OutboundError>,
    attempt: usize,
    now: SystemTime,
    fraction: f64,
) -> Option<Duration> {
    let doubled = u32::try_from(attempt.saturating_sub(1)).map_or(u32::MAX, |steps| 1 << steps.min(16));
    let longest = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
    // At least half of it: a pause of nothing would be no pause.
    let jittered = longest.mul_f64(0.5 + fraction.clamp(0.0, 1.0) / 2.0);
    match outcome {
        Ok(response) if is_idempotent(method) && matches!(response.status, 429 | 502..=504) => {
            Some(retry_after(&response.headers, now).map_or(jittered, |asked| asked.max(jittered)))
        }
        Err(error) if error.is_before_connection() => Some(jittered),
        Err(OutboundError::ConnectionLost { .. }) if is_idempotent(method) => Some(jittered),
        _ => None,
    }
}

/// `Retry-After`: seconds, or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(SystemTime::from(date).duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::Timing;
    use super::super::error::Phase;
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Result<Response, OutboundError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, value.parse().expect("a value"));
        }
        Ok(Response { status, headers, body: Bytes::new(), attempts: 1, timing: Timing::default() })
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let host = || "https://a".to_owned();
        let reason = || "reset".to_owned();
        let timed_out =
            |phase| Err(OutboundError::TimedOut { host: host(), after: Duration::from_secs(1), phase });
        for (outcome, get, post) in [
            (answer(200, None), false, false),
            (answer(302, None), false, false),
            (answer(429, None), true, false),
            (answer(500, None), false, false),
            (answer(502, None), true, false),
            (answer(503, None), true, false),
            (answer(504, None), true, false),
            (Err(OutboundError::Unreachable { host: host(), reason: reason() }), true, true),
            (Err(OutboundError::Unresolvable { host: host(), reason: reason() }), true, true),
            (Err(OutboundError::ConnectionLost { host: host(), reason: reason() }), true, false),
            (Err(OutboundError::InvalidAnswer { host: host(), reason: reason() }), false, false),
            (Err(OutboundError::Tls { host: host(), reason: reason() }), false, false),
            (timed_out(Phase::Connect), true, true),
            (timed_out(Phase::Answer), false, false),
            (timed_out(Phase::Body), false, false),
        ] {
            let decide = |method| pause(&method, &outcome, 1, SystemTime::UNIX_EPOCH, 0.5).is_some();
            assert_eq!((decide(Method::GET), decide(Method::POST)), (get, post), "{outcome:?}");
            assert_eq!((decide(Method::PUT), decide(Method::PATCH)), (get, post), "{outcome:?}");
        }
    }

    #[test]
    fn pauses_grow_and_are_spread() {
        let after = |attempt, fraction| {
            pause(&Method::GET, &answer(503, None), attempt, SystemTime::UNIX_EPOCH, fraction)
                .expect("repeated")
                .as_millis()
        };
        assert_eq!((after(1, 0.0), after(1, 1.0)), (25, 50));
        assert_eq!((after(2, 0.0), after(3, 1.0)), (50, 200));
        assert_eq!(after(9, 1.0), 2000);
        assert_eq!(after(usize::MAX, 1.0), 2000);
    }

    #[test]
    fn the_upstream_may_ask_for_a_longer_pause() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_470);
        for (asked, expected) in [
            ("3", 3000),
            ("0", 50),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 10_000),
            ("Wed, 21 Oct 2015 07:27:00 GMT", 50),
            ("soon", 50),
            ("-1", 50),
            ("99999999999999999999999", 50),
        ] {
            let pause = pause(&Method::GET, &answer(503, Some(asked)), 1, now, 1.0).expect("repeated");
            assert_eq!(pause.as_millis(), expected, "{asked}");
        }
    }
}
