//! `GET /api/invocations/{id}`: one invocation with its attempts.

use actix_web::HttpResponse;
use serde_json::json;

use super::Admitted;
use crate::activity::{query, view};
use crate::server::respond::Unmanaged;

/// What is kept of it, and the calls that were made for it.
pub(super) async fn answer(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let id = asked.id()?;
    let activity = &asked.activity;
    activity.flush().await;
    let found = query::one(activity.store(), id).await?.ok_or(Unmanaged::Invocation { id })?;
    let shown = view::whole(&found, activity.settings());
    Ok(HttpResponse::Ok().json(json!({ "invocation": shown })))
}
