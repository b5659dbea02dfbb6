//! The trace that a call belongs to, and its spans.
//!
//! A [`Trace`] is a place in a trace: what others said in headers, and, where `[traces]` names a
//! collector, the span that work here belongs to. Handlers run inside of [`Trace::scope`], so that
//! log events and calls of webhooks know theirs. Without headers and a collector it is nothing,
//! and costs nothing.

mod context;
#[cfg_attr(not(feature = "otlp"), path = "no_otlp.rs")]
mod otlp;
mod span;
mod tracer;

use std::future::Future;
use std::sync::Arc;

pub(crate) use context::TraceContext;
pub(crate) use span::{Kind, Span};
pub(crate) use tracer::{Header, Tracer, Tracing};

/// The longest `tracestate` that is passed on, as the specification has it.
const STATE_LIMIT: usize = 512;

tokio::task_local! {
    static CURRENT: Trace;
}

/// A place in a trace, or in none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    context: Option<TraceContext>,
    /// What other systems keep beside the context.
    state: Option<Arc<str>>,
    /// Whether the upstreams that are called hear of it.
    propagated: bool,
    tracer: Option<Tracer>,
}

impl Trace {
    /// The place of what runs now.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// What headers and logs call it.
    pub(crate) fn context(&self) -> Option<TraceContext> {
        self.context
    }

    /// The context of what runs now.
    pub(crate) fn current_context() -> Option<TraceContext> {
        CURRENT.try_with(|trace| trace.context).ok().flatten()
    }

    /// Runs `work` here.
    pub(crate) fn scope<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), work)
    }

    /// The headers that tell an upstream where it belongs.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let context = self.context.filter(|_| self.propagated);
        let parent = context.and_then(TraceContext::traceparent);
        let state = self.state.as_ref().filter(|_| parent.is_some()).map(ToString::to_string);
        parent.map(|text| ("traceparent", text)).into_iter().chain(state.map(|text| ("tracestate", text)))
    }
}
