//! What neighbour systems sent: a list, and one of them.

use askama::Template;

use super::super::format::Moment;
use super::super::{Chrome, filters};
use super::Body;
use crate::activity::InvocationId;

#[derive(Debug, Template)]
#[template(path = "activity/received.html")]
pub(crate) struct ReceivedListPage {
    pub(crate) chrome: Chrome,
    pub(crate) state: String,
    /// What can be chosen.
    pub(crate) states: Vec<(String, String)>,
    pub(crate) source: String,
    pub(crate) event_type: String,
    pub(crate) rows: Vec<Event>,
    pub(crate) newest: Option<String>,
    pub(crate) older: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "activity/event.html")]
pub(crate) struct ReceivedPage {
    pub(crate) chrome: Chrome,
    pub(crate) event: Event,
    pub(crate) body: Body,
}

/// An event that was received.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: InvocationId,
    pub(crate) source: String,
    pub(crate) event_type: String,
    /// The sender's ids.
    pub(crate) event: String,
    pub(crate) invocation: String,
    pub(crate) state: &'static str,
    pub(crate) badge: &'static str,
    /// What the state means.
    pub(crate) means: &'static str,
    pub(crate) error: String,
    pub(crate) attempts: i64,
    pub(crate) at: Moment,
    pub(crate) latest_at: Moment,
    pub(crate) due_at: Option<Moment>,
    pub(crate) size: String,
    /// Whether it can be worked on again.
    pub(crate) has_ended: bool,
}
