//! Why an input could not be taken out of a call.

use crate::protocol::ParseError;
use crate::protocol::decode::DecodeError;
use crate::protocol::names::NameError;

/// An input that a handler asked for in vain. The caller is told: 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// A parameter or payload member that is missing or of another type.
    #[error("{place}: {error}")]
    Value {
        /// Where it was looked for, such as `session parameters`.
        place: &'static str,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A part of the request that is not there.
    #[error("the handler needs {wanted}, but the request has no {field}")]
    Absent {
        /// What was asked for.
        wanted: &'static str,
        /// The field that would hold it.
        field: &'static str,
    },
    /// A resource name that is none.
    #[error("{field}: {error}")]
    Name {
        /// The field that holds it.
        field: &'static str,
        /// What is wrong with it.
        error: NameError,
    },
    /// A part of the request that does not read.
    #[error(transparent)]
    Unreadable(#[from] ParseError),
}

impl Rejection {
    /// A stable `snake_case` word for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Value { error: DecodeError::Missing { .. }, .. } => "parameter_missing",
            Self::Value { .. } => "parameter_invalid",
            Self::Absent { .. } => "input_missing",
            Self::Name { .. } => "name_invalid",
            Self::Unreadable(_) => "invalid_request",
        }
    }
}
