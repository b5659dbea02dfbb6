//! The small answers: health, readiness, which tags are served, and the numbers for Prometheus.

use std::future::ready as answered;
use std::sync::Arc;

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::door::Door;
use super::local;
use super::respond::Refusal;
use super::service::Service;
use crate::telemetry::metrics;

/// Who may see what only operators should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Only who plainly comes from this machine.
    Local,
    /// Whoever reaches the address.
    Everyone,
}

/// Answers the paths that are the server's own; `webhook_paths` may not have them.
pub(super) fn register(config: &mut web::ServiceConfig, service: &Service, audience: Audience) {
    let (door, counted, served) = (Arc::clone(&service.door), service.clone(), service.clone());
    page(config, "/healthz", |_| health());
    page(config, "/readyz", move |_| ready(&door));
    page(config, "/api/handlers", move |request| {
        audience.admit(request).map_or_else(|refusal| refusal.respond(), |()| handlers(&served))
    });
    page(config, "/metrics", move |request| {
        audience.admit(request).map_or_else(|refusal| refusal.respond(), |()| metrics(&counted))
    });
}

impl Audience {
    fn admit(self, request: &HttpRequest) -> Result<(), Refusal> {
        match self {
            Self::Local => local::only_local(request),
            Self::Everyone => Ok(()),
        }
    }
}

fn page(
    config: &mut web::ServiceConfig,
    path: &str,
    answer: impl Fn(&HttpRequest) -> HttpResponse + Clone + 'static,
) {
    let get = move |request: HttpRequest| answered(answer(&request));
    let resource = web::resource(path)
        .route(web::get().to(get.clone()))
        .route(web::head().to(get))
        .default_service(web::to(|| async { Refusal::Method { allowed: "GET, HEAD" }.respond() }));
    config.service(resource);
}

/// `/healthz`: the process answers.
fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `/readyz`: calls are taken.
fn ready(door: &Door) -> HttpResponse {
    if door.lifecycle.is_stopping() {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "stopping" }));
    }
    // Why is for the log: everybody may ask here.
    if door.auth.unready().is_some() {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "callers cannot be judged yet" }));
    }
    HttpResponse::Ok().json(json!({ "status": "ready" }))
}

/// `/metrics`: what is counted.
fn metrics(service: &Service) -> HttpResponse {
    const OPEN_METRICS: HeaderValue = HeaderValue::from_static(metrics::CONTENT_TYPE);
    HttpResponse::Ok().insert_header((CONTENT_TYPE, OPEN_METRICS)).body(service.metrics())
}

/// `/api/handlers`: the tags served, what they read and set, and whether flexible calls reach them.
fn handlers(service: &Service) -> HttpResponse {
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
