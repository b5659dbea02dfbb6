//! `[events]`: what subscribed webhooks are told of conversations.

use std::time::Duration;

use super::reader::Reader;

/// `[events]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Events {
    pub idle_after: Duration,
    pub parameters: Vec<String>,
    pub utterances: bool,
    pub remember: Duration,
    pub queue_memory: usize,
}

impl Events {
    /// More names than anybody looks through for each call.
    const MOST_NAMES: usize = 200;

    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        const DAY: Duration = Duration::from_secs(24 * 3600);
        let parameters = reader.texts("parameters");
        if parameters.len() > Self::MOST_NAMES {
            let message = format!("expected at most {} names, found {}", Self::MOST_NAMES, parameters.len());
            reader.refuse("parameters", message);
        }
        let this = Self {
            idle_after: reader.duration("idle_after", SECOND..=DAY),
            parameters,
            utterances: reader.flag("utterances"),
            remember: reader.duration("remember", SECOND..=366 * DAY),
            queue_memory: reader.size("queue_memory", 64 << 10..=1 << 30),
        };
        // What is forgotten begins again with its next call.
        if !this.remember.is_zero() && this.remember < this.idle_after {
            let message = format!(
                "expected at least events.idle_after, {}, found {}",
                humantime::format_duration(this.idle_after),
                humantime::format_duration(this.remember)
            );
            reader.refuse("remember", message);
        }
        this
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::faults;
    use super::super::{Config, Sources};

    #[test]
    fn by_default_no_value_and_no_word_of_a_user_is_told() {
        let events = Config::load(&Sources::default()).expect("the defaults are valid").events;
        assert!(events.parameters.is_empty() && !events.utterances);
    }

    #[test]
    fn wrong_settings_are_told() {
        let file = "[events]\nidle_after = \"2h\"\nremember = \"1h\"\nqueue_memory = \"1B\"\n";
        let expected = [
            "rejoinder.toml:4: events.queue_memory: expected a size from 65536 to 1073741824 bytes, such as \"64KiB\" or \"1MiB\", found \"1B\"",
            "rejoinder.toml:3: events.remember: expected at least events.idle_after, 2h, found 1h",
        ];
        assert_eq!(faults(file, &[]), expected);
    }
}
