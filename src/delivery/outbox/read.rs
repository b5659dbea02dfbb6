//! Reading what is shown: pages of invocations, attempts, counts.

use std::collections::HashMap;

use super::{About, JOB, code, count, list, read_job};
use crate::activity::InvocationId;
use crate::activity::query::Wanted;
use crate::delivery::job::{Job, State};
use crate::delivery::shown::{Invocation, InvocationFilter, InvocationPage};
use crate::delivery::webhook::WebhookId;
use crate::store::{Query, Row, Store, StoreError, placeholders};

/// An attempt as it was kept.
#[derive(Debug)]
pub(in crate::delivery) struct Attempted {
    pub(in crate::delivery) number: u32,
    pub(in crate::delivery) state: State,
    pub(in crate::delivery) status_code: Option<u16>,
    pub(in crate::delivery) started_at: i64,
    pub(in crate::delivery) completed_at: i64,
    /// JSON.
    pub(in crate::delivery) exchange: String,
}

/// A page of a webhook's invocations, in the order of when their last attempts ended.
pub(in crate::delivery) async fn invocations(
    store: &Store,
    webhook: WebhookId,
    filter: &InvocationFilter,
    wanted: &Wanted,
) -> Result<InvocationPage, StoreError> {
    // A page before another is read towards that one's beginning, and turned.
    let backwards = wanted.before.is_some() && wanted.after.is_none();
    let rising = wanted.oldest_first != backwards;
    let cursor = match if backwards { wanted.before } else { wanted.after } {
        Some(id) => Some((latest(store, id).await?, id)),
        None => None,
    };
    let mut sql = "SELECT id, about, state, status_code, reason, attempts, latest_at FROM deliveries \
                   WHERE webhook = $1"
        .to_owned();
    let mut values: Vec<i64> = Vec::new();
    let mut placeholder = |value: i64| {
        values.push(value);
        format!("${}", values.len() + 1)
    };
    if let Some(from) = filter.from {
        sql += &format!(" AND latest_at >= {}", placeholder(from));
    }
    if let Some(to) = filter.to {
        sql += &format!(" AND latest_at < {}", placeholder(to));
    }
    if let Some((at, id)) = cursor {
        let than = if rising { ">" } else { "<" };
        let (at, id) = (placeholder(at), placeholder(id.number()));
        sql += &format!(" AND (latest_at, id) {than} ({at}, {id})");
    }
    let limit = placeholder(i64::try_from(wanted.size + 1).unwrap_or(i64::MAX));
    if !filter.states.is_empty() {
        if filter.states.iter().all(|state| state.is_failure()) {
            // There is an index of these.
            sql += " AND due_at IS NULL AND state <> 'success'";
        }
        sql += &format!(" AND state IN ({})", list(values.len() + 2, filter.states.len()));
    }
    let order = if rising { "" } else { " DESC" };
    sql += &format!(" ORDER BY latest_at{order}, id{order} LIMIT {limit}");
    let query = values.into_iter().fold(Query::built(sql).bind(webhook.as_str()), Query::bind);
    let query = filter.states.iter().fold(query, |query, state| query.bind(state.as_str()));
    let mut found: Vec<Invocation> =
        store.all(query).await?.iter().map(invocation).collect::<Result<_, _>>()?;
    let more = found.len() > wanted.size;
    found.truncate(wanted.size);
    if backwards {
        found.reverse();
    }
    let (first, last) = (found.first().map(|found| found.id), found.last().map(|found| found.id));
    // Coming back from a page, that one is behind this; coming from one, it is before.
    let after = last.filter(|_| more || backwards);
    let before = first.filter(|_| if backwards { more } else { cursor.is_some() });
    Ok(InvocationPage { invocations: found, after, before })
}

/// Where an invocation stands in the order; one that is gone stood about where it was made.
async fn latest(store: &Store, id: InvocationId) -> Result<i64, StoreError> {
    let query = Query::new("SELECT latest_at FROM deliveries WHERE id = $1").bind(id.number());
    store.optional(query).await?.map_or(Ok(id.micros()), |row| row.get("latest_at"))
}

/// One of a webhook's invocations.
pub(in crate::delivery) async fn invocation_of(
    store: &Store,
    webhook: WebhookId,
    id: InvocationId,
) -> Result<Option<Invocation>, StoreError> {
    let query = Query::new(
        "SELECT id, about, state, status_code, reason, attempts, latest_at FROM deliveries \
         WHERE id = $1 AND webhook = $2",
    );
    let found = store.optional(query.bind(id.number()).bind(webhook.as_str())).await?;
    found.as_ref().map(invocation).transpose()
}

fn invocation(row: &Row) -> Result<Invocation, StoreError> {
    let about = About::read(row)?;
    let id = InvocationId::of_number(row.get("id")?);
    Ok(Invocation {
        id,
        source: about.source(),
        origin: about.origin.map(InvocationId::of_number),
        event_type: about.event_type,
        state: State::of_word(&row.get::<String>("state")?).unwrap_or(State::Unknown),
        status_code: code(row)?,
        reason: row.get("reason")?,
        attempts: count(row, "attempts")?,
        created_at: id.micros(),
        latest_completed_at: row.get("latest_at")?,
    })
}

/// These jobs, with all they are to send.
pub(in crate::delivery) async fn jobs(store: &Store, ids: &[InvocationId]) -> Result<Vec<Job>, StoreError> {
    let sql = format!(
        "SELECT {JOB} FROM deliveries WHERE id IN {} ORDER BY id",
        placeholders(store.dialect().await?, 1, ids.len())
    );
    let query = ids.iter().fold(Query::built(sql), |query, id| query.bind(id.number()));
    store.all(query).await?.iter().map(read_job).collect()
}

/// The attempts of jobs, each one's in their order.
pub(super) async fn attempts_of(
    store: &Store,
    ids: &[InvocationId],
) -> Result<HashMap<InvocationId, Vec<Attempted>>, StoreError> {
    let sql = format!(
        "SELECT delivery, number, state, status_code, started_at, completed_at, exchange FROM delivery_attempts \
         WHERE delivery IN {} ORDER BY delivery, number",
        placeholders(store.dialect().await?, 1, ids.len())
    );
    let query = ids.iter().fold(Query::built(sql), |query, id| query.bind(id.number()));
    let mut found: HashMap<InvocationId, Vec<Attempted>> = HashMap::new();
    for row in store.all(query).await? {
        let attempt = Attempted {
            number: count(&row, "number")?,
            state: State::of_word(&row.get::<String>("state")?).unwrap_or(State::Unknown),
            status_code: code(&row)?,
            started_at: row.get("started_at")?,
            completed_at: row.get("completed_at")?,
            exchange: row.get("exchange")?,
        };
        found.entry(InvocationId::of_number(row.get("delivery")?)).or_default().push(attempt);
    }
    Ok(found)
}

/// A webhook's job and its attempts.
pub(in crate::delivery) async fn attempts(
    store: &Store,
    webhook: WebhookId,
    id: InvocationId,
) -> Result<Option<(Job, Vec<Attempted>)>, StoreError> {
    let Some(job) = jobs(store, &[id]).await?.pop().filter(|job| job.webhook == webhook) else {
        return Ok(None);
    };
    let attempts = attempts_of(store, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Some((job, attempts)))
}
