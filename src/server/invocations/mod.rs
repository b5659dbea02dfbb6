//! The activity log for who asks over HTTP: what a filter says, making calls again, forgetting sessions.
//!
//! The API and the console share it, each with its own way to show what came of it.

mod again;
mod asked;
mod erase;
mod failed;

pub(super) use again::{again, received_again};
pub(super) use asked::{Asked, FILTERS, wrong};
pub(super) use erase::erase;
pub(super) use failed::{Failed, failed};

use serde_json::Value;

use super::door::Door;
use crate::access::{Change, Who};
use crate::store::{StoreError, Synced};

/// Who wants something, as the audit trail has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'b> {
    pub(super) who: &'b Who,
    pub(super) request_id: &'b str,
}

impl By<'_> {
    /// Writes what was done into the audit trail.
    async fn record(
        self,
        door: &Door,
        action: &'static str,
        resource: &str,
        after: Option<&Value>,
    ) -> Result<(), StoreError> {
        let mut transaction = door.store.begin(Synced::Full).await?;
        let change = Change { action, resource, before: None, after, request_id: Some(self.request_id) };
        door.access.record(&mut transaction, self.who, change).await?;
        transaction.commit().await
    }
}
