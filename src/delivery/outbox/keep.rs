//! How long what has ended is kept, and how much of it in memory.

use std::collections::VecDeque;

use crate::activity::InvocationId;
use crate::store::{Query, Store, StoreError, Synced, Transaction};

/// Removes the oldest that have ended, below an id and so many at most; tells how many.
pub(in crate::delivery) async fn remove_old(
    store: &Store,
    below: InvocationId,
    most: i64,
) -> Result<u64, StoreError> {
    let mut transaction = store.begin(Synced::Lazy).await?;
    let attempts = Query::new(
        "DELETE FROM delivery_attempts WHERE delivery IN \
         (SELECT id FROM deliveries WHERE id < $1 AND due_at IS NULL ORDER BY id LIMIT $2)",
    );
    transaction.execute(attempts.bind(below.number()).bind(most)).await?;
    let jobs = Query::new(
        "DELETE FROM deliveries WHERE id IN \
         (SELECT id FROM deliveries WHERE id < $1 AND due_at IS NULL ORDER BY id LIMIT $2)",
    );
    let gone = transaction.execute(jobs.bind(below.number()).bind(most)).await?;
    transaction.commit().await?;
    Ok(gone)
}

/// Removes everything of a session, waiting or not.
pub(in crate::delivery) async fn erase(
    transaction: &mut Transaction,
    session: &str,
) -> Result<u64, StoreError> {
    let attempts = Query::new(
        "DELETE FROM delivery_attempts WHERE delivery IN (SELECT id FROM deliveries WHERE session = $1)",
    );
    transaction.execute(attempts.bind(session)).await?;
    transaction.execute(Query::new("DELETE FROM deliveries WHERE session = $1").bind(session)).await
}

/// What is kept in memory of jobs that have ended: the oldest go when there is too much.
#[derive(Debug)]
pub(in crate::delivery) struct Bounded {
    most: usize,
    most_bytes: usize,
    ended: VecDeque<(InvocationId, usize)>,
    bytes: usize,
}

impl Bounded {
    pub(in crate::delivery) fn new(most: usize, most_bytes: usize) -> Self {
        Self { most, most_bytes, ended: VecDeque::new(), bytes: 0 }
    }

    /// Counts one in; tells below which id they must go now, if they must.
    pub(in crate::delivery) fn ended(&mut self, id: InvocationId, bytes: usize) -> Option<InvocationId> {
        self.ended.push_back((id, bytes));
        self.bytes += bytes;
        let mut below = None;
        while (self.ended.len() > self.most || self.bytes > self.most_bytes)
            && self.ended.len() > 1
            && let Some((id, bytes)) = self.ended.pop_front()
        {
            self.bytes -= bytes;
            below = below.max(Some(InvocationId::of_number(id.number() + 1)));
        }
        below
    }
}
