//! One delivery, attempt by attempt.

use askama::Template;

use super::message::Message;
use crate::console::Chrome;
use crate::console::format::Moment;

#[derive(Debug, Template)]
#[template(path = "event_webhooks/invocation.html")]
pub(crate) struct InvocationPage {
    pub(crate) chrome: Chrome,
    /// The webhook's page, and its name.
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) cause: String,
    pub(crate) rule: Option<String>,
    /// The event's id.
    pub(crate) event: String,
    /// The delivery that this one repeats.
    pub(crate) origin: Option<String>,
    /// Why it was not sent.
    pub(crate) reason: String,
    pub(crate) created: Moment,
    pub(crate) completed: Moment,
    pub(crate) attempts: Vec<AttemptView>,
    /// Whether it has ended, and may be made again.
    pub(crate) may_replay: bool,
}

#[derive(Debug)]
pub(crate) struct AttemptView {
    pub(crate) number: u32,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) code: String,
    pub(crate) error: String,
    pub(crate) started: Moment,
    pub(crate) took: String,
    /// In microseconds.
    pub(crate) took_exactly: String,
    pub(crate) request: Option<Message>,
    pub(crate) response: Option<Message>,
}
