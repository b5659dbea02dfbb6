//! `[server]`: how much is taken on at once, and how long clients may take.

use std::time::Duration;

use super::reader::Reader;

/// The limits of `[server]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Limits {
    pub max_in_flight: usize,
    pub max_waiting: usize,
    pub max_wait: Duration,
    pub body_memory: usize,
    pub header_limit: usize,
    pub max_connections: usize,
    pub max_streams: usize,
    pub handshake_rate: usize,
    pub client_timeout: Duration,
    pub blocking_warning: Duration,
}

/// So many calls a core: most of them wait for an upstream, and hardly use their core meanwhile.
const IN_FLIGHT_PER_CORE: usize = 128;

impl Limits {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        Self {
            max_in_flight: reader.integer("max_in_flight", 0..=100_000),
            max_waiting: reader.integer("max_waiting", 0..=100_000),
            max_wait: reader.duration("max_wait", Duration::ZERO..=2 * SECOND),
            body_memory: reader.size("body_memory", 1 << 20..=1 << 34),
            header_limit: reader.size("header_limit", 1 << 10..=1 << 20),
            max_connections: reader.integer("max_connections", 0..=1_000_000),
            max_streams: reader.integer("max_streams", 1..=100_000),
            handshake_rate: reader.integer("handshake_rate", 0..=1_000_000),
            client_timeout: reader.duration("client_timeout", SECOND / 20..=60 * SECOND),
            blocking_warning: reader.duration("blocking_warning", Duration::ZERO..=60 * SECOND),
        }
    }

    /// How many calls are handled at once.
    #[must_use]
    pub fn places(&self) -> usize {
        match self.max_in_flight {
            0 => std::thread::available_parallelism().map_or(1, usize::from) * IN_FLIGHT_PER_CORE,
            places => places,
        }
    }

    /// How many calls may wait for a place: no more than leave in half the time that one takes.
    #[must_use]
    pub fn queue(&self) -> usize {
        match self.max_waiting {
            0 => self.places().div_ceil(2),
            waiting => waiting,
        }
    }
}
