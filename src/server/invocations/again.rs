//! A call is made again, as a new invocation that names this one.

use std::sync::Arc;

use serde_json::json;

use super::By;
use crate::activity::query::Found;
use crate::activity::replay::{NotReplayable, Replay};
use crate::activity::status::Status;
use crate::activity::{Activity, InvocationId, query, view};
use crate::receive::Receiving;
use crate::server::door::Door;
use crate::server::respond::Unmanaged;
use crate::store::StoreError;

/// What came of it.
#[derive(Debug)]
pub(in crate::server) struct Made {
    /// The new invocation; of what was received, the same.
    pub(in crate::server) id: InvocationId,
    /// As the log has it. A delivery is there once it has ended; until then its webhook's invocations have it.
    pub(in crate::server) found: Option<Found>,
}

/// The agent's calls are answered by the routes of now, ours are sent with the credentials of now.
pub(in crate::server) async fn again(
    door: &Arc<Door>,
    activity: &Activity,
    by: By<'_>,
    id: InvocationId,
) -> Result<Made, Unmanaged> {
    activity.flush().await;
    let found = query::one(activity.store(), id).await?.ok_or(Unmanaged::Invocation { id })?;
    let messages = view::messages(&found.messages);
    let refused = |refusal| Unmanaged::NotReplayable { id, refusal };
    let replay = Replay::of(&found.found, &messages, activity.settings()).map_err(refused)?;
    let made = match replay {
        Replay::Inbound { flexible, body } => {
            door.replay(flexible, body.into(), id, activity, &by.who.name).await?
        }
        Replay::Upstream { webhook, place, method, url, headers, body } => {
            let fulfillment = door.fulfillment.load_full();
            let sent =
                fulfillment.upstreams().replay(id, activity, &webhook, place, &method, &url, &headers, body);
            sent.await?
        }
        Replay::Delivery => {
            let delivery = door.delivery.get().ok_or(refused(NotReplayable::DeliveryGone))?;
            let made = delivery.replay(&[id]).await?.pop();
            made.map_or(Err(NotReplayable::DeliveryGone), |(_, made)| made).map_err(refused)?
        }
        Replay::Received => match door.receiving.get() {
            Some(receiving) if receiving.replay(id).await? => id,
            _ => return Err(refused(NotReplayable::ReceivedGone)),
        },
    };
    let resource = format!("activity/invocations/{id}");
    by.record(door, "replay", &resource, Some(&json!({ "invocation": made }))).await?;
    activity.flush().await;
    let new = query::one(activity.store(), made).await?;
    let made = Made { id: made, found: new.map(|new| new.found) };
    tracing::info!(
        target: "rejoinder::activity",
        who = &*by.who.name, id = %made.id, origin = %id, status = made.status(), "a call was made again"
    );
    Ok(made)
}

/// What was received is worked on again; tells whether it had ended.
pub(in crate::server) async fn received_again(
    door: &Door,
    receiving: &Receiving,
    by: By<'_>,
    id: InvocationId,
) -> Result<bool, StoreError> {
    let again = receiving.replay(id).await?;
    if again {
        by.record(door, "replay", &format!("received/{id}"), None).await?;
    }
    Ok(again)
}

impl Made {
    /// In one word.
    pub(in crate::server) fn status(&self) -> &str {
        self.found.as_ref().map_or(Status::Accepted.as_str(), |found| &found.status)
    }
}
