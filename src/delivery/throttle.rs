//! How many deliveries begin within a minute.
//!
//! One too many is given the moment when there is room for it, and keeps its place: what waits is
//! asked for once, and not again every minute.

use std::collections::VecDeque;

const MINUTE: i64 = 60_000_000;

/// The moments, in microseconds since 1970, at which the last deliveries began or will begin.
#[derive(Debug)]
pub(super) struct Throttle {
    /// 0 is without a limit.
    most: usize,
    begun: VecDeque<i64>,
}

impl Throttle {
    pub(super) fn new(most: usize) -> Self {
        Self { most, begun: VecDeque::with_capacity(most.min(4096)) }
    }

    /// When one that is due now may begin; now, if it may.
    pub(super) fn enter(&mut self, now: i64) -> i64 {
        if self.most == 0 {
            return now;
        }
        let free = match self.begun.front() {
            Some(first) if self.begun.len() >= self.most => now.max(first.saturating_add(MINUTE)),
            _ => now,
        };
        if self.begun.len() >= self.most {
            self.begun.pop_front();
        }
        self.begun.push_back(free);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixty_first_within_a_minute_waits_until_the_first_is_a_minute_ago() {
        let mut throttle = Throttle::new(60);
        for second in 0..60 {
            assert_eq!(throttle.enter(second * 100_000), second * 100_000);
        }
        assert_eq!(throttle.enter(6_000_000), MINUTE);
        assert_eq!(throttle.enter(6_000_000), MINUTE + 100_000);
        // A place that was given is taken, and the next minute is counted from it.
        for _ in 2..60 {
            throttle.enter(6_000_000);
        }
        assert_eq!(throttle.enter(6_000_000), 2 * MINUTE);
        assert_eq!(throttle.enter(10 * MINUTE), 10 * MINUTE);
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let mut throttle = Throttle::new(0);
        assert!((0..1000).all(|_| throttle.enter(5) == 5));
    }
}
