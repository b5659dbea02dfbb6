//! What can go wrong with a call, each with what was found.
//!
//! No text here has a path, a query, a header's value or a body in it: they may hold secrets.

use std::fmt;
use std::time::Duration;

use super::guard::Refusal;

/// A call that brought no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboundError {
    /// The destination may not be called.
    #[error(transparent)]
    DestinationRefused(#[from] Refusal),
    /// The URL has http where https is required.
    #[error(
        "calls to {host} are refused: http can be read and changed by others; use https, or set [outbound] dangerous_allow_http = true"
    )]
    HttpRefused {
        /// Scheme, host and port.
        host: String,
    },
    /// The URL cannot be called.
    #[error("this URL cannot be called: {reason}")]
    UrlInvalid {
        /// What is wrong, without the URL.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("the header {name:?} cannot be sent: {reason}")]
    InvalidHeader {
        /// The header's name.
        name: String,
        /// What is wrong, without the value.
        reason: &'static str,
    },
    /// The host's name has no address.
    #[error("{host} cannot be found: {reason}")]
    Unresolvable {
        /// Scheme, host and port.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// No connection could be established.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// No secure connection could be established.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// Scheme, host and port.
        host: String,
        /// What is wrong, and what helps.
        reason: String,
    },
    /// The time was up, the upstream's or the call's.
    #[error("{host} took longer than {}: {phase}", humantime::format_duration(*after))]
    TimedOut {
        /// Scheme, host and port.
        host: String,
        /// How long was waited.
        after: Duration,
        /// What was waited for.
        phase: Phase,
    },
    /// The connection ended before the answer did.
    #[error("the connection to {host} was lost: {reason}")]
    ConnectionLost {
        /// Scheme, host and port.
        host: String,
        /// What happened.
        reason: String,
    },
    /// The answer is no HTTP.
    #[error("{host} answered what is no HTTP: {reason}")]
    InvalidAnswer {
        /// Scheme, host and port.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The answer's body is too large.
    #[error("{host} answered with more than {limit} bytes{}", announced.map_or_else(String::new, |size| format!(" ({size} announced)")))]
    ResponseTooLarge {
        /// Scheme, host and port.
        host: String,
        /// The most that is read.
        limit: usize,
        /// The size that the answer announced, if it did.
        announced: Option<u64>,
    },
    /// The target failed too often, and is left alone for a while.
    #[error("{target} failed too often and is left alone for another {}", humantime::format_duration(*retry_after))]
    CircuitOpen {
        /// The target's name.
        target: String,
        /// When it is tried again.
        retry_after: Duration,
    },
    /// Too many calls of the target are under way.
    #[error("{target} has {limit} calls under way, which is the most; [outbound] max_concurrent sets it")]
    Busy {
        /// The target's name.
        target: String,
        /// The most calls at once.
        limit: usize,
    },
}

/// What a call waited for when its time was up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing: no time was left before the call.
    Start,
    /// A connection.
    Connect,
    /// The head of the answer; establishing the connection may have taken the time, too.
    Answer,
    /// The rest of the answer's body.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "no time was left before the call",
            Self::Connect => "no connection was established",
            Self::Answer => "no answer came",
            Self::Body => "the answer did not end",
        })
    }
}

impl OutboundError {
    /// A stable `snake_case` word for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DestinationRefused(_) => "destination_refused",
            Self::HttpRefused { .. } => "http_refused",
            Self::UrlInvalid { .. } => "url_invalid",
            Self::InvalidHeader { .. } => "header_invalid",
            Self::Unresolvable { .. } => "unresolvable",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls_failed",
            Self::TimedOut { .. } => "timed_out",
            Self::ConnectionLost { .. } => "connection_lost",
            Self::InvalidAnswer { .. } => "answer_invalid",
            Self::ResponseTooLarge { .. } => "answer_too_large",
            Self::CircuitOpen { .. } => "circuit_open",
            Self::Busy { .. } => "busy",
        }
    }

    /// Whether the target could not be had, as opposed to a call that is wrong or refused, and to
    /// an answer that is nonsense. The same call may work at another time.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Unresolvable { .. }
                | Self::Unreachable { .. }
                | Self::Tls { .. }
                | Self::TimedOut { .. }
                | Self::ConnectionLost { .. }
                | Self::CircuitOpen { .. }
                | Self::Busy { .. }
        )
    }

    /// Whether no connection was established, so that nobody can have acted on the request.
    pub(super) fn is_before_connection(&self) -> bool {
        matches!(
            self,
            Self::Unresolvable { .. }
                | Self::Unreachable { .. }
                | Self::TimedOut { phase: Phase::Connect, .. }
        )
    }
}
