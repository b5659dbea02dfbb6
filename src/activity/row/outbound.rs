//! The row of a call that we made.

use std::borrow::Cow;

use super::{ADDRESS, Call, Row, Rules, SHORT, Said, cut_address, micros};
use crate::activity::facet::Facet;
use crate::activity::kept::{Attempt, Messages, Request, Response, Summary};
use crate::activity::record::Outbound;
use crate::activity::redact::without;
use crate::activity::session::Parts;
use crate::activity::status::Status;
use crate::excerpt::excerpt;
use crate::outbound::{self, HeaderMap};

impl Rules {
    pub(super) fn outbound(&self, outbound: &Outbound, texts: &mut Vec<u8>) -> Row {
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
        let facet = Facet {
            kind: outbound.kind,
            status,
            status_code: code.unwrap_or(0),
            error_type,
            webhook: &outbound.webhook,
            tag,
            environment: parts.environment,
            agent: parts.agent,
        }
        .bounded();
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
        let session = parts.key();
        let call = Call { id: outbound.id, parent: outbound.parent, session: &session, facet };
        self.write_value(&call, &summary, &messages, texts)
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
