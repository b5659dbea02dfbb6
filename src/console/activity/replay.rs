//! Making calls again: questions before it, and what came of it.

use askama::Template;

use super::super::{Chrome, filters};
use super::{Filters, Row};

/// Asks before one is made again.
#[derive(Debug, Template)]
#[template(path = "activity/replay.html")]
pub(crate) struct ReplayPage {
    pub(crate) chrome: Chrome,
    pub(crate) row: Row,
    /// What that means.
    pub(crate) means: &'static str,
    /// Why it is not possible.
    pub(crate) refusal: Option<String>,
}

/// Asks before all that failed is made again.
#[derive(Debug, Template)]
#[template(path = "activity/failed.html")]
pub(crate) struct FailedPage {
    pub(crate) chrome: Chrome,
    pub(crate) filters: Filters,
    pub(crate) fault: String,
    /// How many, in words.
    pub(crate) count: String,
    pub(crate) by_name: Vec<(String, String)>,
    /// How many calls of APIs were made for these.
    pub(crate) inner: usize,
    /// Hidden fields: what was looked for, and until when.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) is_any: bool,
}

/// Tells what came of it.
#[derive(Debug, Template)]
#[template(path = "activity/tried.html")]
pub(crate) struct TriedPage {
    pub(crate) chrome: Chrome,
    pub(crate) well: String,
    pub(crate) failed: String,
    pub(crate) not: Vec<(String, String)>,
    /// How many are left.
    pub(crate) left: Option<String>,
    pub(crate) fields: Vec<(String, String)>,
    /// Where the new invocations are.
    pub(crate) made: String,
}
