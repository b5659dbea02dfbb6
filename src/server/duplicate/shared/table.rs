//! The table: one row a call.

use std::sync::Arc;

use super::answer::Columns;
use crate::fulfillment::Answer;
use crate::store::{Query, Row, Store, StoreError, Synced};

/// What makes two calls one.
pub(super) type Digest = [u8; 32];

/// A call that somebody has claimed.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) claim: i64,
    /// In microseconds since 1970.
    pub(super) until: i64,
    pub(super) state: State,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum State {
    /// Its handler runs.
    Running,
    Answered(Arc<Answer>),
    /// It is answered in a way that another version of us knows.
    Unreadable,
}

impl Held {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { claim: row.get("claim")?, until: row.get("until")?, state: Columns::read(row)? })
    }
}

/// Claims a call until then, unless another claim or answer holds; that is given then.
pub(super) async fn claim(
    store: &Store,
    call: Digest,
    claim: i64,
    now: i64,
    until: i64,
) -> Result<Option<Held>, StoreError> {
    // A claim that is lost with the power is one that nobody answers any more.
    let mut transaction = store.begin(Synced::Lazy).await?;
    let query = Query::new(
        "INSERT INTO duplicates (call, claim, until, passing) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (call) DO UPDATE SET claim = excluded.claim, until = excluded.until, passing = excluded.passing, \
         outcome = NULL, body = NULL, failure = NULL \
         WHERE duplicates.until <= $5 OR duplicates.passing RETURNING claim",
    );
    let query = query.bind(&call[..]).bind(claim).bind(until).bind(false).bind(now);
    let claimed = transaction.optional(query).await?.is_some();
    // One that is gone in between is seen by whoever waits for it.
    let held = if claimed { None } else { transaction.optional(row(call)).await? };
    transaction.commit().await?;
    match held {
        Some(row) => Held::read(&row).map(Some),
        None if claimed => Ok(None),
        None => Ok(Some(Held { claim: 0, until: now, state: State::Running })),
    }
}

/// What is known of a call.
pub(super) async fn look(store: &Store, call: Digest) -> Result<Option<Held>, StoreError> {
    store.optional(row(call)).await?.map(|row| Held::read(&row)).transpose()
}

fn row(call: Digest) -> Query {
    Query::new("SELECT claim, until, outcome, body, failure FROM duplicates WHERE call = $1").bind(&call[..])
}

/// Holds a claim for longer.
pub(super) async fn renew(store: &Store, call: Digest, claim: i64, until: i64) -> Result<(), StoreError> {
    let query = Query::new("UPDATE duplicates SET until = $3 WHERE call = $1 AND claim = $2");
    store.execute(Synced::Lazy, query.bind(&call[..]).bind(claim).bind(until)).await?;
    Ok(())
}

/// Answers a call that is still claimed so.
pub(super) async fn answer(
    store: &Store,
    call: Digest,
    claim: i64,
    answer: Columns,
    passing: bool,
    until: i64,
) -> Result<(), StoreError> {
    let query = Query::new(
        "UPDATE duplicates SET until = $3, passing = $4, outcome = $5, body = $6, failure = $7 \
         WHERE call = $1 AND claim = $2",
    );
    let Columns { outcome, body, failure } = answer;
    let query = query.bind(&call[..]).bind(claim).bind(until).bind(passing);
    store.execute(Synced::Lazy, query.bind(outcome).bind(body).bind(failure)).await?;
    Ok(())
}

/// Gives a claim up without an answer.
pub(super) async fn release(store: &Store, call: Digest, claim: i64) -> Result<(), StoreError> {
    let query = Query::new("DELETE FROM duplicates WHERE call = $1 AND claim = $2");
    store.execute(Synced::Lazy, query.bind(&call[..]).bind(claim)).await?;
    Ok(())
}

/// Removes what holds no longer, so many at most; tells how many it were.
pub(super) async fn sweep(store: &Store, now: i64, most: i64) -> Result<u64, StoreError> {
    let query = Query::new(
        "DELETE FROM duplicates WHERE call IN (SELECT call FROM duplicates WHERE until <= $1 ORDER BY until LIMIT $2)",
    );
    store.execute(Synced::Lazy, query.bind(now).bind(most)).await
}
