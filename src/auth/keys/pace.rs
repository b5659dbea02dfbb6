//! How often an issuer is asked for its keys.

use std::time::{Duration, Instant};

/// What keys are needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// There are none.
    NoKeys,
    /// Their time is over.
    Stale,
    /// A token names another one.
    UnknownKey,
}

/// Between attempts while there are no keys: nobody can be judged meanwhile.
const WITHOUT_KEYS: Duration = Duration::from_secs(5);
/// Between attempts while those of before go on.
const WHILE_STALE: Duration = Duration::from_secs(30);
/// Between attempts that callers cause by naming keys: they could name a new one with every call.
const FOR_UNKNOWN: Duration = Duration::from_secs(60);

/// When attempts were made.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Instant>,
    last_for_unknown: Option<Instant>,
}

impl Pace {
    /// Whether an attempt may be made now; if so it counts as made.
    pub(super) fn permits(&mut self, why: Why, now: Instant) -> bool {
        let (last, pause) = match why {
            Why::NoKeys => (self.last, WITHOUT_KEYS),
            Why::Stale => (self.last, WHILE_STALE),
            Why::UnknownKey => (self.last_for_unknown, FOR_UNKNOWN),
        };
        if last.is_some_and(|last| now.saturating_duration_since(last) < pause) {
            return false;
        }
        self.last = Some(now);
        if why == Why::UnknownKey {
            self.last_for_unknown = Some(now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_unknown_keys_is_one_attempt_a_minute() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let permitted = (0..600).filter(|second| pace.permits(Why::UnknownKey, at(*second))).count();
        assert_eq!(permitted, 10);
        // What the time of keys asks for does not wait for that.
        assert!(!pace.permits(Why::Stale, at(560)));
        assert!(pace.permits(Why::Stale, at(600)));
        assert!(!pace.permits(Why::NoKeys, at(604)));
        assert!(pace.permits(Why::NoKeys, at(605)));
    }
}
