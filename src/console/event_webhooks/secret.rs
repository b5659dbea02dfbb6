//! What the requests of a webhook are signed with.

use askama::Template;

use crate::console::Chrome;
use crate::console::format::Moment;

#[derive(Debug, Template)]
#[template(path = "event_webhooks/secret.html")]
pub(crate) struct SecretPage {
    pub(crate) chrome: Chrome,
    /// The webhook's page.
    pub(crate) path: String,
    pub(crate) name: String,
    /// None until somebody wants to see it.
    pub(crate) secret: Option<String>,
    /// Until when the secret before is used, too.
    pub(crate) previous_until: Option<Moment>,
    /// How long one that is replaced is used besides; none for not at all.
    pub(crate) overlap: Option<String>,
}
