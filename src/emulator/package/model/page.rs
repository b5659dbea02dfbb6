//! Pages and their forms.

use serde_json::Value;

use super::exported::exported;
use super::{EventHandler, Fulfillment, KnowledgeConnector, TransitionRoute};

exported! {
    /// A page of a flow.
    pub struct Page {
        /// Its id.
        name: String,
        /// What people and routes call it, unique in its flow.
        display_name: String,
        /// What its author says about it.
        description: String,
        /// What is said and done when the page is entered.
        entry_fulfillment: Fulfillment,
        /// The parameters that the page asks for.
        form: Form,
        /// The flow's route groups whose routes are in scope here, by display name, in order.
        transition_route_groups: Vec<String>,
        /// The agent's route groups whose routes are in scope here, behind those of the flow.
        agent_transition_route_groups: Vec<String>,
        /// What is done when something is said or true.
        transition_routes: Vec<TransitionRoute>,
        /// What is done when something has happened.
        event_handlers: Vec<EventHandler>,
        /// What is done with answers from documents.
        knowledge_connector_settings: KnowledgeConnector,
    }
    beside {
        /// The file that it is from.
        file: String,
    }
}

exported! {
    /// The parameters that a page asks for.
    pub struct Form {
        /// In the order in which they are asked for.
        parameters: Vec<FormParameter>,
    }
}

exported! {
    /// A parameter that a page asks for.
    pub struct FormParameter {
        /// Its name, also that of the session parameter that takes its value.
        display_name: String,
        /// Whether the user is asked until there is a value.
        required: bool,
        /// What its values are: `@sys.date`, `@size`; see [`AgentPackage::entity_type`](crate::emulator::package::AgentPackage::entity_type).
        entity_type: String,
        /// Whether its value is a list.
        is_list: bool,
        /// Whether its value is kept out of logs.
        redact: bool,
        /// The value that an optional parameter has without the user; null for none.
        default_value: Value,
        /// How the user is asked.
        fill_behavior: FillBehavior,
        /// Settings for telephones.
        advanced_settings: ParameterSettings,
    }
}

exported! {
    /// How the user is asked for a parameter.
    pub struct FillBehavior {
        /// What is said first.
        initial_prompt_fulfillment: Fulfillment,
        /// What is done when an answer does not fill it: `sys.no-match-1`, `sys.invalid-parameter` and so on.
        reprompt_event_handlers: Vec<EventHandler>,
    }
}

exported! {
    /// Settings of a parameter for telephones.
    pub struct ParameterSettings {
        /// How keys are taken.
        dtmf_settings: DtmfSettings,
    }
}

exported! {
    /// How keys that a caller presses are taken.
    pub struct DtmfSettings {
        /// Whether they are taken at all.
        enabled: bool,
        /// The most digits; 0 where no number is set.
        max_digits: u32,
        /// The key that ends the input, such as `#`.
        finish_digit: String,
    }
}
