//! Every webhook in one list.

use askama::Template;

use crate::console::Chrome;
use crate::console::chart::Svg;

/// What the list is narrowed to; it stands in the address.
#[derive(Debug, Default, Clone)]
pub(crate) struct ListFilter {
    /// A part of a name or an address.
    pub(crate) q: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) source: String,
}

impl ListFilter {
    pub(crate) const KINDS: [(&'static str, &'static str); 5] = [
        ("", "Any"),
        ("standard", "Dialogflow, standard"),
        ("flexible", "Dialogflow, flexible"),
        ("events", "Events"),
        ("rules", "Triggers and automations"),
    ];
    pub(crate) const STATUSES: [(&'static str, &'static str); 4] =
        [("", "Any"), ("active", "Active"), ("inactive", "Inactive or disabled"), ("refused", "Not allowed")];
    pub(crate) const SOURCES: [(&'static str, &'static str); 4] =
        [("", "Any"), ("file", "File"), ("api", "API or console"), ("app", "App")];

    pub(crate) fn kinds(&self) -> [(&'static str, &'static str); 5] {
        Self::KINDS
    }

    pub(crate) fn statuses(&self) -> [(&'static str, &'static str); 4] {
        Self::STATUSES
    }

    pub(crate) fn sources(&self) -> [(&'static str, &'static str); 4] {
        Self::SOURCES
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self { q, kind, status, source } = self;
        [q, kind, status, source].iter().all(|text| text.is_empty())
    }
}

/// One webhook.
#[derive(Debug)]
pub(crate) struct ListRow {
    pub(crate) name: String,
    /// The page about it.
    pub(crate) path: String,
    /// Where it leads, such as `GET https://…`.
    pub(crate) leads: String,
    /// As the filter has it.
    pub(crate) kind: &'static str,
    /// A word, and the badge's kind.
    pub(crate) status: (&'static str, &'static str),
    /// Why routes may not use it.
    pub(crate) refused: String,
    /// As the filter has it.
    pub(crate) source: &'static str,
    /// The file.
    pub(crate) file: String,
    /// The agent, if it is not the usual one.
    pub(crate) agent: String,
    /// The environments that override it.
    pub(crate) environments: Vec<String>,
    /// Calls of the last seven days, written for people; empty where none are counted.
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) sparkline: Option<Svg>,
}

impl ListRow {
    /// The last part of the file's path.
    pub(crate) fn file_name(&self) -> &str {
        self.file.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    pub(crate) fn kind_text(&self) -> &'static str {
        match self.kind {
            "standard" => "Dialogflow, standard",
            "flexible" => "Dialogflow, flexible",
            "events" => "Events",
            "rules" => "Triggers, automations",
            _ => "Not connected",
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "webhooks/list.html")]
pub(crate) struct ListPage {
    pub(crate) chrome: Chrome,
    pub(crate) filter: ListFilter,
    pub(crate) rows: Vec<ListRow>,
    /// How many there are with this filter.
    pub(crate) found: String,
    pub(crate) previous: String,
    pub(crate) next: String,
    /// Files that could not be read.
    pub(crate) unreadable: Vec<String>,
    /// Each agent with webhooks, and where theirs are exported.
    pub(crate) agents: Vec<(String, super::Place)>,
}
