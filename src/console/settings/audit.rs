//! Who changed what.

use askama::Template;

use super::TabLink;
use super::difference::Changed;
use crate::console::Chrome;
use crate::console::format::Moment;

#[derive(Debug, Template)]
#[template(path = "settings/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) chrome: Chrome,
    pub(crate) tabs: Vec<TabLink>,
    pub(crate) filter: AuditFilter,
    pub(crate) lines: Vec<AuditLine>,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
    /// Whether these are the newest.
    pub(crate) is_first: bool,
}

/// What is asked for, as it was written.
#[derive(Debug, Default)]
pub(crate) struct AuditFilter {
    pub(crate) resource: String,
    pub(crate) who: String,
    pub(crate) action: String,
    pub(crate) since: String,
    pub(crate) until: String,
}

/// A change.
#[derive(Debug)]
pub(crate) struct AuditLine {
    pub(crate) at: Moment,
    pub(crate) actor: String,
    pub(crate) actor_name: String,
    pub(crate) role: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) request_id: Option<String>,
    pub(crate) changes: Vec<Changed>,
    /// How many differences are not told.
    pub(crate) more: usize,
}

impl AuditFilter {
    const ACTIONS: [(&'static str, &'static str); 10] = [
        ("", "any"),
        ("create", "create"),
        ("update", "update"),
        ("delete", "delete"),
        ("clone", "clone"),
        ("replay", "replay"),
        ("erase", "erase"),
        ("revoke", "revoke"),
        ("reveal_secret", "reveal_secret"),
        ("reset_secret", "reset_secret"),
    ];

    fn is_empty(&self) -> bool {
        [&self.resource, &self.who, &self.action, &self.since, &self.until].iter().all(|text| text.is_empty())
    }

    /// The address with these filters, and what comes behind.
    fn at(&self, before: Option<&String>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let before = before.map(String::as_str).unwrap_or_default();
        for (name, value) in [
            ("resource", self.resource.as_str()),
            ("who", &self.who),
            ("action", &self.action),
            ("since", &self.since),
            ("until", &self.until),
            ("before", before),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/console/settings/audit?{}", query.finish())
    }
}

impl AuditLine {
    fn summary(&self) -> String {
        match self.changes.len() + self.more {
            0 => "no difference".to_owned(),
            1 => "1 difference".to_owned(),
            several => format!("{several} differences"),
        }
    }
}
