//! What is too old goes, a little at a time, so that nobody who writes has to wait for it.

use std::time::Duration;

use super::{InvocationId, sql};
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// How many invocations go at once. Deleting them takes a few milliseconds.
const STEP: i64 = 250;
/// What writers get between two steps.
const PAUSE: Duration = Duration::from_millis(20);
/// How often is looked for what is too old.
const EVERY: Duration = Duration::from_secs(60);

/// Removes what is older than `retention`, again and again.
pub(super) async fn run(store: Store, clock: Clock, retention: Duration) {
    loop {
        // First, so that a server which has just started does not open its store for this.
        tokio::time::sleep(EVERY.min(retention)).await;
        match remove(&store, &clock, retention).await {
            Ok(0) => {}
            Ok(removed) => {
                tracing::debug!(target: "rejoinder::activity", removed, "calls were kept long enough")
            }
            Err(error) => tracing::warn!(
                target: "rejoinder::activity",
                %error, "calls that are older than activity.retention cannot be removed now"
            ),
        }
    }
}

/// Removes all that is too old now; tells how much it was.
pub(super) async fn remove(store: &Store, clock: &Clock, retention: Duration) -> Result<u64, StoreError> {
    let kept = i64::try_from(retention.as_micros()).unwrap_or(i64::MAX);
    let cutoff = clock.unix_micros().saturating_sub(kept);
    let below = InvocationId::at(cutoff).number();
    let mut removed = 0;
    loop {
        let gone = sql::remove_oldest(store, below, STEP).await?;
        removed += gone;
        // Packs are removed whole: a step may be smaller, and there is more.
        if gone == 0 {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    // A combination counts as used for some hours more than a process takes it for known.
    sql::forget_counts(store, sql::hour(cutoff) - 3).await?;
    sql::forget_facets(store).await?;
    if removed > 0 {
        store.reclaim().await?;
    }
    Ok(removed)
}
