//! Finding what is due, webhook by webhook, and locking it.
//!
//! Each webhook is asked for by itself, so that one with very many jobs hides no other's.

use super::{JOB, count, read_job};
use crate::delivery::job::{Job, State};
use crate::delivery::webhook::WebhookId;
use crate::store::{Dialect, Query, Store, StoreError, Transaction};

/// A job that may be taken, locked until the transaction ends.
#[derive(Debug)]
pub(in crate::delivery) struct Waiting {
    pub(in crate::delivery) job: Job,
    pub(in crate::delivery) state: State,
    pub(in crate::delivery) attempts: u32,
    pub(in crate::delivery) noted: u32,
    pub(in crate::delivery) latest_at: i64,
    /// Who had it, and did not tell what became of it before the lease was over.
    pub(in crate::delivery) lost_by: Option<String>,
}

/// The webhooks that have jobs, each with the moment when the first of them is due.
pub(in crate::delivery) async fn due(store: &Store) -> Result<Vec<(WebhookId, i64)>, StoreError> {
    // From one webhook to the next in the index, however many jobs each has.
    let query = Query::new(
        "WITH RECURSIVE w (webhook) AS ( \
           SELECT MIN(webhook) FROM deliveries WHERE due_at IS NOT NULL \
           UNION ALL \
           SELECT (SELECT MIN(d.webhook) FROM deliveries d WHERE d.due_at IS NOT NULL AND d.webhook > w.webhook) \
           FROM w WHERE w.webhook IS NOT NULL \
         ) SELECT webhook, \
           (SELECT MIN(d.due_at) FROM deliveries d WHERE d.webhook = w.webhook AND d.due_at IS NOT NULL) AS due_at \
         FROM w WHERE webhook IS NOT NULL",
    );
    let rows = store.all(query).await?;
    let found = rows.iter().map(|row| {
        let due_at: Option<i64> = row.get("due_at")?;
        Ok(due_at.map(|due_at| Ok((row.parsed("webhook")?, due_at))))
    });
    found.filter_map(Result::transpose).map(|found| found?).collect()
}

/// The jobs of a webhook that are due, the longest first, so many at most. Those that another
/// instance is looking at are left to it.
pub(in crate::delivery) async fn take(
    transaction: &mut Transaction,
    webhook: WebhookId,
    now: i64,
    most: usize,
) -> Result<Vec<Waiting>, StoreError> {
    let locking = match transaction.dialect() {
        // The transaction is the lock.
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let sql = format!(
        "SELECT {JOB}, state, attempts, noted, latest_at, owner FROM deliveries \
         WHERE webhook = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3{locking}"
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = transaction.all(Query::built(sql).bind(webhook.as_str()).bind(now).bind(most)).await?;
    let waiting = rows.iter().map(|row| {
        Ok(Waiting {
            job: read_job(row)?,
            state: State::of_word(&row.get::<String>("state")?).unwrap_or(State::Accepted),
            attempts: count(row, "attempts")?,
            noted: count(row, "noted")?,
            latest_at: row.get("latest_at")?,
            lost_by: row.get("owner")?,
        })
    });
    waiting.collect()
}

/// Ends what waits for a webhook and is not being sent.
pub(in crate::delivery) async fn end_of_webhook(
    transaction: &mut Transaction,
    webhook: WebhookId,
    reason: &str,
    now: i64,
    logged: bool,
) -> Result<u64, StoreError> {
    let query = Query::new(
        "UPDATE deliveries SET state = $1, reason = $2, due_at = NULL, latest_at = $3, logged = $4 \
         WHERE webhook = $5 AND due_at IS NOT NULL AND owner IS NULL",
    );
    let query = query.bind(State::Terminated.as_str()).bind(reason).bind(now).bind(i64::from(logged));
    transaction.execute(query.bind(webhook.as_str())).await
}
