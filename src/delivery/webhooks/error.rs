//! Why a webhook cannot be read or changed.

use crate::store::StoreError;
use crate::violation::told;
use crate::zendesk::Violation;

/// A refusal; its text is for whoever asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    #[error("There is no webhook {id:?}.")]
    NotFound { id: String },
    #[error("{}", told(.0))]
    Invalid(Vec<Violation>),
    /// How a webhook is told does not change.
    #[error(
        "This webhook is told by {before}, and cannot be told by {after} from now on: how a webhook is connected \
         is fixed when that is chosen. Create another one, or change which events it is told of."
    )]
    Connection { before: &'static str, after: &'static str },
    #[error(
        "The webhook was made by an app (token {app}), and {what} is the app's alone. It may be edited, or \
         deactivated (status: inactive); once that token is revoked, it may be deleted."
    )]
    OfApp { app: String, what: &'static str },
    #[error(
        "There are {limit} webhooks, the most that delivery.max_webhooks allows; delete some first, or raise it."
    )]
    TooMany { limit: i64 },
    /// What is kept in memory would be gone before anybody expects it.
    #[error(
        "This server has no store: webhooks, and what is to be sent to them, would be lost when it stops. Set \
         store.url; or set store.accept_loss = true to accept that."
    )]
    NotDurable,
    #[error(
        "The webhook {id:?} was changed by somebody else in the meantime (its ETag is {etag} now); get it again, \
         and repeat the change."
    )]
    Changed { id: String, etag: String },
    #[error("The system gives no chance to make a secret of; try again.")]
    NoChance,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WebhookError {
    /// One member that cannot stay as it is.
    pub(crate) fn field(field: &str, description: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(field, description)])
    }
}
