//! What an agent does in a turn.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::emulator::session::{Field, Place};
use crate::emulator::verdict::{Said, Verdict};
use crate::protocol::decode::same_name;
use crate::protocol::inspect::Finding;
use crate::protocol::{Struct, WebhookRequest};

/// What came of a turn.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AgentReaction {
    /// What the user gets, in order.
    pub messages: Vec<Uttered>,
    /// Messages of webhooks for other channels than the session's.
    pub withheld: Vec<Uttered>,
    /// What the input was taken for.
    pub match_type: MatchType,
    /// The intent that matched in this turn.
    pub intent: Option<MatchedIntent>,
    /// The parameters of the form that the user filled, with their values.
    pub filled: Vec<(String, Value)>,
    /// Where the conversation is then.
    pub place: Place,
    /// The form of that page.
    pub form: Vec<Field>,
    /// Whether the session is over.
    pub ended: bool,
    /// The session parameters after the turn.
    pub parameters: Struct,
    /// The parameters of the active flow, `$flow.X` by `X`.
    pub flow_parameters: Struct,
    /// The session parameters that are new or have another value than before the turn.
    pub set: Struct,
    /// The session parameters that are gone.
    pub cleared: Vec<String>,
    /// The webhook calls, in order.
    pub calls: Vec<AgentCall>,
    /// What webhooks gave for `queryResult.webhookPayloads`.
    pub payloads: Vec<Struct>,
    /// How it came about, step by step.
    pub trail: Vec<Step>,
    /// What went wrong, was skipped, or was probably meant otherwise.
    pub findings: Vec<Finding>,
}

impl AgentReaction {
    /// What is said in words, in order.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        let texts = self.messages.iter().filter(|message| message.said.kind == "text");
        texts.filter_map(|message| message.said.said.as_deref()).collect()
    }

    /// A session parameter after the turn, letter case aside.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| same_name(known, name)).map(|(_, value)| value)
    }
}

/// What an input was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MatchType {
    /// It filled parameters of the form.
    ParameterFilling,
    /// It matched an intent.
    Intent,
    /// It named an intent.
    DirectIntent,
    /// It was an event.
    Event,
    /// There was none.
    NoInput,
    /// It was not understood.
    NoMatch,
}

/// The intent of a turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MatchedIntent {
    /// Its display name.
    pub name: String,
    /// Its parameters, resolved.
    pub parameters: Struct,
}

/// Which part of the agent said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Source {
    /// The entry fulfillment of a page.
    Entry,
    /// A route.
    Route,
    /// An event handler.
    Event,
    /// The first question for a parameter.
    Prompt,
    /// A later question for a parameter.
    Reprompt,
    /// A webhook.
    Webhook,
    /// The platform, by its own rules.
    Platform,
}

/// A message, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Uttered {
    /// The message.
    #[serde(flatten)]
    pub said: Said,
    /// Which part of the agent said it.
    pub origin: Source,
    /// Its place in the agent, such as `flow Orders, page Confirm, entry fulfillment`.
    pub place: String,
    /// The texts of which this is one.
    pub variants: Vec<String>,
}

/// A webhook call of a turn.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AgentCall {
    /// The webhook, by display name.
    pub webhook: String,
    /// The tag.
    pub tag: String,
    /// The place in the agent that called.
    pub place: String,
    /// What was asked.
    pub request: WebhookRequest,
    /// What the agent did with the answer.
    pub verdict: Verdict,
    /// How long it took.
    pub latency: Duration,
    /// What differs from the platform's own call.
    pub notes: Vec<String>,
}

/// A step of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The rule that it follows, by its number in `docs/emulator.md`.
    pub rule: &'static str,
    /// The place in the agent.
    pub place: String,
    /// What happened there.
    pub what: String,
}
