//! From what happened to what may have to be told: whether it is news, the store knows.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::conversation::{Conversation, bounded};
use super::describe;
use super::fact::{Answered, Fact, What};
use super::seen::{Call, LONGEST_ID, Seen};
use super::turn::Turn;
use super::types::{self, Wanted};
use crate::delivery::rules::{Snapshot as Rules, Stored};

/// Something of which every instance may know, and one tells: a conversation's key, and what it is.
pub(super) type Mark = (String, String);

/// An event that may have to be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Whose it is, by its place in the batch.
    pub(super) fact: usize,
    /// Its type; for those of handlers, `custom`.
    pub(super) kind: &'static str,
    pub(super) when: When,
}

/// When a draft becomes an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// Nobody knew of this conversation.
    New(String),
    /// Nobody had made this mark.
    Marked(Mark),
}

/// A trigger that may have to notify.
#[derive(Debug)]
pub(super) struct Firing {
    /// Whose it is, by its place in the batch.
    pub(super) fact: usize,
    pub(super) rule: Arc<Stored>,
    pub(super) turn: Arc<Turn>,
    pub(super) when: When,
}

/// The kind of what handlers tell.
pub(super) const CUSTOM: &str = "custom";

/// What is told in one transaction, perhaps.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) drafts: Vec<Draft>,
    pub(super) firings: Vec<Firing>,
    pub(super) seen: BTreeMap<String, Seen>,
    /// With the session's id, and when it was made.
    pub(super) marks: BTreeMap<Mark, (String, i64)>,
    started: BTreeSet<String>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        !self.tells() && self.seen.is_empty()
    }

    /// Whether anything may have to be told.
    pub(super) fn tells(&self) -> bool {
        !self.drafts.is_empty() || !self.firings.is_empty()
    }

    pub(super) fn add(&mut self, index: usize, fact: &Fact, wanted: Wanted) {
        let always = |kind| Draft { fact: index, kind, when: When::Always };
        match &fact.what {
            What::Answered(answered) => {
                if let Some(conversation) = Conversation::of(&answered.call.envelope().session()) {
                    self.add_conversation(index, fact.at, answered, conversation, wanted);
                }
                if let Some(code) = answered.failure.filter(|code| wanted.has_failure(code)) {
                    self.drafts.push(always(types::of_failure(code)));
                }
            }
            What::Seen(seen, _) => match self.seen.entry(seen.conversation.key.clone()) {
                Entry::Vacant(vacant) => drop(vacant.insert((**seen).clone())),
                Entry::Occupied(mut known) => known.get_mut().join(seen),
            },
            What::Emitted(_) => self.drafts.push(always(CUSTOM)),
            What::Circuit(circuit) => self.drafts.push(always(circuit.event_type())),
        }
    }

    /// Adds the triggers whose conditions hold for a call, each once a turn.
    pub(super) fn add_firings(&mut self, index: usize, fact: &Fact, rules: &Rules, messages_key: &str) {
        let What::Answered(answered) = &fact.what else { return };
        if rules.triggers().is_empty() {
            return;
        }
        let envelope = answered.call.envelope();
        let conversation = Conversation::of(&envelope.session());
        let response = envelope.detect_intent_response_id();
        let response = bounded(&response, LONGEST_ID);
        let turn = Arc::new(Turn::of(answered, messages_key));
        for rule in rules.triggers().iter().filter(|rule| rule.rule.holds(&*turn)) {
            let name = format!("trigger-{}", rule.id);
            let when = match &conversation {
                Some(conversation) => self.once(fact.at, &name, conversation, &response),
                None => Some(When::Always),
            };
            if let Some(when) = when {
                let (rule, turn) = (Arc::clone(rule), Arc::clone(&turn));
                self.firings.push(Firing { fact: index, rule, turn, when });
            }
        }
    }

    fn add_conversation(
        &mut self,
        index: usize,
        at: i64,
        answered: &Answered,
        conversation: Conversation,
        wanted: Wanted,
    ) {
        let key = conversation.key.clone();
        let envelope = answered.call.envelope();
        let response = envelope.detect_intent_response_id();
        let response = bounded(&response, LONGEST_ID);
        if wanted.started && self.started.insert(key.clone()) {
            self.drafts.push(Draft { fact: index, kind: types::STARTED, when: When::New(key.clone()) });
        }
        if wanted.turn {
            self.mark(index, at, types::TURN, &conversation, &response);
        }
        let hands_over = (wanted.handoff || wanted.needs_state()) && describe::handoff(answered).is_some();
        if hands_over && wanted.handoff {
            self.mark(index, at, types::HANDOFF, &conversation, &response);
        }
        if !wanted.needs_state() {
            return;
        }
        let ends = describe::ended(answered).is_some();
        if ends && wanted.ended {
            self.mark(index, at, types::ENDED, &conversation, &response);
        }
        let seen = self.seen.entry(key).or_insert_with(|| Seen::new(conversation, at));
        let failed = answered.failure.is_some();
        seen.call(Call { at, response: &response, hands_over, ends, failed });
    }

    /// Adds a draft of which there is one for each turn.
    fn mark(
        &mut self,
        index: usize,
        at: i64,
        kind: &'static str,
        conversation: &Conversation,
        response: &str,
    ) {
        if let Some(when) = self.once(at, types::word(kind), conversation, response) {
            self.drafts.push(Draft { fact: index, kind, when });
        }
    }

    /// When something is news of which there is one for each turn; never if another call of the same turn is
    /// in this batch already. Without a response id every call is a turn.
    fn once(&mut self, at: i64, name: &str, conversation: &Conversation, response: &str) -> Option<When> {
        if response.is_empty() {
            return Some(When::Always);
        }
        let mark = (conversation.key.clone(), format!("{name} {response}"));
        match self.marks.entry(mark.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert((conversation.session.clone(), at));
                Some(When::Marked(mark))
            }
            Entry::Occupied(_) => None,
        }
    }
}
