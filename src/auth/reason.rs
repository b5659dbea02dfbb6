//! Why a check refuses, and what the caller is told of it.

/// Why a check refuses. The text is for the log alone; what kind it is decides the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// What follows for the answer, the lesser first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing that this check looks at was presented, or nothing that is right: 401.
    Unknown,
    /// A token was presented that is not valid: 401, with `error="invalid_token"` (RFC 6750, 3.1).
    InvalidToken,
    /// Nobody can tell now; the caller may be right: 503.
    Unjudged,
    /// It is known who calls, and that one may not: 403.
    Forbidden,
    /// The token is valid and lacks a scope: 403, with `error="insufficient_scope"`.
    InsufficientScope,
}

impl Reason {
    pub(super) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::new(Kind::InvalidToken, text)
    }

    pub(super) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, text)
    }

    pub(super) fn unjudged(text: impl Into<String>) -> Self {
        Self::new(Kind::Unjudged, text)
    }

    /// The same with the check's kind in front.
    pub(super) fn of(mut self, check: &str) -> Self {
        self.text = format!("{check}: {}", self.text);
        self
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::new(Kind::Unknown, text)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self::new(Kind::Unknown, text)
    }
}
