//! What becomes of jobs: written together, many in one statement.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::SIZES;
use crate::activity::InvocationId;
use crate::delivery::job::State;
use crate::delivery::webhook::WebhookId;
use crate::store::{Dialect, Query, StoreError, Transaction, placeholders};

/// What a job is from now on.
#[derive(Debug, Clone)]
pub(in crate::delivery) struct Change {
    pub(in crate::delivery) id: InvocationId,
    pub(in crate::delivery) webhook: WebhookId,
    /// What it takes in the store, nearly.
    pub(in crate::delivery) bytes: usize,
    /// How often it had been taken when this was decided: later news of it win.
    pub(in crate::delivery) was: u32,
    pub(in crate::delivery) state: State,
    pub(in crate::delivery) status_code: Option<u16>,
    pub(in crate::delivery) reason: Option<&'static str>,
    pub(in crate::delivery) attempts: u32,
    pub(in crate::delivery) noted: u32,
    /// None: it has ended.
    pub(in crate::delivery) due_at: Option<i64>,
    /// Whether this instance is sending it.
    pub(in crate::delivery) owned: bool,
    pub(in crate::delivery) latest_at: i64,
}

/// An attempt as it is kept.
#[derive(Debug, Clone)]
pub(in crate::delivery) struct AttemptRow {
    pub(in crate::delivery) delivery: InvocationId,
    pub(in crate::delivery) number: u32,
    pub(in crate::delivery) state: State,
    pub(in crate::delivery) status_code: Option<u16>,
    pub(in crate::delivery) started_at: i64,
    pub(in crate::delivery) completed_at: i64,
    /// JSON.
    pub(in crate::delivery) exchange: String,
}

/// What is written in one transaction.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Changes {
    changes: Vec<Change>,
    attempts: Vec<AttemptRow>,
}

const CHANGED: usize = 11;
const ATTEMPT: usize = 7;

impl Changes {
    pub(in crate::delivery) fn add(
        &mut self,
        change: Change,
        attempts: impl IntoIterator<Item = AttemptRow>,
    ) {
        self.changes.push(change);
        self.attempts.extend(attempts);
    }

    pub(in crate::delivery) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(in crate::delivery) fn iter(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter()
    }

    /// Writes it; tells which jobs it was written of. Of jobs that `owner` lost, nothing is written,
    /// unless they have been `locked` in this transaction.
    pub(in crate::delivery) async fn write(
        &self,
        transaction: &mut Transaction,
        owner: &str,
        locked: bool,
        logged: bool,
    ) -> Result<HashSet<InvocationId>, StoreError> {
        let dialect = transaction.dialect();
        let mut written = HashSet::with_capacity(self.changes.len());
        for query in updates(dialect, &self.changes, owner, locked, logged) {
            for row in transaction.all(query).await? {
                written.insert(InvocationId::of_number(row.get("id")?));
            }
        }
        let attempts = self.attempts.iter().filter(|attempt| written.contains(&attempt.delivery));
        for query in inserts(dialect, &attempts.collect::<Vec<_>>()) {
            transaction.execute(query).await?;
        }
        Ok(written)
    }
}

fn updates(dialect: Dialect, changes: &[Change], owner: &str, locked: bool, logged: bool) -> Vec<Query> {
    static TEXTS: LazyLock<[[[String; SIZES.len()]; 2]; 2]> = LazyLock::new(|| {
        Dialect::ALL
            .map(|dialect| [false, true].map(|of_owner| SIZES.map(|size| text(dialect, of_owner, size))))
    });
    let texts = &TEXTS[dialect as usize][usize::from(!locked)];
    let mut queries = Vec::new();
    let mut changes = changes.iter();
    for (size, text) in SIZES.iter().zip(texts) {
        while changes.len() >= *size {
            let mut query = Query::new(text);
            for change in changes.by_ref().take(*size) {
                query = query
                    .bind(change.id.number())
                    .bind(i64::from(change.was))
                    .bind(change.state.as_str())
                    .bind(change.status_code.map(i64::from))
                    .bind(change.reason)
                    .bind(i64::from(change.attempts))
                    .bind(i64::from(change.noted))
                    .bind(change.due_at)
                    .bind(i64::from(change.owned))
                    .bind(change.latest_at)
                    .bind(i64::from(logged && change.due_at.is_none()));
            }
            query = query.bind(owner);
            queries.push(if locked { query } else { query.bind(owner) });
        }
    }
    queries
}

/// The statement of so many rows: their values, then the owner, and once more if nobody else may have the job.
fn text(dialect: Dialect, of_owner: bool, size: usize) -> String {
    let rows = placeholders(dialect, size, CHANGED);
    let [owner, again] =
        [1, 2].map(|more| dialect.pick("?".to_owned(), format!("${}", size * CHANGED + more)));
    let condition = if of_owner { format!(" AND deliveries.owner = {again}") } else { String::new() };
    format!(
        "WITH v (job, was, state, status_code, reason, attempts, noted, due_at, owned, latest_at, logged) \
         AS (VALUES {rows}) UPDATE deliveries SET state = v.state, status_code = v.status_code, \
         reason = v.reason, attempts = v.attempts, noted = v.noted, due_at = v.due_at, \
         owner = CASE WHEN v.owned = 1 THEN {owner} END, latest_at = v.latest_at, logged = v.logged \
         FROM v WHERE deliveries.id = v.job AND deliveries.attempts = v.was{condition} RETURNING id"
    )
}

fn inserts(dialect: Dialect, attempts: &[&AttemptRow]) -> Vec<Query> {
    static TEXTS: LazyLock<[[String; SIZES.len()]; 2]> = LazyLock::new(|| {
        Dialect::ALL.map(|dialect| SIZES.map(|size| {
            format!(
                "INSERT INTO delivery_attempts (delivery, number, state, status_code, started_at, completed_at, exchange) \
                 VALUES {} ON CONFLICT (delivery, number) DO NOTHING",
                placeholders(dialect, size, ATTEMPT)
            )
        }))
    });
    let mut queries = Vec::new();
    let mut attempts = attempts.iter();
    for (size, text) in SIZES.iter().zip(&TEXTS[dialect as usize]) {
        while attempts.len() >= *size {
            let mut query = Query::new(text);
            for attempt in attempts.by_ref().take(*size) {
                query = query
                    .bind(attempt.delivery.number())
                    .bind(i64::from(attempt.number))
                    .bind(attempt.state.as_str())
                    .bind(attempt.status_code.map(i64::from))
                    .bind(attempt.started_at)
                    .bind(attempt.completed_at)
                    .bind(attempt.exchange.as_str());
            }
            queries.push(query);
        }
    }
    queries
}
