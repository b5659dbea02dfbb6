//! One call, standard or flexible, from the request to the response.

use std::sync::Arc;

use actix_web::body::{BodySize, MessageBody as _};
use actix_web::http::header::HeaderValue;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use crate::activity::Activity;
use crate::auth::{self, Caller, Presented};
use crate::delivery::told::Told;
use crate::fulfillment::{Answer, AnswerForm, Call, Fulfillment};
use crate::protocol::Envelope;

use super::access_log::Record;
use super::door::Door;
use super::duplicate::Key;
use super::hung_up::Unanswered;
use super::identity::Identity;
use super::lifecycle::InFlight;
use super::memory::Held;
use super::overload::Place;
use super::phases::{Phase, Phases};
use super::respond::{self, Refusal};
use super::turn::Turn;
use super::{body, flexible, trace};

/// The way in that a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A standard webhook call.
    Standard,
    /// A flexible webhook call.
    Flexible,
}

/// Answers a call, whatever it is.
pub(crate) async fn answer(
    door: Arc<Door>,
    request: HttpRequest,
    mut payload: Payload,
    entry: Entry,
) -> HttpResponse {
    let phases = Phases::start();
    let span = trace::begin(&door.tracing, request.headers());
    let identity = Identity::of(request.headers(), span.trace());
    let invocation = door.activity.as_ref().map(Activity::next_id);
    let fulfillment = door.fulfillment.load_full();
    let (call, route);
    let trace = span.trace().clone();
    let record = Record {
        request: &request,
        identity: &identity,
        entry,
        phases,
        call: None,
        route: None,
        caller: None,
        parameters: None,
        status: 0,
        bytes: 0,
        outcome: "refused",
        duplicate: false,
        error: None,
        answer: None,
    };
    let mut record = Unanswered::new(record, &door, invocation, span);
    let admitted = admit(&door, &fulfillment, &request, &mut payload, entry, &mut record.phases).await;
    // What an error is told as is written out once more for a log that keeps it.
    let keeps = door.activity.as_ref().is_some_and(Activity::keeps_inbound_bodies);
    let answer: Arc<Answer>;
    let mut quiet = false;
    let mut response = match admitted {
        // Dropped after the response is made: shutdown waits for it.
        Ok((admitted, place, _in_flight)) => {
            let turn = admitted.traced(&trace, invocation, door.told.get().map(Told::emits));
            (call, route) = (turn.call.clone(), turn.route.clone());
            (record.call, record.route) = (Some(&call), route.as_deref());
            record.parameters = door.shown.of(call.envelope());
            record.caller = Some(call.caller());
            let id = &identity.request_id;
            let answered = door.answer(turn, id, place, &mut record.phases).await;
            record.duplicate = answered.duplicate;
            answer = answered.answer;
            record.outcome = answer.outcome.as_str();
            let told = answer.body.as_ref().err();
            record.error = told.or(answer.hidden.as_ref()).map(|error| (error.code(), error.to_string()));
            match &answer.body {
                Ok(body) => {
                    record.answer = Some(body.clone());
                    respond::reply(body.clone())
                }
                Err(error) => {
                    record.answer =
                        keeps.then(|| respond::error_text(error.code(), error.public_message()).into());
                    respond::failed(error, &door.auth)
                }
            }
        }
        Err((refusal, cause)) => {
            if let Refusal::Overloaded { why } = refusal {
                door.metrics.shed();
                quiet = !door.overload.tells(why);
            }
            // Who was too slow has had the time already.
            if !matches!(refusal, Refusal::TooSlow { .. }) {
                body::discard(&mut payload, &door.limits).await;
            }
            quiet |= refusal.is_of_caller() && !door.refused.permits();
            record.answer = keeps.then(|| respond::error_text(refusal.code(), &refusal.to_string()).into());
            record.error = Some((refusal.code(), cause.unwrap_or_else(|| refusal.to_string())));
            refusal.respond()
        }
    };
    if record.duplicate {
        response.headers_mut().insert(super::DUPLICATE, HeaderValue::from_static("1"));
    }
    record.status = response.status().as_u16();
    if let BodySize::Sized(bytes) = response.body().size() {
        record.bytes = bytes;
    }
    record.phases.end(Phase::Writing);
    let span = record.answered();
    if !quiet {
        record.log();
    }
    record.count(&door.metrics);
    if let Some(span) = span {
        record.trace(span);
    }
    if let Ok(id) = HeaderValue::from_str(&identity.request_id) {
        response.headers_mut().insert(super::REQUEST_ID, id);
    }
    if let Some(told) = door.told.get() {
        record.tell(told, invocation);
    }
    if let Some(activity) = &door.activity
        && let Some(id) = invocation
        && !quiet
    {
        activity.note(record.invocation(id, response.headers()));
    }
    response
}

/// A call, the place that its handler has, and what it holds until it is answered.
type Admitted = (Turn, Place, (InFlight, Held));

/// What a caller is told that no check accepts.
fn refusal(door: &Door, refused: &auth::Refused) -> Refusal {
    match refused.refusal() {
        auth::Refusal::Unauthorized => {
            Refusal::Unauthorized { challenges: door.auth.challenges(Some(refused)) }
        }
        auth::Refusal::Forbidden => {
            Refusal::Forbidden { challenges: Some(door.auth.challenges(Some(refused))) }
        }
        auth::Refusal::Unavailable => Refusal::CannotJudge,
    }
}

/// Lets a call in: the server takes calls, the caller is known, the request is one.
///
/// A refusal may come with a cause that is for the log alone.
async fn admit(
    door: &Door,
    fulfillment: &Arc<Fulfillment>,
    request: &HttpRequest,
    payload: &mut Payload,
    entry: Entry,
    phases: &mut Phases,
) -> Result<Admitted, (Refusal, Option<String>)> {
    let in_flight = door.lifecycle.enter().ok_or((Refusal::ShuttingDown, None))?;
    door.take_on(request).map_err(|refusal| (refusal, None))?;
    let presented = Presented {
        headers: request.headers(),
        peer_certificate: super::tls::client_certificate(request),
        path: request.uri().path(),
    };
    let verified = door.auth.verify(&presented).await;
    phases.end(Phase::Verifying);
    let caller = verified.map_err(|refused| (refusal(door, &refused), Some(refused.to_string())))?;
    if caller == Caller::Unverified && super::local::is_forwarded(request.headers()) {
        door.warn_of_proxy();
    }
    let mut held = door.overload.body();
    let envelope = match entry {
        Entry::Standard => match body::read(request, payload, &door.limits, &mut held).await {
            Ok(body) => Envelope::parse(&body).map_err(Refusal::from),
            Err(refusal) => Err(refusal),
        },
        Entry::Flexible => {
            flexible::read(request, payload, &door.limits, &mut held, &door.flexible_path).await
        }
    };
    phases.end(Phase::Reading);
    let envelope = envelope.map_err(|refusal| (refusal, None))?;
    let allowed = door.auth.judge_session(&envelope.session());
    allowed.map_err(|cause| (Refusal::Forbidden { challenges: None }, Some(cause.to_string())))?;
    let place = match door.overload.place() {
        Some(place) => Ok(place),
        None => {
            let _queued = door.metrics.queued();
            let place = door.overload.enter().await;
            phases.end(Phase::Queueing);
            place
        }
    };
    let place = place.map_err(|_| (Refusal::Overloaded { why: "no place became free in time" }, None))?;
    let route = fulfillment.route(&envelope.tag()).map(Arc::clone);
    let times = fulfillment.times(route.as_deref(), phases.started(), door.turn.deadline);
    let call = Call::new(envelope, caller, fulfillment.states(), times);
    let form = match entry {
        Entry::Standard => AnswerForm::Response,
        Entry::Flexible => AnswerForm::Parameters { messages_key: Arc::clone(&door.messages_key) },
    };
    let key = route.as_deref().and_then(|route| Key::of(request, entry, call.envelope(), route, door));
    Ok((Turn { fulfillment: Arc::clone(fulfillment), route, call, form, key }, place, (in_flight, held)))
}
