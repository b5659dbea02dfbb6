//! The agent's door as a part of somebody's actix app.

use std::sync::Arc;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::web::Payload;
use actix_web::{HttpRequest, web};

use super::door::Door;
use super::respond::Refusal;
use super::webhook::{Entry, answer};

/// A door to mount with [`App::service`](actix_web::App::service); made by
/// [`Rejoinder::service`](crate::Rejoinder::service).
///
/// Cloning it is cheap, and all clones are one door: make it once, outside the closure that builds
/// the app of each worker.
#[derive(Debug, Clone)]
pub struct Service {
    pub(super) door: Arc<Door>,
    pub(super) paths: Vec<String>,
}

impl Service {
    /// What this door and our calls of webhooks have counted, as `OpenMetrics` text. A
    /// [`Server`](super::Server) answers it under `/metrics`; an app of your own decides where, and to
    /// whom.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.door.metrics.text(self.door.lifecycle.in_flight())
    }
}

impl HttpServiceFactory for Service {
    fn register(self, config: &mut AppService) {
        let Self { door, paths } = self;
        // One resource a path: a list would be matched by a regular expression.
        for path in paths {
            let door = Arc::clone(&door);
            // Without actix's guard for methods, which notes for each call what it would have allowed.
            let handler = move |request: HttpRequest, payload: Payload| {
                let door = Arc::clone(&door);
                async move {
                    match *request.method() {
                        Method::POST => answer(door, request, payload, Entry::Standard).await,
                        _ => Refusal::Method { allowed: "POST" }.respond(),
                    }
                }
            };
            web::resource(path).route(web::to(handler)).register(config);
        }
        if !door.flexible_path.is_empty() {
            web::resource(format!("{}/{{tag:.+}}", door.flexible_path))
                .route(web::to(move |request: HttpRequest, payload: Payload| {
                    answer(Arc::clone(&door), request, payload, Entry::Flexible)
                }))
                .register(config);
        }
    }
}
