//! A question before something is done: as a page of its own, it needs no script.

use askama::Template;

use crate::console::Chrome;
use crate::console::form::Faults;

/// What is to be done is named, with what comes of it.
#[derive(Debug, Template)]
#[template(path = "event_webhooks/confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) chrome: Chrome,
    /// What comes of it, sentence by sentence.
    pub(crate) lines: Vec<String>,
    /// What it touches: addresses of pages, and their names.
    pub(crate) touches: Vec<(String, String)>,
    /// Where the answer goes.
    pub(crate) action: String,
    /// What the button says.
    pub(crate) button: &'static str,
    /// Whether it cannot be undone.
    pub(crate) is_danger: bool,
    /// Where one goes who does not want it.
    pub(crate) back: String,
    /// The form that was seen: another one is not changed. Empty where that makes no difference.
    pub(crate) etag: String,
    /// What goes along.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// A name that is asked for.
    pub(crate) name: Option<String>,
    pub(crate) faults: Faults,
}

impl ConfirmPage {
    /// One that asks for nothing but a yes.
    pub(crate) fn new(chrome: Chrome, action: String, button: &'static str, back: String) -> Self {
        Self {
            chrome,
            lines: Vec::new(),
            touches: Vec::new(),
            action,
            button,
            is_danger: false,
            back,
            etag: String::new(),
            hidden: Vec::new(),
            name: None,
            faults: Faults::default(),
        }
    }

    /// Tells what comes of it.
    pub(crate) fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }
}
