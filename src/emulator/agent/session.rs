//! A conversation with an agent.

use std::sync::Arc;

use serde_json::{Value, json};

use super::plan::{Goal, PagePlan};
use super::state::{Frame, State, Visit};
use super::turn::Turn;
use super::{Agent, AgentInput, AgentReaction, AgentTurnError};
use crate::emulator::counterpart::Counterpart;
use crate::emulator::package::SymbolicPage;
use crate::emulator::session::{END_SESSION, Field, Form, Place, PlaceError, SessionError, Start, merge};
use crate::emulator::turn::{Turn as Call, id_of};
use crate::nearest::nearest;
use crate::protocol::Struct;
use crate::protocol::names::{AgentName, SessionName};

/// A conversation with an agent.
#[derive(Debug, Clone)]
pub struct AgentSession {
    pub(super) agent: Arc<Agent>,
    pub(super) start: Start,
    /// The agent's name in requests.
    pub(super) agent_name: AgentName,
    /// The session's whole name.
    pub(super) name: String,
    pub(super) state: State,
}

impl AgentSession {
    /// A session at the start page of the agent's start flow, or where `start` says.
    ///
    /// # Errors
    ///
    /// A page or flow that the agent lacks, a name that is none.
    pub fn new(agent: Arc<Agent>, start: Start) -> Result<Self, SessionError> {
        let mut call = Call::new("");
        call.agent.clone_from(&agent.options().name);
        call.environment.clone_from(&start.environment);
        call.session.clone_from(&start.session);
        let name: SessionName = call.request()?.session_info.unwrap_or_default().session.parse()?;
        let mut parameters = Struct::new();
        start.parameters.iter().for_each(|(name, value)| merge(&mut parameters, name, value.clone()));
        let (flow, goal) = agent.started(&start)?;
        let page = if let Goal::Page(page) = goal { page } else { 0 };
        let mut form = Form::unfilled(&agent.page(flow, page).form);
        for (name, value) in form.prefill(&parameters, None) {
            merge(&mut parameters, &name, value);
        }
        let state = State {
            parameters,
            frames: vec![Frame::new(flow, Visit::new(page, form))],
            intent: None,
            ended: goal == Goal::Symbolic(SymbolicPage::EndSession),
            turns: 0,
        };
        Ok(Self { agent, start, agent_name: name.agent.clone(), name: name.to_string(), state })
    }

    /// Plays what the user does to the end of the turn; `counterpart` answers the webhook calls.
    ///
    /// # Errors
    ///
    /// An input that the session cannot take, a call that was not made, a turn without end. The session is
    /// as it was then.
    pub async fn play<C: Counterpart>(
        &mut self,
        input: &AgentInput,
        counterpart: &C,
    ) -> Result<AgentReaction, AgentTurnError> {
        let turn = Turn::begin(self, input, counterpart)?;
        let (state, reaction) = Box::pin(turn.play(input)).await?;
        self.state = state;
        Ok(reaction)
    }

    /// The agent.
    #[must_use]
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The session's whole name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the conversation is.
    #[must_use]
    pub fn place(&self) -> Place {
        self.agent.place(&self.state)
    }

    /// The session parameters.
    #[must_use]
    pub fn parameters(&self) -> &Struct {
        &self.state.parameters
    }

    /// The parameters of the active flow, `$flow.X` by `X`.
    #[must_use]
    pub fn flow_parameters(&self) -> &Struct {
        &self.state.frame().parameters
    }

    /// The form of the page.
    #[must_use]
    pub fn form(&self) -> &[Field] {
        &self.state.frame().here.form.fields
    }

    /// The parameter of the form that the user is asked for.
    #[must_use]
    pub fn asked(&self) -> Option<&Field> {
        self.state.frame().here.form.asked_for()
    }

    /// The intents that routes in scope ask for, each once, in order of evaluation.
    #[must_use]
    pub fn intents(&self) -> Vec<&str> {
        self.agent.page(self.state.frame().flow, self.state.frame().here.page).intents_in_scope()
    }

    /// A parameter: `x` or `$session.params.x` of the session, `$flow.x` of the flow.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.state.parameter(name)
    }

    /// What it remembers, for people and machines.
    #[must_use]
    pub fn state(&self) -> Value {
        let waiting = self.state.frames.iter().rev().skip(1).rev();
        json!({
            "session": self.name,
            "place": self.place(),
            "parameters": self.state.parameters,
            "flowParameters": self.flow_parameters(),
            "form": self.form(),
            "intent": self.state.intent.as_ref().map(|intent| &intent.display_name),
            "flowStack": waiting.map(|frame| self.agent.place_of(frame)).collect::<Vec<_>>(),
            "ended": self.state.ended,
        })
    }
}

impl PagePlan {
    /// The intents that routes in scope ask for, each once, in order of evaluation.
    pub(super) fn intents_in_scope(&self) -> Vec<&str> {
        let mut known = std::collections::HashSet::new();
        let intents = self.intents.iter().filter_map(|route| route.intent.as_deref());
        intents.filter(|name| known.insert(*name)).collect()
    }
}

impl Agent {
    /// Where a session begins.
    fn started(&self, start: &Start) -> Result<(usize, Goal), SessionError> {
        let flow = match start.flow.as_deref() {
            None | Some("") => self.start,
            Some(name) => self.flow_named(name).ok_or_else(|| PlaceError::UnknownFlow {
                name: name.to_owned(),
                nearest: nearest(name, self.flows.iter().map(|flow| flow.name.as_str())).map(str::to_owned),
            })?,
        };
        let goal = match start.page.as_deref() {
            None | Some("") => Goal::Page(0),
            Some(name) => self.goal_named(flow, name).ok_or_else(|| PlaceError::UnknownPage {
                name: name.to_owned(),
                nearest: nearest(name, self.flows[flow].pages.iter().map(|page| page.name.as_str()))
                    .map(str::to_owned),
            })?,
        };
        Ok((flow, goal))
    }

    pub(super) fn place(&self, state: &State) -> Place {
        let place = self.place_of(state.frame());
        if state.ended {
            return Place { page_id: END_SESSION.to_owned(), page: "End Session".to_owned(), ..place };
        }
        place
    }

    pub(super) fn place_of(&self, frame: &Frame) -> Place {
        let flow = &self.flows[frame.flow];
        let page = &flow.pages[frame.here.page];
        let id = |id: &str, name: &str| if id.is_empty() { id_of(name, &[], "") } else { id.to_owned() };
        Place {
            flow_id: id(&flow.id, &flow.name),
            flow: flow.name.clone(),
            page_id: id(&page.id, &page.name),
            page: page.name.clone(),
        }
    }
}
