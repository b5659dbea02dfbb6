//! What the user of an agent does in a turn.

use serde_json::Value;

use crate::protocol::{Query, Struct};

/// What the user does, and what a script knows about it.
///
/// ```
/// use rejoinder::emulator::agent::AgentInput;
///
/// let input = AgentInput::text("A large one").value("size", "L");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[must_use = "an input does nothing until a session plays it"]
pub struct AgentInput {
    /// What the user did; nothing for silence. An intent that is triggered has its display name or whole name.
    pub query: Option<Query>,
    /// The intent that the text matches, whatever its training phrases are; a display name.
    pub intent: Option<String>,
    /// Values that are given outright: for the intent's parameters, or else for those of the form.
    pub values: Vec<(String, Value)>,
    /// What was meant if the text matches no intent.
    pub otherwise: Option<Otherwise>,
    /// Parameters that are set before the turn: `X` or `$session.params.X` of the session, `$flow.X` of the flow.
    pub parameters: Struct,
    /// What the integration passes along instead of the session's.
    pub payload: Option<Struct>,
    /// The language of the turn, if it is not the session's.
    pub language: Option<String>,
    /// Whether webhooks are called. Where they are not, no event is raised either.
    pub webhooks: bool,
}

/// What was meant by a text that matches no intent: what a recording says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Otherwise {
    /// The intent that matched, by display name.
    pub intent: Option<String>,
    /// Session parameters after the turn: those of the intent that are new; or without an intent, and if the text
    /// fills nothing, the value of the parameter that is asked for.
    pub values: Struct,
}

impl Default for AgentInput {
    fn default() -> Self {
        Self {
            query: None,
            intent: None,
            values: Vec::new(),
            otherwise: None,
            parameters: Struct::new(),
            payload: None,
            language: None,
            webhooks: true,
        }
    }
}

impl AgentInput {
    fn of(query: Query) -> Self {
        Self { query: Some(query), ..Self::default() }
    }

    /// The user wrote this.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Query::Text(text.into()))
    }

    /// The user pressed these keys of a phone.
    pub fn dtmf(digits: impl Into<String>) -> Self {
        Self::of(Query::DtmfDigits(digits.into()))
    }

    /// This event was raised.
    pub fn event(name: impl Into<String>) -> Self {
        Self::of(Query::TriggerEvent(name.into()))
    }

    /// The caller of the API named this intent.
    pub fn intent(name: impl Into<String>) -> Self {
        Self::of(Query::TriggerIntent(name.into()))
    }

    /// The user said nothing.
    pub fn silence() -> Self {
        Self::default()
    }

    /// The text matches this intent.
    pub fn matching(mut self, intent: impl Into<String>) -> Self {
        self.intent = Some(intent.into());
        self
    }

    /// This parameter of the intent or the form gets this value.
    pub fn value(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.push((name.into(), value.into()));
        self
    }

    /// This was meant if the text matches no intent.
    pub fn otherwise(mut self, otherwise: Otherwise) -> Self {
        self.otherwise = Some(otherwise);
        self
    }

    /// This parameter is set before the turn; null removes it.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Webhooks are not called.
    pub fn without_webhooks(mut self) -> Self {
        self.webhooks = false;
        self
    }
}
