//! What happens in a turn before the agent calls.

use serde_json::Value;

use crate::protocol::{Query, Struct};

/// What the user did, and what the agent made of it.
///
/// Nothing here understands language: which intent matched, which parameters were filled and from
/// which page the fulfillment calls is said, not found out.
///
/// ```
/// use rejoinder::emulator::Input;
///
/// let input = Input::text("Where is my order?").tag("order-status").parameter("order_id", "42");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "an input does nothing until a session takes it"]
pub struct Input {
    /// What the user did; nothing if the agent went on by itself.
    pub query: Option<Query>,
    /// The intent that matched.
    pub intent: Option<Intent>,
    /// The tag of the fulfillment that calls; without one nothing is called.
    pub tag: Option<String>,
    /// The display name of the webhook that is called, where it is not the tag's only one.
    pub webhook: Option<String>,
    /// The flow that calls; the one where the conversation is by default.
    pub flow: Option<String>,
    /// The page that calls; the one where the conversation is by default.
    pub page: Option<String>,
    /// What the agent sets before the call; null removes a parameter.
    pub parameters: Struct,
    /// What the user filled into the page's form, in order.
    pub fills: Vec<(String, Value)>,
    /// What the agent has to say in this turn before the call.
    pub queued: Vec<String>,
    /// What the integration passes along in this turn instead of the session's.
    pub payload: Option<Struct>,
    /// Whether the agent calls again in the turn of the call before.
    pub same_turn: bool,
}

/// A matched intent.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Intent {
    /// Its display name, id or whole name.
    pub name: String,
    /// Its parameters with the values they were resolved to.
    pub parameters: Struct,
    /// How sure the match is, 0 to 1.
    pub confidence: Option<f32>,
}

impl Input {
    /// The user wrote this.
    pub fn text(text: impl Into<String>) -> Self {
        Self { query: Some(Query::Text(text.into())), ..Self::default() }
    }

    /// The user pressed these keys of a phone.
    pub fn dtmf(digits: impl Into<String>) -> Self {
        Self { query: Some(Query::DtmfDigits(digits.into())), ..Self::default() }
    }

    /// This event was raised.
    pub fn event(name: impl Into<String>) -> Self {
        Self { query: Some(Query::TriggerEvent(name.into())), ..Self::default() }
    }

    /// The caller named an intent, or, with [`text`](Self::text) before it, it matched.
    pub fn intent(name: impl Into<String>) -> Self {
        Self::default().matching(name)
    }

    /// Nothing happened: the agent goes on by itself.
    pub fn none() -> Self {
        Self::default()
    }

    /// This intent matched.
    pub fn matching(mut self, intent: impl Into<String>) -> Self {
        self.intent = Some(Intent { name: intent.into(), ..Intent::default() });
        self
    }

    /// A fulfillment with this tag calls.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// It stands on this page.
    pub fn page(mut self, page: impl Into<String>) -> Self {
        self.page = Some(page.into());
        self
    }

    /// It stands in this flow.
    pub fn flow(mut self, flow: impl Into<String>) -> Self {
        self.flow = Some(flow.into());
        self
    }

    /// The agent sets this parameter before; null removes it.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// The user filled this parameter of the page's form.
    pub fn fill(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fills.push((name.into(), value.into()));
        self
    }

    /// The agent says this before.
    pub fn queued(mut self, text: impl Into<String>) -> Self {
        self.queued.push(text.into());
        self
    }

    /// The call belongs to the turn of the call before.
    pub fn in_same_turn(mut self) -> Self {
        self.same_turn = true;
        self
    }
}
