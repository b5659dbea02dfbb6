//! What there is to know at a glance.

use askama::Template;

use super::Chrome;

#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub(crate) struct OverviewPage {
    pub(crate) chrome: Chrome,
}
