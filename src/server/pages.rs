//! The small answers: health, readiness, and which tags are served.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::local;
use super::respond::Refusal;
use super::webhook::Door;

/// `/healthz`: the process answers.
pub(super) fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `/readyz`: calls are taken.
pub(super) fn ready(door: &Door) -> HttpResponse {
    if door.lifecycle.is_stopping() {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "stopping" }));
    }
    HttpResponse::Ok().json(json!({ "status": "ready" }))
}

/// `/api/handlers`: the tags served.
pub(super) fn handlers(door: &Arc<Door>, paths: &[String], request: &HttpRequest) -> HttpResponse {
    if let Err(refusal) = local::only_local(request) {
        return refusal.respond();
    }
    let fulfillment = &door.fulfillment;
    let handlers: Vec<_> = fulfillment
        .patterns()
        .into_iter()
        .map(|pattern| json!({ "tag": pattern, "match": if pattern.ends_with('*') { "prefix" } else { "exact" } }))
        .collect();
    HttpResponse::Ok().json(json!({
        "paths": paths,
        "handlers": handlers,
        "fallback": fulfillment.has_fallback(),
    }))
}

/// Every other path.
pub(super) fn nothing_here() -> HttpResponse {
    Refusal::Path.respond()
}
