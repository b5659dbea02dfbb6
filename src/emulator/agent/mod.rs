//! Executes an exported agent, without the platform.
//!
//! An [`Agent`] is a package made ready: references between its parts resolved, conditions and texts
//! parsed. An [`AgentSession`] is a conversation with it; [`AgentSession::play`] takes what the user did and
//! plays the turn to its end, over as many pages, flows and webhook calls as it takes. The rules are in
//! `docs/emulator.md`, numbered; each step of a turn names the rule that it follows.
//!
//! Language is not understood: a text matches an intent by its training phrases, values are found by entity
//! types, and a script may say outright what was meant. What is generative is named and skipped.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use rejoinder::config::{Config, Sources};
//! use rejoinder::emulator::agent::{Agent, AgentInput, AgentOptions, AgentSession};
//! use rejoinder::emulator::package::AgentPackage;
//! use rejoinder::emulator::{Caller, Options, Start};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let package = AgentPackage::read("exported_agent.zip")?;
//! let agent = Arc::new(Agent::new(package, AgentOptions::default())?);
//! let mut session = AgentSession::new(agent, Start::default())?;
//! let config = Config::load(&Sources::default())?;
//! let webhook = Caller::to_url(&"http://127.0.0.1:8080/webhook".parse()?, &config, Options::default())?;
//! let reaction = session.play(&AgentInput::text("Where is my order?"), &webhook).await?;
//! println!("{:?} on {}", reaction.texts(), reaction.place);
//! # Ok(())
//! # }
//! ```

mod error;
mod input;
mod options;
mod plan;
mod reaction;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod turn;
mod understanding;

use jiff::tz::TimeZone;

use super::package::AgentPackage;
use crate::protocol::inspect::Finding;
use plan::{FlowPlan, Goal, PagePlan};
use understanding::Understanding;

pub use error::{AgentError, AgentTurnError};
pub use input::{AgentInput, Otherwise};
pub use options::AgentOptions;
pub use reaction::{AgentCall, AgentReaction, MatchType, MatchedIntent, Source, Step, Uttered};
pub use session::AgentSession;

/// An exported agent that can be executed.
#[derive(Debug)]
pub struct Agent {
    package: AgentPackage,
    options: AgentOptions,
    flows: Vec<FlowPlan>,
    /// The flow in which sessions start.
    start: usize,
    time_zone: TimeZone,
    understanding: Understanding,
    findings: Vec<Finding>,
}

impl Agent {
    /// Makes a package ready.
    ///
    /// # Errors
    ///
    /// Two things of one kind and name; an agent that starts with a playbook, or in a flow that it lacks.
    pub fn new(package: AgentPackage, options: AgentOptions) -> Result<Self, AgentError> {
        package.refuse_doubles()?;
        let start_flow = match package.start_flow() {
            Some(flow) => flow.display_name.clone(),
            None => return Err(AgentError::no_start(&package)),
        };
        let mut findings = Vec::new();
        let time_zone = match package.agent.time_zone.as_str() {
            "" => TimeZone::UTC,
            name => TimeZone::get(name).unwrap_or_else(|error| {
                findings.push(Finding {
                    code: "time_zone_unknown",
                    place: "agent.json".to_owned(),
                    message: format!("{error}; dates are in UTC"),
                });
                TimeZone::UTC
            }),
        };
        let flows = plan::flows(&package, &mut findings);
        let start = flows.iter().position(|flow| flow.name == start_flow).unwrap_or_default();
        let (understanding, of_understanding) = Understanding::of(&package);
        findings.extend(of_understanding);
        Ok(Self { package, options, flows, start, time_zone, understanding, findings })
    }

    /// The package.
    #[must_use]
    pub fn package(&self) -> &AgentPackage {
        &self.package
    }

    /// The settings.
    #[must_use]
    pub fn options(&self) -> &AgentOptions {
        &self.options
    }

    /// What cannot be executed (`skipped`), leads nowhere, or was probably meant otherwise.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn page(&self, flow: usize, page: usize) -> &PagePlan {
        &self.flows[flow].pages[page]
    }

    /// A flow by display name or id.
    fn flow_named(&self, name: &str) -> Option<usize> {
        self.flows.iter().position(|flow| flow.name == name || (!flow.id.is_empty() && flow.id == name))
    }

    /// Where a page of a flow is, by display name or id, or what symbol it is.
    fn goal_named(&self, flow: usize, name: &str) -> Option<Goal> {
        let pages = &self.flows[flow].pages;
        let same = |page: &PagePlan| page.name == name || (!page.id.is_empty() && page.id == name);
        // The start page is no page of that name, but a symbol.
        let real = pages.iter().skip(1).position(same).map(|at| Goal::Page(at + 1));
        real.or_else(|| super::package::SymbolicPage::of(name).map(Goal::Symbolic))
    }

    /// The languages in which messages and phrases are looked for, the best first.
    fn languages(&self, language: &str) -> Vec<String> {
        let default = self.package.agent.languages()[0];
        let language = if language.is_empty() { default } else { language };
        let root = language.split(['-', '_']).next().unwrap_or_default();
        let mut languages: Vec<String> = Vec::new();
        for one in [language, root, default] {
            if !languages.iter().any(|known| same_language(known, one)) {
                languages.push(one.to_owned());
            }
        }
        languages
    }
}

/// Whether two codes mean one language: `pt-BR`, `pt_br`.
fn same_language(one: &str, other: &str) -> bool {
    let byte = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(a, b)| byte(a) == byte(b))
}
