//! What has ended and is on its way to the activity log.

use super::read::{self, Attempted};
use super::{JOB, code, read_job};
use crate::activity::InvocationId;
use crate::delivery::job::{Job, State};
use crate::store::{Query, Row, Store, StoreError, Synced, placeholders};

/// A job that has ended, with all of its attempts.
#[derive(Debug)]
pub(in crate::delivery) struct Ended {
    pub(in crate::delivery) job: Job,
    pub(in crate::delivery) state: State,
    pub(in crate::delivery) status_code: Option<u16>,
    pub(in crate::delivery) reason: Option<String>,
    pub(in crate::delivery) latest_at: i64,
    pub(in crate::delivery) attempts: Vec<Attempted>,
}

/// Those of these jobs that have ended and are not in the log.
pub(in crate::delivery) async fn ended(
    store: &Store,
    ids: &[InvocationId],
) -> Result<Vec<Ended>, StoreError> {
    let sql = format!(
        "SELECT {JOB}, state, status_code, reason, latest_at FROM deliveries \
         WHERE id IN {} AND due_at IS NULL AND logged = 0 ORDER BY id",
        placeholders(store.dialect().await?, 1, ids.len())
    );
    let query = ids.iter().fold(Query::built(sql), |query, id| query.bind(id.number()));
    let rows = store.all(query).await?;
    let mut attempts = read::attempts_of(store, ids).await?;
    rows.iter()
        .map(|row: &Row| {
            let job = read_job(row)?;
            Ok(Ended {
                state: State::of_word(&row.get::<String>("state")?).unwrap_or(State::Unknown),
                status_code: code(row)?,
                reason: row.get("reason")?,
                latest_at: row.get("latest_at")?,
                attempts: attempts.remove(&job.id).unwrap_or_default(),
                job,
            })
        })
        .collect()
}

/// Jobs that ended before a moment, and that nobody brought into the log: so many at most.
pub(in crate::delivery) async fn unlogged(
    store: &Store,
    before: i64,
    most: usize,
) -> Result<Vec<InvocationId>, StoreError> {
    let query = Query::new(
        "SELECT id FROM deliveries WHERE due_at IS NULL AND logged = 0 AND latest_at < $1 ORDER BY id LIMIT $2",
    );
    let rows = store.all(query.bind(before).bind(i64::try_from(most).unwrap_or(i64::MAX))).await?;
    rows.iter().map(|row| Ok(InvocationId::of_number(row.get("id")?))).collect()
}

/// The log has these.
pub(in crate::delivery) async fn mark_logged(store: &Store, ids: &[InvocationId]) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE deliveries SET logged = 1 WHERE id IN {}",
        placeholders(store.dialect().await?, 1, ids.len())
    );
    let query = ids.iter().fold(Query::built(sql), |query, id| query.bind(id.number()));
    store.execute(Synced::Lazy, query).await?;
    Ok(())
}
