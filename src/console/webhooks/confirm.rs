//! What asks before something is done, and what asks for the name of a copy.

use askama::Template;

use crate::console::Chrome;
use crate::console::form::Faults;

/// Deleting, disabling, enabling.
#[derive(Debug, Template)]
#[template(path = "webhooks/confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) chrome: Chrome,
    /// What will happen.
    pub(crate) consequence: String,
    /// What relies on it.
    pub(crate) relying: Vec<String>,
    /// Why it was not done.
    pub(crate) fault: String,
    pub(crate) action: String,
    pub(crate) back: String,
    pub(crate) etag: String,
    /// On the button.
    pub(crate) verb: &'static str,
    pub(crate) danger: bool,
    /// Whether it can be done although something relies on it.
    pub(crate) may_force: bool,
}

/// A copy of a webhook.
#[derive(Debug, Template)]
#[template(path = "webhooks/clone.html")]
pub(crate) struct ClonePage {
    pub(crate) chrome: Chrome,
    pub(crate) of: String,
    pub(crate) display_name: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) back: String,
}
