//! Time and chance as they are.

use std::hash::{BuildHasher as _, Hasher as _};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::flexible::function::World;

/// The clock of this machine, in the agent's time zone.
#[derive(Debug, Clone)]
pub(super) struct Clock(pub(super) TimeZone);

impl World for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn random(&self) -> f64 {
        // Seeded anew each time; good enough for picking one of several texts.
        let bits = std::hash::RandomState::new().build_hasher().finish();
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }

    fn time_zone(&self) -> TimeZone {
        self.0.clone()
    }
}
