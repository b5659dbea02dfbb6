//! An agent's export that somebody uploaded.

use std::sync::Arc;

use crate::emulator::agent::{Agent, AgentError, AgentOptions};
use crate::emulator::package::{AgentPackage, Limits, PackageError};

/// The largest ZIP file, in bytes.
pub(super) const LARGEST: usize = 8 << 20;

/// An export, as it is kept for a conversation.
#[derive(Debug)]
pub(super) struct Export {
    held: Held,
    /// What its file is called.
    pub(super) file: String,
}

#[derive(Debug)]
enum Held {
    /// It says what there is.
    Package(Box<AgentPackage>),
    /// It is executed.
    Agent(Arc<Agent>),
}

/// An export that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error("{0}; say what is called instead of executing it")]
    Agent(#[from] AgentError),
}

impl Export {
    /// Reads the bytes of a ZIP file; with options, it is executed. They may be anybody's, so limits are
    /// far below those of the command: several are kept at once.
    pub(super) fn read(
        file: &str,
        bytes: Vec<u8>,
        options: Option<AgentOptions>,
    ) -> Result<Self, ExportError> {
        let limits = Limits {
            archive_bytes: LARGEST as u64,
            entries: 5_000,
            file_bytes: 8 << 20,
            total_bytes: 32 << 20,
            values: 300_000,
            phrase_values: 500_000,
            ..Limits::default()
        };
        let package = AgentPackage::from_zip(bytes, &limits)?;
        let held = match options {
            Some(options) => Held::Agent(Arc::new(Agent::new(package, options)?)),
            None => Held::Package(Box::new(package)),
        };
        Ok(Self { held, file: file.to_owned() })
    }

    pub(super) fn package(&self) -> &AgentPackage {
        match &self.held {
            Held::Package(package) => package,
            Held::Agent(agent) => agent.package(),
        }
    }

    /// The agent, if it is executed.
    pub(super) fn agent(&self) -> Option<&Arc<Agent>> {
        match &self.held {
            Held::Package(_) => None,
            Held::Agent(agent) => Some(agent),
        }
    }
}
