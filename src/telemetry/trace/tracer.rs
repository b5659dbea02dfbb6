//! Which calls are traced, and whom their spans are sent to.

use std::sync::Arc;
use std::time::Duration;

use super::otlp::Exporter;
use super::span::{Ended, Span};
use super::{STATE_LIMIT, Trace, TraceContext};
use crate::chance::Chance;
use crate::config::Traces;

/// How a server takes part in traces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tracing {
    tracer: Option<Tracer>,
    propagated: bool,
}

/// What records spans; clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Tracer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ratio: f64,
    chance: Chance,
    exporter: Exporter,
}

/// A header that names a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// `traceparent`, W3C's.
    Traceparent,
    /// `tracestate`, what vendors add to it.
    Tracestate,
    /// `x-cloud-trace-context`, Google's own.
    CloudTraceContext,
}

impl Tracing {
    /// As the settings have it. What cannot be set up is logged: calls are answered without.
    pub(crate) fn new(settings: &Traces) -> Self {
        let exporter = (!settings.endpoint.is_empty()).then(|| Exporter::new(settings)).transpose();
        let exporter = exporter.unwrap_or_else(|reason| {
            tracing::error!(target: "rejoinder::traces", reason, "no traces are sent");
            None
        });
        let (ratio, chance) = (settings.sample_ratio, Chance::default());
        let tracer = exporter.map(|exporter| Tracer(Arc::new(Inner { ratio, chance, exporter })));
        Self { tracer, propagated: settings.propagate }
    }

    /// Begins the span of a call, in the trace that its headers name or in a new one.
    pub(crate) fn begin<'h>(&self, name: &'static str, header: impl Fn(Header) -> Option<&'h str>) -> Span {
        let parent = header(Header::Traceparent).and_then(TraceContext::of_traceparent);
        let state =
            parent.and_then(|_| header(Header::Tracestate)).filter(|state| state.len() <= STATE_LIMIT);
        let cloud = || header(Header::CloudTraceContext).and_then(TraceContext::of_cloud);
        let incoming = Trace {
            context: parent.or_else(cloud),
            state: state.map(Arc::from),
            propagated: self.propagated,
            tracer: self.tracer.clone(),
        };
        Span::root(incoming, name)
    }

    /// Sends what has not been sent. It waits for the collector, at most this long.
    pub(crate) async fn finish(self, time: Duration) {
        if let Some(tracer) = self.tracer {
            // What is lost then has been logged.
            let _ = tokio::task::spawn_blocking(move || tracer.0.exporter.finish(time)).await;
        }
    }
}

impl Tracer {
    /// The place of a call: in its parent's trace, recorded if that is, or in a new one by chance.
    pub(super) fn root(&self, parent: Option<TraceContext>) -> TraceContext {
        let Inner { ratio, chance, .. } = &*self.0;
        let span_id = self.span_id();
        match parent {
            Some(parent) => TraceContext { span_id, ..parent },
            None => {
                let trace_id = u128::from(chance.bits()) << 64 | u128::from(self.span_id());
                TraceContext { trace_id, span_id, sampled: chance.fraction() < *ratio }
            }
        }
    }

    /// A name that no other span of the trace has. Never 0.
    pub(super) fn span_id(&self) -> u64 {
        self.0.chance.bits().max(1)
    }

    pub(super) fn send(&self, ended: Ended) {
        self.0.exporter.send(ended);
    }
}
