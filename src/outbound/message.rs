//! What is sent, and what comes back.

use std::fmt;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, HOST, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{OutboundError, Timing};

/// A request to a target.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to; nothing of it is shown in messages but scheme, host and port.
    pub url: Url,
    /// The headers, which win over those that the client would send.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Bytes>,
}

/// The headers that say how the message is carried: the connection's business alone.
const CARRIERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None }
    }

    /// Sets a header, in place of one of that name.
    ///
    /// # Errors
    ///
    /// [`OutboundError::InvalidHeader`] if it cannot be sent; its value is not shown.
    pub fn header(mut self, name: &str, value: &[u8]) -> Result<Self, OutboundError> {
        let invalid = |reason| OutboundError::InvalidHeader { name: shown(name), reason };
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid("expected letters, digits and dashes as its name"))?;
        // Line breaks above all: they would begin another header.
        let value =
            HeaderValue::from_bytes(value).map_err(|_| invalid("its value has control characters"))?;
        self.headers.insert(key, value);
        Ok(self)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Whether a header of this name is the connection's business, so that nobody else can set it.
    pub(super) fn is_of_connection(name: &HeaderName) -> bool {
        CARRIERS.contains(&name.as_str()) || [HOST, ACCEPT_ENCODING].contains(name)
    }

    pub(super) fn check_headers(&self) -> Result<(), OutboundError> {
        let carrier = self.headers.keys().find(|name| CARRIERS.contains(&name.as_str()));
        carrier.map_or(Ok(()), |name| {
            let reason = "the client sets it by itself";
            Err(OutboundError::InvalidHeader { name: name.as_str().to_owned(), reason })
        })
    }
}

fn shown(name: &str) -> String {
    crate::excerpt::excerpt(name, 80).into_owned()
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &super::guard::place(&self.url))
            .field("headers", &headers)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish()
    }
}

/// A target's answer, whatever its status: redirects come back as they are.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`RESPONSE_LIMIT`](super::RESPONSE_LIMIT) bytes, in the encoding it came in.
    pub body: Bytes,
    /// How often the request was sent.
    pub attempts: usize,
    /// How long the last attempt's parts took.
    pub timing: Timing,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request::new(Method::POST, Url::parse("https://a.example/x?key=s3cret").expect("a URL"))
    }

    #[test]
    fn headers_that_cannot_be_sent_are_told_without_their_value() {
        for (name, value) in
            [("bad name", "s3cret"), ("", "s3cret"), ("x", "s3cret\r\ny: z"), ("x", "\0s3cret")]
        {
            let error = request().header(name, value.as_bytes()).expect_err(name);
            assert_eq!(error.code(), "header_invalid");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
        let request = request().header("Content-Length", b"5").expect("a header");
        assert_eq!(request.check_headers().expect_err("refused").code(), "header_invalid");
    }

    #[test]
    fn what_is_sent_is_not_shown() {
        let request = request().header("authorization", "Bearer s3cret — é".as_bytes()).expect("a header");
        let shown = format!("{:?}", request.body("s3cret"));
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("https://a.example") && shown.contains("authorization"), "{shown}");
    }
}
