//! How many TLS handshakes are made: they cost the threads of all connections far more than a call.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A core makes so many with an RSA key of 2048 bits in about a third of its time.
const PER_CORE: usize = 500;

/// Handshakes that may be made now, in thousandths. Those of a second may come at once.
#[derive(Debug)]
pub(super) struct Handshakes {
    free: AtomicUsize,
    per_second: usize,
}

impl Handshakes {
    /// `configured` ones a second, or as many as the cores can make beside their calls.
    pub(super) fn new(configured: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let per_second = if configured > 0 { configured } else { cores * PER_CORE };
        Self { free: AtomicUsize::new(per_second * 1000), per_second }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&self) -> bool {
        self.free.fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1000)).is_ok()
    }

    /// So much time has passed.
    pub(super) fn pass(&self, time: Duration) {
        let more = self.per_second.saturating_mul(time.as_millis() as usize);
        let most = self.per_second * 1000;
        let added = |free: usize| Some(free.saturating_add(more).min(most));
        // It always changes.
        let _ = self.free.fetch_update(Relaxed, Relaxed, added);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_a_second_and_no_more_are_saved_up() {
        let handshakes = Handshakes::new(10);
        let taken = || (0..100).filter(|_| handshakes.take()).count();
        assert_eq!(taken(), 10);
        handshakes.pass(Duration::from_millis(250));
        assert_eq!(taken(), 2);
        handshakes.pass(Duration::from_millis(50));
        assert_eq!(taken(), 1, "a half was left");
        handshakes.pass(Duration::from_secs(60));
        assert_eq!(taken(), 10);
        assert!(Handshakes::new(0).per_second >= PER_CORE);
    }
}
