//! A small agent for each rule of `docs/emulator.md`. Tests are named after the rule's number.

mod book;
mod conditions;
mod forms;
mod fulfillment;
mod limits;
mod order;
mod pages;
mod property;
mod references;
mod start;
mod targets;
mod webhooks;
mod written;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Agent, AgentInput, AgentOptions, AgentReaction, AgentSession, AgentTurnError};
use crate::emulator::verdict::{Circumstances, Verdict};
use crate::emulator::{Answer, Answered, Counterpart, Input, PlayError, Start};
use crate::outbound::Chance;
use crate::protocol::WebhookRequest;
use written::{Written, act, ask, event, on, when};

/// The other side: what it answers to a tag. Anything else is answered with nothing to do.
#[derive(Default, Clone)]
struct Webhooks(HashMap<String, (u16, Value)>);

impl Counterpart for Webhooks {
    async fn answer(&self, request: &WebhookRequest, _: &Input) -> Result<Answered, PlayError> {
        let nothing = (200, json!({}));
        let (status, body) = self.0.get(request.tag()).unwrap_or(&nothing);
        let outcome = Ok(Answer::new(*status, body.to_string()));
        let chance = Chance::seeded(0);
        let verdict = Verdict::standard(&outcome, &Circumstances::new(request, &chance));
        Ok(Answered::new(verdict, Duration::ZERO))
    }
}

/// A conversation with an agent that a test has written.
struct Talk {
    session: AgentSession,
    webhooks: Webhooks,
}

impl Talk {
    fn with(written: &Written, start: Start) -> Self {
        Self {
            session: AgentSession::new(written.agent(), start).expect("a start"),
            webhooks: Webhooks::default(),
        }
    }

    /// The webhook answers this tag so.
    fn answering(mut self, tag: &str, body: Value) -> Self {
        self.webhooks.0.insert(tag.to_owned(), (200, body));
        self
    }

    /// The webhook fails for this tag with this status.
    fn failing(mut self, tag: &str, status: u16) -> Self {
        self.webhooks.0.insert(tag.to_owned(), (status, json!({})));
        self
    }

    fn try_turn(&mut self, input: &AgentInput) -> Result<AgentReaction, AgentTurnError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(Box::pin(self.session.play(input, &self.webhooks)))
    }

    #[track_caller]
    fn turn(&mut self, input: &AgentInput) -> AgentReaction {
        self.try_turn(input).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is said to a text.
    #[track_caller]
    fn say(&mut self, text: &str) -> Vec<String> {
        said(&self.turn(&AgentInput::text(text)))
    }

    /// What is said to an event.
    #[track_caller]
    fn raise(&mut self, event: &str) -> Vec<String> {
        said(&self.turn(&AgentInput::event(event)))
    }

    fn page(&self) -> String {
        self.session.place().page
    }

    fn flow(&self) -> String {
        self.session.place().flow
    }

    fn value(&self, name: &str) -> Value {
        self.session.value(name).cloned().unwrap_or_default()
    }
}

fn said(reaction: &AgentReaction) -> Vec<String> {
    reaction.texts().into_iter().map(str::to_owned).collect()
}

/// The codes of what was found in a turn.
fn codes(reaction: &AgentReaction) -> Vec<&str> {
    reaction.findings.iter().map(|finding| finding.code).collect()
}

/// An agent whose start page says `yes` if the condition holds for what is set.
#[track_caller]
fn holds(condition: &str, parameters: &Value) -> bool {
    let mut talk = written::agent().route(when(condition).says("yes")).talk();
    let mut input = AgentInput::event("any");
    let Value::Object(parameters) = parameters else { panic!("an object") };
    input.parameters.clone_from(parameters);
    said(&talk.turn(&input)) == ["yes"]
}

/// What a text of an agent becomes.
#[track_caller]
fn rendered(text: &str, parameters: &Value) -> String {
    let mut talk = written::agent().route(when("true").says(text)).talk();
    let mut input = AgentInput::event("any");
    let Value::Object(parameters) = parameters else { panic!("an object") };
    input.parameters.clone_from(parameters);
    said(&talk.turn(&input)).join("|")
}

fn options(agent: &Written, set: impl FnOnce(&mut AgentOptions)) -> Talk {
    let mut options = AgentOptions::default();
    set(&mut options);
    let agent = Arc::new(Agent::new(agent.package(), options).expect("an agent"));
    Talk {
        session: AgentSession::new(agent, Start::default()).expect("a start"),
        webhooks: Webhooks::default(),
    }
}
