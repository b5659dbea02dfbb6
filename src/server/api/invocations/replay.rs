//! `POST /api/invocations/{id}/replay`: a call is made again, as a new invocation that names this one.

use actix_web::HttpResponse;
use serde_json::json;

use super::Admitted;
use crate::activity::replay::{NotReplayable, Replay};
use crate::activity::status::Status;
use crate::activity::{query, view};
use crate::server::respond::Unmanaged;

/// The agent's calls are answered by the routes of now, ours are sent with the credentials of now.
pub(super) async fn answer(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let id = asked.id()?;
    let activity = &asked.activity;
    activity.flush().await;
    let found = query::one(activity.store(), id).await?.ok_or(Unmanaged::Invocation { id })?;
    let messages = view::messages(&found.messages);
    let replay = Replay::of(&found.found, &messages, activity.settings())
        .map_err(|refusal| Unmanaged::NotReplayable { id, refusal })?;
    let made = match replay {
        Replay::Inbound { flexible, body } => {
            asked.door.replay(flexible, body.into(), id, activity, &asked.who.name).await?
        }
        Replay::Upstream { webhook, place, method, url, headers, body } => {
            let fulfillment = asked.door.fulfillment.load_full();
            let sent =
                fulfillment.upstreams().replay(id, activity, &webhook, place, &method, &url, &headers, body);
            sent.await?
        }
        Replay::Delivery => {
            let refused = |refusal| Unmanaged::NotReplayable { id, refusal };
            let delivery = asked.door.delivery.get().ok_or(refused(NotReplayable::DeliveryGone))?;
            let made = delivery.replay(&[id]).await?.pop();
            made.map_or(Err(NotReplayable::DeliveryGone), |(_, made)| made).map_err(refused)?
        }
        Replay::Received => {
            let refused = Unmanaged::NotReplayable { id, refusal: NotReplayable::ReceivedGone };
            match asked.door.receiving.get() {
                Some(receiving) if receiving.replay(id).await? => id,
                _ => return Err(refused),
            }
        }
    };
    asked.record("replay", &format!("activity/invocations/{id}"), &json!({ "invocation": made })).await?;
    activity.flush().await;
    let new = query::one(activity.store(), made).await?;
    // A delivery is in the log once it has ended; until then its webhook's invocations have it.
    let waits = || json!({ "id": made, "origin": id, "status": Status::Accepted.as_str() });
    let shown = new.map_or_else(waits, |new| view::item(&new.found));
    tracing::info!(
        target: "rejoinder::activity",
        who = &*asked.who.name, id = %made, origin = %id, status = shown["status"].as_str(), "a call was made again"
    );
    Ok(HttpResponse::Ok().json(json!({ "invocation": shown })))
}
