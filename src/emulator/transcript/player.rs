//! Who takes the turns of a transcript: a session that is told what the agent does, or an agent that is
//! executed.

use std::future::Future;

use serde_json::Value;

use super::play::take_turn;
use crate::emulator::agent::{AgentInput, AgentSession, AgentTurnError};
use crate::emulator::counterpart::{Counterpart, PlayError};
use crate::emulator::session::{Field, Input, Reaction, Session};
use crate::protocol::{Query, Struct};

/// A conversation that takes turns.
pub trait Player {
    /// Takes one; `goes_on` says that the next input belongs to the same turn.
    fn take<C: Counterpart>(
        &mut self,
        counterpart: &C,
        input: &Input,
        goes_on: bool,
    ) -> impl Future<Output = Result<Reaction, PlayError>>;
}

/// A conversation of either kind.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Talk {
    /// It is told which fulfillment calls, and from which page.
    Told(Box<Session>),
    /// The agent is executed.
    Executed(Box<AgentSession>),
}

impl Player for Session {
    async fn take<C: Counterpart>(
        &mut self,
        counterpart: &C,
        input: &Input,
        goes_on: bool,
    ) -> Result<Reaction, PlayError> {
        Box::pin(take_turn(self, counterpart, input, goes_on)).await
    }
}

impl Player for AgentSession {
    async fn take<C: Counterpart>(
        &mut self,
        counterpart: &C,
        input: &Input,
        _: bool,
    ) -> Result<Reaction, PlayError> {
        let input = AgentInput::try_from(input)?;
        let before = self.place();
        let reaction = Box::pin(self.play(&input, counterpart)).await?;
        Ok(Reaction::of_agent(reaction, &before))
    }
}

impl Player for Talk {
    async fn take<C: Counterpart>(
        &mut self,
        counterpart: &C,
        input: &Input,
        goes_on: bool,
    ) -> Result<Reaction, PlayError> {
        match self {
            Self::Told(session) => Box::pin(session.take(counterpart, input, goes_on)).await,
            Self::Executed(session) => Box::pin(session.take(counterpart, input, goes_on)).await,
        }
    }
}

impl Talk {
    /// The session parameters.
    #[must_use]
    pub fn parameters(&self) -> &Struct {
        match self {
            Self::Told(session) => session.parameters(),
            Self::Executed(session) => session.parameters(),
        }
    }

    /// The form of the page.
    #[must_use]
    pub fn form(&self) -> &[Field] {
        match self {
            Self::Told(session) => session.form(),
            Self::Executed(session) => session.form(),
        }
    }

    /// What it remembers, for people and machines.
    #[must_use]
    pub fn state(&self) -> Value {
        match self {
            Self::Told(session) => session.state(),
            Self::Executed(session) => session.state(),
        }
    }
}

/// What the user does; what only a session is told, an executed agent finds by itself.
impl TryFrom<&Input> for AgentInput {
    type Error = PlayError;

    fn try_from(input: &Input) -> Result<Self, PlayError> {
        let Input { query, intent, tag, webhook, flow, page, parameters, fills, queued, payload, same_turn } =
            input;
        let told = [
            ("tag", tag.is_some()),
            ("webhook", webhook.is_some()),
            ("flow", flow.is_some()),
            ("page", page.is_some()),
            ("queued", !queued.is_empty()),
            ("same_turn", *same_turn),
        ];
        if let Some((key, _)) = told.into_iter().find(|(_, is_told)| *is_told) {
            return Err(PlayError::Told { key });
        }
        let mut this = match (query, intent) {
            (None, Some(intent)) => Self::intent(&intent.name),
            (Some(Query::Text(text) | Query::Transcript(text)), None) if text.trim().is_empty() => {
                Self::silence()
            }
            (query, intent) => {
                let mut this = Self::silence();
                this.query.clone_from(query);
                this.intent = intent.as_ref().map(|intent| intent.name.clone());
                this
            }
        };
        let of_intent = intent.iter().flat_map(|intent| &intent.parameters);
        this.values = of_intent.map(|(name, value)| (name.clone(), value.clone())).collect();
        this.values.extend(fills.iter().cloned());
        this.parameters = parameters.clone();
        this.payload.clone_from(payload);
        Ok(this)
    }
}

impl From<AgentTurnError> for PlayError {
    fn from(error: AgentTurnError) -> Self {
        match error {
            AgentTurnError::Input(error) => Self::Session(error),
            AgentTurnError::Call(error) => error,
            endless => Self::Endless(endless.to_string()),
        }
    }
}
