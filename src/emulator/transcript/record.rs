//! Makes a transcript of what happened at a prompt or in another transcript.

use serde_json::Value;

use super::expect::{Expect, MessageExpect, Messages};
use super::{Step, Transcript};
use crate::emulator::session::{Input, Reaction, Spoken};

/// Writes down turns with what came of them as what is expected.
#[derive(Debug, Clone)]
pub struct Recorder {
    transcript: Transcript,
}

impl Recorder {
    /// With the name, start and pages of this transcript, and none of its turns.
    #[must_use]
    pub fn new(transcript: Transcript) -> Self {
        Self { transcript: Transcript { turns: Vec::new(), ..transcript } }
    }

    /// Adds a turn.
    pub fn add(&mut self, input: &Input, reaction: &Reaction) {
        self.transcript.turns.push(Step { input: input.clone(), expect: expected(reaction), line: 0 });
    }

    /// How many turns there are.
    #[must_use]
    pub fn turns(&self) -> usize {
        self.transcript.turns.len()
    }

    /// The transcript.
    #[must_use]
    pub fn finish(self) -> Transcript {
        self.transcript
    }
}

/// What came of a turn as what is expected of it: what is said, set and removed, the form's states, the
/// page gone to, the events.
fn expected(reaction: &Reaction) -> Expect {
    let set = reaction.set.keys().filter_map(|name| Some((name.clone(), reaction.parameter(name)?.clone())));
    let cleared = reaction.cleared.iter().filter(|name| reaction.parameter(name).is_none());
    let form = reaction.form.iter().map(|field| (field.name.clone(), field.state.as_str().to_owned()));
    Expect {
        messages: Some(Messages::All(reaction.messages.iter().map(message).collect())),
        parameters: set.chain(cleared.map(|name| (name.clone(), Value::Null))).collect(),
        form: form.collect(),
        page: reaction.moved.then(|| reaction.place.page.clone()),
        flow: reaction.moved.then(|| reaction.place.flow.clone()),
        events: Some(reaction.events.clone()).filter(|events| !events.is_empty()),
        latency: None,
    }
}

fn message(spoken: &Spoken) -> MessageExpect {
    let kind = Some(spoken.said.kind.to_owned());
    match (&spoken.said.said, spoken.said.kind) {
        (Some(said), "text") => MessageExpect::equals(said),
        (Some(said), _) => MessageExpect { kind, ..MessageExpect::equals(said) },
        (None, _) => {
            MessageExpect { kind, content: Some(spoken.said.content.clone()), ..MessageExpect::default() }
        }
    }
}
