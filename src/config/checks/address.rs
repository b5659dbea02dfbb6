//! Addresses of issuers and what they publish.

use url::Url;

use crate::config::reader::Reader;
use crate::config::value::is_loopback;

/// An https:// address, or an http:// one on this machine: what comes from there decides who may call.
pub(super) fn read(reader: &Reader<'_, '_>, key: &'static str) -> Option<Url> {
    check(reader, key, &reader.text(key))
}

/// The same for a text that was read already.
pub(super) fn check(reader: &Reader<'_, '_>, key: &'static str, text: &str) -> Option<Url> {
    let good = |url: &Url| {
        (url.scheme() == "https" || url.scheme() == "http" && is_loopback(url))
            && url.host().is_some()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    let url = text.parse().ok().filter(good);
    if url.is_none() {
        reader.refuse(
            key,
            format!(
                "expected an https:// address, or an http:// one with a loopback address, found {text:?}"
            ),
        );
    }
    url
}
