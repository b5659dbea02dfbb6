//! `POST /api/invocations/{id}/replay`: a call is made again, as a new invocation that names this one.

use actix_web::HttpResponse;
use serde_json::json;

use super::Admitted;
use crate::activity::view;
use crate::server::invocations::again;
use crate::server::respond::Unmanaged;

/// What came of it.
pub(super) async fn answer(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let origin = asked.id()?;
    let id = asked.request_id();
    let made = again(&asked.door, &asked.activity, asked.by(&id), origin).await?;
    let waits = || json!({ "id": made.id, "origin": origin, "status": made.status() });
    let shown = made.found.as_ref().map_or_else(waits, view::item);
    Ok(HttpResponse::Ok().json(json!({ "invocation": shown })))
}
