//! What neighbour systems send, and what becomes of it.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::histogram::Histogram;
use super::labelled::Labelled;
use super::tally::Tally;

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) sources: Labelled<ReceivedEvents>,
    /// How long the event that is due longest has been, in milliseconds.
    pub(super) lag: AtomicU64,
}

/// The events of one source.
#[derive(Debug, Default)]
pub(crate) struct ReceivedEvents {
    /// By how they were answered.
    pub(super) came: Tally,
    pub(super) seconds: Histogram,
    /// By what their handlers came to.
    pub(super) worked: Tally,
}

impl ReceivedEvents {
    /// A request was answered: `stored`, `duplicate`, or the code of its refusal.
    pub(crate) fn came(&self, outcome: &'static str, took: Duration) {
        self.came.add(outcome, 0);
        self.seconds.observe(took);
    }

    /// A handler has ended: `done`, `retried`, `dead`.
    pub(crate) fn worked(&self, outcome: &'static str) {
        self.worked.add(outcome, 0);
    }
}
