//! One attempt: sent, judged, and written down as it may be kept.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::job::State;
use super::outbox::AttemptRow;
use super::shown::ShownRequest;
use super::webhook::Webhook;
use crate::activity::InvocationId;
use crate::activity::kept::{Body, Request, Response};
use crate::activity::redact::{Redactor, without};
use crate::excerpt::excerpt;
use crate::outbound::{self, HeaderMap, HeaderName, HeaderValue, OutboundError};

/// The longest error and address that are kept.
const LONGEST: usize = 4096;

/// Request and answer, secrets masked. The request's body is the job's, and is not kept again.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Exchange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Request<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) response: Option<Response<'a>>,
    /// Why there was no answer that could be used: a stable word, and a sentence.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) error_type: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) error: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) head_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body_us: Option<u64>,
}

/// Writes exchanges down, without what must not be kept.
#[derive(Debug, Clone)]
pub(super) struct Scribe {
    redactor: Arc<RwLock<Redactor>>,
    /// `activity.outbound_bodies`
    keeps: bool,
    /// `activity.body_limit`
    limit: usize,
}

impl Scribe {
    pub(super) fn new(redactor: Redactor, keeps: bool, limit: usize) -> Self {
        Self { redactor: Arc::new(RwLock::new(redactor)), keeps, limit }
    }

    /// How much of an answer is read: what is kept, and one more byte that tells whether there is more.
    pub(super) fn reads(limit: usize) -> usize {
        limit + 1
    }

    /// Takes notice of secrets that have changed.
    pub(super) fn refresh(&self) {
        self.redactor.write().unwrap_or_else(PoisonError::into_inner).refresh();
    }

    /// What was sent and came back.
    pub(super) fn exchange(
        &self,
        webhook: &Webhook,
        request: &outbound::Request,
        outcome: &Result<outbound::Response, OutboundError>,
    ) -> Exchange<'static> {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        let secrets = secrets(webhook);
        let whole = request.url.as_str();
        let (url, url_masked) = if self.keeps {
            let (url, masked) = redactor.url(&whole[..whole.floor_char_boundary(LONGEST)]);
            (url.into_owned(), masked || whole.len() > LONGEST)
        } else {
            (webhook.endpoint_text.clone(), true)
        };
        let body = request.body.as_deref().unwrap_or_default();
        let sent = Request {
            method: request.method.as_str().to_owned().into(),
            url: url.into(),
            headers: headers(&redactor, &request.headers, &[]),
            bytes: body.len() as u64,
            body: None,
            url_masked,
        };
        let mut exchange = Exchange { request: Some(sent), ..Exchange::default() };
        match outcome {
            Ok(response) => {
                exchange.head_us = Some(micros(response.timing.head));
                exchange.body_us = Some(micros(response.timing.body));
                let body = self.keeps.then(|| {
                    let mut body = redactor.body(&response.body, &secrets).into_owned();
                    body.truncated |= response.body.len() > self.limit;
                    body
                });
                exchange.response = Some(Response {
                    headers: headers(&redactor, &response.headers, &secrets),
                    bytes: response.body.len() as u64,
                    body,
                });
            }
            Err(error) => {
                exchange.error_type = error.code().into();
                let text = error.to_string();
                let text = redactor.text(&text);
                exchange.error = excerpt(&without(&text, &secrets), LONGEST).into_owned().into();
            }
        }
        exchange
    }

    /// What a receiver answered to somebody who waits for it: whole, but for what the webhook sent as a
    /// secret and any secret of the settings.
    pub(super) fn answer(&self, webhook: &Webhook, response: &outbound::Response) -> String {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&response.body);
        without(&redactor.text(&text), &secrets(webhook)).into_owned()
    }

    /// What was sent to somebody who waits for the answer: whole, but for secrets.
    pub(super) fn request(&self, request: &outbound::Request) -> ShownRequest {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
        let headers = headers(&redactor, &request.headers, &[]).into_iter();
        ShownRequest {
            method: request.method.as_str().to_owned(),
            url: redactor.url(request.url.as_str()).0.into_owned(),
            headers: headers.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            payload: redactor.text(&body).into_owned(),
            truncated: false,
        }
    }

    pub(super) fn answer_headers(
        &self,
        webhook: &Webhook,
        response: &outbound::Response,
    ) -> Vec<(String, String)> {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        let headers = headers(&redactor, &response.headers, &secrets(webhook));
        headers.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    /// A content as it may be shown; nothing of it where bodies are not kept.
    pub(super) fn shown(&self, content: &[u8]) -> Option<Body<'static>> {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        self.keeps.then(|| redactor.body(content, &[]).into_owned())
    }
}

impl Exchange<'static> {
    /// As it is kept.
    pub(super) fn row(
        &self,
        delivery: InvocationId,
        number: u32,
        (state, status_code): (State, Option<u16>),
        started_at: i64,
        completed_at: i64,
    ) -> AttemptRow {
        let exchange = serde_json::to_string(self).unwrap_or_default();
        AttemptRow { delivery, number, state, status_code, started_at, completed_at, exchange }
    }

    /// An attempt at which nothing was sent.
    pub(super) fn nothing(error_type: &'static str, error: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), error: error.into().into(), ..Self::default() }
    }
}

/// What a webhook sends as a secret.
fn secrets(webhook: &Webhook) -> Vec<String> {
    let Some(authentication) = &webhook.authentication else { return Vec::new() };
    let (_, value) = authentication.header();
    let bare = value.split_once(' ').map_or(&*value, |(_, bare)| bare).to_owned();
    vec![bare, (*authentication.secret().expose()).to_owned()]
}

/// Headers as they may be kept.
fn headers(
    redactor: &Redactor,
    headers: &HeaderMap,
    secrets: &[String],
) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
    let shown = |(name, value): (&HeaderName, &HeaderValue)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        // Our own are called like secrets, and are none: whoever looks for a delivery compares them.
        let ours = !value.is_sensitive() && OURS.iter().any(|ours| name.as_str().starts_with(ours));
        let text = if ours { text } else { redactor.header(name.as_str(), text, value.is_sensitive()) };
        (name.as_str().to_owned().into(), without(&text, secrets).into_owned().into())
    };
    headers.iter().map(shown).collect()
}

/// How the names of our own headers begin.
const OURS: [&str; 2] = ["x-zendesk-", "x-rejoinder-"];

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
