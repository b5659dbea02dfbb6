//! A piece of work that is recorded if its trace is.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::{Trace, TraceContext};

/// Who works for whom, as OpenTelemetry has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// We, for a caller.
    Server,
    /// We, for ourselves.
    Internal,
    /// Somebody else, for us.
    Client,
}

/// A value that tells something about a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    Text(Cow<'static, str>),
    Number(i64),
}

/// Work that has ended.
#[derive(Debug)]
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "nobody is told without the feature"))]
pub(super) struct Ended {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) context: TraceContext,
    /// The span it is a part of; 0 for none.
    pub(super) parent: u64,
    pub(super) begun: SystemTime,
    pub(super) ended: SystemTime,
    pub(super) attributes: Vec<(&'static str, Attribute)>,
    /// The code of its failure.
    pub(super) failure: Option<Cow<'static, str>>,
}

/// Work under way. It ends when this is dropped, so that work that is given up is told, too.
#[derive(Debug)]
pub(crate) struct Span {
    /// The place of what happens inside of it.
    trace: Trace,
    recorded: Option<Box<Ended>>,
}

impl Trace {
    /// Begins a piece of work as a part of the one whose place this is.
    pub(crate) fn child(&self, name: &'static str, kind: Kind) -> Span {
        let (Some(tracer), Some(parent)) = (&self.tracer, self.context.filter(|context| context.sampled))
        else {
            return Span { trace: self.clone(), recorded: None };
        };
        Span::begin(self, name, kind, TraceContext { span_id: tracer.span_id(), ..parent }, parent.span_id)
    }

    /// Records work that was done by another, from `begun` on.
    pub(crate) fn record(&self, name: &'static str, begun: SystemTime, took: Duration) {
        let mut span = self.child(name, Kind::Internal);
        if let Some(recorded) = &mut span.recorded {
            (recorded.begun, recorded.ended) = (begun, begun + took);
        }
    }
}

impl Span {
    /// The span of a whole call, inside of what `incoming` says.
    pub(super) fn root(incoming: Trace, name: &'static str) -> Self {
        let Some(tracer) = &incoming.tracer else { return Self { trace: incoming, recorded: None } };
        let context = tracer.root(incoming.context);
        let parent = incoming.context.map_or(0, |parent| parent.span_id);
        if context.sampled {
            return Self::begin(&incoming, name, Kind::Server, context, parent);
        }
        Self { trace: Trace { context: Some(context), ..incoming }, recorded: None }
    }

    fn begin(outer: &Trace, name: &'static str, kind: Kind, context: TraceContext, parent: u64) -> Self {
        let begun = SystemTime::now();
        let (attributes, failure) = (Vec::new(), None);
        let ended = Ended { name, kind, context, parent, begun, ended: begun, attributes, failure };
        Self { trace: Trace { context: Some(context), ..outer.clone() }, recorded: Some(Box::new(ended)) }
    }

    /// The place of what happens inside of it.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Whether anybody will be told: what is costly to find out can be left out otherwise.
    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// When it began, if it is recorded.
    pub(crate) fn begun(&self) -> Option<SystemTime> {
        self.recorded.as_ref().map(|recorded| recorded.begun)
    }

    /// Tells something about it.
    pub(crate) fn text(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        if let Some(recorded) = &mut self.recorded {
            recorded.attributes.push((name, Attribute::Text(value.into())));
        }
    }

    /// Tells a number about it.
    pub(crate) fn number(&mut self, name: &'static str, value: i64) {
        if let Some(recorded) = &mut self.recorded {
            recorded.attributes.push((name, Attribute::Number(value)));
        }
    }

    /// It failed, with this code.
    pub(crate) fn failed(&mut self, code: impl Into<Cow<'static, str>>) {
        if let Some(recorded) = &mut self.recorded {
            recorded.failure = Some(code.into());
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let (Some(mut recorded), Some(tracer)) = (self.recorded.take(), &self.trace.tracer) else { return };
        if recorded.ended == recorded.begun {
            recorded.ended = SystemTime::now();
        }
        tracer.send(*recorded);
    }
}
