//! Where a conversation is: one page of one flow.

use std::fmt;

use serde::Serialize;

use super::pages::same;
use crate::emulator::turn::id_of;
use crate::protocol::names::{FlowName, NameError, PageName};

/// A page of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Place {
    /// The flow's id.
    pub flow_id: String,
    /// The flow's display name.
    pub flow: String,
    /// The page's id; symbolic for a start page and the end of the session.
    pub page_id: String,
    /// The page's display name.
    pub page: String,
}

/// A name that leads to no page, flow or intent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// It looks like a whole resource name and is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The agent has no such page.
    #[error("the agent has no page {name:?}{}", meant(.nearest.as_deref()))]
    UnknownPage {
        /// What was asked for.
        name: String,
        /// The nearest page.
        nearest: Option<String>,
    },
    /// The agent has no such flow.
    #[error("the agent has no flow {name:?}{}", meant(.nearest.as_deref()))]
    UnknownFlow {
        /// What was asked for.
        name: String,
        /// The nearest flow.
        nearest: Option<String>,
    },
    /// The agent has no such intent.
    #[error("the agent has no intent {name:?}{}", meant(.nearest.as_deref()))]
    UnknownIntent {
        /// What was asked for.
        name: String,
        /// The nearest intent.
        nearest: Option<String>,
    },
    /// Several flows have such a page.
    #[error("several flows have a page {name:?}: {}; name the flow too", .flows.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The flows.
        flows: Vec<String>,
    },
}

/// The end of an error's sentence.
pub(crate) fn meant(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default()
}

pub(in crate::emulator) const START_PAGE: &str = "START_PAGE";
pub(super) const CURRENT_PAGE: &str = "CURRENT_PAGE";
pub(super) const PREVIOUS_PAGE: &str = "PREVIOUS_PAGE";
pub(super) const END_FLOW: &str = "END_FLOW";
pub(in crate::emulator) const END_SESSION: &str = "END_SESSION";
/// The ends of a flow that the calling page hears of as an event.
pub(super) const END_FLOW_WITH: [(&str, &str); 3] = [
    ("END_FLOW_WITH_CANCELLATION", "flow-cancelled"),
    ("END_FLOW_WITH_FAILURE", "flow-failed"),
    ("END_FLOW_WITH_HUMAN_ESCALATION", "flow-failed-human-escalation"),
];

/// The symbolic target that a page's name is, as APIs or as exports write it.
pub(super) fn symbol(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase().replace(' ', "_");
    [START_PAGE, CURRENT_PAGE, PREVIOUS_PAGE, END_FLOW, END_SESSION]
        .into_iter()
        .chain(END_FLOW_WITH.map(|(symbol, _)| symbol))
        .find(|symbol| *symbol == upper)
}

impl Place {
    /// Whether `name` means its page: by display name, id, whole name, or symbol.
    #[must_use]
    pub fn is_page(&self, name: &str) -> bool {
        if let Ok(name) = name.parse::<PageName>() {
            return name.page == self.page_id && name.flow == self.flow_id;
        }
        same(&self.page, name)
            || self.page_id == name
            || id_of(name, &[], "") == self.page_id
            || symbol(name).is_some_and(|symbol| symbol == self.page_id)
    }

    /// Whether `name` means its flow: by display name, id or whole name.
    #[must_use]
    pub fn is_flow(&self, name: &str) -> bool {
        if let Ok(name) = name.parse::<FlowName>() {
            return name.flow == self.flow_id;
        }
        same(&self.flow, name) || self.flow_id == name || id_of(name, &[], "") == self.flow_id
    }

    /// Whether it is the same page, whatever it is called.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.page_id == other.page_id && self.flow_id == other.flow_id
    }

    /// Whether the session is over here.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.page_id == END_SESSION
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (flow {})", self.page, self.flow)
    }
}
