//! The row of a call that others made.

use std::borrow::Cow;

use super::{Call, Row, Rules, SHORT, Said, cut_address, micros};
use crate::activity::facet::Facet;
use crate::activity::kept::{Attempt, Changes, Messages, Parameters, Request, Response, Summary};
use crate::activity::parameters;
use crate::activity::record::{Headers, Inbound};
use crate::activity::session::Parts;
use crate::activity::status::{Kind, Status};
use crate::excerpt::excerpt;
use crate::protocol::Envelope;

impl Rules {
    pub(super) fn inbound(&self, inbound: &Inbound, texts: &mut Vec<u8>) -> Row {
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
        let facet = Facet {
            kind: inbound.kind,
            status,
            status_code: inbound.status,
            error_type,
            webhook: "",
            tag: &said.tag,
            environment: parts.environment,
            agent: parts.agent,
        }
        .bounded();
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
            request_id: inbound.request_id.as_ref().into(),
            trace_id: inbound.trace_id.map(|id| format!("{id:032x}").into()).unwrap_or_default(),
            response_id: excerpt(&said.response_id, SHORT),
            error,
            origin: inbound.origin.map(|origin| origin.number()),
        };
        let answer = inbound.answer.as_ref().filter(|_| inbound.status == 200);
        let allowed = &self.settings.parameters;
        let envelope = match inbound.kind {
            Kind::Flexible => None,
            _ => answer.and_then(|answer| Envelope::parse_response(answer).ok()),
        };
        let parameters = call.map(|call| Changes {
            before: parameters::of(call.envelope(), allowed),
            set: answer.map(|answer| match (&envelope, inbound.kind) {
                (Some(envelope), _) => parameters::of(envelope, allowed),
                (None, Kind::Flexible) => parameters::set_by_object(answer, &self.messages_key, allowed),
                (None, _) => Parameters::default(),
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
        let session = parts.key();
        let call = Call { id: inbound.id, parent: None, session: &session, error_type, facet };
        self.write(&call, &summary, &messages, texts)
    }

    fn headers<'h>(&self, headers: &'h Headers) -> Vec<(Cow<'h, str>, Cow<'h, str>)> {
        /// As many as most calls have.
        const ROOM: usize = 12;
        let mut kept = Vec::with_capacity(ROOM);
        for (name, value) in headers.iter() {
            let value = self.redactor.header(&name, value, false);
            kept.push((name, value));
        }
        kept
    }
}
