//! `/api/audit`: who changed what.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::query::Query;
use super::{admit, on, otherwise};
use crate::access::{Action, Filter};
use crate::server::door::Door;
use crate::server::respond::Refusal;

pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>) {
    let resource = web::resource("/api/audit")
        .route(on(door, list).method(Method::GET))
        .default_service(otherwise("GET"));
    config.service(resource);
}

async fn list(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    admit(&door, &request, Action::Administer).await?;
    let query = Query::of(&request, &["resource", "actor", "page_size", "page_token"])?;
    let size = query.page_size()?;
    let filter = Filter {
        resource: query.text("resource").map(str::to_owned),
        actor: query.text("actor").map(str::to_owned),
        before: query.get("page_token")?,
        limit: size + 1,
        ..Filter::default()
    };
    let mut entries = door.access.trail(&filter).await?;
    // One more than the page has says that there is another one.
    let more = entries.len() > size;
    entries.truncate(size);
    let next = entries.last().filter(|_| more).map(|last| last.id.clone());
    Ok(HttpResponse::Ok().json(json!({ "entries": entries, "next_page_token": next })))
}
