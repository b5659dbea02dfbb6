//! The span of a call, from its headers to its answer.

use actix_web::http::header::{HeaderMap, HeaderName};

use super::access_log::Record;
use super::phases::Phase;
use crate::excerpt::excerpt;
use crate::telemetry::trace::{Header, Span, Tracing};

// Names that are made once: looking for a text makes a name of it each time.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
const CLOUD_TRACE_CONTEXT: HeaderName = HeaderName::from_static("x-cloud-trace-context");

/// Begins it, in the trace that the headers name.
pub(super) fn begin(tracing: &Tracing, headers: &HeaderMap) -> Span {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    tracing.begin("call", |header| match header {
        Header::Traceparent => value(TRACEPARENT),
        Header::Tracestate => value(TRACESTATE),
        Header::CloudTraceContext => value(CLOUD_TRACE_CONTEXT),
    })
}

impl Record<'_> {
    /// Ends it with what is known of the call, its verification as a part of it. Nobody is named but
    /// the tag: who spoke to the agent is no business of a collector.
    pub(super) fn trace(&self, mut span: Span) {
        let Some(begun) = span.begun() else { return };
        let verifying = self.phases.of(Phase::Verifying);
        if !verifying.is_zero() {
            let began = self.phases.ended(Phase::Verifying).saturating_sub(verifying);
            span.trace().record("verify", begun + began, verifying);
        }
        if let Some(call) = self.call {
            span.text("rejoinder.tag", excerpt(&call.tag(), 256).into_owned());
        }
        span.text("rejoinder.outcome", self.outcome);
        span.text("rejoinder.request_id", self.identity.request_id.to_string());
        span.text("http.request.method", self.request.method().as_str().to_owned());
        span.text("url.path", excerpt(self.request.path(), 256).into_owned());
        span.number("http.response.status_code", self.status.into());
        if self.status >= 500 {
            span.failed(self.error.as_ref().map_or("failed", |(code, _)| *code));
        }
    }
}
