//! How much time a call has: all its attempts and pauses share it.

use std::time::{Duration, Instant};

/// The time of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    start: Instant,
    whole: Duration,
}

impl Budget {
    /// The target's timeout, or what is left until the deadline if that is less.
    pub(super) fn new(now: Instant, timeout: Duration, deadline: Option<Instant>) -> Self {
        let left = deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(now));
        Self { start: now, whole: timeout.min(left) }
    }

    pub(super) fn whole(&self) -> Duration {
        self.whole
    }

    pub(super) fn left(&self, now: Instant) -> Duration {
        self.whole.saturating_sub(now.saturating_duration_since(self.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_of_timeout_and_deadline_counts() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        for (timeout, deadline, expected) in
            [(5, None, 5), (5, Some(now + 3 * second), 3), (5, Some(now + 9 * second), 5), (5, Some(now), 0)]
        {
            let budget = Budget::new(now, timeout * second, deadline);
            assert_eq!(budget.left(now), expected * second);
            assert_eq!(budget.left(now + 2 * second), (expected * second).saturating_sub(2 * second));
        }
        assert_eq!(Budget::new(now + second, 5 * second, Some(now)).left(now + second), Duration::ZERO);
    }
}
