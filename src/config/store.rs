//! `[store]`: where what must outlive the process is kept.

mod address;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use address::StoreUrl;
pub(super) use address::masked;

use super::reader::Reader;
use super::secret::{Secret, SecretOrigin};

/// `[store]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Store {
    /// `None` keeps everything in memory.
    pub url: Option<Secret>,
    pub password: Option<Secret>,
    pub max_connections: usize,
    pub timeout: Duration,
    pub memory_limit: usize,
    pub accept_loss: bool,
    /// The folder that a relative SQLite file stands in; empty for the working folder.
    pub(crate) folder: PathBuf,
    /// Whether this is an instance on Cloud Run, whose files do not last.
    pub(crate) on_cloud_run: bool,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: None,
            password: None,
            max_connections: 8,
            timeout: Duration::from_secs(5),
            memory_limit: 64 << 20,
            accept_loss: false,
            folder: PathBuf::new(),
            on_cloud_run: false,
        }
    }
}

impl Store {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        let url = reader.secret_url("url");
        let password = reader.secret_or_none("password");
        // What Secret Manager keeps is judged when it is opened.
        let known = url.as_ref().filter(|url| !matches!(url.origin(), SecretOrigin::Manager(_)));
        match known.map(|url| url.expose().parse::<StoreUrl>()) {
            Some(Err(fault)) => reader.refuse("url", fault),
            Some(Ok(StoreUrl::Postgres(url))) if url.password().is_some() && password.is_some() => {
                reader.refuse("password", "`url` has a password already; leave one of them out");
            }
            Some(Ok(StoreUrl::Sqlite(_))) if password.is_some() => {
                reader.refuse("password", "an SQLite file has no password; leave it out");
            }
            _ => {}
        }
        Self {
            url,
            password,
            max_connections: reader.integer("max_connections", 1..=1000),
            timeout: reader.duration("timeout", SECOND / 10..=60 * SECOND),
            memory_limit: reader.size("memory_limit", 1 << 20..=1 << 40),
            accept_loss: reader.flag("accept_loss"),
            on_cloud_run: reader.variable("K_SERVICE").is_some(),
            folder: reader.folder().map(Path::to_owned).unwrap_or_default(),
        }
    }

    /// Whether what is stored outlives the process.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.url.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{faults, loaded};

    #[test]
    fn nothing_is_configured_by_default() {
        let store = loaded("", &[]).store;
        assert!(!store.is_configured());
        assert_eq!((store.max_connections, store.memory_limit), (8, 64 << 20));
    }

    #[test]
    fn an_address_may_be_text_or_a_reference_and_its_password_is_not_printed() {
        let file = "[store]\nurl = \"postgres://me:secret@db/rejoinder\"\n";
        let config = loaded(file, &[]);
        assert!(config.store.is_configured());
        assert!(
            config.effective.contains("url = \"postgres://me:***@db/rejoinder\""),
            "{}",
            config.effective
        );
        let config =
            loaded("[store]\nurl = { env = \"DATABASE_URL\" }\n", &[("DATABASE_URL", "postgresql://db/x")]);
        assert!(config.effective.contains("url = { env = \"DATABASE_URL\" }"), "{}", config.effective);
        let config = loaded("", &[("REJOINDER_STORE__URL", "sqlite://a.db")]);
        assert!(config.effective.contains("url = \"sqlite://a.db\""), "{}", config.effective);
        assert!(config.store.is_configured());
        // What cannot be read as an address may be a password alone.
        let config = loaded("[store]\nurl = \"postgres://u:p@h/d?password=q\"\n", &[]);
        assert!(config.effective.contains("postgres://u:***@h/d?password=***"), "{}", config.effective);
    }

    #[test]
    fn faulty_addresses_are_told_with_what_helps() {
        let one = |line: &str| faults(&format!("[store]\n{line}\n"), &[]).join("\n");
        for (line, expected) in [
            ("url = \"mysql://db/x\"", "sqlite://FILE"),
            ("url = \"rejoinder.db\"", "sqlite://FILE"),
            ("url = \"sqlite::memory:\"", "leave `url` empty"),
            ("url = \"sqlite://a.db?mode=memory\"", "leave `url` empty"),
            ("url = \"sqlite://a.db?cache=shared\"", "`cache`"),
            ("url = \"sqlite://\"", "sqlite://FILE"),
            ("url = \"postgres://db/x?sslmod=require\"", "did you mean `sslmode`?"),
            ("url = \"postgres://db/x?sslmode=always\"", "sslmode"),
            ("url = \"sqlite://a.db\"\npassword = \"x\"", "no password"),
            ("url = \"postgres://u:p@db/x\"\npassword = \"x\"", "leave one of them out"),
            ("timeout = \"0s\"", "store.timeout"),
        ] {
            let found = one(line);
            assert!(found.contains(expected), "{line}: {found}");
            assert!(!found.contains(":p@"), "{found}");
        }
    }
}
