//! What a check found, for people and for machines.

use serde::Serialize;

/// What an agent calls, and what will not work.
///
/// Serialized it is the JSON of `rejoinder check --agent … --format json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The webhooks of the agent, by display name.
    pub webhooks: Vec<CheckedWebhook>,
    /// The tags that it calls, by webhook and tag.
    pub tags: Vec<CheckedTag>,
    /// What will not work, or not as it was meant: errors first.
    pub findings: Vec<Finding>,
}

/// A webhook of an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CheckedWebhook {
    /// Its display name.
    pub display_name: String,
    /// `STANDARD` or `FLEXIBLE`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where it is, without user and password; empty if the resource does not say.
    pub uri: String,
    /// The places that call it.
    pub called_from: Vec<String>,
}

/// A tag that an agent calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CheckedTag {
    /// The tag; empty where the author forgot it.
    pub tag: String,
    /// The webhook, by display name.
    pub webhook: String,
    /// The places that call it.
    pub called_from: Vec<String>,
    /// Whether it is served here; `None` if it is not ours to serve.
    pub served: Option<bool>,
}

/// Something that will not work, or not as it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A stable `snake_case` word for machines; `docs/agents.md` explains each.
    pub code: &'static str,
    /// Where it is, in the words of the agent: `flow Orders, page Confirm, entry fulfillment`.
    pub place: String,
    /// What was found.
    pub message: String,
    /// What to do.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Conversations that come there will fail.
    Error,
    /// It will probably not do what was meant.
    Warning,
    /// It may be meant so.
    Note,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

impl Report {
    /// How many findings there are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether nothing in it is an error.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.count(Severity::Error) == 0
    }
}
