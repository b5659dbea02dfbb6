//! Our own API: JSON below `/api/`, for people's tools and the console.
//!
//! Every resource has a file of its own; who may ask, a token decides.

mod audit;
mod docs;
mod invocations;
mod me;
mod query;
mod received;
mod tokens;

pub(crate) use tokens::lasting;

use std::future::Future;
use std::sync::Arc;

use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;

use super::door::Door;
use super::identity::Identity;
use super::memory::Memory;
use super::pages::Audience;
use super::respond::Refusal;
use super::{body, trace};
use crate::access::{self, Action, Who};
use crate::telemetry::trace::Tracing;

/// The largest body that our own API takes.
const LARGEST: usize = 64 << 10;

/// Answers everything of our own API.
pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>, audience: Audience) {
    docs::register(config, door, audience);
    audit::register(config, door);
    invocations::register(config, door);
    me::register(config, door);
    received::register(config, door);
    tokens::register(config, door);
}

/// Makes an endpoint of an async function.
fn on<F, Fut>(door: &Arc<Door>, answer: F) -> actix_web::Route
where
    F: Fn(Arc<Door>, HttpRequest, Payload) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, Refusal>> + 'static,
{
    let door = Arc::clone(door);
    web::route().to(move |request: HttpRequest, payload: Payload| {
        let answered = answer(Arc::clone(&door), request, payload);
        async move { answered.await.unwrap_or_else(|refusal| refusal.respond()) }
    })
}

/// What a resource answers to methods that it does not know.
fn otherwise(allowed: &'static str) -> actix_web::Route {
    web::to(move || async move { Refusal::Method { allowed }.respond() })
}

/// Judges who asks, and writes who is refused to the log.
pub(crate) async fn judge(
    door: &Door,
    request: &HttpRequest,
    action: Action,
) -> Result<Who, access::Refused> {
    let judged = door.access.judge(request.headers()).await;
    let judged = judged.and_then(|who| who.may(action).map(|()| who));
    if let Err(refused) = &judged
        && door.refused.permits()
    {
        let client = request.peer_addr().map(|address| address.ip().to_string());
        tracing::warn!(
            target: "rejoinder::management",
            method = %request.method(),
            path = %crate::excerpt::excerpt(request.path(), 256),
            client = client.as_deref().unwrap_or_default(),
            code = refused.code(),
            "somebody who wanted to manage was refused: {refused}"
        );
    }
    judged
}

/// Lets in who may do this.
pub(crate) async fn admit(door: &Door, request: &HttpRequest, action: Action) -> Result<Who, Refusal> {
    judge(door, request, action).await.map_err(Refusal::Access)
}

/// The id that the answer's log and audit trail know the request by.
pub(crate) fn request_id(request: &HttpRequest) -> Arc<str> {
    let span = trace::begin(&Tracing::default(), request.headers());
    Identity::of(request.headers(), span.trace()).request_id
}

/// Reads a JSON body.
pub(crate) async fn json<T: DeserializeOwned>(
    door: &Door,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<T, Refusal> {
    let limits = body::Limits { sent: LARGEST, expanded: LARGEST, time: door.limits.time };
    // One of this size takes nothing of the memory for bodies.
    let bytes = body::read(request, payload, &limits, &mut Memory::new(0).none()).await?;
    serde_json::from_slice(&bytes).map_err(|error| Refusal::Argument(format!("The body: {error}.")))
}
