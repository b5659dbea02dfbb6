//! `/api/me`: whose token it is, and what it may do.

use std::sync::Arc;

use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{on, otherwise};
use crate::access::Action;
use crate::server::door::Door;
use crate::server::respond::Refusal;

pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>) {
    let resource = web::resource("/api/me")
        .route(on(door, get).method(actix_web::http::Method::GET))
        .default_service(otherwise("GET"));
    config.service(resource);
}

/// Every role may know itself.
async fn get(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    let who = door.access.judge(request.headers()).await.map_err(Refusal::Access)?;
    let may = [
        ("view", Action::View),
        ("create", Action::Create),
        ("manage", Action::Manage),
        ("administer", Action::Administer),
    ];
    let may: Vec<_> = may.iter().filter(|(_, action)| who.role.may(*action)).map(|(word, _)| *word).collect();
    Ok(HttpResponse::Ok()
        .json(json!({ "id": *who.id, "name": *who.name, "role": who.role.as_str(), "may": may })))
}
