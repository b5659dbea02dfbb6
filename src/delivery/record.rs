//! A delivery that has ended, as the activity log and `/api/v2` show it.

use std::time::Duration;

use super::attempt::{Exchange, Scribe};
use super::decide::reason;
use super::job::{Content, Job, State, encoded};
use super::outbox::{Attempted, Ended};
use super::shown::{ShownAttempt, ShownRequest, ShownResponse};
use super::webhook::Webhook;
use crate::activity::InvocationId;
use crate::activity::kept::{Attempt, Body, Messages, Request};
use crate::activity::record::{Delivered, Record};
use crate::activity::status::{Kind, Status};

/// As the activity log has it.
pub(super) fn record(ended: Ended, webhook: Option<&Webhook>, scribe: &Scribe) -> Record {
    let Ended { job, state, status_code, reason, latest_at, attempts } = ended;
    let created_at = job.id.micros();
    let body = payload(&job, scribe);
    let mut messages = Messages::default();
    let mut last_error = None;
    for attempt in attempts {
        let exchange = attempt.exchange();
        messages.attempts.push(Attempt {
            request: messages.requests.len().saturating_sub(usize::from(exchange.request.is_none())),
            began_us: span(created_at, attempt.started_at),
            took_us: span(attempt.started_at, attempt.completed_at),
            connect_us: None,
            head_us: exchange.head_us,
            body_us: exchange.body_us,
            status: status(attempt.state, attempt.status_code).as_str().into(),
            status_code: attempt.status_code,
            error_type: exchange.error_type.clone(),
            error: exchange.error.clone(),
            response: exchange.response,
        });
        messages.requests.extend(exchange.request.map(|request| with_body(request, body.as_ref())));
        last_error = (!exchange.error_type.is_empty())
            .then(|| (exchange.error_type.into_owned(), exchange.error.into_owned()));
    }
    let error = match (reason, last_error) {
        (Some(reason), Some((code, text))) if code == reason => Some((reason, text)),
        (Some(reason), _) => {
            let sentence = reason::sentence(&reason).to_owned();
            Some((reason, sentence))
        }
        (None, Some(error)) if state != State::Success => Some(error),
        (None, _) => None,
    };
    Record::Delivered(Box::new(Delivered {
        id: job.id,
        kind: Kind::Delivery,
        origin: job.origin,
        webhook: webhook.map_or_else(|| job.webhook.to_string(), |webhook| webhook.name.clone()),
        place: job.place,
        status: status(state, status_code),
        status_code,
        error,
        took: Duration::from_micros(span(created_at, latest_at)),
        outcome: "",
        messages,
    }))
}

/// The words of the activity log.
pub(super) fn status(state: State, status_code: Option<u16>) -> Status {
    match state {
        State::Accepted => Status::Accepted,
        State::Success => Status::Success,
        State::Failed => Status::Unreachable,
        State::Timeout => Status::Timeout,
        State::CircuitBroken => Status::CircuitBroken,
        State::Throttled => Status::Throttled,
        State::ClientError => Status::ClientError,
        State::ServerError => Status::ServerError,
        State::Terminated => status_code.map_or(Status::Cancelled, Status::of_code),
        State::Unknown => Status::Cancelled,
    }
}

/// As `/api/v2` shows it.
pub(super) fn shown(job: &Job, attempt: &Attempted, scribe: &Scribe) -> ShownAttempt {
    let exchange = attempt.exchange();
    let request = exchange.request.map(|request| {
        let body = payload(job, scribe).unwrap_or_default();
        ShownRequest {
            method: request.method.into_owned(),
            url: request.url.into_owned(),
            headers: owned(request.headers),
            payload: body.text.into_owned(),
            truncated: body.truncated,
        }
    });
    let response = exchange.response.map(|response| {
        let body = response.body.unwrap_or_default();
        ShownResponse {
            headers: owned(response.headers),
            payload: body.text.into_owned(),
            truncated: body.truncated,
        }
    });
    let error = (!exchange.error.is_empty()).then(|| exchange.error.into_owned());
    ShownAttempt {
        number: attempt.number,
        // Different from every other's of this job, and in their order.
        id: InvocationId::of_number(attempt.started_at << 12 | i64::from(attempt.number & 0xfff)),
        state: attempt.state,
        status_code: attempt.status_code,
        error,
        started_at: attempt.started_at,
        completed_at: attempt.completed_at,
        request,
        response,
    }
}

impl Attempted {
    /// What was sent and came back; nothing of what a newer program has written otherwise.
    fn exchange(&self) -> Exchange<'static> {
        serde_json::from_str::<Exchange<'_>>(&self.exchange).unwrap_or_default()
    }
}

fn payload(job: &Job, scribe: &Scribe) -> Option<Body<'static>> {
    match &job.content {
        Content::Body(body) => scribe.shown(body),
        Content::Parameters(pairs) => scribe.shown(encoded(pairs).as_bytes()),
    }
}

fn with_body(mut request: Request<'static>, body: Option<&Body<'static>>) -> Request<'static> {
    // Parameters of an address stand there.
    request.body = body.filter(|_| request.bytes > 0).cloned();
    request
}

fn owned(pairs: Vec<(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn span(from: i64, to: i64) -> u64 {
    u64::try_from(to - from).unwrap_or_default()
}
