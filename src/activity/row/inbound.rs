//! The row of a call that others made, written straight in the form of [`Summary`](crate::activity::kept::Summary)
//! and [`Messages`](crate::activity::kept::Messages): there is one for each call of the agent.

use std::borrow::Cow;

use super::json::Json;
use super::{Call, Row, Rules, SHORT, Said, cut_address, micros};
use crate::activity::facet::Facet;
use crate::activity::parameters::set_by_object;
use crate::activity::record::{Headers, Inbound};
use crate::activity::session::Parts;
use crate::activity::status::{Kind, Status};
use crate::excerpt::excerpt;
use crate::protocol::Changes;

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
        let session = parts.key();
        let written = Call { id: inbound.id, parent: None, session: &session, facet };
        let summary = |json: &mut Json<'_>| {
            json.raw("{\"took_us\":").number(micros(inbound.took)).raw(",\"phases_us\":");
            json.list(inbound.phases, |json, phase| {
                json.number(micros(phase));
            });
            json.raw(",\"attempts\":1,\"request_bytes\":").number(request_bytes);
            json.raw(",\"response_bytes\":").number(inbound.answer_size);
            json.member("outcome", inbound.outcome);
            json.raw(if inbound.duplicate { ",\"duplicate\":true" } else { "" });
            json.member("tag", &excerpt(&said.tag, SHORT)).member("page", &excerpt(said.page(), SHORT));
            json.member("caller", &call.map(|call| self.short(call.caller())).unwrap_or_default());
            json.member("request_id", &inbound.request_id);
            if let Some(id) = inbound.trace_id {
                json.member("trace_id", &format!("{id:032x}"));
            }
            json.member("response_id", &excerpt(&said.response_id, SHORT)).member("error", &error);
            if let Some(origin) = inbound.origin {
                json.raw(",\"origin\":").number(origin.number());
            }
            json.raw("}");
        };
        let messages = |json: &mut Json<'_>| {
            json.raw("{");
            self.parameters(json, inbound);
            json.raw("\"requests\":[");
            self.received(json, inbound, request_bytes);
            json.raw("],\"attempts\":[{\"request\":0,\"began_us\":0,\"took_us\":")
                .number(micros(inbound.took));
            json.member("status", status.as_str()).raw(",\"status_code\":").number(inbound.status);
            json.member("error_type", error_type).raw(",\"response\":{\"headers\":");
            self.headers(json, &inbound.answer_headers).raw(",\"bytes\":").number(inbound.answer_size);
            self.body(json, inbound.answer.as_deref());
            json.raw("}}]}");
        };
        self.write(&written, summary, messages, texts)
    }

    /// What the session's parameters were, and what the answer makes of them.
    fn parameters(&self, json: &mut Json<'_>, inbound: &Inbound) {
        let Some(call) = &inbound.call else { return };
        let allowed = &self.settings.parameters;
        json.raw("\"parameters\":{\"before\":").parameters(call.envelope().parameter_values(), allowed);
        if let Some(answer) = inbound.answer.as_ref().filter(|_| inbound.status == 200) {
            json.raw(",\"set\":");
            match inbound.kind {
                Kind::Flexible => json.value(&set_by_object(answer, &self.messages_key, allowed)),
                _ => json.parameters(Changes::of(answer).values(), allowed),
            };
        }
        json.raw("},");
    }

    fn received(&self, json: &mut Json<'_>, inbound: &Inbound, bytes: u64) {
        let target = cut_address(&inbound.target);
        let (url, masked) = match (inbound.kind, target.split_once('?')) {
            // A flexible call's parameters stand in its query.
            (Kind::Flexible, Some((path, _))) if !self.settings.inbound_bodies => {
                (format!("{path}?***").into(), true)
            }
            _ => self.redactor.url(target),
        };
        json.raw("{\"method\":").text(&inbound.method).raw(",\"url\":").text(&url).raw(",\"headers\":");
        self.headers(json, &inbound.headers).raw(",\"bytes\":").number(bytes);
        // What a flexible call says is made into a request of ours; that is what is kept.
        self.body(json, inbound.call.as_deref().map(|call| &**call.envelope().body()));
        let masked = masked || target.len() < inbound.target.len();
        json.raw(if masked { ",\"url_masked\":true}" } else { "}" });
    }

    fn body(&self, json: &mut Json<'_>, body: Option<&[u8]>) {
        if let Some(body) = body.filter(|_| self.settings.inbound_bodies) {
            json.raw(",\"body\":").value(&self.redactor.body(body, &[]));
        }
    }

    fn headers<'j, 't>(&self, json: &'j mut Json<'t>, headers: &Headers) -> &'j mut Json<'t> {
        json.list(headers.iter(), |json, (name, value)| {
            let value = self.redactor.header(name, value.into(), false);
            json.raw("[").text(name).raw(",").text(&value).raw("]");
        })
    }
}
