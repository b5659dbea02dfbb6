//! Why a resource cannot be read or changed.

use crate::store::StoreError;
use crate::violation::{Violation, told};

/// A refusal; its text is for whoever asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResourceError {
    #[error("There is no {noun} {name:?}.")]
    NotFound { noun: &'static str, name: String },
    #[error("The displayName {display_name:?} is that of {other} already; it must be unique in its agent.")]
    AlreadyExists { noun: &'static str, display_name: String, other: String },
    #[error("{message}")]
    Invalid { message: String, violations: Vec<Violation> },
    /// It stands in a file.
    #[error("The {noun} {name:?} stands in the file {file}, and is read-only here; edit that file instead.")]
    Filed { noun: &'static str, name: String, file: String },
    /// Something else relies on it.
    #[error("{message}")]
    InUse { subject: String, message: String },
    #[error("{message}")]
    NotAllowed { message: String },
    #[error(
        "The {noun} {name:?} was changed by somebody else in the meantime (its ETag is {etag} now); get it again, and repeat the change."
    )]
    Changed { noun: &'static str, name: String, etag: String },
    #[error(
        "The agent has {limit} {collection} in the store, the most that there may be; delete some first."
    )]
    TooMany { collection: &'static str, limit: i64 },
    /// What is kept in memory would be gone before anybody expects it.
    #[error(
        "This instance runs on Cloud Run and has no store: what is made here would be gone when it stops, and \
         other instances would not have it. Set store.url to a PostgreSQL database."
    )]
    NotDurable,
    #[error("The system gives no chance to make an id of; try again.")]
    NoChance,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ResourceError {
    /// One field that cannot stay as it is.
    pub(crate) fn field(field: &str, description: impl Into<String>) -> Self {
        Self::invalid(vec![Violation::new(field, description)])
    }

    /// Fields that cannot stay as they are.
    pub(crate) fn invalid(violations: Vec<Violation>) -> Self {
        Self::Invalid { message: told(&violations), violations }
    }
}
