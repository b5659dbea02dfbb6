//! From what the paths handed over to what is written: decoded, masked, cut.

use std::borrow::Cow;
use std::time::Duration;

use super::facet::Facet;
use super::kept::{Attempt, Changes, Messages, Request, Response, Summary};
use super::parameters;
use super::record::{Delivered, Headers, Inbound, Outbound, Record};
use super::redact::{Redactor, without};
use super::session::Parts;
use super::status::{Kind, Status};
use crate::config::Activity;
use crate::excerpt::excerpt;
use crate::outbound::{self, HeaderMap};
use crate::protocol::Envelope;

/// What callers wrote, and errors, at a length that a list can bear.
const SHORT: usize = 256;
const ERROR: usize = 2000;
/// The longest address kept.
const ADDRESS: usize = 4096;

/// What is written of one invocation.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) session: Option<String>,
    pub(super) parent: Option<i64>,
    pub(super) summary: String,
    pub(super) messages: String,
}

impl Row {
    /// What it takes in the store, nearly.
    pub(super) fn size(&self) -> usize {
        /// Its numbers, and its places in indexes.
        const BESIDE: usize = 150;
        BESIDE + self.summary.len() + self.messages.len()
    }
}

/// What rows are made with.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) settings: Activity,
    pub(super) messages_key: String,
    pub(super) redactor: Redactor,
}

impl Rules {
    /// Makes a row, and tells what it has in common with others.
    pub(super) fn row<T>(&self, record: &Record, common: impl FnOnce(Facet<'_>) -> T) -> (Row, T) {
        match record {
            Record::Inbound(inbound) => self.inbound(inbound, common),
            Record::Outbound(outbound) => self.outbound(outbound, common),
            Record::Delivered(delivered) => self.delivered(delivered, common),
        }
    }

    fn inbound<T>(&self, inbound: &Inbound, common: impl FnOnce(Facet<'_>) -> T) -> (Row, T) {
        let call = inbound.call.as_deref();
        let said = Said::of(call.map(|call| call.envelope()));
        let parts = Parts::of(&said.session);
        let status = match inbound.status {
            200 if inbound.error.is_some() => Status::Apologised,
            503 if matches!(inbound.error, Some(("overloaded" | "shutting_down", _))) => Status::Throttled,
            code => Status::of_code(code),
        };
        let error_type = inbound.error.as_ref().map_or("", |(code, _)| code);
        let error = inbound.error.as_ref().map_or(Cow::Borrowed(""), |(_, text)| self.error(text));
        let common = common(Facet {
            kind: inbound.kind,
            status,
            status_code: inbound.status,
            error_type,
            webhook: "",
            tag: &said.tag,
            environment: parts.environment,
            agent: parts.agent,
        });
        let request_bytes = call.map_or(0, |call| call.envelope().body().len() as u64);
        let summary = Summary {
            took_us: micros(inbound.took),
            phases_us: Some(inbound.phases.map(micros)),
            attempts: 1,
            request_bytes,
            response_bytes: inbound.answer_size,
            outcome: inbound.outcome.into(),
            duplicate: inbound.duplicate,
            tag: excerpt(&said.tag, SHORT),
            page: excerpt(said.page(), SHORT),
            caller: call.map(|call| self.short(call.caller())).unwrap_or_default(),
            request_id: self.redactor.text(&inbound.request_id),
            trace_id: inbound.trace_id.map(|id| format!("{id:032x}").into()).unwrap_or_default(),
            response_id: excerpt(&said.response_id, SHORT),
            error,
            origin: inbound.origin.map(|origin| origin.number()),
        };
        let parameters = call.map(|call| Changes {
            before: parameters::of(call.envelope(), &self.settings.parameters),
            set: inbound.answer.as_ref().filter(|_| inbound.status == 200).map(|answer| match inbound.kind {
                Kind::Flexible => {
                    parameters::set_by_object(answer, &self.messages_key, &self.settings.parameters)
                }
                _ => parameters::set_by_response(answer, &self.settings.parameters),
            }),
        });
        let keeps = self.settings.inbound_bodies;
        let target = cut_address(&inbound.target);
        let (url, url_masked) = match (inbound.kind, target.split_once('?')) {
            // A flexible call's parameters stand in its query.
            (Kind::Flexible, Some((path, _))) if !keeps => (format!("{path}?***").into(), true),
            _ => self.redactor.url(target),
        };
        let request = Request {
            method: inbound.method.as_ref().into(),
            url,
            headers: self.headers(&inbound.headers),
            bytes: request_bytes,
            // What a flexible call says is made into a request of ours; that is what is kept.
            body: call.filter(|_| keeps).map(|call| self.redactor.body(call.envelope().body(), &[])),
            url_masked: url_masked || target.len() < inbound.target.len(),
        };
        let attempt = Attempt {
            took_us: micros(inbound.took),
            status: status.as_str().into(),
            status_code: Some(inbound.status),
            error_type: error_type.into(),
            response: Some(Response {
                headers: self.headers(&inbound.answer_headers),
                bytes: inbound.answer_size,
                body: inbound.answer.as_deref().filter(|_| keeps).map(|body| self.redactor.body(body, &[])),
            }),
            ..Attempt::default()
        };
        let messages = Messages { parameters, requests: vec![request], attempts: vec![attempt] };
        let session = (!parts.id.is_empty()).then(|| parts.key().into_owned());
        let row = Row {
            id: inbound.id.number(),
            session,
            parent: None,
            summary: self.json(&summary),
            messages: self.json(&messages),
        };
        (row, common)
    }

    fn outbound<T>(&self, outbound: &Outbound, common: impl FnOnce(Facet<'_>) -> T) -> (Row, T) {
        let said = Said::of(outbound.call.as_deref().map(|call| call.envelope()));
        let place = &outbound.place;
        let (parts, tag) = match outbound.call {
            Some(_) => (Parts::of(&said.session), &*said.tag),
            None => {
                let (agent, environment, id) = (&*place.agent, &*place.environment, &*place.session);
                (Parts { agent, environment, id }, &*place.tag)
            }
        };
        let sent = Sent::of(outbound);
        let attempts: Vec<Attempt<'_>> =
            outbound.seen.attempts.iter().map(|attempt| self.attempt(attempt, &sent)).collect();
        let last = attempts.last();
        let code = last.and_then(|attempt| attempt.status_code);
        let (status, error_type) = match (&outbound.error, last) {
            _ if !outbound.ended => (Status::Cancelled, "cancelled"),
            // An answer that came and cannot be used is the other side's fault whatever it says.
            (Some((code, _)), Some(Attempt { status_code: Some(..400), .. })) => (Status::ServerError, *code),
            (Some((code, _)), Some(Attempt { status_code: Some(status), .. })) => {
                (Status::of_code(*status), *code)
            }
            (Some((code, _)), _) => (Status::of_error(code), *code),
            (None, Some(Attempt { status_code: Some(status), .. })) => (Status::of_code(*status), ""),
            (None, _) => (Status::Unreachable, ""),
        };
        let error = outbound.error.as_ref().map_or(Cow::Borrowed(""), |(_, text)| self.error(text));
        let error = Cow::Owned(without(&error, &sent.secrets).into_owned());
        let common = common(Facet {
            kind: outbound.kind,
            status,
            status_code: code.unwrap_or(0),
            error_type,
            webhook: &outbound.webhook,
            tag,
            environment: parts.environment,
            agent: parts.agent,
        });
        let requests: Vec<Request<'_>> =
            outbound.seen.requests.iter().map(|request| self.request(request, outbound)).collect();
        let summary = Summary {
            took_us: micros(outbound.took),
            attempts: attempts.len(),
            request_bytes: requests.last().map_or(0, |request| request.bytes),
            response_bytes: last.and_then(|last| last.response.as_ref()).map_or(0, |response| response.bytes),
            tag: excerpt(tag, SHORT),
            page: excerpt(said.page(), SHORT),
            response_id: excerpt(&said.response_id, SHORT),
            error,
            origin: outbound.origin.map(|origin| origin.number()),
            ..Summary::default()
        };
        let messages = Messages { parameters: None, requests, attempts };
        let row = Row {
            id: outbound.id.number(),
            session: (!parts.id.is_empty()).then(|| parts.key().into_owned()),
            parent: outbound.parent.map(|parent| parent.number()),
            summary: self.json(&summary),
            messages: self.json(&messages),
        };
        (row, common)
    }

    fn delivered<T>(&self, delivered: &Delivered, common: impl FnOnce(Facet<'_>) -> T) -> (Row, T) {
        let Delivered { place, messages, .. } = delivered;
        let (error_type, error) = delivered.error.as_ref().map_or(("", ""), |(code, text)| (code, text));
        let common = common(Facet {
            kind: delivered.kind,
            status: delivered.status,
            status_code: delivered.status_code.unwrap_or(0),
            error_type,
            webhook: &delivered.webhook,
            tag: &place.tag,
            environment: &place.environment,
            agent: &place.agent,
        });
        let answer = messages.attempts.last().and_then(|attempt| attempt.response.as_ref());
        let summary = Summary {
            took_us: micros(delivered.took),
            attempts: messages.attempts.len(),
            request_bytes: messages.requests.last().map_or(0, |request| request.bytes),
            response_bytes: answer.map_or(0, |answer| answer.bytes),
            outcome: delivered.outcome.into(),
            duplicate: delivered.outcome == "duplicate",
            tag: excerpt(&place.tag, SHORT),
            error: self.error(error),
            origin: delivered.origin.map(|origin| origin.number()),
            ..Summary::default()
        };
        let session = Parts::of(&place.session);
        let row = Row {
            id: delivered.id.number(),
            session: (!session.id.is_empty()).then(|| session.key().into_owned()),
            parent: None,
            summary: self.json(&summary),
            messages: self.json(messages),
        };
        (row, common)
    }

    fn request<'r>(&self, request: &'r outbound::Request, outbound: &'r Outbound) -> Request<'r> {
        let keeps = self.settings.outbound_bodies;
        let whole = request.url.as_str();
        let (url, masked) = if keeps {
            self.redactor.url(cut_address(whole))
        } else {
            (outbound.template.as_ref().into(), true)
        };
        let body = request.body.as_deref().unwrap_or_default();
        Request {
            method: request.method.as_str().into(),
            url,
            headers: self.header_map(&request.headers, &[]),
            bytes: body.len() as u64,
            body: keeps.then(|| self.redactor.body(body, &[])),
            url_masked: masked || whole.len() > ADDRESS,
        }
    }

    fn attempt<'r>(&self, attempt: &'r outbound::Attempt, sent: &Sent) -> Attempt<'r> {
        let began = attempt.began.saturating_duration_since(sent.began.unwrap_or(attempt.began));
        let mut kept = Attempt {
            request: attempt.request,
            began_us: micros(began),
            took_us: micros(attempt.took),
            ..Attempt::default()
        };
        match &attempt.outcome {
            None => kept.status = Status::Cancelled.as_str().into(),
            Some(Err(error)) => {
                kept.status = Status::of_error(error.code()).as_str().into();
                kept.error_type = error.code().into();
                let text = error.to_string();
                kept.error = without(&self.error(&text), &sent.secrets).into_owned().into();
            }
            Some(Ok(response)) => {
                kept.status = Status::of_code(response.status).as_str().into();
                kept.status_code = Some(response.status);
                kept.connect_us = response.timing.connect.map(micros);
                kept.head_us = Some(micros(response.timing.head));
                kept.body_us = Some(micros(response.timing.body));
                let keeps = self.settings.outbound_bodies;
                kept.response = Some(Response {
                    headers: self.header_map(&response.headers, &sent.secrets),
                    bytes: response.body.len() as u64,
                    body: keeps.then(|| self.redactor.body(&response.body, &sent.secrets)),
                });
            }
        }
        kept
    }

    fn headers<'h>(&self, headers: &'h Headers) -> Vec<(Cow<'h, str>, Cow<'h, str>)> {
        headers
            .iter()
            .map(|(name, value)| {
                let value = self.redactor.header(&name, value, false);
                (name, value)
            })
            .collect()
    }

    fn header_map<'h>(
        &self,
        headers: &'h HeaderMap,
        secrets: &[String],
    ) -> Vec<(Cow<'h, str>, Cow<'h, str>)> {
        headers
            .iter()
            .map(|(name, value)| {
                let text = String::from_utf8_lossy(value.as_bytes());
                let shown = self.redactor.header(name.as_str(), text, value.is_sensitive());
                let shown = match without(&shown, secrets) {
                    Cow::Owned(replaced) => replaced.into(),
                    Cow::Borrowed(_) => shown,
                };
                (name.as_str().into(), shown)
            })
            .collect()
    }

    fn error<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redactor.text(text) {
            Cow::Borrowed(text) => excerpt(text, ERROR),
            Cow::Owned(text) => excerpt(&text, ERROR).into_owned().into(),
        }
    }

    fn short<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if text.len() <= SHORT { text } else { excerpt(&text, SHORT).into_owned().into() }
    }

    /// As JSON, looked through once more: whatever path a secret came on, it ends here.
    fn json(&self, value: &impl serde::Serialize) -> String {
        let text = serde_json::to_string(value).unwrap_or_default();
        match self.redactor.text(&text) {
            Cow::Owned(masked) => masked,
            Cow::Borrowed(_) => text,
        }
    }
}

/// What lists show of a call's message.
#[derive(Debug, Default)]
struct Said<'e> {
    session: Cow<'e, str>,
    tag: Cow<'e, str>,
    page_name: Cow<'e, str>,
    current_page: Cow<'e, str>,
    response_id: Cow<'e, str>,
}

impl<'e> Said<'e> {
    fn of(envelope: Option<&'e Envelope>) -> Self {
        envelope.map_or_else(Self::default, |envelope| Self {
            session: envelope.session(),
            tag: envelope.tag(),
            page_name: envelope.page_display_name(),
            current_page: envelope.current_page(),
            response_id: envelope.detect_intent_response_id(),
        })
    }

    fn page(&self) -> &str {
        let last = || self.current_page.rsplit('/').next().unwrap_or_default();
        if self.page_name.is_empty() { last() } else { &self.page_name }
    }
}

/// What all attempts of an invocation share.
struct Sent {
    began: Option<std::time::Instant>,
    /// What was sent as a secret, and must not be kept where it comes back.
    secrets: Vec<String>,
}

impl Sent {
    fn of(outbound: &Outbound) -> Self {
        let values = outbound.seen.requests.iter().flat_map(|request| request.headers.values());
        let mut secrets = Vec::new();
        for value in values.filter(|value| value.is_sensitive()).filter_map(|value| value.to_str().ok()) {
            let bare = value.split_once(' ').map_or(value, |(_, bare)| bare);
            secrets.push(bare.to_owned());
        }
        secrets.sort_unstable();
        secrets.dedup();
        Self { began: outbound.seen.attempts.first().map(|attempt| attempt.began), secrets }
    }
}

fn cut_address(url: &str) -> &str {
    &url[..url.floor_char_boundary(ADDRESS)]
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
