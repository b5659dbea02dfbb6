//! What the agent does with an answer.

use std::time::Duration;

use serde_json::Value;

use super::{Origin, Reaction, Session, Spoken, merge};
use crate::emulator::verdict::{Failure, Verdict};
use crate::protocol::Struct;
use crate::protocol::decode::same_name;

impl Session {
    /// Takes the verdict over the call that [`begin`](Self::begin) asked for, in this order: session
    /// parameters, form, messages, transition. `goes_on` says that the agent calls again in this turn,
    /// so that nothing is asked for yet.
    pub fn conclude(
        &mut self,
        verdict: Option<&Verdict>,
        latency: Option<Duration>,
        goes_on: bool,
    ) -> Reaction {
        let empty = Default::default();
        let changes = verdict.map_or(&empty, |verdict| &verdict.changes);
        let failure: Option<&Failure> = verdict.and_then(|verdict| verdict.failure.as_ref());
        let mut events: Vec<String> = failure.map(|failure| failure.event.to_owned()).into_iter().collect();
        for (name, value) in &changes.set {
            merge(&mut self.parameters, name, value.clone());
        }
        for name in &changes.cleared {
            merge(&mut self.parameters, name, Value::Null);
        }
        let mut refused = None;
        for change in &changes.form {
            let cleared = changes.cleared.iter().any(|name| same_name(name, &change.name));
            let again = self.here.form.change(change, cleared);
            if let Some(index) = again {
                events.push("sys.invalid-parameter".to_owned());
                refused = refused.or(Some(index));
            }
        }
        let mut replaced = 0;
        if changes.replaces_queued {
            replaced = self.turn.queue.len();
            self.turn.queue.clear();
            self.turn.told = 0;
        }
        let said = changes.messages.iter().cloned();
        self.turn.queue.extend(said.map(|said| Spoken { said, origin: Origin::Webhook }));
        let moved_before = std::mem::take(&mut self.turn.moved);
        self.moved_by_answer(changes, &mut events);
        // Where the answer leads, nothing has been refused yet.
        let refused = refused.filter(|_| !self.turn.moved);
        self.turn.moved |= moved_before;
        let mut messages = self.turn.queue[self.turn.told..].to_vec();
        if !goes_on && !self.here.place.is_end() {
            messages.extend(self.prompts(refused));
        }
        let hears =
            |spoken: &Spoken| spoken.said.channel.is_empty() || spoken.said.channel == self.start.channel;
        let (messages, withheld) = messages.into_iter().partition(hears);
        Reaction {
            messages,
            withheld,
            replaced,
            set: changes.set.clone(),
            cleared: changes.cleared.clone(),
            parameters: self.parameters.clone(),
            form: self.here.form.fields.clone(),
            events,
            failure: failure.cloned(),
            place: self.here.place.clone(),
            moved: self.turn.moved,
            payload: changes.payload.clone(),
            findings: verdict.map(|verdict| verdict.findings.clone()).unwrap_or_default(),
            notes: std::mem::take(&mut self.turn.notes),
            latency,
            flow_parameters: Struct::new(),
            meaning: None,
            calls: Vec::new(),
        }
    }
}
