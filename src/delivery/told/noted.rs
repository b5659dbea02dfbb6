//! What calls leave for the writer: what there is to be told, and what is only kept of conversations.
//!
//! Of most calls nothing is told, and a conversation has many: what they say of it is put together here,
//! under the queue's lock, and written once.

use std::collections::{HashMap, VecDeque};

use super::conversation::Conversation;
use super::fact::Fact;
use super::seen::{Call, Seen};
use crate::queue::Gathered;

/// The way from the calls to the writer.
pub(super) type Queue = crate::queue::Queue<Noted>;

#[derive(Debug, Default)]
pub(super) struct Noted {
    facts: VecDeque<Fact>,
    /// By the name of the session as it was sent, and with the room that they take in the queue.
    seen: HashMap<String, (Seen, usize)>,
}

impl Gathered for Noted {
    fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.seen.is_empty()
    }

    fn is_urgent(&self) -> bool {
        !self.facts.is_empty()
    }
}

impl Noted {
    pub(super) fn push(&mut self, fact: Fact) {
        self.facts.push_back(fact);
    }

    /// Adds a call to what is here of its conversation; tells whether there was something.
    pub(super) fn join(&mut self, name: &str, call: Call<'_>) -> bool {
        let known = self.seen.get_mut(name);
        known.map(|(seen, _)| seen.call(call)).is_some()
    }

    /// Adds a call of a conversation of which nothing is here, and takes this room for it.
    pub(super) fn begin(&mut self, name: &str, call: Call<'_>, room: usize) {
        // It has been asked for already, and had no other name.
        let Some(conversation) = Conversation::of(name) else { return };
        let (seen, taken) =
            self.seen.entry(name.to_owned()).or_insert_with(|| (Seen::new(conversation, call.at), 0));
        *taken += room;
        seen.call(call);
    }

    /// Moves everything to what is pending: first what is kept of conversations, as what is told is told with it.
    pub(super) fn drain(&mut self, pending: &mut VecDeque<Fact>) {
        let seen = self.seen.drain().map(|(_, (seen, room))| Fact::seen(seen, room));
        pending.extend(seen);
        pending.append(&mut self.facts);
    }
}
