//! A conversation over many turns: what the agent remembers from call to call.
//!
//! A [`Session`] keeps session parameters, the page and its form, the flows that wait, and what is said
//! in a turn, by the platform's rules; `docs/emulate.md` lists them with their sources. It executes no
//! agent: which fulfillment calls from which page, which intent matched and what was filled is told by
//! an [`Input`]. Everything is pure: [`Session::begin`] makes the request, [`Session::conclude`] takes
//! the verdict over its answer.
//!
//! ```
//! use rejoinder::config::{Config, Sources};
//! use rejoinder::emulator::{Answer, Input, Session, Start};
//! use rejoinder::emulator::verdict::{Circumstances, Verdict};
//! use rejoinder::outbound::Chance;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::load(&Sources::default())?;
//! let mut session = Session::new(&config, Start::default(), Default::default())?;
//! let request = session.begin(&Input::text("I want two").tag("order").parameter("size", "L"))?;
//! let request = request.expect("there is a tag");
//! let answer = Ok(Answer::new(200, r#"{"sessionInfo":{"parameters":{"count":2,"size":null}}}"#));
//! let verdict = Verdict::standard(&answer, &Circumstances::new(&request, &Chance::seeded(0)));
//! let reaction = session.conclude(Some(&verdict), None, false);
//! assert_eq!(reaction.parameter("count"), Some(&2.into()));
//! assert_eq!(reaction.parameter("size"), None);
//! # Ok(())
//! # }
//! ```

mod conclude;
mod form;
mod input;
mod moves;
mod of_package;
mod pages;
mod place;
mod reaction;
mod request;
mod speech;
mod start;
mod take;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::turn::Turn;
use crate::config::{Config, Semantics};
use crate::outbound::Chance;
use crate::protocol::decode::same_name;
use crate::protocol::names::{AgentName, SessionName};
use crate::protocol::{IntentInfo, Query, Struct, WebhookRequest};

pub use form::{Field, FieldState};
pub use input::{Input, Intent};
pub(crate) use pages::text_message;
pub use pages::{FormParameter, KnownIntent, Named, Page, Pages};
pub(crate) use place::meant;
pub use place::{Place, PlaceError};
pub use reaction::{Origin, Reaction, Spoken};
pub use start::{SessionError, Start};

pub(in crate::emulator) use form::Form;
pub(in crate::emulator) use place::{END_SESSION, START_PAGE};
pub(in crate::emulator) use request::Told;

/// One visit of a page: leaving it for good forgets its form.
#[derive(Debug, Clone, PartialEq)]
struct Visit {
    place: Place,
    form: Form,
}

/// A conversation.
#[derive(Debug, Clone)]
pub struct Session {
    pages: Arc<Pages>,
    semantics: Semantics,
    time_zone: TimeZone,
    agent: AgentName,
    /// The whole name.
    name: String,
    start: Start,
    parameters: Struct,
    here: Visit,
    previous: Option<Visit>,
    /// The visits that called the flows since, the oldest first.
    stack: Vec<Visit>,
    intent: Option<IntentInfo>,
    turn: Going,
}

/// What belongs to one turn.
#[derive(Debug, Clone, Default)]
struct Going {
    response_id: String,
    query: Option<Query>,
    payload: Option<Struct>,
    queue: Vec<Spoken>,
    /// How many of the queue were told in an earlier reaction of the turn.
    told: usize,
    moved: bool,
    notes: Vec<String>,
}

impl Session {
    /// A session of the agent of `config`, whose pages are as far as known these.
    ///
    /// # Errors
    ///
    /// A start that leads nowhere.
    pub fn new(config: &Config, start: Start, pages: Arc<Pages>) -> Result<Self, SessionError> {
        let mut turn = Turn::new("");
        turn.agent.clone_from(&config.agent.name);
        turn.environment.clone_from(&start.environment);
        turn.session.clone_from(&start.session);
        let name: SessionName = turn.request()?.session_info.unwrap_or_default().session.parse()?;
        let place = pages.start_of(start.flow.as_deref().unwrap_or_default())?;
        let place = start.page.as_deref().map(|page| pages.page(page, &place)).transpose()?.unwrap_or(place);
        let mut parameters = Struct::new();
        start.parameters.iter().for_each(|(name, value)| merge(&mut parameters, name, value.clone()));
        Ok(Self {
            here: Visit { form: Form::entered(pages.form(&place), &parameters), place },
            pages,
            semantics: config.flexible.semantics,
            time_zone: config.agent.time_zone.clone(),
            agent: name.agent.clone(),
            name: name.to_string(),
            start,
            parameters,
            previous: None,
            stack: Vec::new(),
            intent: None,
            turn: Going::default(),
        })
    }

    /// The session's whole name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the conversation is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.here.place
    }

    /// The session parameters.
    #[must_use]
    pub fn parameters(&self) -> &Struct {
        &self.parameters
    }

    /// The form of the page.
    #[must_use]
    pub fn form(&self) -> &[Field] {
        &self.here.form.fields
    }

    /// What it began with.
    #[must_use]
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// The display name of the intent that matched last.
    #[must_use]
    pub fn intent_name(&self) -> Option<&str> {
        self.intent.as_ref().map(|intent| intent.display_name.as_str())
    }

    /// What is known of the agent.
    #[must_use]
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Takes an input; gives the request that the agent makes of it, if a fulfillment calls.
    ///
    /// # Errors
    ///
    /// What the input names that is not there; nothing has changed then.
    pub fn begin(&mut self, input: &Input) -> Result<Option<WebhookRequest>, SessionError> {
        let mut next = self.clone();
        next.take(input)?;
        *self = next;
        Ok(input.tag.as_deref().map(|tag| self.request(tag)))
    }

    /// What the next call would be made with, for people and machines.
    #[must_use]
    pub fn state(&self) -> Value {
        serde_json::json!({
            "session": self.name,
            "place": self.here.place,
            "parameters": self.parameters,
            "form": self.here.form.fields,
            "intent": self.intent.as_ref().map(|intent| &intent.display_name),
            "previousPage": self.previous.as_ref().map(|visit| &visit.place),
            "flowStack": self.stack.iter().map(|visit| &visit.place).collect::<Vec<_>>(),
        })
    }

    /// The sequence that chooses variants, the same for each call.
    fn chance(&self) -> Chance {
        Chance::seeded(self.start.seed)
    }
}

/// Merges a parameter by the platform's rules: null removes it, letter case means nothing.
pub(in crate::emulator) fn merge(into: &mut Struct, name: &str, value: Value) {
    let known = into.keys().find(|known| same_name(known, name)).cloned();
    match (known, value) {
        (Some(known), Value::Null) => drop(into.remove(&known)),
        (None, Value::Null) => {}
        (known, value) => drop(into.insert(known.unwrap_or_else(|| name.to_owned()), value)),
    }
}
