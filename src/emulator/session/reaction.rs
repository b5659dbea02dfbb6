//! What the agent does in a turn, as the user and the platform's API see it.

use std::time::Duration;

use serde::Serialize;

use super::form::Field;
use super::place::Place;
use crate::emulator::verdict::{Failure, Said};
use crate::protocol::Struct;
use crate::protocol::inspect::Finding;

/// Who made a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The agent, before it called.
    Agent,
    /// The webhook.
    Webhook,
    /// The form, which asks for a parameter.
    Prompt,
}

/// A message, and who made it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Spoken {
    /// The message.
    #[serde(flatten)]
    pub said: Said,
    /// Who made it.
    pub origin: Origin,
}

impl Spoken {
    /// The texts of which one was chosen; empty if it is no text.
    #[must_use]
    pub fn variants(&self) -> Vec<&str> {
        let variants = self.said.content.get("text").and_then(|variants| variants.as_array());
        match variants {
            Some(variants) if self.said.kind == "text" => {
                variants.iter().filter_map(|variant| variant.as_str()).collect()
            }
            _ => self.said.said.as_deref().into_iter().collect(),
        }
    }
}

/// What came of a turn.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reaction {
    /// What the user gets, in order.
    pub messages: Vec<Spoken>,
    /// Messages for other channels than the session's.
    pub withheld: Vec<Spoken>,
    /// How many messages of the agent the webhook replaced.
    pub replaced: usize,
    /// The session parameters that the answer set.
    pub set: Struct,
    /// The session parameters that the answer removed.
    pub cleared: Vec<String>,
    /// All session parameters after the turn.
    pub parameters: Struct,
    /// The parameters of the active flow after the turn, `$flow.X` by `X`; of an executed agent.
    pub flow_parameters: Struct,
    /// The form of the page where the conversation is then.
    pub form: Vec<Field>,
    /// The events that fired, such as `webhook.error.timeout` and `sys.invalid-parameter`.
    pub events: Vec<String>,
    /// Why a `webhook.error.*` event fired.
    pub failure: Option<Failure>,
    /// Where the conversation is then.
    pub place: Place,
    /// Whether it moved there in this turn.
    pub moved: bool,
    /// What the answer adds to `queryResult.webhookPayloads`.
    pub payload: Option<Struct>,
    /// What the platform would ignore, refuse or misunderstand.
    pub findings: Vec<Finding>,
    /// What is not as on the platform, or not as it seems.
    pub notes: Vec<String>,
    /// How long the webhook took, or all of them together; `None` if nothing was called.
    pub latency: Option<Duration>,
    /// What an executed agent took the input for, in words.
    pub meaning: Option<String>,
    /// What an executed agent called, in words.
    pub calls: Vec<String>,
}

impl Reaction {
    /// The texts that the user gets, in order.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        self.messages.iter().filter_map(|spoken| spoken.said.said.as_deref()).collect()
    }

    /// The value of a session parameter after the turn, or of `$flow.X`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&serde_json::Value> {
        let (parameters, name) = match name.strip_prefix("$flow.") {
            Some(name) => (&self.flow_parameters, name),
            None => (&self.parameters, name.strip_prefix("$session.params.").unwrap_or(name)),
        };
        parameters
            .iter()
            .find(|(known, _)| crate::protocol::decode::same_name(known, name))
            .map(|(_, value)| value)
    }

    /// A parameter of the form.
    #[must_use]
    pub fn form_parameter(&self, name: &str) -> Option<&Field> {
        self.form.iter().find(|field| crate::protocol::decode::same_name(&field.name, name))
    }
}
