//! The small answers: health, readiness, which tags are served, and the numbers for Prometheus.

use std::future::{Future, ready as answered};
use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::door::Door;
use super::respond::Refusal;
use super::service::Service;
use super::{api, local};
use crate::access::Action;
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
    let (door, counted) = (Arc::clone(&service.door), service.clone());
    page(config, "/healthz", |_| answered(health()));
    page(config, "/readyz", move |_| answered(ready(&door)));
    page(config, "/metrics", move |request| {
        let service = counted.clone();
        async move { audience.admit(&service.door, &request).await.map_or_else(refused, |()| metrics(&service)) }
    });
}

/// The page below `/api/` among them.
pub(super) fn register_handlers(config: &mut web::ServiceConfig, service: &Service, audience: Audience) {
    let served = service.clone();
    page(config, "/api/handlers", move |request| {
        let service = served.clone();
        async move { audience.admit(&service.door, &request).await.map_or_else(refused, |()| handlers(&service)) }
    });
}

impl Audience {
    /// Lets in who is here, and who shows a token that may look.
    pub(super) async fn admit(self, door: &Door, request: &HttpRequest) -> Result<(), Refusal> {
        let Err(refusal) = self.admit_unknown(request) else { return Ok(()) };
        if !request.headers().contains_key(AUTHORIZATION) && !door.access.is_possible() {
            return Err(refusal);
        }
        api::admit(door, request, Action::View).await.map(drop)
    }

    fn admit_unknown(self, request: &HttpRequest) -> Result<(), Refusal> {
        match self {
            Self::Local => local::only_local(request),
            Self::Everyone => Ok(()),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_or_else` gives")]
fn refused(refusal: Refusal) -> HttpResponse {
    refusal.respond()
}

fn page<Fut: Future<Output = HttpResponse> + 'static>(
    config: &mut web::ServiceConfig,
    path: &str,
    answer: impl Fn(HttpRequest) -> Fut + Clone + 'static,
) {
    let resource = web::resource(path)
        .route(web::get().to(answer.clone()))
        .route(web::head().to(answer))
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
