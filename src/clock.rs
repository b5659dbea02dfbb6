//! The time, which tests set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Tells the time: the system's, or one that moves only when it is told to.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<Manual>>);

#[derive(Debug)]
struct Manual {
    start: Instant,
    wall: SystemTime,
    /// Microseconds since the start.
    passed: AtomicU64,
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A time that stands still until [`Clock::advance`]; clones move together.
    #[must_use]
    pub fn manual() -> Self {
        let manual = Manual { start: Instant::now(), wall: SystemTime::now(), passed: AtomicU64::new(0) };
        Self(Some(Arc::new(manual)))
    }

    /// Moves a manual clock on; the system's does so by itself.
    pub fn advance(&self, time: Duration) {
        if let Some(manual) = &self.0 {
            let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
            manual.passed.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// The time for measuring.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.as_ref().map_or_else(Instant::now, |manual| manual.start + manual.passed())
    }

    /// The time of day in seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> i64 {
        let since = self.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    /// The time of day in microseconds since 1970.
    pub(crate) fn unix_micros(&self) -> i64 {
        let since = self.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }

    /// The time of day, for comparing with dates.
    #[must_use]
    pub fn wall(&self) -> SystemTime {
        self.0.as_ref().map_or_else(SystemTime::now, |manual| manual.wall + manual.passed())
    }
}

impl Manual {
    fn passed(&self) -> Duration {
        Duration::from_micros(self.passed.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_when_it_is_told() {
        let clock = Clock::manual();
        let (now, wall) = (clock.now(), clock.wall());
        assert_eq!(clock.now(), now);
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now() - now, Duration::from_secs(5));
        assert_eq!(clock.wall(), wall + Duration::from_secs(5));
    }
}
