//! An answered call, as those get it who tell neighbour systems of conversations.

use super::access_log::Record;
use super::webhook::Entry;
use crate::activity::InvocationId;
use crate::delivery::told::{Answered, Told};

impl Record<'_> {
    /// Tells what there is to be told of the call, once however often it was repeated.
    pub(super) fn tell(&self, told: &Told, invocation: Option<InvocationId>) {
        let Some(call) = self.call.filter(|_| !self.duplicate) else { return };
        let failure = self.error.as_ref().map(|(code, _)| *code);
        // An error that the log keeps the text of is no reply.
        let answer = self.answer.as_ref().filter(|_| self.status == 200);
        if !told.notices(call.envelope(), answer, failure) {
            return;
        }
        told.answered(Answered {
            call: call.heard(),
            flexible: self.entry == Entry::Flexible,
            answer: answer.cloned(),
            status: self.status,
            outcome: self.outcome,
            failure,
            took: self.phases.total(),
            invocation,
        });
    }
}
