//! Why a call of a function cannot be understood.

use crate::flexible::function::{ConditionError, UnknownFunction};

/// A function call that cannot be understood.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// A name that the platform does not document.
    #[error(transparent)]
    Unknown(#[from] UnknownFunction),
    /// Too few or too many arguments.
    #[error("{name} takes {expected}, found {found}")]
    Arity {
        /// The function.
        name: &'static str,
        /// How many it takes.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// The first argument of IF is no condition.
    #[error("`{condition}` is no condition: {problem}")]
    Condition {
        /// What is written.
        condition: String,
        /// What is wrong.
        problem: ConditionError,
    },
    /// Something that is no argument.
    #[error("expected {expected} in the call `{call}`, found {found}")]
    Syntax {
        /// The call, from its start.
        call: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// Calls in calls in calls.
    #[error("function calls and lists are nested deeper than {limit} levels")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
}
