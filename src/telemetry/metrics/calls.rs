//! What becomes of the agent's calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use super::histogram::Histogram;
use super::labelled::Labelled;
use super::tally::Tally;

/// The tag of calls that were refused before their tag was read.
const NO_TAG: &str = "(none)";
/// The tag of calls that no route answers. Whatever a client invents, it is one label.
const UNKNOWN_TAG: &str = "(unknown)";
/// The tag of calls that the fallback answers.
const FALLBACK: &str = "(fallback)";

/// The calls of one tag, or of one pattern of tags.
#[derive(Debug, Default)]
pub(crate) struct TagCalls {
    pub(super) counts: Tally,
    pub(super) seconds: Histogram,
}

impl TagCalls {
    /// Counts a call that has been answered.
    pub(crate) fn count(&self, outcome: &'static str, status: u16, took: Duration) {
        self.counts.add(outcome, status);
        self.seconds.observe(took);
    }
}

/// All calls.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) tags: Labelled<TagCalls>,
    pub(super) nameless: Arc<TagCalls>,
    pub(super) unknown: Arc<TagCalls>,
    pub(super) phases: [(&'static str, Histogram); 5],
    pub(super) queued: AtomicI64,
    pub(super) shed: AtomicU64,
    pub(super) duplicates: Tally,
    pub(super) shared_duplicates: Tally,
    pub(super) deferred: Tally,
}

impl Default for Calls {
    fn default() -> Self {
        let tags = Labelled::<TagCalls>::default();
        let (nameless, unknown) = (tags.get(NO_TAG), tags.get(UNKNOWN_TAG));
        let phases = ["reading", "verifying", "queueing", "handling", "writing"];
        Self {
            tags,
            nameless,
            unknown,
            phases: phases.map(|phase| (phase, Histogram::default())),
            queued: AtomicI64::new(0),
            shed: AtomicU64::new(0),
            duplicates: Tally::of(&["joined", "replayed"]),
            shared_duplicates: Tally::of(&["claimed", "elsewhere", "late", "failed", "unsaved"]),
            deferred: Tally::default(),
        }
    }
}

impl Calls {
    /// The calls of a route, by its tag or pattern.
    pub(super) fn route(&self, pattern: &str) -> Arc<TagCalls> {
        self.tags.get(if pattern.is_empty() { FALLBACK } else { pattern })
    }

    /// Adds what a call took in each phase; one that it did not enter took none.
    pub(super) fn observe_phases(&self, times: [Duration; 5]) {
        for ((_, histogram), time) in self.phases.iter().zip(times) {
            if !time.is_zero() {
                histogram.observe(time);
            }
        }
    }
}

/// A call that waits for its turn, until this is dropped.
#[derive(Debug)]
pub(crate) struct Queued<'m>(&'m AtomicI64);

impl<'m> Queued<'m> {
    pub(super) fn new(queued: &'m AtomicI64) -> Self {
        queued.fetch_add(1, Ordering::Relaxed);
        Self(queued)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
