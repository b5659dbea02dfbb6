//! Taking what is due, with a lease.

use super::list_of;
use crate::activity::InvocationId;
use crate::store::{Dialect, Query, Store, StoreError, Transaction};

/// Something to work on.
#[derive(Debug)]
pub(in crate::receive) struct Taken {
    pub(in crate::receive) id: InvocationId,
    pub(in crate::receive) source: String,
    pub(in crate::receive) event_type: String,
    pub(in crate::receive) body: Vec<u8>,
    /// This one included.
    pub(in crate::receive) attempts: u32,
    /// Whether somebody had it, and did not tell what came of it before the lease was over.
    pub(in crate::receive) lost: bool,
}

/// When the first of all is due.
pub(in crate::receive) async fn due(store: &Store) -> Result<Option<i64>, StoreError> {
    store
        .one(Query::new("SELECT MIN(due_at) AS due_at FROM received WHERE due_at IS NOT NULL"))
        .await?
        .get("due_at")
}

/// Takes what is due longest, so much at most, until `lease` is over. What another instance is looking
/// at is left to it.
pub(in crate::receive) async fn take(
    transaction: &mut Transaction,
    owner: &str,
    now: i64,
    lease: i64,
    most: usize,
) -> Result<Vec<Taken>, StoreError> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let sql = match transaction.dialect() {
        // The transaction is the lock.
        Dialect::Sqlite => {
            "SELECT id, source, event_type, content, attempts, owner FROM received WHERE due_at <= $1 \
             ORDER BY due_at, id LIMIT $2"
        }
        Dialect::Postgres => {
            "SELECT id, source, event_type, content, attempts, owner FROM received WHERE due_at <= $1 \
             ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED"
        }
    };
    let rows =
        transaction.all(Query::new(sql).bind(now).bind(i64::try_from(most).unwrap_or(i64::MAX))).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let attempts: i64 = row.get("attempts")?;
        taken.push(Taken {
            id: InvocationId::of_number(row.get("id")?),
            source: row.get("source")?,
            event_type: row.get("event_type")?,
            body: row.get("content")?,
            attempts: u32::try_from(attempts + 1).unwrap_or(u32::MAX),
            lost: row.get::<Option<String>>("owner")?.is_some(),
        });
    }
    if !taken.is_empty() {
        let sql = format!(
            "UPDATE received SET owner = $1, due_at = $2, attempts = attempts + 1 WHERE id IN ({})",
            list_of(3, taken.len())
        );
        let query = Query::built(sql).bind(owner).bind(lease);
        let query = taken.iter().fold(query, |query, taken| query.bind(taken.id.number()));
        transaction.execute(query).await?;
    }
    Ok(taken)
}
