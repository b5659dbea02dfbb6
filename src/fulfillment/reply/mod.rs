//! What a handler answers: changes to the conversation, and nothing else.

mod document;
mod form;
mod message;
mod parameters;
pub mod rich;
mod seal;
mod value;

use serde::Serialize;
use serde_json::Value;

use crate::protocol::{MergeBehavior, ResponseMessage, Struct};

use form::FormChange;
pub use message::FulfillmentMessage;
pub(crate) use parameters::seal_parameters;
pub use seal::ReplyError;
pub(crate) use seal::seal;

/// The answer to a call: messages, parameters, form changes, a transition.
///
/// It carries changes only: what it does not mention stays as it is. Everything in it is something
/// that the platform accepts from a webhook. What does not go together (a page and a flow as
/// target, say) is refused when the reply is sealed, before it is sent.
///
/// ```
/// use rejoinder::Reply;
///
/// let reply = Reply::text("Your order has shipped.")
///     .say_one_of(["Anything else?", "Can I help with something else?"])
///     .set("order_status", "shipped")
///     .clear("coupon")
///     .goto_page("END_FLOW");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "a reply does nothing until a handler returns it"]
pub struct Reply {
    messages: Vec<ResponseMessage>,
    merge: MergeBehavior,
    parameters: Struct,
    form: Vec<FormChange>,
    payload: Option<Struct>,
    target: Option<Target>,
    faults: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq)]
enum Target {
    Page(String),
    Flow(String),
}

/// A mistake made while building; told when the reply is sealed.
#[derive(Debug, Clone, PartialEq)]
enum Fault {
    BothTargets,
    NotJson { place: String, cause: String },
    NotAnObject { place: &'static str },
    NoVariants,
    EmptyName { place: &'static str },
}

impl Reply {
    /// A reply that says one text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::default().say(text)
    }

    /// A reply that changes nothing.
    pub fn unchanged() -> Self {
        Self::default()
    }

    /// Says one more text, as a message of its own.
    pub fn say(self, text: impl Into<String>) -> Self {
        self.message(FulfillmentMessage::text(text))
    }

    /// Says **one** of these variants, which the platform picks.
    pub fn say_one_of<T: Into<String>>(self, variants: impl IntoIterator<Item = T>) -> Self {
        self.message(FulfillmentMessage::one_of(variants))
    }

    /// Adds a message of any kind.
    pub fn message(mut self, message: FulfillmentMessage) -> Self {
        self.faults.extend(message.fault);
        self.messages.push(message.message);
        self
    }

    /// Adds a custom payload as a message; it must be a JSON object.
    ///
    /// [`rich`] builds the ones of Dialogflow Messenger.
    pub fn custom_payload(self, payload: impl Serialize) -> Self {
        self.message(FulfillmentMessage::custom_payload(payload))
    }

    /// Asks for a person to take over; `metadata` (a JSON object) is for the system that arranges it.
    pub fn hand_off(self, metadata: impl Serialize) -> Self {
        self.message(FulfillmentMessage::live_agent_handoff(metadata))
    }

    /// Our messages follow those that the agent has queued already. This is the default.
    pub fn append(mut self) -> Self {
        self.merge = MergeBehavior::Append;
        self
    }

    /// Our messages are said instead of those that the agent has queued already.
    pub fn replace(mut self) -> Self {
        self.merge = MergeBehavior::Replace;
        self
    }

    /// Sets a session parameter; `None` and `()` clear it.
    ///
    /// Every number is a double on the platform: send an id beyond 2^53 as text.
    pub fn set(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        match value::to_value(value) {
            Ok(value) => self.put(name, value),
            Err(error) => {
                let place = format!("session parameter `{name}`");
                self.faults.push(Fault::NotJson { place, cause: error.to_string() });
            }
        }
        self
    }

    /// Sets session parameters, unless the reply does so already.
    pub(crate) fn set_missing(mut self, parameters: Struct) -> Self {
        for (name, value) in parameters {
            if !self.parameters.keys().any(|known| crate::protocol::decode::same_name(known, &name)) {
                self.parameters.insert(name, value);
            }
        }
        self
    }

    /// Removes a session parameter, by sending null for it.
    pub fn clear(mut self, name: impl Into<String>) -> Self {
        self.put(name.into(), Value::Null);
        self
    }

    fn put(&mut self, name: String, value: Value) {
        if name.is_empty() {
            self.faults.push(Fault::EmptyName { place: "a session parameter" });
        }
        // One name in two cases is one parameter: the last word wins.
        self.parameters.retain(|other, _| !crate::protocol::decode::same_name(other, &name));
        self.parameters.insert(name, value);
    }

    /// Refuses the value of a form parameter: it is emptied, and the agent asks again after saying
    /// `prompt`.
    pub fn reject(mut self, form_parameter: impl Into<String>, prompt: impl Into<String>) -> Self {
        let name = form_parameter.into();
        self.form_change(&name).invalid = true;
        self.clear(name).say(prompt)
    }

    /// Makes a form parameter required.
    pub fn require(mut self, form_parameter: impl Into<String>) -> Self {
        self.form_change(&form_parameter.into()).required = Some(true);
        self
    }

    /// Makes a form parameter optional.
    pub fn optional(mut self, form_parameter: impl Into<String>) -> Self {
        self.form_change(&form_parameter.into()).required = Some(false);
        self
    }

    /// Fills a form parameter.
    pub fn fill(mut self, form_parameter: impl Into<String>, value: impl Serialize) -> Self {
        let name = form_parameter.into();
        match value::to_value(value) {
            Ok(value) => self.form_change(&name).value = Some(value),
            Err(error) => {
                let place = format!("form parameter `{name}`");
                self.faults.push(Fault::NotJson { place, cause: error.to_string() });
            }
        }
        self
    }

    /// Goes to a page: a short id in the current flow (`END_FLOW` and its like are such), or a full
    /// name `projects/…/pages/P`.
    pub fn goto_page(self, page: impl Into<String>) -> Self {
        self.go(Target::Page(page.into()))
    }

    /// Goes to a flow of the same agent: its short id, or its full name `projects/…/flows/F`.
    pub fn goto_flow(self, flow: impl Into<String>) -> Self {
        self.go(Target::Flow(flow.into()))
    }

    fn go(mut self, target: Target) -> Self {
        let both = matches!(
            (&self.target, &target),
            (Some(Target::Page(_)), Target::Flow(_)) | (Some(Target::Flow(_)), Target::Page(_))
        );
        if both {
            self.faults.push(Fault::BothTargets);
        }
        self.target = Some(target);
        self
    }

    /// Sets the response's own payload (a JSON object): the platform appends it to
    /// `queryResult.webhookPayloads`, where the integration finds it.
    pub fn payload(mut self, payload: impl Serialize) -> Self {
        match object("payload", payload) {
            Ok(payload) => self.payload = Some(payload),
            Err(fault) => self.faults.push(fault),
        }
        self
    }

    fn form_change(&mut self, name: &str) -> &mut FormChange {
        if name.is_empty() {
            self.faults.push(Fault::EmptyName { place: "a form parameter" });
        }
        let same = |change: &FormChange| crate::protocol::decode::same_name(&change.name, name);
        let index = self.form.iter().position(same).unwrap_or_else(|| {
            self.form.push(FormChange { name: name.to_owned(), ..FormChange::default() });
            self.form.len() - 1
        });
        &mut self.form[index]
    }
}

fn object(place: &'static str, value: impl Serialize) -> Result<Struct, Fault> {
    match value::to_value(value) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::NotAnObject { place }),
        Err(error) => Err(Fault::NotJson { place: place.to_owned(), cause: error.to_string() }),
    }
}
