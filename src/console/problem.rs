//! The page that says why there is no other.

use askama::Template;

use super::Chrome;

#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage {
    pub(crate) chrome: Chrome,
    pub(crate) message: String,
    /// What helps, if something does.
    pub(crate) help: &'static str,
}
