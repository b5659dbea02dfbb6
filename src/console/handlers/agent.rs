//! What an exported agent calls, beside what is served.

use askama::Template;

use crate::console::Chrome;
use crate::emulator::package::check::{CheckedTag, Finding, Report, Severity};

/// Asks for an export.
#[derive(Debug, Template)]
#[template(path = "handlers/agent_form.html")]
pub(crate) struct AgentForm {
    pub(crate) chrome: Chrome,
    /// What is wrong with the one that was sent; empty if there was none.
    pub(crate) fault: String,
}

/// What was found.
#[derive(Debug, Template)]
#[template(path = "handlers/agent.html")]
pub(crate) struct AgentPage {
    pub(crate) chrome: Chrome,
    /// The agent's name.
    pub(crate) agent: String,
    pub(crate) report: Report,
    /// Files of the export that were passed over.
    pub(crate) notes: Vec<String>,
}

/// So many findings are shown; the command tells all.
const MOST: usize = 500;
/// So many places of one tag.
const PLACES: usize = 5;

impl AgentPage {
    /// The tags that nobody serves first.
    fn tags(&self) -> Vec<&CheckedTag> {
        let mut tags: Vec<_> = self.report.tags.iter().collect();
        tags.sort_by_key(|tag| match tag.served {
            Some(false) => 0,
            Some(true) => 1,
            None => 2,
        });
        tags
    }

    fn missing(&self) -> usize {
        self.report.tags.iter().filter(|tag| tag.served == Some(false)).count()
    }

    fn findings(&self) -> &[Finding] {
        &self.report.findings[..self.report.findings.len().min(MOST)]
    }

    fn more(&self) -> usize {
        self.report.findings.len() - self.findings().len()
    }
}

fn places(tag: &CheckedTag) -> String {
    let shown = tag.called_from.iter().take(PLACES).map(String::as_str).collect::<Vec<_>>().join("; ");
    match tag.called_from.len().saturating_sub(PLACES) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "bad",
        Severity::Warning => "idle",
        Severity::Note => "",
    }
}
