//! One conversation: its calls as a timeline.

use askama::Template;

use super::super::activity;
use super::super::activity::Parameters;
use super::super::format::Moment;
use super::super::{Chrome, filters};
use super::{Answered, Said};
use crate::activity::InvocationId;

#[derive(Debug, Template)]
#[template(path = "conversations/one.html")]
pub(crate) struct ConversationPage {
    pub(crate) chrome: Chrome,
    pub(crate) session: String,
    pub(crate) path: String,
    /// Where it took place.
    pub(crate) agent: String,
    pub(crate) environment: String,
    pub(crate) turns: Vec<Turn>,
    /// What the log does not keep, and the settings that keep it.
    pub(crate) unkept: Vec<String>,
    pub(crate) earlier: Option<String>,
    pub(crate) later: Option<String>,
    /// Whether a transcript can be made of it; else why not.
    pub(crate) transcript: Result<(), &'static str>,
}

/// A call of the agent, with what was done for it.
#[derive(Debug)]
pub(crate) struct Turn {
    /// None for what happened before the first call of the page.
    pub(crate) call: Option<Call>,
    /// Calls of APIs that were made for it.
    pub(crate) upstream: Vec<activity::Row>,
    /// Deliveries and other calls that came after it.
    pub(crate) others: Vec<activity::Row>,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: InvocationId,
    pub(crate) at: Moment,
    pub(crate) page: String,
    pub(crate) tag: String,
    pub(crate) status: String,
    pub(crate) badge: &'static str,
    pub(crate) status_code: Option<u16>,
    pub(crate) took: String,
    pub(crate) took_us: u64,
    pub(crate) is_replay: bool,
    pub(crate) said: Said,
    pub(crate) answered: Answered,
    /// What the agent itself changed since the call before.
    pub(crate) between: Vec<activity::Difference>,
    pub(crate) parameters: Parameters,
    pub(crate) error: String,
    pub(crate) event: String,
}

#[derive(Debug, Template)]
#[template(path = "conversations/erase.html")]
pub(crate) struct ErasePage {
    pub(crate) chrome: Chrome,
    pub(crate) session: String,
    pub(crate) path: String,
    /// How many calls the log has of it.
    pub(crate) count: String,
}
