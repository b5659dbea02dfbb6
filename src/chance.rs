//! Chance, which tests seed: it spreads waits, and is no secret.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A sequence of numbers that differs from process to process unless it is seeded.
#[derive(Debug, Clone)]
pub struct Chance(Arc<AtomicU64>);

impl Default for Chance {
    fn default() -> Self {
        // The standard library seeds its hashers from the system; that is as random as jitter needs.
        Self::seeded(RandomState::new().hash_one(0))
    }
}

impl Chance {
    /// The same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// The next number, at least 0 and below 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        let bits = u32::try_from(self.bits() >> 32).unwrap_or_default();
        f64::from(bits) / 4_294_967_296.0
    }

    /// The next number, all of its bits.
    pub(crate) fn bits(&self) -> u64 {
        // SplitMix64: one addition to step, some mixing to draw.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut bits = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_spread_and_repeat_with_their_seed() {
        let draw = |seed| {
            let chance = Chance::seeded(seed);
            (0..1000).map(|_| chance.fraction()).collect::<Vec<_>>()
        };
        let drawn = draw(7);
        assert_eq!(drawn, draw(7));
        assert_ne!(drawn, draw(8));
        assert!(drawn.iter().all(|fraction| (0.0..1.0).contains(fraction)));
        let mean = drawn.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
