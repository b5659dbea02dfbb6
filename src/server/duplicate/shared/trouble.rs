//! What keeps instances from knowing of each other's calls: counted each time, told now and then.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{Claimed, Shared};
use crate::store::StoreError;

/// Trouble is told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Why nobody knows in time.
pub(super) enum Trouble {
    /// There are too many claims already.
    Busy,
    /// It is still being asked for.
    Late(oneshot::Receiver<Claimed>),
    Failed(StoreError),
    /// It was answered by a version of us that says more than this one knows.
    Unreadable,
}

impl Shared {
    /// Counts what kept a claim from being known; gives what is still asked for.
    pub(super) fn tell(&self, trouble: Trouble) -> Option<oneshot::Receiver<Claimed>> {
        let (what, asked) = match trouble {
            Trouble::Failed(error) => {
                self.metrics.shared_duplicate("failed");
                self.log(error.code(), &error.to_string());
                return None;
            }
            Trouble::Unreadable => {
                self.metrics.shared_duplicate("failed");
                self.log("unreadable", "an answer is one of another version of Rejoinder");
                return None;
            }
            Trouble::Busy => ("as many claims are asked for as may be at once", None),
            Trouble::Late(asked) => ("the store did not answer within duplicates.claim_timeout", Some(asked)),
        };
        self.metrics.shared_duplicate("late");
        self.log("late", what);
        asked
    }

    pub(super) fn log(&self, code: &str, error: &str) {
        let now = self.clock.now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| now.saturating_duration_since(told) < TELL_EVERY) {
            return;
        }
        *told = Some(now);
        drop(told);
        tracing::warn!(
            target: "rejoinder::duplicates",
            code, error,
            "repetitions that reach another instance may run their handler again: the store does not tell of them in time"
        );
    }
}
