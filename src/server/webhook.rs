//! The agent's door: one standard webhook call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use actix_web::body::{BodySize, MessageBody as _};
use actix_web::http::header::HeaderValue;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use tokio::runtime::Handle;

use crate::auth::{Auth, Caller};
use crate::error::Error;
use crate::fulfillment::{Answer, Call, Fulfillment};
use crate::protocol::Envelope;

use super::access_log::Record;
use super::body::{self, Limits};
use super::identity::Identity;
use super::lifecycle::Lifecycle;
use super::respond::{self, Refusal};

/// Everything that a call needs; shared by all connections.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) fulfillment: Arc<Fulfillment>,
    pub(crate) auth: Auth,
    pub(crate) limits: Limits,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) handlers: Handle,
    /// Whether somebody was told that an open door is seen from outside.
    pub(crate) warned: AtomicBool,
}

/// Answers a call, whatever it is.
pub(crate) async fn webhook(door: Arc<Door>, request: HttpRequest, mut payload: Payload) -> HttpResponse {
    let started = Instant::now();
    let identity = Identity::of(request.headers());
    let admitted = admit(&door, &request, &mut payload).await;
    let mut record = Record {
        identity: &identity,
        started,
        call: None,
        caller: None,
        status: 0,
        bytes: 0,
        outcome: "refused",
        error: None,
    };
    let call;
    let answer;
    let mut response = match admitted {
        // Dropped after the response is made: shutdown waits for it.
        Ok((admitted, _in_flight)) => {
            call = admitted;
            record.call = Some(&call);
            record.caller = Some(call.caller());
            answer = run(&door, call.clone()).await;
            record.outcome = answer.outcome.as_str();
            let told = answer.body.as_ref().err();
            record.error = told.or(answer.hidden.as_ref()).map(|error| (error.code(), error.to_string()));
            match answer.body {
                Ok(body) => respond::reply(body),
                Err(error) => respond::failed(&error, door.auth.challenge()),
            }
        }
        Err((refusal, cause)) => {
            // Who was too slow has had the time already.
            if !matches!(refusal, Refusal::TooSlow { .. }) {
                body::discard(&mut payload, &door.limits).await;
            }
            record.error = Some((refusal.code(), cause.unwrap_or_else(|| refusal.to_string())));
            refusal.respond()
        }
    };
    record.status = response.status().as_u16();
    if let BodySize::Sized(bytes) = response.body().size() {
        record.bytes = bytes;
    }
    record.log();
    if let Ok(id) = HeaderValue::from_str(&identity.request_id) {
        response.headers_mut().insert(super::REQUEST_ID, id);
    }
    response
}

type Admitted = (Call, super::lifecycle::InFlight);

/// Lets a call in: the server takes calls, the caller is known, the request is one.
///
/// A refusal may come with a cause that is for the log alone.
async fn admit(
    door: &Door,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Admitted, (Refusal, Option<String>)> {
    let in_flight = door.lifecycle.enter().ok_or((Refusal::ShuttingDown, None))?;
    let caller = door.auth.verify(request.headers()).map_err(|refused| {
        (Refusal::Unauthorized { challenge: door.auth.challenge() }, Some(refused.to_string()))
    })?;
    if caller == Caller::Unverified && super::local::is_forwarded(request.headers()) {
        warn_once(door);
    }
    let body = body::read(request, payload, &door.limits).await.map_err(|refusal| (refusal, None))?;
    let envelope = Envelope::parse(&body).map_err(|error| (error.into(), None))?;
    Ok((Call::new(envelope, caller, door.fulfillment.states()), in_flight))
}

/// Runs the handler where blocking harms nobody, unless it promised not to block.
async fn run(door: &Door, call: Call) -> Answer {
    let route = door.fulfillment.route(&call.tag());
    if route.is_none_or(|route| route.is_inline()) {
        return door.fulfillment.answer_by(route.map(|route| &**route), call).await;
    }
    let route = route.map(Arc::clone);
    let fulfillment = Arc::clone(&door.fulfillment);
    let answer = door.handlers.spawn(async move { fulfillment.answer_by(route.as_deref(), call).await });
    answer
        .await
        .unwrap_or_else(|error| Answer::failed(Error::internal("The handler failed.").with_cause(error)))
}

fn warn_once(door: &Door) {
    if !door.warned.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "a call came through a proxy or tunnel to a door without a caller check: whoever reaches \
             that proxy can call your handlers. Configure [auth] any_of"
        );
    }
}
