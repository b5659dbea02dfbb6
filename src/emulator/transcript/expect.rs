//! What a turn is expected to do, and how what it did differs from that.

use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use crate::emulator::session::{Reaction, Spoken};
use crate::protocol::Struct;
use crate::protocol::decode::same_name;

/// What a turn is expected to do. What is not mentioned may be anything, but no unexpected
/// `webhook.error.*` event may fire.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Expect {
    /// What is said.
    pub messages: Option<Messages>,
    /// Session parameters after the turn; null for one that is not set.
    pub parameters: Struct,
    /// States of form parameters after the turn, by name.
    pub form: Vec<(String, String)>,
    /// The page where the conversation is then.
    pub page: Option<String>,
    /// The flow where the conversation is then.
    pub flow: Option<String>,
    /// The events that fire, all of them.
    pub events: Option<Vec<String>>,
    /// How long the webhook may take.
    pub latency: Option<Duration>,
}

/// What is said.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Messages {
    /// All messages, in order: one expectation each.
    All(Vec<MessageExpect>),
    /// At least one message is so.
    Any(MessageExpect),
}

/// What one message is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MessageExpect {
    /// Its whole text.
    pub equals: Option<String>,
    /// A part of its text.
    pub contains: Option<String>,
    /// A regular expression that matches somewhere in its text.
    pub matches: Option<Regex>,
    /// Its kind, such as `payload`.
    pub kind: Option<String>,
    /// What it holds: every member here is there, with the same value.
    pub content: Option<Value>,
}

/// One expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// What it is about, such as `parameters.order_status`.
    pub about: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl Mismatch {
    fn new(about: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { about: about.into(), expected: expected.into(), found: found.into() }
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { about, expected, found } = self;
        write!(f, "{about}: expected {expected}, found {found}")
    }
}

impl MessageExpect {
    /// A message with this text.
    #[must_use]
    pub fn equals(text: impl Into<String>) -> Self {
        Self { equals: Some(text.into()), ..Self::default() }
    }

    /// Whether the message is so; of a text's variants any may be.
    fn is_met_by(&self, spoken: &Spoken) -> bool {
        let variants = spoken.variants();
        let some = |is: &dyn Fn(&str) -> bool| variants.iter().any(|variant| is(variant));
        self.equals.as_ref().is_none_or(|text| some(&|variant| variant == text))
            && self.contains.as_ref().is_none_or(|part| some(&|variant| variant.contains(part.as_str())))
            && self.matches.as_ref().is_none_or(|regex| some(&|variant| regex.is_match(variant)))
            && self.kind.as_ref().is_none_or(|kind| spoken.said.kind == kind)
            && self.content.as_ref().is_none_or(|content| holds(&spoken.said.content, content))
    }
}

impl std::fmt::Display for MessageExpect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.equals.as_ref().map(|text| format!("{text:?}")));
        parts.extend(self.contains.as_ref().map(|text| format!("a message that contains {text:?}")));
        parts.extend(self.matches.as_ref().map(|regex| format!("a message that matches /{regex}/")));
        parts.extend(self.kind.as_ref().map(|kind| format!("a message of the kind {kind}")));
        parts.extend(self.content.as_ref().map(|content| format!("a message that holds {content}")));
        f.write_str(&parts.join(", "))
    }
}

fn shown(spoken: &Spoken) -> String {
    match (&spoken.said.said, spoken.said.kind) {
        (Some(said), "text") => format!("{said:?}"),
        (Some(said), kind) => format!("{kind} {said:?}"),
        (None, kind) => format!("{kind} {}", spoken.said.content),
    }
}

fn all(shown: impl IntoIterator<Item = String>) -> String {
    match shown.into_iter().collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "nothing".to_owned(),
        all => all,
    }
}

/// Whether `value` has everything that `part` has. Lists have it in the same place.
fn holds(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => {
            part.iter().all(|(name, part)| value.get(name).map_or(part.is_null(), |value| holds(value, part)))
        }
        (Value::Array(value), Value::Array(part)) => {
            value.len() == part.len() && value.iter().zip(part).all(|(value, part)| holds(value, part))
        }
        _ => equal(value, part),
    }
}

/// Whether two values are one to the platform, for which every number is a double.
pub(crate) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| equal(one, other)))
        }
        _ => one == other,
    }
}

impl Expect {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_none()
            && self.parameters.is_empty()
            && self.form.is_empty()
            && self.page.is_none()
            && self.flow.is_none()
            && self.events.is_none()
            && self.latency.is_none()
    }

    /// What of it `reaction` does not meet.
    #[must_use]
    pub fn check(&self, reaction: &Reaction) -> Vec<Mismatch> {
        let mut wrong = Vec::new();
        self.check_events(reaction, &mut wrong);
        self.check_messages(reaction, &mut wrong);
        for (name, expected) in &self.parameters {
            let found = reaction.parameter(name).unwrap_or(&Value::Null);
            if !equal(found, expected) {
                let told = |value: &Value| match value {
                    Value::Null => "not set".to_owned(),
                    value => value.to_string(),
                };
                wrong.push(Mismatch::new(format!("parameters.{name}"), told(expected), told(found)));
            }
        }
        for (name, expected) in &self.form {
            let found = reaction.form.iter().find(|field| same_name(&field.name, name));
            let found = found.map_or("no such parameter", |field| field.state.as_str());
            if found != expected {
                wrong.push(Mismatch::new(format!("form.{name}"), expected, found));
            }
        }
        if let Some(page) = self.page.as_ref().filter(|page| !reaction.place.is_page(page)) {
            wrong.push(Mismatch::new("page", format!("{page:?}"), format!("{:?}", reaction.place.page)));
        }
        if let Some(flow) = self.flow.as_ref().filter(|flow| !reaction.place.is_flow(flow)) {
            wrong.push(Mismatch::new("flow", format!("{flow:?}"), format!("{:?}", reaction.place.flow)));
        }
        if let Some(limit) = self.latency {
            let told = |time| humantime::format_duration(time).to_string();
            match reaction.latency {
                Some(took) if took <= limit => {}
                Some(took) => {
                    let took = Duration::from_micros(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
                    wrong.push(Mismatch::new("latency", format!("at most {}", told(limit)), told(took)));
                }
                None => wrong.push(Mismatch::new("latency", format!("at most {}", told(limit)), "no call")),
            }
        }
        wrong
    }

    fn check_events(&self, reaction: &Reaction, wrong: &mut Vec<Mismatch>) {
        let found = || {
            let why =
                reaction.failure.as_ref().map(|failure| format!(": {}; {}", failure.reason, failure.hint));
            all(reaction.events.clone()) + &why.unwrap_or_default()
        };
        match &self.events {
            Some(expected) => {
                let (mut one, mut other) = (expected.clone(), reaction.events.clone());
                one.sort();
                other.sort();
                if one != other {
                    wrong.push(Mismatch::new("events", all(expected.clone()), found()));
                }
            }
            None if reaction.failure.is_some() => {
                wrong.push(Mismatch::new("events", "no webhook.error.* event", found()));
            }
            None => {}
        }
    }

    fn check_messages(&self, reaction: &Reaction, wrong: &mut Vec<Mismatch>) {
        let messages = &reaction.messages;
        match &self.messages {
            None => {}
            Some(Messages::Any(expected)) => {
                let is_met = messages.iter().any(|spoken| expected.is_met_by(spoken));
                let found = (!is_met).then(|| all(messages.iter().map(shown)));
                wrong.extend(found.map(|found| Mismatch::new("messages", expected.to_string(), found)));
            }
            Some(Messages::All(expected)) => {
                for index in 0..expected.len().max(messages.len()) {
                    let about = format!("messages[{index}]");
                    match (expected.get(index), messages.get(index)) {
                        (Some(expected), Some(spoken)) if !expected.is_met_by(spoken) => {
                            wrong.push(Mismatch::new(about, expected.to_string(), shown(spoken)));
                        }
                        (Some(expected), None) => {
                            wrong.push(Mismatch::new(about, expected.to_string(), "no more messages"));
                        }
                        (None, Some(spoken)) => {
                            wrong.push(Mismatch::new(about, "no more messages", shown(spoken)));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}
