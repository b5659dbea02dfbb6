//! How an exported agent is executed: the options of `emulate` and `replay`.

use anyhow::Context as _;

use crate::config::Config;
use crate::emulator::agent::{Agent, AgentOptions};
use crate::emulator::package::AgentPackage;
use crate::emulator::transcript::printable;

/// Choices where nobody says what the platform does.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Executing the agent")]
pub(super) struct Execution {
    /// An intent wins over filling the parameter that is asked for.
    #[arg(long)]
    prefer_intents: bool,
    /// Any text fills the parameter that is asked for, if its entity type expands automatically and nothing else fits.
    #[arg(long)]
    expand: bool,
    /// Conditions are looked at before the handlers of no-match, no-input and other events.
    #[arg(long)]
    conditions_on_events: bool,
    /// Going back to the previous page runs its entry fulfillment again.
    #[arg(long)]
    enter_previous_page: bool,
    /// The time, which stands still then, such as 2026-11-26T03:25:00Z.
    #[arg(long, value_name = "TIME")]
    now: Option<jiff::Timestamp>,
}

/// The most findings about an agent that are told.
const MOST: usize = 10;

impl Execution {
    /// Makes an agent ready, and tells what is odd about it.
    pub(super) fn agent(&self, package: AgentPackage, config: &Config) -> anyhow::Result<Agent> {
        let options = AgentOptions {
            prefer_intents: self.prefer_intents,
            expand: self.expand,
            conditions_on_events: self.conditions_on_events,
            enter_previous_page: self.enter_previous_page,
            name: config.agent.name.clone(),
            now: self.now,
            ..AgentOptions::default()
        };
        let agent = Agent::new(package, options).context("the agent cannot be executed")?;
        let findings = agent.findings();
        for finding in findings.iter().take(MOST) {
            let (place, message) = (printable(&finding.place), printable(&finding.message));
            eprintln!("rejoinder: note: {place}: {message} [{}]", finding.code);
        }
        if findings.len() > MOST {
            eprintln!("rejoinder: note: and {} more", findings.len() - MOST);
        }
        Ok(agent)
    }
}
