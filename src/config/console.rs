//! `[console]`: the web pages.

use std::time::Duration;

use super::reader::Reader;

/// `[console]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Console {
    pub enabled: bool,
    pub session: Duration,
}

const HOUR: Duration = Duration::from_secs(3_600);

impl Default for Console {
    fn default() -> Self {
        Self { enabled: true, session: 12 * HOUR }
    }
}

impl Console {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        Self {
            enabled: reader.flag("enabled"),
            session: reader.duration("session", HOUR / 12..=30 * 24 * HOUR),
        }
    }
}
