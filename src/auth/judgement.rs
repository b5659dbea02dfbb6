//! What a check says of a caller: at once, or after asking somebody.

use std::pin::Pin;

use super::Caller;
use super::reason::Reason;

type Outcome = Result<Caller, Reason>;

/// Almost every call is judged at once, and pays for no future on the heap.
pub(super) enum Judgement<'a> {
    Now(Outcome),
    Later(Pin<Box<dyn Future<Output = Outcome> + 'a>>),
}

impl Judgement<'_> {
    pub(super) async fn outcome(self) -> Outcome {
        match self {
            Self::Now(outcome) => outcome,
            Self::Later(outcome) => outcome.await,
        }
    }
}

impl From<Outcome> for Judgement<'_> {
    fn from(outcome: Outcome) -> Self {
        Self::Now(outcome)
    }
}

impl From<Reason> for Judgement<'_> {
    fn from(reason: Reason) -> Self {
        Self::Now(Err(reason))
    }
}
