//! `[receive]`: events that neighbour systems send, and what becomes of them.

use std::time::Duration;

use super::reader::Reader;
use super::secret::Secret;
use super::store::Store;
use crate::zendesk::signature::TEST_SECRET;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// `[receive]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Receive {
    pub zendesk: Vec<ZendeskSource>,
    pub keep: Duration,
    pub timeout: Duration,
    pub retry_delays: Vec<Duration>,
    pub max_concurrent: usize,
}

/// `[receive.zendesk.NAME]`; the default file says what its keys mean.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct ZendeskSource {
    pub name: String,
    pub secrets: Vec<Secret>,
    pub freshness: Duration,
    pub allow_test_secret: bool,
    pub fan_out: bool,
    pub ignore_actors: Vec<String>,
    pub ignore_actor_ids: Vec<String>,
}

impl Default for Receive {
    fn default() -> Self {
        Self {
            zendesk: Vec::new(),
            keep: 7 * DAY,
            timeout: 30 * SECOND,
            retry_delays: [5, 60, 600, 3_600].map(Duration::from_secs).into(),
            max_concurrent: 32,
        }
    }
}

/// A source with every key, which the schema is made from.
pub(super) const SAMPLE: &str = r#"{ secrets = ["s"], freshness = "5m", allow_test_secret = true, fan_out = true, ignore_actors = ["system"], ignore_actor_ids = ["-1"] }"#;

impl Receive {
    const MOST_RETRIES: usize = 20;

    pub(super) fn read(reader: &Reader<'_, '_>, store: &Store) -> Self {
        let sources = reader.entries("zendesk", |name, source| ZendeskSource::read(name, source));
        let keeps = store.is_configured() || store.accept_loss;
        for (name, source) in &sources {
            if !is_name(name) {
                let message = format!("expected a name of 1 to 64 letters, digits, - and _, found {name:?}");
                reader.refuse_entry("zendesk", name, message);
            }
            if !keeps {
                reader.refuse_entry(
                    "zendesk",
                    name,
                    "what is received would be lost with this process; set store.url, or store.accept_loss = true to accept that",
                );
            }
            let is_test = |secret: &Secret| &*secret.expose() == TEST_SECRET;
            if !source.allow_test_secret && source.secrets.iter().any(is_test) {
                reader.refuse_entry(
                    "zendesk",
                    name,
                    "one of `secrets` is Zendesk's published test secret, which everybody knows; leave it out, or set \
                     `allow_test_secret` where nobody else can send",
                );
            }
        }
        Self {
            zendesk: sources.into_iter().map(|(_, source)| source).collect(),
            keep: reader.duration("keep", SECOND..=366 * DAY),
            timeout: reader.duration("timeout", SECOND / 10..=3_600 * SECOND),
            retry_delays: Self::delays(reader),
            max_concurrent: reader.integer("max_concurrent", 1..=1024),
        }
    }

    fn delays(reader: &Reader<'_, '_>) -> Vec<Duration> {
        const KEY: &str = "retry_delays";
        let texts = reader.texts(KEY);
        if texts.len() > Self::MOST_RETRIES {
            let message = format!("expected at most {} pauses, found {}", Self::MOST_RETRIES, texts.len());
            reader.refuse(KEY, message);
        }
        let read = |text: &String| {
            let range = SECOND / 1000..=7 * DAY;
            super::value::duration(text, &range).map_err(|message| reader.refuse(KEY, message)).ok()
        };
        texts.iter().filter_map(read).collect()
    }
}

impl ZendeskSource {
    /// More than anybody leaves out.
    const MOST_ACTORS: usize = 100;

    fn read(name: &str, source: &Reader<'_, '_>) -> Self {
        let flag = |key| source.optional(key, Reader::flag).unwrap_or_default();
        let texts = |key| {
            let texts = source.optional(key, Reader::texts).unwrap_or_default();
            if texts.len() > Self::MOST_ACTORS {
                let message = format!("expected at most {}, found {}", Self::MOST_ACTORS, texts.len());
                source.refuse(key, message);
            }
            texts
        };
        let freshness = |source: &Reader<'_, '_>, key| source.duration(key, SECOND..=DAY);
        Self {
            name: name.to_owned(),
            secrets: source.secrets("secrets"),
            freshness: source.optional("freshness", freshness).unwrap_or(300 * SECOND),
            allow_test_secret: flag("allow_test_secret"),
            fan_out: flag("fan_out"),
            ignore_actors: texts("ignore_actors"),
            ignore_actor_ids: texts("ignore_actor_ids"),
        }
    }
}

fn is_name(name: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(usual)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{faults, loaded};
    use super::super::{Config, Sources};
    use super::*;

    #[test]
    fn the_defaults_of_the_code_are_those_of_the_file() {
        let read = Config::load(&Sources::default()).expect("the defaults are valid").receive;
        assert_eq!(format!("{read:?}"), format!("{:?}", Receive::default()));
    }

    #[test]
    fn a_source_has_secrets_of_any_origin_which_are_not_printed() {
        let file = "[store]\nurl = \"sqlite://a.db\"\n[receive.zendesk.support]\nsecrets = [\"first-secret\", { env = \"NEXT\" }]\n";
        let config = loaded(file, &[("NEXT", "second-secret")]);
        let source = &config.receive.zendesk[0];
        assert_eq!((source.name.as_str(), source.secrets.len()), ("support", 2));
        assert_eq!((source.freshness, source.allow_test_secret), (Duration::from_secs(300), false));
        assert!(!source.fan_out && source.ignore_actors.is_empty());
        assert!(config.effective.contains("secrets = [\"***\", { env = \"NEXT\" }]"), "{}", config.effective);
        assert!(!config.effective.contains("-secret"), "{}", config.effective);
        let variable = "{ crm = { secrets = [\"third-secret\"], freshness = \"1m\", fan_out = true } }";
        let config = loaded("[store]\naccept_loss = true\n", &[("REJOINDER_RECEIVE__ZENDESK", variable)]);
        assert_eq!(config.receive.zendesk[0].freshness, Duration::from_secs(60));
        assert!(!config.effective.contains("third-secret"), "{}", config.effective);
    }

    #[test]
    fn wrong_settings_are_told_with_what_helps() {
        let stored =
            |text: &str| faults(&format!("[store]\nurl = \"sqlite://a.db\"\n{text}"), &[]).join("\n");
        let test = format!("[receive.zendesk.a]\nsecrets = [\"s\", {TEST_SECRET:?}]\n");
        for (text, expected) in [
            ("[receive.zendesk.a]\n", "receive.zendesk.a.secrets: this key is missing"),
            ("[receive.zendesk.a]\nsecrets = []\n", "expected at least one value"),
            ("[receive.zendesk.a]\nsecrets = [\"\"]\n", "the secret is empty"),
            ("[receive.zendesk.a]\nsecret = [\"s\"]\n", "did you mean `secrets`?"),
            ("[receive.zendesk.\"a b\"]\nsecrets = [\"s\"]\n", "expected a name of 1 to 64"),
            ("[receive.zendesk.a]\nsecrets = [\"s\"]\nfreshness = \"2d\"\n", "from 1s to 1day"),
            (&test, "published test secret"),
            ("[receive]\nretry_delays = [\"soon\"]\n", "rejoinder.toml:4: receive.retry_delays"),
            ("[receive]\ntimeout = \"0s\"\n", "receive.timeout"),
        ] {
            let found = stored(text);
            assert!(found.contains(expected), "{text}: {found}");
        }
        assert!(
            loaded(&format!("[store]\naccept_loss = true\n{test}allow_test_secret = true\n"), &[])
                .receive
                .zendesk[0]
                .allow_test_secret
        );
        let lost = faults("[receive.zendesk.a]\nsecrets = [\"s\"]\n", &[]);
        assert!(
            lost.iter().any(|fault| fault.starts_with("rejoinder.toml:1: receive.zendesk.a: ")
                && fault.contains("store.accept_loss = true")),
            "{lost:?}"
        );
    }
}
