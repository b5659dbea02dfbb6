//! Which sessions are answered: `auth.projects`, `auth.agents`, `auth.environments`.

use crate::config::reader::Reader;
use crate::protocol::names::AgentName;

/// Sessions of these alone are answered; an empty list allows all.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Allow {
    /// Ids or numbers of projects, as session names have them.
    pub projects: Vec<String>,
    /// Names of agents, `projects/P/locations/L/agents/A`.
    pub agents: Vec<AgentName>,
    /// Ids of environments; `draft` is what is being edited, and a name without one.
    pub environments: Vec<String>,
}

impl Allow {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let agents = reader.texts("agents");
        let parsed = agents.iter().map(|name| name.parse().map_err(|error| format!("{error}")));
        let agents =
            parsed.filter_map(|agent| agent.map_err(|message| reader.refuse("agents", message)).ok());
        let agents = agents.collect();
        let (projects, environments) = (reader.texts("projects"), reader.texts("environments"));
        for (key, list) in [("projects", &projects), ("environments", &environments)] {
            for id in list.iter().filter(|id| id.is_empty() || id.contains('/')) {
                reader.refuse(key, format!("expected an id, without a slash, found {id:?}"));
            }
        }
        Self { projects, agents, environments }
    }
}
