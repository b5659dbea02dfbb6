//! A request as it was sent, to be shown: secrets are masked.

use std::fmt;

use bytes::Bytes;

use crate::outbound::Request;
use crate::protocol::masked::is_secret_name;

/// A request that was sent, or would be.
#[derive(Clone)]
pub struct Sent {
    request: Request,
}

/// A header's value or a query's, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    Plain(String),
    /// It may be a secret; the scheme before it is none, such as `Bearer `.
    Secret(&'static str),
}

impl Sent {
    pub(crate) fn new(request: Request) -> Self {
        Self { request }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.request.method.as_str()
    }

    /// The address; values of the query that may be secrets are `***`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_with(|_| "***".to_owned())
    }

    /// The headers that were set for the call, those that may be secrets `***`.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, String)> {
        let shown = |value| match value {
            Shown::Plain(text) => text,
            Shown::Secret(scheme) => format!("{scheme}***"),
        };
        self.shown_headers().map(|(name, value)| (name, shown(value))).collect()
    }

    /// The body, if it has one.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.request.body.as_ref()
    }

    pub(super) fn shown_headers(&self) -> impl Iterator<Item = (&str, Shown)> {
        self.request.headers.iter().map(|(name, value)| {
            let known = ["accept", "content-type", "user-agent"].contains(&name.as_str());
            let shown = match value.to_str() {
                Ok(text) if known || !value.is_sensitive() => Shown::Plain(text.to_owned()),
                Ok(text) if text.starts_with("Bearer ") => Shown::Secret("Bearer "),
                Ok(text) if text.starts_with("Basic ") => Shown::Secret("Basic "),
                _ => Shown::Secret(""),
            };
            (name.as_str(), shown)
        })
    }

    /// The address with something in the place of each secret of its query.
    pub(super) fn url_with(&self, mut secret: impl FnMut(&str) -> String) -> String {
        let url = &self.request.url;
        let Some(query) = url.query() else { return url.to_string() };
        let parts = query.split('&').map(|part| match part.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret_name(name) => {
                format!("{name}={}", secret(name))
            }
            _ => part.to_owned(),
        });
        let query = parts.collect::<Vec<_>>().join("&");
        let whole = url.as_str();
        let before = whole.split_once('?').map_or(whole, |(before, _)| before);
        format!("{before}?{query}")
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::Method;

    #[test]
    fn secrets_are_masked() {
        let url = "https://a.example/x?city=Oslo&api_key=s3cret&accessToken=s3cret&monkey=1&sig=s3cret&key=";
        let request = Request::new(Method::GET, url.parse().expect("a URL"))
            .header("accept", b"*/*")
            .and_then(|request| request.header("x-key", b"s3cret"))
            .expect("headers");
        let mut request = request;
        request.headers.values_mut().for_each(|value| value.set_sensitive(true));
        let sent = Sent::new(request);
        let expected = "https://a.example/x?city=Oslo&api_key=***&accessToken=***&monkey=1&sig=***&key=";
        assert_eq!(sent.url(), expected);
        assert_eq!(sent.headers(), [("accept", "*/*".to_owned()), ("x-key", "***".to_owned())]);
        assert!(!format!("{sent:?}").contains("s3cret"));
    }
}
