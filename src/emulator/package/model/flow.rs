//! Flows and route groups.

use serde::Deserialize;

use super::exported::{exported, null_as_default};
use super::target::target;
use super::{EventHandler, Fulfillment, Page, Target, TransitionRoute};

exported! {
    /// A flow; its own routes and handlers are those of its start page.
    pub struct Flow {
        /// Its id.
        name: String,
        /// What people and routes call it, unique in the agent.
        display_name: String,
        /// What its author says about it.
        description: String,
        /// What is done when something is said or true; on other pages than the start page, only
        /// those with an intent.
        transition_routes: Vec<TransitionRoute>,
        /// What is done when something has happened, on every page.
        event_handlers: Vec<EventHandler>,
        /// The flow's route groups in scope on its start page, by display name, in order.
        transition_route_groups: Vec<String>,
        /// The agent's route groups in scope, behind those of the flow.
        agent_transition_route_groups: Vec<String>,
        /// What is done with answers from documents.
        knowledge_connector_settings: KnowledgeConnector,
        /// The parameters that a playbook gives when it calls the flow.
        input_parameter_definitions: Vec<ParameterDefinition>,
        /// The parameters that the flow gives back to a playbook.
        output_parameter_definitions: Vec<ParameterDefinition>,
    }
    beside {
        /// Its pages.
        pages: Vec<Page>,
        /// Its route groups.
        route_groups: Vec<RouteGroup>,
        /// The file that it is from.
        file: String,
    }
}

exported! {
    /// Routes that several pages share.
    pub struct RouteGroup {
        /// Its id.
        name: String,
        /// What people and pages call it.
        display_name: String,
        /// The routes, in order.
        transition_routes: Vec<TransitionRoute>,
    }
    beside {
        /// The file that it is from.
        file: String,
    }
}

exported! {
    /// A parameter that passes between a flow and a playbook.
    pub struct ParameterDefinition {
        /// Its name.
        name: String,
        /// What its author says about it.
        description: String,
    }
}

/// What is done with answers that the platform finds in documents.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct KnowledgeConnector {
    /// Whether it is on.
    #[serde(deserialize_with = "null_as_default")]
    pub enabled: bool,
    /// What is said and done when an answer is found.
    #[serde(deserialize_with = "null_as_default")]
    pub trigger_fulfillment: Fulfillment,
    /// Where the conversation goes then, if it goes.
    #[serde(flatten, deserialize_with = "target")]
    pub target: Option<Target>,
}

impl Flow {
    /// The page of that display name.
    #[must_use]
    pub fn page(&self, display_name: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.display_name == display_name)
    }
}
