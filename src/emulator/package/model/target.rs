//! Where a route or an event handler leads.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Where a route or an event handler leads; names are display names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A page of the same flow, or a symbolic one; see [`SymbolicPage`].
    Page(String),
    /// The start page of a flow.
    Flow(String),
    /// A playbook, which is generative.
    Playbook(String),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, name) = match self {
            Self::Page(name) => ("page", name),
            Self::Flow(name) => ("flow", name),
            Self::Playbook(name) => ("playbook", name),
        };
        write!(f, "{kind} {name}")
    }
}

/// A page that every flow has without being in the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolicPage {
    /// The start page of the active flow.
    Start,
    /// The same page, entered again.
    Current,
    /// The page that led to this one.
    Previous,
    /// Back to the flow that called this one.
    EndFlow,
    /// The same, with the event `flow-cancelled` for the calling page.
    EndFlowWithCancellation,
    /// The same, with the event `flow-failed`.
    EndFlowWithFailure,
    /// The same, with the event `flow-failed-human-escalation`.
    EndFlowWithHumanEscalation,
    /// The end of the session.
    EndSession,
}

impl SymbolicPage {
    /// The symbolic page of that name, as exports write it (`End Flow`) or as the API does (`END_FLOW`).
    ///
    /// A page of the flow may bear such a name too, and wins over it.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, SymbolicPage); 8] = [
            ("START_PAGE", SymbolicPage::Start),
            ("CURRENT_PAGE", SymbolicPage::Current),
            ("PREVIOUS_PAGE", SymbolicPage::Previous),
            ("END_FLOW", SymbolicPage::EndFlow),
            ("END_FLOW_WITH_CANCELLATION", SymbolicPage::EndFlowWithCancellation),
            ("END_FLOW_WITH_FAILURE", SymbolicPage::EndFlowWithFailure),
            ("END_FLOW_WITH_HUMAN_ESCALATION", SymbolicPage::EndFlowWithHumanEscalation),
            ("END_SESSION", SymbolicPage::EndSession),
        ];
        let same = |known: &str| {
            known.len() == name.len()
                && known
                    .bytes()
                    .zip(name.bytes())
                    .all(|(known, byte)| known == if byte == b' ' { b'_' } else { byte.to_ascii_uppercase() })
        };
        NAMES.into_iter().find(|(known, _)| same(known)).map(|(_, page)| page)
    }
}

/// The members of a route or handler that name its target.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Targets {
    target_page: Option<String>,
    target_flow: Option<String>,
    target_playbook: Option<String>,
}

impl Targets {
    pub(super) fn one(self) -> Result<Option<Target>, &'static str> {
        let given = |name: Option<String>| name.filter(|name| !name.is_empty());
        let mut targets = [
            given(self.target_page).map(Target::Page),
            given(self.target_flow).map(Target::Flow),
            given(self.target_playbook).map(Target::Playbook),
        ]
        .into_iter()
        .flatten();
        match (targets.next(), targets.next()) {
            (target, None) => Ok(target),
            _ => Err("`targetPage`, `targetFlow` and `targetPlaybook` exclude each other"),
        }
    }
}

/// Reads the three members as one; for fields that are flattened into a route or handler.
pub(super) fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Target>, D::Error> {
    Targets::deserialize(deserializer)?.one().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_pages_are_known_in_both_spellings() {
        for (name, expected) in [
            ("Start Page", Some(SymbolicPage::Start)),
            ("END_SESSION", Some(SymbolicPage::EndSession)),
            ("End Flow", Some(SymbolicPage::EndFlow)),
            ("end_flow_with_failure", Some(SymbolicPage::EndFlowWithFailure)),
            ("END_FLOW_WITH_HUMAN_ESCALATION", Some(SymbolicPage::EndFlowWithHumanEscalation)),
            ("End", None),
            ("", None),
            ("Confirm", None),
        ] {
            assert_eq!(SymbolicPage::of(name), expected, "{name}");
        }
    }
}
