//! The panel to try a webhook with: what is sent, and what came of it.

use askama::Template;

use super::message::Message;
use crate::console::Chrome;
use crate::console::form::Faults;
use crate::console::layout::Flash;

/// What stands in the panel.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    /// Event types with their words, for webhooks that are told events; empty for others.
    pub(crate) samples: Vec<Sample>,
    /// The body.
    pub(crate) payload: String,
    /// With a spare row or more.
    pub(crate) parameters: Vec<(String, String)>,
    /// Whether it sends parameters instead of a body; none while that is still to be chosen.
    pub(crate) sends_parameters: Option<bool>,
    /// Headers in the place of the webhook's own; none where those stand in the form around the panel.
    pub(crate) headers: Option<Vec<(String, String)>>,
    pub(crate) faults: Faults,
    pub(crate) result: Option<Outcome>,
}

/// A sample event to choose.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) event_type: String,
    pub(crate) name: String,
    pub(crate) is_chosen: bool,
}

/// What came of a test.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) request: Message,
    /// None if nobody answered.
    pub(crate) response: Option<Message>,
    /// Such as `200`, with how it looks.
    pub(crate) status: (String, &'static str),
    /// Why nobody answered.
    pub(crate) error: String,
    pub(crate) took: String,
    /// In microseconds.
    pub(crate) took_exactly: String,
    /// What was not sent because it went elsewhere.
    pub(crate) dropped: bool,
    /// Whether it was signed with the secret that is for tests.
    pub(crate) with_test_secret: bool,
    pub(crate) invocation: String,
}

/// The panel as a page of its own, for a webhook that is saved.
#[derive(Debug, Template)]
#[template(path = "event_webhooks/trial.html")]
pub(crate) struct TrialPage {
    pub(crate) chrome: Chrome,
    pub(crate) path: String,
    pub(crate) name: String,
    /// Where it leads.
    pub(crate) line: String,
    pub(crate) panel: Panel,
}

impl Outcome {
    /// For whoever hears the page.
    pub(crate) fn told(&self) -> Flash {
        Flash { text: format!("{} after {}", self.status.0, self.took) }
    }
}
