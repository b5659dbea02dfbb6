//! Which webhook or environment an address is about.

use super::{Asked, DIALOGFLOW, ENVIRONMENTS, Problem};
use crate::console::webhooks::Place;
use crate::protocol::names::AgentName;
use crate::resources::Service;

/// One thing of an agent, and where its pages are.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) agent: AgentName,
    pub(super) id: String,
    pub(super) place: Place,
}

impl Target {
    /// The webhook that the address names.
    pub(super) fn webhook(asked: &Asked) -> Result<Self, Problem> {
        let (agent, id) = (agent(asked)?, asked.part("id").to_owned());
        let place = webhook(&asked.console().resources, &agent, &id);
        Ok(Self { agent, id, place })
    }

    /// The environment that the address names.
    pub(super) fn environment(asked: &Asked) -> Result<Self, Problem> {
        let (agent, id) = (agent(asked)?, asked.part("id").to_owned());
        let place = environment(&asked.console().resources, &agent, &id);
        Ok(Self { agent, id, place })
    }
}

/// The agent that the address names, or the usual one.
pub(super) fn agent(asked: &Asked) -> Result<AgentName, Problem> {
    match asked.query.some("agent") {
        None => Ok(asked.console().resources.own_agent()),
        Some(name) => name.parse().map_err(|error| Problem::Invalid(format!("agent: {error}."))),
    }
}

/// Where the pages of a webhook are.
pub(super) fn webhook(resources: &Service, agent: &AgentName, id: &str) -> Place {
    Place::new(DIALOGFLOW, other(resources, agent).as_deref()).of(id)
}

/// Where the pages of an environment are.
pub(super) fn environment(resources: &Service, agent: &AgentName, id: &str) -> Place {
    Place::new(ENVIRONMENTS, other(resources, agent).as_deref()).of(id)
}

/// The agent, if it is not the usual one.
pub(super) fn other(resources: &Service, agent: &AgentName) -> Option<String> {
    (*agent != resources.own_agent()).then(|| agent.to_string())
}
