//! One webhook: what it is, and what was sent to it.

use askama::Template;

use super::trial::Panel;
use crate::console::Chrome;
use crate::console::chart::Svg;
use crate::console::format::{Moment, number};

#[derive(Debug, Template)]
#[template(path = "event_webhooks/detail.html")]
pub(crate) struct DetailPage {
    pub(crate) chrome: Chrome,
    pub(crate) webhook: Shown,
    /// Deliveries of the last seven days.
    pub(crate) count: i64,
    pub(crate) days: Svg,
    pub(crate) filter: Filter,
    pub(crate) invocations: Vec<Row>,
    /// Addresses of the pages beside.
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
    pub(crate) panel: Panel,
}

/// The webhook's members.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) endpoint: String,
    pub(crate) method: &'static str,
    pub(crate) format: &'static str,
    pub(crate) is_active: bool,
    pub(crate) connection: &'static str,
    pub(crate) tells_rules: bool,
    pub(crate) subscriptions: Vec<String>,
    /// The rules that notify it: addresses and titles.
    pub(crate) rules: Vec<(String, String)>,
    /// Kind and name of its credentials.
    pub(crate) authentication: Option<(&'static str, String)>,
    pub(crate) headers: Vec<(String, String)>,
    /// As JSON, if an app made it.
    pub(crate) external_source: Option<String>,
    pub(crate) is_apps: bool,
    /// Whether its secret is another one's than the reader's.
    pub(crate) is_anothers: bool,
    /// Whether the reader may delete it.
    pub(crate) may_delete: bool,
    pub(crate) created: (Moment, String),
    pub(crate) updated: Option<(Moment, String)>,
    /// Until when the secret before is used, too.
    pub(crate) previous_until: Option<Moment>,
}

/// What is chosen of the log.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) status: String,
    /// What could not be read.
    pub(crate) fault: String,
    pub(crate) statuses: Vec<&'static str>,
}

impl Filter {
    pub(crate) fn is_set(&self) -> bool {
        [&self.from, &self.until, &self.status].iter().any(|text| !text.is_empty())
    }
}

/// One delivery.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) at: Moment,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) code: String,
    /// What caused it, in words.
    pub(crate) cause: String,
    /// The rule's page, if one did.
    pub(crate) rule: Option<String>,
    pub(crate) attempts: u32,
    /// Why it was not sent.
    pub(crate) reason: String,
    pub(crate) is_replay: bool,
}

impl DetailPage {
    pub(crate) fn counted(&self) -> String {
        number(self.count)
    }
}
