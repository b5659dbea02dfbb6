//! What calls say of a conversation, gathered until it is written.

use super::conversation::{Conversation, bounded};

/// The longest response id that is told apart by itself, in bytes.
pub(super) const LONGEST_ID: usize = 128;

/// Some calls of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) conversation: Conversation,
    pub(super) first_at: i64,
    pub(super) last_at: i64,
    pub(super) calls: i64,
    pub(super) last_response: String,
    pub(super) handed_off_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) failed_at: Option<i64>,
}

/// One call, as far as it says something of its conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'c> {
    pub(super) at: i64,
    /// The response id; empty if there is none.
    pub(super) response: &'c str,
    pub(super) hands_over: bool,
    pub(super) ends: bool,
    pub(super) failed: bool,
}

impl Seen {
    pub(super) fn new(conversation: Conversation, at: i64) -> Self {
        Self {
            conversation,
            first_at: at,
            last_at: at,
            calls: 0,
            last_response: String::new(),
            handed_off_at: None,
            ended_at: None,
            failed_at: None,
        }
    }

    /// One more call.
    pub(super) fn call(&mut self, call: Call<'_>) {
        let Call { at, response, hands_over, ends, failed } = call;
        self.calls += 1;
        self.first_at = self.first_at.min(at);
        if at >= self.last_at {
            self.last_at = at;
            self.last_response.clear();
            self.last_response.push_str(&bounded(response, LONGEST_ID));
            // Somebody goes on with it, unless this call ends it, too.
            self.ended_at = ends.then_some(at);
        }
        if hands_over {
            self.handed_off_at.get_or_insert(at);
        }
        if failed {
            self.failed_at = self.failed_at.max(Some(at));
        }
    }

    /// The calls of another, which were gathered elsewhere.
    pub(super) fn join(&mut self, other: &Self) {
        self.calls += other.calls;
        self.first_at = self.first_at.min(other.first_at);
        if other.last_at >= self.last_at {
            self.last_at = other.last_at;
            self.last_response.clone_from(&other.last_response);
            self.ended_at = other.ended_at;
        }
        self.handed_off_at = match (self.handed_off_at, other.handed_off_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.failed_at = self.failed_at.max(other.failed_at);
    }

    /// What it takes in memory, nearly, when its session has this name.
    pub(super) fn room(name: &str) -> usize {
        /// Its members, a response id, its place in the table.
        const BESIDE: usize = 512;
        /// The name as it was sent, and what is kept of it three times.
        const TIMES: usize = 4;
        BESIDE + TIMES * name.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(calls: &[(i64, bool, bool, bool)]) -> Seen {
        let mut seen = Seen::new(Conversation::of("s").expect("one"), calls[0].0);
        for (at, hands_over, ends, failed) in calls {
            let response = &*format!("r{at}");
            seen.call(Call { at: *at, response, hands_over: *hands_over, ends: *ends, failed: *failed });
        }
        seen
    }

    #[test]
    fn what_was_gathered_apart_is_what_was_gathered_together() {
        let calls = [
            (5, false, false, true),
            (3, true, false, false),
            (9, false, true, false),
            (7, true, false, true),
        ];
        let whole = seen(&calls);
        assert_eq!((whole.first_at, whole.last_at, whole.calls, &*whole.last_response), (3, 9, 4, "r9"));
        assert_eq!((whole.ended_at, whole.failed_at), (Some(9), Some(7)));
        for at in 1..4 {
            let (mut one, mut other) = (seen(&calls[..at]), seen(&calls[at..]));
            let first = one.clone();
            one.join(&other);
            other.join(&first);
            // Of a handover the first that was told counts, and here nothing is told in between.
            assert_eq!(one, other, "{at}");
            assert_eq!(Seen { handed_off_at: whole.handed_off_at, ..one.clone() }, whole, "{at}");
            assert_eq!(one.handed_off_at, Some(3));
        }
    }
}
