//! `[secrets]`: where Secret Manager is, and how old its answers may become.

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
}

impl Secrets {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        Self {
            endpoint: endpoint(reader, "endpoint"),
            max_age: reader.duration("max_age", SECOND / 10..=3600 * SECOND),
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
