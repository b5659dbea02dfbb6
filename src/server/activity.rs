//! An answered call, as the activity log gets it: what is there is moved or shared, nothing written out.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;

use super::access_log::Record;
use super::phases::Phase;
use super::webhook::Entry;
use crate::activity::record::{Headers, Inbound};
use crate::activity::status::Kind;
use crate::activity::{self, InvocationId};
use crate::fulfillment::Call;

impl Record<'_> {
    /// The call with what is kept of it, and the headers of its answer; the record is not needed any more.
    pub(super) fn invocation(&mut self, id: InvocationId, answered: &HeaderMap) -> activity::Record {
        let request = self.request;
        let kind = match self.entry {
            Entry::Standard => Kind::Standard,
            Entry::Flexible => Kind::Flexible,
        };
        let origin = request.headers().get(super::REPLAY).and_then(|value| value.to_str().ok()?.parse().ok());
        activity::Record::Inbound(Box::new(Inbound {
            id,
            kind,
            origin,
            method: method(request.method()),
            target: request.uri().path_and_query().map_or("", |target| target.as_str()).to_owned(),
            headers: headers(request.headers()),
            call: self.call.map(Call::heard),
            status: self.status,
            outcome: self.outcome,
            duplicate: self.duplicate,
            error: self.error.take(),
            answer_headers: headers(answered),
            answer: self.answer.take(),
            answer_size: self.bytes,
            request_id: self.identity.request_id.clone(),
            trace_id: self.identity.trace.map(|trace| trace.number()),
            took: self.phases.total(),
            phases: Phase::ALL.map(|phase| self.phases.of(phase)),
        }))
    }
}

fn method(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::POST => Cow::Borrowed("POST"),
        Method::GET => Cow::Borrowed("GET"),
        _ => Cow::Owned(method.as_str().to_owned()),
    }
}

fn headers(headers: &HeaderMap) -> Headers {
    let mut kept = Headers::with_room();
    for (name, value) in headers {
        kept.push(name.as_str(), value.as_bytes());
    }
    kept
}
