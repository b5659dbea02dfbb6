//! A call of the agent that is made again here.

use std::sync::Arc;

use bytes::Bytes;

use super::door::Door;
use super::played::Played;
use super::respond::Refusal;
use crate::access::{Change, Who};
use crate::activity::replay::NotReplayable;
use crate::activity::status::Status;
use crate::activity::{Activity, InvocationId};
use crate::auth::Caller;
use crate::delivery::Delivery;
use crate::protocol::Envelope;
use crate::store::{StoreError, Synced};

/// What became of some deliveries that were to be made again.
type Made = Vec<(InvocationId, Result<InvocationId, NotReplayable>)>;

impl Door {
    /// Makes deliveries again for somebody, and notes in the audit trail who wanted each.
    pub(super) async fn replay_deliveries(
        &self,
        delivery: &Delivery,
        ids: &[InvocationId],
        who: &Who,
        request_id: &str,
    ) -> Result<Made, StoreError> {
        let made = delivery.replay(ids).await?;
        let mut transaction = self.store.begin(Synced::Full).await?;
        for (id, made) in made.iter().filter_map(|(id, made)| Some((id, made.as_ref().ok()?))) {
            let (resource, after) =
                (format!("activity/invocations/{id}"), serde_json::json!({ "invocation": made }));
            let (action, request_id) = ("replay", Some(request_id));
            let change =
                Change { action, resource: &resource, before: None, after: Some(&after), request_id };
            self.access.record(&mut transaction, who, change).await?;
            tracing::info!(
                target: "rejoinder::activity",
                who = &*who.name, id = %made, origin = %id, status = Status::Accepted.as_str(), "a call was made again"
            );
        }
        transaction.commit().await?;
        Ok(made)
    }

    /// Answers a call that was kept, and keeps it as a new one; tells its id.
    pub(super) async fn replay(
        self: &Arc<Self>,
        flexible: bool,
        body: Bytes,
        origin: InvocationId,
        activity: &Activity,
        who: &str,
    ) -> Result<InvocationId, Refusal> {
        let envelope = Envelope::parse(&body)?;
        let envelope = if flexible { envelope.read_loosely() } else { envelope };
        let played = Played {
            envelope,
            flexible,
            caller: Caller::Replayed { by: who.to_owned() },
            origin: Some(origin),
            target: format!("/api/invocations/{origin}/replay"),
        };
        let answered = Box::pin(self.play(played, Some(activity))).await?;
        answered.invocation.ok_or(Refusal::Nothing("activity log"))
    }
}
