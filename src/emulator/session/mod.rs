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

mod form;
mod input;
mod moves;
mod of_package;
mod pages;
mod place;
mod reaction;
mod speech;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::turn::{Turn, fresh_id};
use super::verdict::{Failure, Verdict};
use crate::config::{Config, Semantics};
use crate::outbound::Chance;
use crate::protocol::decode::same_name;
use crate::protocol::names::{AgentName, IntentName, NameError, PageName, SessionName};
use crate::protocol::{
    FulfillmentInfo, IntentInfo, IntentParameterValue, LanguageInfo, PageInfo, Query, SessionInfo, Struct,
    WebhookRequest,
};

pub use form::{Field, FieldState};
pub use input::{Input, Intent};
pub(crate) use pages::text_message;
pub use pages::{FormParameter, KnownIntent, Named, Page, Pages};
#[cfg(any(feature = "cli", feature = "testing"))]
pub(crate) use place::meant;
pub use place::{Place, PlaceError};
pub use reaction::{Origin, Reaction, Spoken};

use form::Form;

/// What a session begins with.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Start {
    /// The environment's id, `draft` or `-`.
    pub environment: Option<String>,
    /// The session's id or whole name; empty for a new one.
    pub session: String,
    /// The language of its turns; empty for `en`.
    pub language: String,
    /// The channel that messages are chosen for; empty for none.
    pub channel: String,
    /// The session parameters.
    pub parameters: Struct,
    /// What the integration passes along in each turn.
    pub payload: Option<Struct>,
    /// The flow; the default start flow by default.
    pub flow: Option<String>,
    /// The page; the flow's start page by default.
    pub page: Option<String>,
    /// Chooses among variants of a text.
    pub seed: u64,
}

/// An input that a session cannot take. The session is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A page, flow or intent that is none.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A whole resource name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The page's form has no such parameter.
    #[error(
        "the form of the page {page:?} has no parameter {name:?}; it has {}",
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    NotInForm {
        /// The parameter.
        name: String,
        /// The page.
        page: String,
        /// The form's parameters.
        known: Vec<String>,
    },
    /// The intent has no such parameter.
    #[error(
        "the intent {intent:?} has no parameter {name:?}; it has {}",
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    NotInIntent {
        /// The parameter.
        name: String,
        /// The intent.
        intent: String,
        /// The intent's parameters.
        known: Vec<String>,
    },
    /// The first call of a session is to belong to the turn of the one before.
    #[error("there was no call in this turn before: the first one begins it")]
    NoTurn,
}

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

    fn take(&mut self, input: &Input) -> Result<(), SessionError> {
        if input.same_turn {
            if self.turn.response_id.is_empty() {
                return Err(SessionError::NoTurn);
            }
            self.turn.told = self.turn.queue.len();
            (self.turn.moved, self.turn.notes) = (false, Vec::new());
        } else {
            if self.here.place.is_end() {
                self.clear()?;
            }
            self.here.form.begin_turn();
            self.turn = Going {
                response_id: fresh_id(),
                query: input.query.clone(),
                payload: input.payload.clone().or_else(|| self.start.payload.clone()),
                ..Going::default()
            };
        }
        if let Some(intent) = &input.intent {
            self.matched(intent)?;
        }
        for (name, value) in &input.parameters {
            merge(&mut self.parameters, name, value.clone());
            if value.is_null() {
                self.here.form.empty(name);
            }
        }
        self.moved_by_agent(input.flow.as_deref(), input.page.as_deref())?;
        for (name, value) in &input.fills {
            let page = &self.here.place.page;
            self.here.form.collect(name, value).map_err(|known| SessionError::NotInForm {
                name: name.clone(),
                page: page.clone(),
                known,
            })?;
            if !value.is_null() {
                merge(&mut self.parameters, name, value.clone());
            }
        }
        for text in &input.queued {
            self.speak(&text_message(text), Origin::Agent);
        }
        Ok(())
    }

    /// What an ended session leaves to the next input: nothing.
    fn clear(&mut self) -> Result<(), SessionError> {
        self.parameters = Struct::new();
        let place = self.pages.start_of("")?;
        self.here = self.enter(place);
        (self.previous, self.stack, self.intent) = (None, Vec::new(), None);
        Ok(())
    }

    fn matched(&mut self, intent: &Intent) -> Result<(), SessionError> {
        let known = self.pages.intent(&intent.name)?;
        if let Some(all) = &known.parameters
            && let Some(name) =
                intent.parameters.keys().find(|name| !all.iter().any(|one| same_name(one, name)))
        {
            let (name, intent) = (name.clone(), known.display_name);
            return Err(SessionError::NotInIntent { name, intent, known: all.clone() });
        }
        let name = IntentName { agent: self.agent.clone(), intent: known.id }.to_string();
        if self.turn.query.is_none() {
            self.turn.query = Some(Query::TriggerIntent(name.clone()));
        }
        let parameters = intent.parameters.iter().map(|(name, value)| {
            let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = IntentParameterValue {
                original_value: words,
                resolved_value: Some(value.clone()),
                ..IntentParameterValue::default()
            };
            (name.clone(), value)
        });
        self.intent = Some(IntentInfo {
            last_matched_intent: name,
            display_name: known.display_name,
            parameters: parameters.collect(),
            confidence: intent.confidence.unwrap_or(1.0),
            ..IntentInfo::default()
        });
        intent.parameters.iter().for_each(|(name, value)| merge(&mut self.parameters, name, value.clone()));
        Ok(())
    }

    fn request(&self, tag: &str) -> WebhookRequest {
        let place = &self.here.place;
        let page =
            PageName { agent: self.agent.clone(), flow: place.flow_id.clone(), page: place.page_id.clone() };
        let language = if self.start.language.is_empty() { "en" } else { &self.start.language };
        WebhookRequest {
            detect_intent_response_id: self.turn.response_id.clone(),
            language_code: language.to_owned(),
            fulfillment_info: Some(FulfillmentInfo { tag: tag.to_owned(), ..FulfillmentInfo::default() }),
            intent_info: self.intent.clone(),
            page_info: Some(PageInfo {
                current_page: page.to_string(),
                display_name: place.page.clone(),
                form_info: self.here.form.on_the_wire(),
                ..PageInfo::default()
            }),
            session_info: Some(SessionInfo {
                session: self.name.clone(),
                parameters: self.parameters.clone(),
                ..SessionInfo::default()
            }),
            messages: self.queued(),
            payload: self.turn.payload.clone(),
            language_info: Some(LanguageInfo {
                input_language_code: language.to_owned(),
                resolved_language_code: language.to_owned(),
                confidence_score: 1.0,
                ..LanguageInfo::default()
            }),
            query: self.turn.query.clone(),
            ..WebhookRequest::default()
        }
    }

    /// Takes the verdict over the call that [`begin`](Self::begin) asked for, in this order: session
    /// parameters, form, messages, transition. `goes_on` says that the agent calls again in this turn,
    /// so that nothing is asked for yet.
    pub fn conclude(
        &mut self,
        verdict: Option<&Verdict>,
        latency: Option<Duration>,
        goes_on: bool,
    ) -> Reaction {
        let empty = Default::default();
        let changes = verdict.map_or(&empty, |verdict| &verdict.changes);
        let failure: Option<&Failure> = verdict.and_then(|verdict| verdict.failure.as_ref());
        let mut events: Vec<String> = failure.map(|failure| failure.event.to_owned()).into_iter().collect();
        for (name, value) in &changes.set {
            merge(&mut self.parameters, name, value.clone());
        }
        for name in &changes.cleared {
            merge(&mut self.parameters, name, Value::Null);
        }
        let mut refused = None;
        for change in &changes.form {
            let cleared = changes.cleared.iter().any(|name| same_name(name, &change.name));
            let again = self.here.form.change(change, cleared);
            if let Some(index) = again {
                events.push("sys.invalid-parameter".to_owned());
                refused = refused.or(Some(index));
            }
        }
        let mut replaced = 0;
        if changes.replaces_queued {
            replaced = self.turn.queue.len();
            self.turn.queue.clear();
            self.turn.told = 0;
        }
        let said = changes.messages.iter().cloned();
        self.turn.queue.extend(said.map(|said| Spoken { said, origin: Origin::Webhook }));
        let moved_before = std::mem::take(&mut self.turn.moved);
        self.moved_by_answer(changes, &mut events);
        // Where the answer leads, nothing has been refused yet.
        let refused = refused.filter(|_| !self.turn.moved);
        self.turn.moved |= moved_before;
        let mut messages = self.turn.queue[self.turn.told..].to_vec();
        if !goes_on && !self.here.place.is_end() {
            messages.extend(self.prompts(refused));
        }
        let hears =
            |spoken: &Spoken| spoken.said.channel.is_empty() || spoken.said.channel == self.start.channel;
        let (messages, withheld) = messages.into_iter().partition(hears);
        Reaction {
            messages,
            withheld,
            replaced,
            set: changes.set.clone(),
            cleared: changes.cleared.clone(),
            parameters: self.parameters.clone(),
            form: self.here.form.fields.clone(),
            events,
            failure: failure.cloned(),
            place: self.here.place.clone(),
            moved: self.turn.moved,
            payload: changes.payload.clone(),
            findings: verdict.map(|verdict| verdict.findings.clone()).unwrap_or_default(),
            notes: std::mem::take(&mut self.turn.notes),
            latency,
        }
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
fn merge(into: &mut Struct, name: &str, value: Value) {
    let known = into.keys().find(|known| same_name(known, name)).cloned();
    match (known, value) {
        (Some(known), Value::Null) => drop(into.remove(&known)),
        (None, Value::Null) => {}
        (known, value) => drop(into.insert(known.unwrap_or_else(|| name.to_owned()), value)),
    }
}
