//! All rules of a kind, in their order.

use askama::Template;

use super::Words;
use crate::console::Chrome;
use crate::console::format::{Moment, number};

#[derive(Debug, Template)]
#[template(path = "triggers/list.html")]
pub(crate) struct ListPage {
    pub(crate) chrome: Chrome,
    pub(crate) kind: Words,
    pub(crate) search: String,
    /// Empty, `true` or `false`.
    pub(crate) active: String,
    pub(crate) rules: Vec<Row>,
    /// How many there are in all, found or not.
    pub(crate) count: usize,
    /// Whether more deliveries were made than were counted.
    pub(crate) counted_in_part: bool,
    /// Addresses of the pages beside.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A rule.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) position: i64,
    pub(crate) is_active: bool,
    /// Its conditions in words.
    pub(crate) conditions: String,
    /// Whom it notifies: a page, if there is one, and a name.
    pub(crate) webhooks: Vec<(Option<String>, String)>,
    /// Whether it cannot notify somebody any more.
    pub(crate) is_faulty: bool,
    pub(crate) fired: Option<Moment>,
    pub(crate) deliveries: u64,
    /// Whether there is one before and one behind it.
    pub(crate) may_rise: bool,
    pub(crate) may_fall: bool,
}

impl Row {
    pub(crate) fn counted(&self) -> String {
        number(self.deliveries)
    }
}

impl ListPage {
    pub(crate) fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.active.is_empty()
    }
}
