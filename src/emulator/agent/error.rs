//! Agents that cannot be executed, and turns that cannot be played.

use crate::emulator::counterpart::PlayError;
use crate::emulator::package::{Agent as AgentFile, AgentPackage, PackageError};
use crate::emulator::session::SessionError;

/// An agent that cannot be executed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// Two things of one kind and name.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Its sessions start with a playbook, which is generative.
    #[error(
        "the agent starts with the playbook {playbook:?}, which only the platform can execute; expected a `startFlow` in agent.json"
    )]
    Playbook {
        /// The playbook.
        playbook: String,
    },
    /// Its sessions start in a flow that is not there.
    #[error("the agent starts in the flow {flow:?}, which the package lacks; export it again, whole")]
    NoStartFlow {
        /// The flow.
        flow: String,
    },
}

impl AgentError {
    pub(super) fn no_start(package: &AgentPackage) -> Self {
        let given = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        match (given(&package.agent.start_flow), given(&package.agent.start_playbook)) {
            (None, Some(playbook)) => Self::Playbook { playbook },
            (flow, _) => {
                Self::NoStartFlow { flow: flow.unwrap_or_else(|| AgentFile::DEFAULT_START_FLOW.to_owned()) }
            }
        }
    }
}

/// A turn that cannot be played. The session is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentTurnError {
    /// The session cannot take the input.
    #[error(transparent)]
    Input(#[from] SessionError),
    /// A webhook call was not made.
    #[error(transparent)]
    Call(#[from] PlayError),
    /// The agent goes in a circle.
    #[error(
        "the agent goes in a circle: after {} nothing is different; a condition on the way must change",
        .trail.join(" → ")
    )]
    Cycle {
        /// The way around, each place with what led on.
        trail: Vec<String>,
    },
    /// The turn is longer than is allowed.
    #[error("the turn has more than {limit} transitions; it went {}", shortened(.trail))]
    TooManyTransitions {
        /// The most.
        limit: usize,
        /// The whole way.
        trail: Vec<String>,
    },
}

/// The last stretch of a way.
fn shortened(trail: &[String]) -> String {
    const LAST: usize = 10;
    let skipped = trail.len().saturating_sub(LAST);
    let start = if skipped > 0 { format!("({skipped} others) → ") } else { String::new() };
    format!("{start}{}", trail[skipped..].join(" → "))
}
