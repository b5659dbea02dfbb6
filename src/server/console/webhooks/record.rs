//! A test in the activity log, and what of a call may be shown: an answer may repeat what was sent.

use serde_json::{Value, json};

use crate::activity::kept::{Attempt, Messages, Request, Response};
use crate::activity::record::{Delivered, Place, Record};
use crate::activity::redact::{Redactor, without};
use crate::activity::status::{Kind, Status};
use crate::activity::{Activity, InvocationId, SessionParts};
use crate::config::Config;
use crate::emulator::verdict::Changes;
use crate::emulator::{Called, Turn};
use crate::protocol::WebhookRequest;
use crate::protocol::webhook::Webhook;

/// Replaces secrets: those of the settings, those that the call presented, what is named like one.
pub(super) struct Masking {
    /// For what is kept, as much as the log keeps.
    kept: Redactor,
    /// For what is shown: all of an answer.
    shown: Redactor,
    /// What the call presented.
    presented: Vec<String>,
}

impl Masking {
    /// More than an answer may have.
    const WHOLE: usize = 1 << 20;

    pub(super) fn of(settings: &Config, called: &Called) -> Self {
        let redactor = |limit| {
            let mut activity = settings.activity.clone();
            activity.body_limit = limit;
            Redactor::new(&activity, &settings.auth, settings.known_secrets.clone())
        };
        Self {
            kept: redactor(settings.activity.body_limit),
            shown: redactor(Self::WHOLE),
            presented: called.sent.secrets(),
        }
    }

    pub(super) fn body(&self, body: &[u8]) -> String {
        self.shown.body(body, &self.presented).text.into_owned()
    }

    pub(super) fn text(&self, text: &str) -> String {
        without(&self.shown.text(text), &self.presented).into_owned()
    }

    /// The headers of the answer.
    pub(super) fn headers(&self, called: &Called) -> Vec<(String, String)> {
        let headers = called.answer_headers().into_iter().map(|(name, value)| {
            let value = self.shown.header(&name, value.into(), false);
            let value = self.text(&value);
            (name, value)
        });
        headers.collect()
    }

    /// What the answer changes, as the command writes it in JSON.
    pub(super) fn changes(&self, changes: &Changes) -> Value {
        let text = self.body(json!(changes).to_string().as_bytes());
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// The test as the log has it.
pub(super) fn of(
    id: InvocationId,
    called: &Called,
    webhook: &Webhook,
    turn: &Turn,
    request: &WebhookRequest,
    activity: &Activity,
    masking: &Masking,
) -> Record {
    let bodies = activity.settings().outbound_bodies;
    let body = |body: &[u8]| bodies.then(|| masking.kept.body(body, &masking.presented).into_owned());
    let sent = &called.sent;
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let bytes = sent.body().map_or(&[][..], |body| body);
    let status = match (&called.outcome, called.verdict.goes_on()) {
        (Ok(_), true) => Status::Success,
        (Ok(answer), false) if answer.status < 300 => Status::ServerError,
        (Ok(answer), false) => Status::of_code(answer.status),
        (Err(error), _) => Status::of_error(error.code()),
    };
    let code = called.outcome.as_ref().ok().map(|answer| answer.status);
    let failure = called.verdict.failure.as_ref();
    let error = failure.map(|failure| (failure.code.to_owned(), masking.text(&failure.reason)));
    let (error_type, told) = error.clone().unwrap_or_default();
    let response = called.outcome.as_ref().ok().map(|answer| Response {
        headers: masking
            .headers(called)
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        bytes: answer.body.len() as u64,
        body: body(&answer.body),
    });
    let attempt = Attempt {
        took_us: micros(called.times.total),
        connect_us: called.times.connect.map(micros),
        head_us: called.times.answer.map(micros),
        body_us: called.times.body.map(micros),
        status: status.as_str().into(),
        status_code: code,
        error_type: error_type.into(),
        error: told.into(),
        response,
        ..Attempt::default()
    };
    let headers = sent.headers().into_iter();
    let request_made = Request {
        method: sent.method().to_owned().into(),
        url: sent.url().into(),
        headers: headers.map(|(name, value)| (name.to_owned().into(), value.into())).collect(),
        bytes: bytes.len() as u64,
        body: body(bytes),
        url_masked: sent.url().contains("***"),
    };
    let session = request.session_info.as_ref().map_or("", |session| &session.session);
    Record::Delivered(Box::new(Delivered {
        id,
        kind: Kind::Test,
        origin: None,
        place: Place {
            agent: turn.agent.clone(),
            environment: turn.environment.clone().unwrap_or_default(),
            session: SessionParts::of(session).key().into_owned(),
            tag: turn.tag.clone(),
        },
        webhook: webhook.display_name.clone(),
        status,
        status_code: code,
        error,
        took: called.times.total,
        outcome: "",
        messages: Messages { parameters: None, requests: vec![request_made], attempts: vec![attempt] },
    }))
}
