//! Why somebody may not.

use super::{Action, Role};
use crate::store::StoreError;

/// Why a request for managing was refused.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Refused {
    #[error("no token was sent")]
    Missing { hint: &'static str },
    /// What exactly is wrong is for the log alone.
    #[error("the token is not valid: {why}")]
    Invalid { why: String },
    #[error("a token of role {role} was used to {}", action.as_str())]
    NotAllowed { role: Role, action: Action },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a refusal means, for whoever makes a status of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusedKind {
    Unauthenticated,
    Forbidden,
    Unavailable,
}

impl Refused {
    pub(super) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }

    pub(crate) fn kind(&self) -> RefusedKind {
        match self {
            Self::Missing { .. } | Self::Invalid { .. } => RefusedKind::Unauthenticated,
            Self::NotAllowed { .. } => RefusedKind::Forbidden,
            Self::Store(_) => RefusedKind::Unavailable,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "unauthorized",
            Self::Invalid { .. } => "invalid_token",
            Self::NotAllowed { .. } => "forbidden",
            Self::Store(error) => error.code(),
        }
    }

    /// What whoever asked is told.
    pub(crate) fn public_message(&self) -> String {
        match self {
            Self::Missing { hint } => format!("Send a token: Authorization: Bearer rjt_…; {hint}."),
            Self::Invalid { .. } => {
                "The token is not valid: it is unknown, expired or revoked. The log of the server says which."
                    .to_owned()
            }
            Self::NotAllowed { role, action } => {
                format!("A token of role {role} may not {}.", action.as_str())
            }
            Self::Store(error) => error.public_message().to_owned(),
        }
    }

    /// The challenge that goes with a 401 (RFC 6750, 3).
    pub(crate) fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::Missing { .. } => Some("Bearer realm=\"rejoinder\""),
            Self::Invalid { .. } => Some("Bearer realm=\"rejoinder\", error=\"invalid_token\""),
            Self::NotAllowed { .. } => Some("Bearer realm=\"rejoinder\", error=\"insufficient_scope\""),
            Self::Store(_) => None,
        }
    }
}
