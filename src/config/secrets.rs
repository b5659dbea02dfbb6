//! `[secrets]`: where Secret Manager is, how old its answers may become, and who may name what.

use std::time::Duration;

use url::Url;

use super::reader::Reader;
use super::value::is_loopback;

/// `[secrets]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Secrets {
    pub endpoint: String,
    pub max_age: Duration,
    pub allow: Vec<String>,
    pub allow_accounts: Vec<String>,
}

impl Secrets {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        Self {
            endpoint: endpoint(reader, "endpoint"),
            max_age: reader.duration("max_age", SECOND / 10..=3600 * SECOND),
            allow: allow(reader),
            allow_accounts: allow_accounts(reader),
        }
    }
}

/// The base address of one of Google's APIs: tokens go there, so http leads no further than this machine.
pub(super) fn endpoint(reader: &Reader<'_, '_>, key: &'static str) -> String {
    let text = reader.text(key);
    let good = |url: &Url| {
        (url.scheme() == "https" || url.scheme() == "http" && is_loopback(url))
            && url.host().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    if !text.parse().is_ok_and(|url| good(&url)) {
        let message =
            "expected an https:// address without ? and #, or an http:// one with a loopback address";
        reader.refuse(key, format!("{message}, found {text:?}"));
    }
    text.trim_end_matches('/').to_owned()
}

/// Names of secrets or of their versions, in which `*` is any text without a slash.
fn allow(reader: &Reader<'_, '_>) -> Vec<String> {
    let good = |pattern: &str| {
        let parts: Vec<&str> = pattern.split('/').collect();
        let named: &[&str] = match parts.len() {
            4 if parts[2] == "secrets" => &["projects", "secrets"],
            6 if parts[2] == "secrets" => &["projects", "secrets", "versions"],
            6 => &["projects", "locations", "secrets"],
            8 => &["projects", "locations", "secrets", "versions"],
            _ => return false,
        };
        parts.iter().step_by(2).eq(named) && parts.iter().all(|part| !part.is_empty())
    };
    let patterns = reader.texts("allow");
    for pattern in patterns.iter().filter(|pattern| !good(pattern)) {
        let expected =
            "expected the name of a secret or of its version, such as \"projects/p/secrets/webhook-*\"";
        reader.refuse("allow", format!("{expected}, found {pattern:?}"));
    }
    patterns
}

/// E-mail addresses of service accounts, in which `*` is any text.
fn allow_accounts(reader: &Reader<'_, '_>) -> Vec<String> {
    let accounts = reader.texts("allow_accounts");
    for account in accounts.iter().filter(|account| !account.contains('@')) {
        let expected = "expected a service account, such as \"webhooks@my-project.iam.gserviceaccount.com\"";
        reader.refuse("allow_accounts", format!("{expected}, found {account:?}"));
    }
    accounts
}
