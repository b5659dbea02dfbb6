//! What a session begins with, and what it cannot take.

use super::place::PlaceError;
use crate::protocol::Struct;
use crate::protocol::names::NameError;

/// What a session begins with.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Start {
    /// The environment's id, `draft` or `-`.
    pub environment: Option<String>,
    /// The session's id or whole name; empty for a new one.
    pub session: String,
    /// The language of its turns; empty for `en`.
    pub language: String,
    /// The channel that messages are chosen for; empty for none.
    pub channel: String,
    /// The session parameters.
    pub parameters: Struct,
    /// What the integration passes along in each turn.
    pub payload: Option<Struct>,
    /// The flow; the default start flow by default.
    pub flow: Option<String>,
    /// The page; the flow's start page by default.
    pub page: Option<String>,
    /// Chooses among variants of a text.
    pub seed: u64,
}

/// An input that a session cannot take. The session is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A page, flow or intent that is none.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A whole resource name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The page's form has no such parameter.
    #[error(
        "the form of the page {page:?} has no parameter {name:?}; it has {}",
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    NotInForm {
        /// The parameter.
        name: String,
        /// The page.
        page: String,
        /// The form's parameters.
        known: Vec<String>,
    },
    /// The intent has no such parameter.
    #[error(
        "the intent {intent:?} has no parameter {name:?}; it has {}",
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    NotInIntent {
        /// The parameter.
        name: String,
        /// The intent.
        intent: String,
        /// The intent's parameters.
        known: Vec<String>,
    },
    /// The first call of a session is to belong to the turn of the one before.
    #[error("there was no call in this turn before: the first one begins it")]
    NoTurn,
}
