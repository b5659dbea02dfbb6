//! `[activity]`: what is kept of calls, and for how long.

use std::time::Duration;

use super::reader::Reader;

/// `[activity]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Activity {
    /// Whether there is a log at all; `None` decides by the store and the address.
    pub enabled: Option<bool>,
    pub retention: Duration,
    pub inbound_bodies: bool,
    pub outbound_bodies: bool,
    pub body_limit: usize,
    pub parameters: Vec<String>,
    pub mask: Vec<String>,
    pub queue_memory: usize,
    pub max_in_memory: usize,
}

impl Activity {
    /// More names than anybody looks through for each call.
    const MOST_NAMES: usize = 200;

    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        const LONGEST: Duration = Duration::from_secs(31_557_600);
        let names = |key| {
            let names = reader.texts(key);
            if names.len() > Self::MOST_NAMES {
                let message = format!("expected at most {} names, found {}", Self::MOST_NAMES, names.len());
                reader.refuse(key, message);
            }
            names
        };
        Self {
            enabled: reader.choice("enabled", &["auto", "on", "off"], &[None, Some(true), Some(false)]),
            retention: reader.duration("retention", 60 * SECOND..=LONGEST),
            inbound_bodies: reader.flag("inbound_bodies"),
            outbound_bodies: reader.flag("outbound_bodies"),
            body_limit: reader.size("body_limit", 0..=256 << 10),
            parameters: names("parameters"),
            mask: names("mask"),
            queue_memory: reader.size("queue_memory", 64 << 10..=1 << 30),
            max_in_memory: reader.integer("max_in_memory", 1..=1_000_000),
        }
    }

    /// Whether calls are kept, with a store that lasts or not, where others can reach the server or not.
    #[must_use]
    pub fn is_on(&self, lasts: bool, loopback: bool) -> bool {
        self.enabled.unwrap_or(lasts || loopback)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::faults;
    use super::super::{Config, Sources};

    #[test]
    fn by_default_there_is_a_log_where_it_lasts_or_nobody_else_comes() {
        let activity = Config::load(&Sources::default()).expect("the defaults are valid").activity;
        assert!(activity.is_on(true, false) && activity.is_on(false, true) && !activity.is_on(false, false));
        assert!(!activity.inbound_bodies && activity.parameters.is_empty());
        assert_eq!(activity.retention.as_secs(), 7 * 24 * 3600);
    }

    #[test]
    fn wrong_settings_are_told() {
        let file = "[activity]\nenabled = \"yes\"\nretention = \"0s\"\nbody_limit = \"1GiB\"\n";
        let expected = [
            "rejoinder.toml:2: activity.enabled: expected one of \"auto\", \"on\", \"off\", found \"yes\"",
            "rejoinder.toml:3: activity.retention: expected a time with its unit from 1m to 1year, such as \"4.5s\" or \"500ms\", found \"0s\"",
            "rejoinder.toml:4: activity.body_limit: expected a size from 0 to 262144 bytes, such as \"64KiB\" or \"1MiB\", found \"1GiB\"",
        ];
        assert_eq!(faults(file, &[]), expected);
    }
}
