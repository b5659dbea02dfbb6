//! What templates know beside the call: the time, and chance that repeats.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::flexible::function::World;
use crate::outbound::Chance;

/// The time as it is or as it was set, and chance that repeats.
#[derive(Debug)]
pub(super) struct Seeded {
    pub(super) chance: Chance,
    pub(super) time_zone: TimeZone,
    pub(super) now: Option<Timestamp>,
}

impl World for Seeded {
    fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(Timestamp::now)
    }

    fn random(&self) -> f64 {
        self.chance.fraction()
    }

    fn time_zone(&self) -> TimeZone {
        self.time_zone.clone()
    }
}
