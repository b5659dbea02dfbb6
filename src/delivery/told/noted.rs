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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::told::drafts::Batch;
    use crate::delivery::told::fact::What;
    use crate::delivery::told::types::Wanted;
    use crate::queue::Weighed as _;

    fn call(at: i64) -> Call<'static> {
        Call { at, response: "r", hands_over: false, ends: false, failed: false }
    }

    #[test]
    fn calls_of_a_conversation_are_written_once_and_keep_their_room() {
        let queue = Queue::new(3 * Seen::room("s"));
        let note = |name: &str, at| {
            let room = Seen::room(name);
            queue.amend(|noted| noted.join(name, call(at)))
                || queue.add(room, |noted| noted.begin(name, call(at), room))
        };
        assert_eq!(["s", "t", "s", "t"].map(|name| note(name, 3)), [true; 4]);
        // There is room for three conversations, and for any number of their calls.
        assert_eq!(["u", "v"].map(|name| note(name, 1)), [true, false]);
        assert!(note("s", 9));
        let (mut noted, mut pending) = (Noted::default(), VecDeque::new());
        queue.take(&mut noted);
        assert!(!noted.is_urgent() && !noted.is_empty());
        noted.drain(&mut pending);
        assert!(noted.is_empty());
        assert_eq!(pending.iter().map(|fact| fact.size()).sum::<usize>(), 3 * Seen::room("s"));
        let mut calls: Vec<_> = pending
            .iter()
            .map(|fact| match &fact.what {
                What::Seen(seen, _) => (&*seen.conversation.name, seen.calls, seen.first_at, seen.last_at),
                other => panic!("{other:?}"),
            })
            .collect();
        calls.sort_unstable();
        assert_eq!(calls, [("s", 3, 3, 9), ("t", 2, 3, 3), ("u", 1, 1, 1)]);
        // One that is written so and otherwise is one conversation.
        let again = Fact::seen(Seen::new(Conversation::of("s").expect("one"), 20), 0);
        let mut batch = Batch::default();
        for (index, fact) in pending.iter().chain([&again]).enumerate() {
            batch.add(index, fact, Wanted::default());
        }
        assert!(!batch.tells() && !batch.is_empty());
        assert_eq!((batch.seen.len(), batch.seen["s"].calls, batch.seen["s"].last_at), (3, 3, 20));
    }
}
