//! One rule.

use askama::Template;

use super::Words;
use crate::console::Chrome;
use crate::console::format::{Moment, number};

#[derive(Debug, Template)]
#[template(path = "triggers/detail.html")]
pub(crate) struct RulePage {
    pub(crate) chrome: Chrome,
    pub(crate) kind: Words,
    pub(crate) id: i64,
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) is_active: bool,
    pub(crate) position: i64,
    pub(crate) all: Vec<String>,
    pub(crate) any: Vec<String>,
    pub(crate) actions: Vec<ActionView>,
    /// `session` or `call`, of an automation.
    pub(crate) once_per: Option<&'static str>,
    pub(crate) fired: Option<Moment>,
    pub(crate) deliveries: u64,
    pub(crate) counted_in_part: bool,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    pub(crate) active_since: Moment,
}

/// What it sends to whom.
#[derive(Debug)]
pub(crate) struct ActionView {
    /// The webhook's page, if it is there.
    pub(crate) path: Option<String>,
    pub(crate) name: String,
    /// Such as `POST json`.
    pub(crate) line: String,
    pub(crate) body: String,
    pub(crate) pairs: Vec<(String, String)>,
    /// Why it cannot notify any more.
    pub(crate) fault: String,
}

impl RulePage {
    pub(crate) fn counted(&self) -> String {
        number(self.deliveries)
    }
}
