//! How long what has ended is kept.

use crate::activity::InvocationId;
use crate::store::{Query, Store, StoreError, Synced};

/// So many are removed at once, so that others write between two times.
const STEP: i64 = 250;

/// Removes what came before a moment and has ended, and in memory the oldest beyond `most`.
pub(in crate::receive) async fn remove_old(
    store: &Store,
    before: i64,
    most: Option<usize>,
) -> Result<(), StoreError> {
    let mut below = InvocationId::at(before);
    if let Some(most) = most {
        let query =
            Query::new("SELECT id FROM received WHERE due_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET $1");
        let row = store.optional(query.bind(i64::try_from(most).unwrap_or(i64::MAX))).await?;
        if let Some(row) = row {
            below = below.max(InvocationId::of_number(row.get("id")?));
        }
    }
    loop {
        let query = Query::new(
            "DELETE FROM received WHERE id IN \
             (SELECT id FROM received WHERE id <= $1 AND due_at IS NULL ORDER BY id LIMIT $2)",
        );
        let gone = store.execute(Synced::Lazy, query.bind(below.number()).bind(STEP)).await?;
        if gone < STEP.unsigned_abs() {
            return store.reclaim().await;
        }
        tokio::task::yield_now().await;
    }
}
