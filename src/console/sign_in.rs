//! The page for signing in.

use askama::Template;

use super::Chrome;

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) chrome: Chrome,
    /// Where to go afterwards.
    pub(crate) next: String,
    /// Why the last try failed; empty on the first.
    pub(crate) fault: String,
    /// Whether tokens are kept in a store, so that `rejoinder token create` makes one.
    pub(crate) has_store: bool,
}
