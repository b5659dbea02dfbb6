//! `[delivery]`: how neighbour systems are told.

use std::time::Duration;

use super::reader::Reader;

/// `[delivery]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Delivery {
    /// 0 for no limit.
    pub max_webhooks: usize,
    pub secret_overlap: Duration,
}

const HOUR: Duration = Duration::from_secs(3_600);

impl Default for Delivery {
    fn default() -> Self {
        Self { max_webhooks: 1_000, secret_overlap: 24 * HOUR }
    }
}

impl Delivery {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        Self {
            max_webhooks: reader.integer("max_webhooks", 0..=100_000),
            secret_overlap: reader.duration("secret_overlap", Duration::ZERO..=30 * 24 * HOUR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Sources};
    use super::*;

    #[test]
    fn the_defaults_of_the_code_are_those_of_the_file() {
        let read = Config::load(&Sources::default()).expect("the defaults are valid").delivery;
        assert_eq!(format!("{read:?}"), format!("{:?}", Delivery::default()));
    }
}
