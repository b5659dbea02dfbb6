//! A conversation: what was said, and beside it what the agent knows and whom it called.

use askama::Template;

use super::{Change, Message, Parameter, Part};
use crate::console::Chrome;
use crate::console::form::Faults;

#[derive(Debug, Template)]
#[template(path = "emulator/talk.html")]
pub(crate) struct TalkPage {
    pub(crate) chrome: Chrome,
    pub(crate) id: String,
    pub(crate) title: String,
    /// What is to be known about it.
    pub(crate) notes: Vec<String>,
    pub(crate) turns: Vec<TurnView>,
    /// The number of the turn that stands beside the conversation; 0 before the first.
    pub(crate) shown: usize,
    pub(crate) knows: Knows,
    /// The calls of the turn that is shown.
    pub(crate) calls: Vec<CallView>,
    /// What was evaluated in the turn that is shown: the rule, the place, and what happened.
    pub(crate) trail: Vec<(String, String, String)>,
    pub(crate) faults: Faults,
    pub(crate) form: TurnForm,
    /// How many turns of a transcript were not played yet, and the first of them in a few words.
    pub(crate) pending: usize,
    pub(crate) next: String,
    pub(crate) tags: Vec<String>,
    pub(crate) webhooks: Vec<(String, String)>,
    pub(crate) pages: Vec<String>,
    pub(crate) intents: Vec<String>,
    /// What the next answer may fill; the first that is asked for is so.
    pub(crate) fields: Vec<FieldView>,
    /// Whether the agent itself is executed: then it chooses what is called.
    pub(crate) executes: bool,
}

impl TalkPage {
    pub(crate) fn is_last(&self) -> bool {
        self.shown == self.turns.len()
    }

    /// What the user may do: the value, and what people read.
    pub(crate) fn kinds(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("text", "writes"),
            ("event", "event"),
            ("dtmf", "presses keys"),
            ("intent", "intent"),
            ("none", "does nothing"),
        ]
    }

    pub(crate) fn address(&self) -> String {
        format!("/console/emulator/{}", self.id)
    }
}

/// A turn of the conversation.
#[derive(Debug)]
pub(crate) struct TurnView {
    /// From 1.
    pub(crate) number: usize,
    /// What the user did; none if the agent went on by itself.
    pub(crate) said: Option<Line>,
    /// What the agent made of it and did before it called.
    pub(crate) before: Vec<Line>,
    pub(crate) messages: Vec<Message>,
    /// Messages for other channels than the session's.
    pub(crate) withheld: Vec<Message>,
    /// What failed, and what mends it.
    pub(crate) failures: Vec<Failed>,
    /// Other events that fired.
    pub(crate) events: Vec<String>,
    /// Where the conversation went.
    pub(crate) moved: String,
    pub(crate) ended: bool,
    pub(crate) mismatches: Vec<String>,
    /// Whether a transcript had expectations, all of them met.
    pub(crate) passed: bool,
    pub(crate) notes: Vec<String>,
}

/// A call that failed for the agent.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) event: String,
    pub(crate) reason: String,
    pub(crate) hint: String,
}

/// Something in a few words, and what it is called.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// What the agent knows.
#[derive(Debug)]
pub(crate) struct Knows {
    pub(crate) session: String,
    pub(crate) environment: String,
    pub(crate) language: String,
    pub(crate) flow: String,
    pub(crate) page: String,
    pub(crate) intent: String,
    /// The pages that wait for a flow to end, the nearest first.
    pub(crate) stack: Vec<String>,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) parameters: Vec<Parameter>,
    /// Parameters that the flow alone has, of an agent that is executed.
    pub(crate) flow_parameters: Vec<Parameter>,
}

/// A parameter of the page's form.
#[derive(Debug, Clone)]
pub(crate) struct FieldView {
    pub(crate) name: String,
    pub(crate) state: &'static str,
    /// As JSON; empty if it has none.
    pub(crate) value: String,
    pub(crate) required: bool,
    /// Whether the agent asks for it now.
    pub(crate) asked: bool,
    pub(crate) just_collected: bool,
}

impl FieldView {
    pub(crate) fn kind(&self) -> &'static str {
        match self.state {
            "FILLED" => "good",
            "INVALID" => "bad",
            _ => "idle",
        }
    }
}

/// A call that the agent made.
#[derive(Debug)]
pub(crate) struct CallView {
    /// The webhook's display name; empty for this server as it is.
    pub(crate) webhook: String,
    pub(crate) tag: String,
    pub(crate) outside: bool,
    /// The call in the activity log; empty if it is not there.
    pub(crate) invocation: String,
    /// Method and address.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) request: String,
    /// The status, or empty if there was no answer.
    pub(crate) status: String,
    pub(crate) good: bool,
    pub(crate) answer: String,
    /// Why there was no answer.
    pub(crate) error: String,
    /// Microseconds.
    pub(crate) took: u64,
    pub(crate) size: u64,
    /// The `webhook.error.*` event; empty if none fired.
    pub(crate) event: String,
    pub(crate) reason: String,
    pub(crate) hint: String,
    /// What the platform would ignore, refuse or misunderstand.
    pub(crate) findings: Vec<String>,
}

/// What the next turn is, as it was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct TurnForm {
    /// `text`, `event`, `dtmf`, `intent` or `none`; empty for text.
    pub(crate) kind: String,
    pub(crate) said: String,
    pub(crate) tag: String,
    pub(crate) webhook: String,
    pub(crate) intent: String,
    pub(crate) intent_parameters: String,
    pub(crate) parameters: String,
    /// Values for fields of the form by their names; the second is whether it is JSON.
    pub(crate) fields: Vec<(String, String, bool)>,
    pub(crate) fills: String,
    pub(crate) flow: String,
    pub(crate) page: String,
    pub(crate) queued: String,
    pub(crate) payload: String,
    pub(crate) same_turn: bool,
}

impl TurnForm {
    /// What was written for a field of the form.
    pub(crate) fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, ..)| known == name);
        found.map(|(_, value, _)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn is_json(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _, is_json)| known == name && *is_json)
    }

    /// Whether something of what is folded away was written.
    pub(crate) fn has_more(&self) -> bool {
        let Self { intent, intent_parameters, parameters, fills, flow, page, queued, payload, .. } = self;
        let more = [intent, intent_parameters, parameters, fills, flow, page, queued, payload];
        self.same_turn || more.into_iter().any(|text| !text.is_empty())
    }
}
