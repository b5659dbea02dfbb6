//! Who answers the calls of an agent that is played.

use std::future::Future;
use std::time::Duration;

use super::session::{Input, SessionError};
use super::{CallError, Caller, Verdict};
use crate::protocol::WebhookRequest;

/// Who answers the agent.
pub trait Counterpart {
    /// Answers the call that the agent makes of `input`.
    ///
    /// # Errors
    ///
    /// A call that was not made.
    fn answer(
        &self,
        request: &WebhookRequest,
        input: &Input,
    ) -> impl Future<Output = Result<Answered, PlayError>>;
}

/// What came of a call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answered {
    /// What the agent does then.
    pub verdict: Verdict,
    /// How long it took.
    pub latency: Duration,
    /// What differs from the platform's own call.
    pub notes: Vec<String>,
}

impl Answered {
    /// With nothing to note.
    #[must_use]
    pub fn new(verdict: Verdict, latency: Duration) -> Self {
        Self { verdict, latency, notes: Vec::new() }
    }
}

impl Counterpart for Caller {
    async fn answer(&self, request: &WebhookRequest, _: &Input) -> Result<Answered, PlayError> {
        let called = Box::pin(self.call(request)).await?;
        Ok(Answered { verdict: called.verdict, latency: called.times.total, notes: called.notes })
    }
}

/// A turn that could not be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// The session cannot take the input.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The call was not made.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Nobody knows which webhook to call.
    #[error("{0}")]
    Webhook(String),
    /// An agent that is executed is told what it finds by itself.
    #[error(
        "`{key}` is not for an agent that is executed: it calls and goes by itself; say with `tag` what is called in every turn that calls, and it is not executed"
    )]
    Told {
        /// The key.
        key: &'static str,
    },
    /// An agent that is executed does not come to the end of its turn.
    #[error("{0}")]
    Endless(String),
}
