//! What the agent is told when a handler fails.

use crate::error::ErrorKind;

use super::Reply;

/// What becomes of a failed call: of a handler's error or panic, or of an input it asked for in vain.
///
/// Dialogflow raises an event only if a handler for it is in scope and the route that made the call
/// has no target of its own; otherwise the failure is silent. An apology is always heard.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum OnError {
    /// Answer the error's own status; the agent raises the `webhook.error.*` event that goes with it.
    #[default]
    Raise,
    /// Answer the status of this kind, whatever the error's own is.
    RaiseAs(ErrorKind),
    /// Answer 200 with this reply. The error is logged.
    Apologise(Reply),
}

impl OnError {
    /// Answers 200 with this text.
    pub fn apologise(text: impl Into<String>) -> Self {
        Self::Apologise(Reply::text(text))
    }
}
