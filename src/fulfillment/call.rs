//! One call of the agent, as handlers and hooks see it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::activity::InvocationId;
use crate::activity::record::Heard;
use crate::auth::Caller;
use crate::protocol::Envelope;
use crate::telemetry::trace::Trace;

use super::deadline::{Deadline, Times};
use super::events::{Emit, Events};
use super::extract::States;

/// One call of the agent. Cloning it is cheap; it is the same call.
///
/// Handlers usually name what they want as [extractors](super::extract); a `Call` is for hooks and
/// for code that decides at run time.
#[derive(Debug, Clone)]
pub struct Call {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    envelope: Envelope,
    caller: Caller,
    states: Arc<States>,
    trace: Trace,
    times: Times,
    /// What it is called in the activity log, if there is one.
    invocation: Option<InvocationId>,
    /// Who tells the events of its handler, if anybody does.
    emits: Option<Arc<dyn Emit>>,
}

impl Heard for Inner {
    fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    fn caller(&self) -> Cow<'_, str> {
        self.caller.label()
    }
}

impl Call {
    pub(crate) fn new(envelope: Envelope, caller: Caller, states: Arc<States>, times: Times) -> Self {
        Self {
            inner: Arc::new(Inner {
                envelope,
                caller,
                states,
                trace: Trace::default(),
                times,
                invocation: None,
                emits: None,
            }),
        }
    }

    /// The same call, in this trace. To be said before there are clones, which have none.
    pub(crate) fn traced(mut self, trace: &Trace) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.trace = trace.clone();
        }
        self
    }

    /// The same call, which has this name in the activity log. To be said before there are clones.
    pub(crate) fn logged(mut self, invocation: Option<InvocationId>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.invocation = invocation;
        }
        self
    }

    /// The same call, whose handler's events go there. To be said before there are clones.
    pub(crate) fn telling(mut self, emits: Option<Arc<dyn Emit>>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.emits = emits;
        }
        self
    }

    /// What it is called in the activity log, if there is one.
    pub(crate) fn invocation(&self) -> Option<InvocationId> {
        self.inner.invocation
    }

    /// What the activity log keeps of it.
    pub(crate) fn heard(&self) -> Arc<dyn Heard> {
        self.inner.clone()
    }

    /// The request, read on demand.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.inner.envelope
    }

    /// The fulfillment's tag.
    #[must_use]
    pub fn tag(&self) -> Cow<'_, str> {
        self.inner.envelope.tag()
    }

    /// Who called.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.inner.caller
    }

    /// When it must have been answered.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.inner.times.limit()
    }

    /// Tells subscribed webhooks what happened; handlers usually name [`Events`] as an input.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::of(self)
    }

    pub(super) fn emits(&self) -> Option<&Arc<dyn Emit>> {
        self.inner.emits.as_ref()
    }

    pub(crate) fn times(&self) -> &Times {
        &self.inner.times
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.inner.trace
    }

    pub(super) fn states(&self) -> &States {
        &self.inner.states
    }
}
