//! `[access]`: who may manage, and what is kept of it.

use std::time::Duration;

use super::reader::Reader;

/// `[access]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Access {
    pub audit_keep: Duration,
}

const DAY: Duration = Duration::from_secs(86_400);

impl Default for Access {
    fn default() -> Self {
        Self { audit_keep: 365 * DAY }
    }
}

impl Access {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        Self { audit_keep: reader.duration("audit_keep", DAY..=10 * 365 * DAY) }
    }
}
