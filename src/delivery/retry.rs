//! What an attempt means, and whether there is another one.
//!
//! By status, as Zendesk's documentation and recordings of its service have it; docs/deliveries.md
//! has the table, with the source of each line.

use std::time::{Duration, SystemTime};

use super::job::State;
use crate::outbound::retry::retry_after;
use crate::outbound::{OutboundError, Response};

/// A receiver that asks for more time than this is not asked again.
const LONGEST_ASKED: Duration = Duration::from_secs(60);
/// How much a pause is shortened or lengthened at most.
const SPREAD: f64 = 0.2;

/// What is made of an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    /// Of the attempt.
    pub(super) state: State,
    pub(super) status_code: Option<u16>,
    /// How long until the next one; none if this was the last.
    pub(super) again: Option<Duration>,
    /// Of the whole, if this was the last.
    pub(super) ended: State,
    /// What it says about the receiver; none if it was not asked at all.
    pub(super) receiver: Option<Receiver>,
}

/// What an attempt says about the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receiver {
    /// It took what was sent.
    Accepts,
    /// It answered otherwise.
    Errs,
    /// It did not answer.
    IsSilent,
}

/// Judges an attempt, the so-manieth from 1. `fraction` is chance from 0 to 1.
pub(super) fn judge(
    outcome: &Result<Response, OutboundError>,
    attempt: u32,
    delays: &[Duration],
    now: SystemTime,
    fraction: f64,
) -> Verdict {
    let found = Found::of(outcome);
    let asked = match outcome {
        Ok(response) => retry_after(&response.headers, now),
        Err(_) => None,
    };
    let repeated = match (found.state, found.status_code) {
        (_, Some(409)) => true,
        (_, Some(429 | 503)) => asked.is_some_and(|asked| asked < LONGEST_ASKED),
        (State::Timeout | State::Failed, _) => true,
        _ => false,
    };
    let index = usize::try_from(attempt).unwrap_or(usize::MAX).saturating_sub(1);
    let pause = delays.get(index).filter(|_| repeated).map(|delay| {
        let spread = delay.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * fraction.clamp(0.0, 1.0));
        asked.filter(|asked| *asked < LONGEST_ASKED).map_or(spread, |asked| asked.max(spread))
    });
    // What is refused by its status at once is refused for good; an error of the server says less.
    let ended = if found.state == State::ClientError && !repeated { State::Terminated } else { found.state };
    Verdict {
        state: found.state,
        status_code: found.status_code,
        again: pause,
        ended,
        receiver: found.receiver,
    }
}

struct Found {
    state: State,
    status_code: Option<u16>,
    receiver: Option<Receiver>,
}

impl Found {
    fn of(outcome: &Result<Response, OutboundError>) -> Self {
        let (state, status_code, receiver) = match outcome {
            Ok(response) => {
                let (state, receiver) = match response.status {
                    200..=299 => (State::Success, Receiver::Accepts),
                    // Redirects are not followed: the address is wrong, and whoever set it can mend it.
                    300..=499 => (State::ClientError, Receiver::Errs),
                    _ => (State::ServerError, Receiver::Errs),
                };
                (state, Some(response.status), Some(receiver))
            }
            Err(OutboundError::TimedOut { .. }) => (State::Timeout, Some(504), Some(Receiver::IsSilent)),
            Err(OutboundError::InvalidAnswer { .. }) => (State::ServerError, None, Some(Receiver::Errs)),
            Err(error) if error.is_unavailable() => (State::Failed, None, Some(Receiver::IsSilent)),
            // An address that may not be called, a header that cannot be sent.
            Err(_) => (State::Terminated, None, None),
        };
        Self { state, status_code, receiver }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::outbound::{HeaderMap, Phase, Timing};

    const DELAYS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];

    fn answer(status: u16, asked: Option<&str>) -> Result<Response, OutboundError> {
        let mut headers = HeaderMap::new();
        if let Some(asked) = asked {
            headers.insert("retry-after", asked.parse().expect("a value"));
        }
        Ok(Response { status, headers, body: Bytes::new(), attempts: 1, timing: Timing::default() })
    }

    fn verdict(outcome: &Result<Response, OutboundError>, attempt: u32, fraction: f64) -> Verdict {
        judge(outcome, attempt, &DELAYS, SystemTime::UNIX_EPOCH, fraction)
    }

    #[test]
    fn each_outcome_has_its_state_and_is_tried_again_or_not() {
        let (host, reason) = (|| "https://a".to_owned(), || "no".to_owned());
        for (outcome, state, ended, again) in [
            (answer(200, None), State::Success, State::Success, false),
            (answer(204, None), State::Success, State::Success, false),
            (answer(302, None), State::ClientError, State::Terminated, false),
            (answer(400, None), State::ClientError, State::Terminated, false),
            (answer(403, None), State::ClientError, State::Terminated, false),
            (answer(409, None), State::ClientError, State::ClientError, true),
            (answer(410, Some("1")), State::ClientError, State::Terminated, false),
            (answer(429, None), State::ClientError, State::Terminated, false),
            (answer(429, Some("59")), State::ClientError, State::ClientError, true),
            (answer(429, Some("60")), State::ClientError, State::Terminated, false),
            (answer(500, Some("1")), State::ServerError, State::ServerError, false),
            (answer(502, None), State::ServerError, State::ServerError, false),
            (answer(503, None), State::ServerError, State::ServerError, false),
            (answer(503, Some("2")), State::ServerError, State::ServerError, true),
            (answer(503, Some("60")), State::ServerError, State::ServerError, false),
            (answer(503, Some("soon")), State::ServerError, State::ServerError, false),
            (answer(504, None), State::ServerError, State::ServerError, false),
            (
                Err(OutboundError::TimedOut { host: host(), after: DELAYS[0], phase: Phase::Body }),
                State::Timeout,
                State::Timeout,
                true,
            ),
            (
                Err(OutboundError::Unreachable { host: host(), reason: reason() }),
                State::Failed,
                State::Failed,
                true,
            ),
            (
                Err(OutboundError::Unresolvable { host: host(), reason: reason() }),
                State::Failed,
                State::Failed,
                true,
            ),
            (Err(OutboundError::Tls { host: host(), reason: reason() }), State::Failed, State::Failed, true),
            (
                Err(OutboundError::ConnectionLost { host: host(), reason: reason() }),
                State::Failed,
                State::Failed,
                true,
            ),
            (
                Err(OutboundError::InvalidAnswer { host: host(), reason: reason() }),
                State::ServerError,
                State::ServerError,
                false,
            ),
            (Err(OutboundError::HttpRefused { host: host() }), State::Terminated, State::Terminated, false),
        ] {
            let found = verdict(&outcome, 1, 0.5);
            assert_eq!(
                (found.state, found.ended, found.again.is_some()),
                (state, ended, again),
                "{outcome:?}"
            );
            let last = verdict(&outcome, 4, 0.5);
            assert_eq!((last.ended, last.again), (ended, None), "{outcome:?}");
        }
    }

    #[test]
    fn a_timeout_is_a_504_that_nobody_sent_and_speaks_for_silence() {
        let late =
            Err(OutboundError::TimedOut { host: "a".to_owned(), after: DELAYS[0], phase: Phase::Answer });
        let found = verdict(&late, 1, 0.0);
        assert_eq!((found.status_code, found.receiver), (Some(504), Some(Receiver::IsSilent)));
        assert_eq!(verdict(&answer(504, None), 1, 0.0).receiver, Some(Receiver::Errs));
        assert_eq!(verdict(&answer(201, None), 1, 0.0).receiver, Some(Receiver::Accepts));
    }

    #[test]
    fn pauses_are_spread_by_a_fifth_and_the_receiver_may_ask_for_longer_ones() {
        let pause = |outcome: &_, attempt, fraction| {
            verdict(outcome, attempt, fraction).again.expect("tried again").as_millis()
        };
        for (attempt, shortest, longest) in [(1, 800, 1200), (2, 4000, 6000), (3, 20_000, 30_000)] {
            let outcome = answer(409, None);
            assert_eq!((pause(&outcome, attempt, 0.0), pause(&outcome, attempt, 1.0)), (shortest, longest));
        }
        assert_eq!(pause(&answer(503, Some("2")), 1, 1.0), 2000);
        assert_eq!(pause(&answer(503, Some("2")), 2, 0.0), 4000);
        assert_eq!(pause(&answer(409, Some("7")), 1, 0.0), 7000);
        // More than a minute is no pause of ours; a conflict is tried again all the same.
        assert_eq!(pause(&answer(409, Some("61")), 1, 0.0), 800);
        assert_eq!(pause(&answer(429, Some("Thu, 01 Jan 1970 00:00:30 GMT")), 1, 0.0), 30_000);
    }
}
