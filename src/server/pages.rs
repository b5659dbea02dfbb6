//! The small answers: health, readiness, and which tags are served.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::door::Door;
use super::local;
use super::respond::Refusal;
use super::service::Service;

/// `/healthz`: the process answers.
pub(super) fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `/readyz`: calls are taken.
pub(super) fn ready(door: &Door) -> HttpResponse {
    if door.lifecycle.is_stopping() {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "stopping" }));
    }
    // Why is for the log: everybody may ask here.
    if door.auth.unready().is_some() {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "callers cannot be judged yet" }));
    }
    HttpResponse::Ok().json(json!({ "status": "ready" }))
}

/// `/api/handlers`: the tags served, what they read and set, and whether flexible calls reach them.
pub(super) fn handlers(service: &Service, request: &HttpRequest) -> HttpResponse {
    if let Err(refusal) = local::only_local(request) {
        return refusal.respond();
    }
    let fulfillment = service.door.fulfillment.load();
    let handlers: Vec<_> = fulfillment
        .routes()
        .into_iter()
        .map(|route| {
            json!({
                "tag": route.pattern(),
                "match": if route.pattern().ends_with('*') { "prefix" } else { "exact" },
                "reads": route.parameters_read(),
                "sets": route.parameters_set(),
                "flexible": route.needs_conversation().is_empty() && !service.door.flexible_path.is_empty(),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({
        "paths": service.paths,
        "flexible_path": service.door.flexible_path,
        "handlers": handlers,
        "fallback": fulfillment.has_fallback(),
    }))
}

/// Every other path.
pub(super) fn nothing_here() -> HttpResponse {
    Refusal::Path.respond()
}
