//! `[delivery]`: how neighbour systems are told.

use std::time::Duration;

use super::reader::Reader;
use super::store::Store;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// `[delivery]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Delivery {
    pub send: bool,
    /// 0 for no limit.
    pub max_webhooks: usize,
    /// Of triggers, and of automations; 0 for no limit.
    pub max_rules: usize,
    pub secret_overlap: Duration,
    pub account_id: u64,
    pub timeout: Duration,
    pub retry_delays: Vec<Duration>,
    pub max_concurrent: usize,
    pub max_concurrent_per_webhook: usize,
    pub invocations_per_minute: usize,
    pub lease: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            send: true,
            max_webhooks: 1_000,
            max_rules: 500,
            secret_overlap: 24 * HOUR,
            account_id: 0,
            timeout: 10 * SECOND,
            retry_delays: [1, 5, 25].map(Duration::from_secs).into(),
            max_concurrent: 256,
            max_concurrent_per_webhook: 16,
            invocations_per_minute: 0,
            lease: 30 * SECOND,
        }
    }
}

impl Delivery {
    /// More attempts than Zendesk makes are asked for by nobody who has read what retries are for.
    const MOST_RETRIES: usize = 10;
    /// What a lease must have beside the attempt.
    const MARGIN: Duration = Duration::from_secs(5);

    pub(super) fn read(reader: &Reader<'_, '_>, store: &Store) -> Self {
        let this = Self {
            send: reader.flag("send"),
            max_webhooks: reader.integer("max_webhooks", 0..=100_000),
            max_rules: reader.integer("max_rules", 0..=10_000),
            secret_overlap: reader.duration("secret_overlap", Duration::ZERO..=30 * 24 * HOUR),
            // Numbers above this are no longer exact where JSON's numbers are doubles.
            account_id: reader.integer("account_id", 0..=(1 << 53) - 1) as u64,
            timeout: reader.duration("timeout", SECOND / 10..=60 * SECOND),
            retry_delays: Self::delays(reader),
            max_concurrent: reader.integer("max_concurrent", 1..=4096),
            max_concurrent_per_webhook: reader.integer("max_concurrent_per_webhook", 1..=1024),
            invocations_per_minute: reader.integer("invocations_per_minute", 0..=1_000_000),
            lease: reader.duration("lease", 6 * SECOND..=3600 * SECOND),
        };
        if !this.send && !store.is_configured() && !store.accept_loss {
            let message = "what is in memory is sent by this instance or by nobody; set store.url, which others have too";
            reader.refuse("send", message.to_owned());
        }
        // A duration that was refused is none, and has been told.
        if !this.lease.is_zero() && this.lease < this.timeout + Self::MARGIN {
            let message = format!(
                "expected at least 5s more than delivery.timeout, {}, found {}",
                humantime::format_duration(this.timeout),
                humantime::format_duration(this.lease)
            );
            reader.refuse("lease", message);
        }
        this
    }

    fn delays(reader: &Reader<'_, '_>) -> Vec<Duration> {
        const KEY: &str = "retry_delays";
        let texts = reader.texts(KEY);
        if texts.len() > Self::MOST_RETRIES {
            let message = format!("expected at most {} pauses, found {}", Self::MOST_RETRIES, texts.len());
            reader.refuse(KEY, message);
        }
        let read = |text: &String| {
            let range = SECOND / 1000..=3600 * SECOND;
            super::value::duration(text, &range).map_err(|message| reader.refuse(KEY, message)).ok()
        };
        texts.iter().filter_map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::faults;
    use super::super::{Config, Sources};
    use super::*;

    #[test]
    fn the_defaults_of_the_code_are_those_of_the_file() {
        let read = Config::load(&Sources::default()).expect("the defaults are valid").delivery;
        assert_eq!(format!("{read:?}"), format!("{:?}", Delivery::default()));
    }

    #[test]
    fn an_instance_that_does_not_send_needs_others_that_find_what_it_has() {
        let expected = [
            "rejoinder.toml:2: delivery.send: what is in memory is sent by this instance or by nobody; set store.url, which others have too",
        ];
        assert_eq!(faults("[delivery]\nsend = false\n", &[]), expected);
        let shared = vec![
            ("REJOINDER_DELIVERY__SEND".to_owned(), "false".to_owned()),
            ("REJOINDER_STORE__URL".to_owned(), "sqlite://r.db".to_owned()),
        ];
        let config = Config::load(&Sources { environment: shared, ..Sources::default() }).expect("valid");
        assert!(!config.delivery.send);
    }

    #[test]
    fn wrong_settings_are_told() {
        let file = "[delivery]\ntimeout = \"20s\"\nlease = \"21s\"\nretry_delays = [\"1s\", \"soon\"]\nmax_concurrent = 0\n";
        let expected = [
            "rejoinder.toml:4: delivery.retry_delays: expected a time with its unit from 1ms to 1h, such as \"4.5s\" or \"500ms\", found \"soon\"",
            "rejoinder.toml:5: delivery.max_concurrent: expected a whole number from 1 to 4096, found \"0\"",
            "rejoinder.toml:3: delivery.lease: expected at least 5s more than delivery.timeout, 20s, found 21s",
        ];
        assert_eq!(faults(file, &[]), expected);
    }
}
