//! What became of a call: an answer or none, and how long its parts took.

use std::time::Duration;

use bytes::Bytes;

use crate::outbound::{HeaderMap, OutboundError};

/// An answer, whatever its status.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most 64 KiB.
    pub body: Bytes,
}

/// What became of a call.
pub type Outcome = Result<Answer, OutboundError>;

impl Answer {
    /// An answer of this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }

    /// A header's value, as far as it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// How long the parts of a call took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// Having the credentials, if there are some to have.
    pub credentials: Option<Duration>,
    /// Establishing a connection; `None` if one was open, or none came about.
    pub connect: Option<Duration>,
    /// Waiting for the answer's head once the request could be sent; `None` without an answer.
    pub answer: Option<Duration>,
    /// Reading the answer's body; `None` without an answer.
    pub body: Option<Duration>,
    /// All of it, without the credentials: the platform has its own way to them.
    pub total: Duration,
}
