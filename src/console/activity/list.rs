//! The list of invocations, and its rows alone, which a script asks for.

use askama::Template;

use super::super::form::Faults;
use super::super::format::{self, Moment};
use super::super::{Chrome, filters};
use super::words::{kind_word, reason, status_badge, status_word};
use crate::activity::InvocationId;
use crate::activity::kept::Summary;
use crate::activity::query::{Found, Words};
use crate::activity::status::{Kind, Status};

#[derive(Debug, Template)]
#[template(path = "activity/list.html")]
pub(crate) struct ListPage {
    pub(crate) chrome: Chrome,
    pub(crate) filters: Filters,
    pub(crate) faults: Faults,
    pub(crate) words: Words,
    pub(crate) rows: Vec<Row>,
    /// How many calls the filters find.
    pub(crate) count: String,
    /// Whether all that the filters may find was looked at for this page.
    pub(crate) is_short: bool,
    pub(crate) place: Place,
}

/// Where the pages beside this one are.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
    /// The newest, by the same filters.
    pub(crate) newest: String,
    /// What a script asks for new rows, on the newest page.
    pub(crate) tail: Option<String>,
    /// Where what failed is made again.
    pub(crate) failed: String,
    /// The same list as JSON.
    pub(crate) json: String,
}

#[derive(Debug, Template)]
#[template(path = "activity/rows.html")]
pub(crate) struct RowsPart {
    pub(crate) rows: Vec<Row>,
}

/// What the fields of the form hold.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    /// As `datetime-local` has it, in UTC.
    pub(crate) start: String,
    pub(crate) end: String,
    pub(crate) status: String,
    pub(crate) kind: String,
    pub(crate) direction: String,
    pub(crate) status_code: String,
    pub(crate) error_type: String,
    pub(crate) webhook: String,
    pub(crate) tag: String,
    pub(crate) environment: String,
    pub(crate) session: String,
    pub(crate) text: String,
}

impl Filters {
    pub(crate) fn statuses(&self) -> Vec<(String, String)> {
        let mut all = vec![
            (String::new(), "any".to_owned()),
            ("failed".to_owned(), "failed (any but success)".to_owned()),
        ];
        let words = Status::ALL.iter().map(|status| status.as_str());
        all.extend(words.map(|word| (word.to_owned(), status_word(word))));
        with(all, &self.status)
    }

    pub(crate) fn kinds(&self) -> Vec<(String, String)> {
        let mut all = vec![(String::new(), "any".to_owned())];
        all.extend(
            Kind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind_word(Some(*kind)).to_owned())),
        );
        with(all, &self.kind)
    }

    pub(crate) fn directions(&self) -> Vec<(String, String)> {
        let pair = |value: &str, text: &str| (value.to_owned(), text.to_owned());
        vec![pair("", "both"), pair("inbound", "others call us"), pair("outbound", "we call")]
    }

    /// Which of the tabs they are.
    pub(crate) fn tab(&self) -> &'static str {
        match (&*self.status, &*self.kind) {
            ("failed", "") => "failed",
            ("", "delivery") => "deliveries",
            ("", "") => "log",
            _ => "",
        }
    }

    /// Whether there are some beyond those that are always seen.
    pub(crate) fn are_many(&self) -> bool {
        let Self { direction, status_code, error_type, environment, kind, .. } = self;
        [direction, status_code, error_type, environment, kind].iter().any(|field| !field.is_empty())
    }
}

/// What an address asks for is among what can be chosen.
fn with(mut all: Vec<(String, String)>, chosen: &str) -> Vec<(String, String)> {
    if !all.iter().any(|(value, _)| value == chosen) {
        all.push((chosen.to_owned(), chosen.replace('_', " ").replace(',', ", ")));
    }
    all
}

/// An invocation in a list.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: InvocationId,
    pub(crate) at: Moment,
    pub(crate) status: String,
    pub(crate) badge: &'static str,
    pub(crate) kind: &'static str,
    /// The tag, or the webhook.
    pub(crate) name: String,
    pub(crate) session: String,
    pub(crate) status_code: Option<u16>,
    pub(crate) took: String,
    pub(crate) took_us: u64,
    pub(crate) attempts: usize,
    pub(crate) reason: String,
}

impl Row {
    pub(crate) fn of(found: &Found) -> Self {
        let summary: Summary<'_> = serde_json::from_str(&found.summary).unwrap_or_default();
        let tag = if summary.tag.is_empty() { &*found.tag } else { &*summary.tag };
        let name = match found.kind {
            Some(Kind::Standard | Kind::Flexible) => tag,
            _ if found.webhook.is_empty() => tag,
            _ => &found.webhook,
        };
        Self {
            id: found.id,
            at: Moment(found.id.micros()),
            status: status_word(&found.status),
            badge: status_badge(&found.status),
            kind: kind_word(found.kind),
            name: name.to_owned(),
            session: found.session.clone(),
            status_code: found.status_code,
            took: format::duration(summary.took_us),
            took_us: summary.took_us,
            attempts: summary.attempts,
            reason: reason(found, &summary),
        }
    }

    /// Its conversation's page.
    pub(crate) fn conversation(&self) -> String {
        super::super::conversations::path(&self.session)
    }
}
