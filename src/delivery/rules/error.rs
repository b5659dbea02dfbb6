//! Why a rule cannot be read or changed.

use super::Kind;
use crate::delivery::webhooks::WebhookError;
use crate::store::StoreError;
use crate::violation::told;
use crate::zendesk::Violation;

/// A refusal; its text is for whoever asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RuleError {
    #[error("There is no {} {id:?}.", kind.as_str())]
    NotFound { kind: Kind, id: String },
    #[error("{}", told(.0))]
    Invalid(Vec<Violation>),
    #[error(
        "There are {limit} {}, the most that delivery.max_rules allows; delete some first, or raise it.", kind.plural()
    )]
    TooMany { kind: Kind, limit: i64 },
    /// What is kept in memory would be gone before anybody expects it.
    #[error(
        "This server has no store: rules, and what they notify, would be lost when it stops. Set store.url; or set \
         store.accept_loss = true to accept that."
    )]
    NotDurable,
    #[error(
        "The {} {id} was changed by somebody else in the meantime (its ETag is {etag} now); get it again, and repeat \
         the change.",
        kind.as_str()
    )]
    Changed { kind: Kind, id: i64, etag: String },
    #[error(transparent)]
    Webhooks(#[from] WebhookError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RuleError {
    /// One member that cannot stay as it is.
    pub(crate) fn field(field: &str, description: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(field, description)])
    }
}
