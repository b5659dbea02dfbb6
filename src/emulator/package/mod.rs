//! Agent exports: what an agent consists of, read from a JSON package.
//!
//! [`AgentPackage::read`] takes the ZIP file that Dialogflow's console and API export, or the folder that it
//! was unpacked to or that the Git integration pushes. The model holds what is in the files; it executes
//! nothing. References between files are display names, as exports have them, and are kept as they are:
//! what they name may be missing. Unknown members and files are passed over; [`notes`](AgentPackage::notes)
//! tells of the files. Exports hold no environments and no versions.
//!
//! A package may be anybody's: [`Limits`] bound what is read, and nothing is written.
//!
//! ```no_run
//! use rejoinder::emulator::package::AgentPackage;
//!
//! let package = AgentPackage::read("exported_agent.zip")?;
//! for flow in &package.flows {
//!     println!("{}: {} pages", flow.display_name, flow.pages.len());
//! }
//! # Ok::<(), rejoinder::emulator::package::PackageError>(())
//! ```

pub mod check;
mod error;
mod limits;
mod model;
mod place;
mod read;
mod walk;

use std::path::PathBuf;

pub use error::{PackageError, PackageFault};
pub use limits::Limits;
pub use model::*;
pub use place::{Place, Spot};
pub use walk::{Placed, WebhookCall};

use crate::protocol::Webhook;

/// An agent, as a JSON package holds it.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AgentPackage {
    /// Where it was read from; empty when it came as bytes.
    pub path: PathBuf,
    /// What holds for the whole agent.
    pub agent: Agent,
    /// The flows with their pages and route groups, by file name.
    pub flows: Vec<Flow>,
    /// The route groups of the whole agent.
    pub route_groups: Vec<RouteGroup>,
    /// The intents with their training phrases.
    pub intents: Vec<Intent>,
    /// The entity types with their values.
    pub entity_types: Vec<EntityType>,
    /// The webhooks.
    pub webhooks: Vec<PackageWebhook>,
    /// The recorded conversations.
    pub test_cases: Vec<TestCase>,
    /// Files that were passed over, and why.
    pub notes: Vec<Note>,
}

/// A file that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// Its name; empty for several.
    pub file: String,
    /// Why.
    pub message: String,
}

impl AgentPackage {
    /// What to call the agent: its display name, or else that of its file or folder.
    #[must_use]
    pub fn display_name(&self) -> String {
        if !self.agent.display_name.is_empty() {
            return self.agent.display_name.clone();
        }
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The flow of that display name.
    #[must_use]
    pub fn flow(&self, display_name: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.display_name == display_name)
    }

    /// The flow in which sessions start; an agent that starts with a playbook has none.
    #[must_use]
    pub fn start_flow(&self) -> Option<&Flow> {
        match (&self.agent.start_flow, &self.agent.start_playbook) {
            (Some(name), _) if !name.is_empty() => self.flow(name),
            (_, Some(playbook)) if !playbook.is_empty() => None,
            _ => self.flow(Agent::DEFAULT_START_FLOW),
        }
    }

    /// The page of that display name in the flow of that display name.
    #[must_use]
    pub fn page(&self, flow: &str, page: &str) -> Option<&Page> {
        self.flow(flow)?.page(page)
    }

    /// The intent of that display name.
    #[must_use]
    pub fn intent(&self, display_name: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.display_name == display_name)
    }

    /// The entity type of that display name, with or without the `@` that parameters write; the
    /// platform's own (`@sys.date`) are in the package only if the agent extends them.
    #[must_use]
    pub fn entity_type(&self, name: &str) -> Option<&EntityType> {
        let name = name.strip_prefix('@').unwrap_or(name);
        self.entity_types.iter().find(|each| each.display_name == name)
    }

    /// The webhook of that display name.
    #[must_use]
    pub fn webhook(&self, display_name: &str) -> Option<&Webhook> {
        self.webhooks.iter().map(|each| &each.webhook).find(|webhook| webhook.display_name == display_name)
    }

    /// The route groups in scope for a flow's start page or one of its pages, in order: those of the
    /// flow, then those of the agent. Names that nothing bears are left out.
    #[must_use]
    pub fn linked_groups<'p>(&'p self, flow: &'p Flow, page: Option<&'p Page>) -> Vec<&'p RouteGroup> {
        let (own, shared) = match page {
            Some(page) => (&page.transition_route_groups, &page.agent_transition_route_groups),
            None => (&flow.transition_route_groups, &flow.agent_transition_route_groups),
        };
        let named =
            |groups: &'p [RouteGroup], name: &String| groups.iter().find(|group| group.display_name == *name);
        let own = own.iter().filter_map(|name| named(&flow.route_groups, name));
        own.chain(shared.iter().filter_map(|name| named(&self.route_groups, name))).collect()
    }
}
