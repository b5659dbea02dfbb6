//! A call that was made, and everything about it.

use super::outcome::{Outcome, Times};
use super::sent::Sent;
use super::verdict::Verdict;

/// A call that was made.
#[derive(Debug)]
#[non_exhaustive]
pub struct Called {
    /// What was sent.
    pub sent: Sent,
    /// What came of it.
    pub outcome: Outcome,
    /// How long its parts took.
    pub times: Times,
    /// What the agent does then.
    pub verdict: Verdict,
    /// What differs from the platform's own call, and what could not be put into the request.
    pub notes: Vec<String>,
}
