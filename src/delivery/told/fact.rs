//! What the paths of calls hand over: what is there anyway, moved or shared.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::seen::Seen;
use super::types;
use crate::activity::InvocationId;
use crate::activity::record::Heard;
use crate::delivery::CircuitChange as OfWebhook;
use crate::fulfillment::events::Emitted;
use crate::outbound::CircuitChange as OfTarget;
use crate::queue::Weighed;

/// Something that happened.
#[derive(Debug)]
pub(super) struct Fact {
    /// When, in microseconds since 1970.
    pub(super) at: i64,
    pub(super) what: What,
    /// The ids of its events: given once, so that an event which is told twice has one id.
    pub(super) ids: Vec<(&'static str, InvocationId)>,
}

#[derive(Debug)]
pub(super) enum What {
    Answered(Box<Answered>),
    Emitted(Box<Emitted>),
    Circuit(Circuit),
    /// Calls of a conversation of which nothing is told, and how much room they take.
    Seen(Box<Seen>, usize),
}

/// A call of the agent, and what it was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) call: Arc<dyn Heard>,
    /// Whether it is a flexible call, whose answer is an object of parameters.
    pub(crate) flexible: bool,
    /// The body of the answer, if it is a reply.
    pub(crate) answer: Option<Bytes>,
    pub(crate) status: u16,
    /// What the access log says.
    pub(crate) outcome: &'static str,
    /// The code of a failure, also of one that the agent did not hear of.
    pub(crate) failure: Option<&'static str>,
    pub(crate) took: Duration,
    /// What it is called in the activity log, if there is one.
    pub(crate) invocation: Option<InvocationId>,
}

/// The state of a webhook's circuit breaker has changed.
#[derive(Debug)]
pub(super) struct Circuit {
    /// Its id, if it is one that is told events.
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) opened: bool,
    /// Where that is counted: failures in a row, and how long it is left alone.
    pub(super) failures: Option<usize>,
    pub(super) open_for: Option<Duration>,
}

impl Circuit {
    pub(super) fn of_target(change: OfTarget) -> Self {
        let OfTarget { name, opened_after, open_for } = change;
        let opened = opened_after.is_some();
        Self { id: None, name, opened, failures: opened_after, open_for: opened.then_some(open_for) }
    }

    pub(super) fn of_webhook(change: &OfWebhook) -> Self {
        let id = Some(change.webhook.id.to_string());
        Self { id, name: change.webhook.name.clone(), opened: change.open, failures: None, open_for: None }
    }

    pub(super) fn event_type(&self) -> &'static str {
        if self.opened { types::CIRCUIT_OPENED } else { types::CIRCUIT_CLOSED }
    }
}

impl Fact {
    pub(super) fn answered(at: i64, answered: Answered) -> Self {
        Self { at, what: What::Answered(Box::new(answered)), ids: Vec::new() }
    }

    pub(super) fn emitted(at: i64, event: Emitted) -> Self {
        Self { at, what: What::Emitted(Box::new(event)), ids: Vec::new() }
    }

    pub(super) fn circuit(at: i64, circuit: Circuit) -> Self {
        Self { at, what: What::Circuit(circuit), ids: Vec::new() }
    }

    pub(super) fn seen(seen: Seen, room: usize) -> Self {
        Self { at: seen.last_at, what: What::Seen(Box::new(seen), room), ids: Vec::new() }
    }

    /// The id of its event of this kind.
    pub(super) fn id(&mut self, kind: &'static str, next: impl FnOnce() -> InvocationId) -> InvocationId {
        match self.ids.iter().find(|(known, _)| *known == kind) {
            Some((_, id)) => *id,
            None => {
                let id = next();
                self.ids.push((kind, id));
                id
            }
        }
    }
}

impl Weighed for Fact {
    fn size(&self) -> usize {
        /// Beside texts and bodies: the fact, the call's own members, its place in the queue.
        const BESIDE: usize = 1024;
        let beside = match &self.what {
            What::Seen(_, room) => return *room,
            _ => BESIDE,
        };
        beside
            + match &self.what {
                What::Answered(answered) => {
                    answered.call.envelope().body().len() + answered.answer.as_ref().map_or(0, Bytes::len)
                }
                // A tree takes some times what its text does.
                What::Emitted(event) => event.call.envelope().body().len() + 4 * event.size,
                What::Circuit(circuit) => circuit.name.len(),
                What::Seen(..) => 0,
            }
    }
}
