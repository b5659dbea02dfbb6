//! One event a call: who asked for what, what came of it, how long it took. No bodies, and no
//! parameters but those that `[log]` names.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::Version;
use actix_web::http::header::USER_AGENT;
use bytes::Bytes;
use tracing::field::display;

use crate::auth::Caller;
use crate::excerpt::excerpt;
use crate::fulfillment::{Call, Route};
use crate::telemetry::ACCESS;
use crate::telemetry::trace::TraceContext;

use super::identity::Identity;
use super::phases::{Phase, Phases};
use super::webhook::Entry;

/// What is known of a call when it has been answered.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    pub(crate) request: &'r HttpRequest,
    pub(crate) identity: &'r Identity,
    pub(crate) entry: Entry,
    pub(crate) phases: Phases,
    pub(crate) call: Option<&'r Call>,
    /// Who answers it, if anybody does.
    pub(crate) route: Option<&'r Route>,
    pub(crate) caller: Option<&'r Caller>,
    /// Those of its parameters that may be shown, as JSON.
    pub(crate) parameters: Option<String>,
    pub(crate) status: u16,
    /// The size of the answer's body.
    pub(crate) bytes: u64,
    pub(crate) outcome: &'static str,
    /// Whether it repeats another call, which ran the handler.
    pub(crate) duplicate: bool,
    /// The code and the full text of a failure, also of one that the caller did not hear of.
    pub(crate) error: Option<(&'static str, String)>,
    /// The body of the answer; an error's only where it is kept.
    pub(crate) answer: Option<Bytes>,
}

impl Record<'_> {
    /// Writes the event: an error from status 500 on, a warning for other failures.
    pub(crate) fn log(&self) {
        let envelope = self.call.map(Call::envelope);
        let session = envelope.map(|envelope| envelope.session()).unwrap_or_default();
        let (environment, session) = split(&session);
        let (environment, session) = (short(environment), short(session));
        let tag = envelope.map(|envelope| envelope.tag()).unwrap_or_default();
        let response_id = envelope.map(|envelope| envelope.detect_intent_response_id()).unwrap_or_default();
        let page = envelope.map(|envelope| envelope.page_display_name()).unwrap_or_default();
        let current_page = envelope.map(|envelope| envelope.current_page()).unwrap_or_default();
        let page = short(if page.is_empty() { last(&current_page) } else { &page });
        let caller = self.caller.map(Caller::label);
        let ms = milliseconds(self.phases.total());
        let phase = |phase| {
            let time = self.phases.of(phase);
            (time >= WORTH_TELLING).then(|| milliseconds(time))
        };
        let (code, error) = self.error.as_ref().map(|(code, text)| (*code, excerpt(text, 2000))).unzip();
        let trace = self.identity.trace;
        let trace_id = trace.map(|trace| display(trace.trace_id()));
        let span_id = trace.and_then(TraceContext::span_id).map(display);
        let parameters = self.parameters.as_deref().map(display);
        let user_agent = self.request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        macro_rules! event {
            ($level:ident) => {
                tracing::$level!(
                    target: ACCESS,
                    tag = &*short(&tag),
                    flexible = (self.entry == Entry::Flexible).then_some(true),
                    outcome = self.outcome,
                    duplicate = self.duplicate.then_some(true),
                    status = self.status,
                    ms,
                    reading_ms = phase(Phase::Reading),
                    verifying_ms = phase(Phase::Verifying),
                    queueing_ms = phase(Phase::Queueing),
                    handling_ms = phase(Phase::Handling),
                    writing_ms = phase(Phase::Writing),
                    bytes = self.bytes,
                    session = &*session,
                    environment = &*environment,
                    page = &*page,
                    response_id = &*short(&response_id),
                    caller = caller.as_deref(),
                    request_id = &*self.identity.request_id,
                    trace_id,
                    span_id,
                    trace_sampled = trace.map(TraceContext::is_sampled),
                    httpRequest.requestMethod = self.request.method().as_str(),
                    httpRequest.requestUrl = &*short(self.request.path()),
                    httpRequest.protocol = protocol(self.request.version()),
                    httpRequest.userAgent = user_agent.map(short).as_deref(),
                    parameters,
                    code,
                    error = error.as_deref(),
                    message = "call",
                )
            };
        }
        match self.status {
            500.. => event!(error),
            400.. => event!(warn),
            _ if self.error.is_some() => event!(warn),
            _ => event!(info),
        }
    }
}

/// A shorter phase is left out: most calls have no long one, and their lines stay short.
const WORTH_TELLING: Duration = Duration::from_micros(100);

fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

/// What callers wrote, at a length that a log can bear.
fn short(text: &str) -> Cow<'_, str> {
    excerpt(text, 256)
}

/// Environment and id of a session's name; a name without an environment means `draft`.
fn split(session: &str) -> (&str, &str) {
    // projects/P/locations/L/agents/A/ comes first; the id at the end may hold anything.
    let mut slashes = session.bytes().enumerate().filter(|(_, byte)| *byte == b'/');
    let Some(rest) = slashes.nth(5).map(|(at, _)| &session[at + 1..]) else { return ("", session) };
    if let Some(id) = rest.strip_prefix("sessions/") {
        return ("draft", id);
    }
    let environment = rest.strip_prefix("environments/").and_then(|rest| rest.split_once('/'));
    match environment.and_then(|(name, rest)| Some((name, rest.strip_prefix("sessions/")?))) {
        Some(split) => split,
        None => ("", session),
    }
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_session_is_split_at_its_first_collection() {
        assert_eq!(split("projects/p/locations/l/agents/a/sessions/s/sessions/t"), ("draft", "s/sessions/t"));
        assert_eq!(split("projects/p/locations/l/agents/a/environments/-/sessions/s"), ("-", "s"));
        assert_eq!(split("anything"), ("", "anything"));
    }
}
