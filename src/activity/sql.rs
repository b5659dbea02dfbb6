//! Writing and removing invocations, the same for both dialects.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::InvocationId;
use super::facet::Facet;
use super::pack::{self, Packed, Packing};
use super::row::Row;
use crate::store::{Query, Store, StoreError, Synced, Transaction, placeholders};

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;
/// How many rows one statement writes; each size is a statement that is prepared once. The driver for SQLite
/// looks each value's name up among those of all.
const SIZES: [usize; 3] = [16, 4, 1];

/// The hour that a moment is in.
pub(super) fn hour(micros: i64) -> i64 {
    micros.div_euclid(HOUR)
}

/// What is written in one transaction.
#[derive(Debug, Default)]
pub(super) struct Batch {
    rows: Vec<Row>,
    /// Where the texts of the rows stand.
    pub(super) texts: Vec<u8>,
    facets: Vec<Query>,
    counts: HashMap<(i64, i64), i64>,
}

impl Batch {
    pub(super) fn add(&mut self, row: Row) {
        let hour = hour(InvocationId::of_number(row.id).micros());
        *self.counts.entry((hour, row.facet)).or_default() += 1;
        self.rows.push(row);
    }

    /// Adds a facet that the store may not have.
    pub(super) fn add_facet(&mut self, number: i64, facet: &Facet<'_>) {
        let query = Query::new(
            "INSERT INTO activity_facets (id, kind, status, status_code, error_type, webhook, tag, environment, agent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
        );
        let query = query
            .bind(number)
            .bind(facet.kind.as_str())
            .bind(facet.status.as_str())
            .bind(i64::from(facet.status_code))
            .bind(facet.error_type)
            .bind(facet.webhook)
            .bind(facet.tag)
            .bind(facet.environment)
            .bind(facet.agent);
        self.facets.push(query);
    }

    /// Writes it, whole or not at all; tells how many calls there are that were not there.
    pub(super) async fn write(self, store: &Store, packing: Packing) -> Result<u64, StoreError> {
        let Self { mut rows, texts, facets, counts } = self;
        rows.sort_unstable_by_key(|row| row.id);
        let texts = String::from_utf8(texts).unwrap_or_default();
        let calls: Vec<Packed<'_>> = rows.iter().map(|row| Packed::of(row, &texts)).collect();
        let (packs, mut single) = packing.split(&calls);
        let mut transaction = store.begin(Synced::Lazy).await?;
        let mut written = 0;
        for query in facets {
            transaction.execute(query).await?;
        }
        for calls in packs {
            if pack::insert(&mut transaction, calls).await? {
                written += calls.len() as u64;
            } else {
                single.extend(calls);
            }
        }
        for query in inserts(&single) {
            written += transaction.execute(query).await?;
        }
        count(&mut transaction, counts).await?;
        transaction.commit().await?;
        Ok(written)
    }
}

/// Adds to what was counted by hour and facet.
pub(super) async fn count(
    transaction: &mut Transaction,
    counts: HashMap<(i64, i64), i64>,
) -> Result<(), StoreError> {
    // In one order, so that several processes do not wait for each other in a circle.
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable();
    for ((hour, facet), calls) in counts {
        let query = Query::new(
            "INSERT INTO activity_counts (hour, facet, calls) VALUES ($1, $2, $3) \
             ON CONFLICT (hour, facet) DO UPDATE SET calls = activity_counts.calls + excluded.calls",
        );
        transaction.execute(query.bind(hour).bind(facet).bind(calls)).await?;
    }
    Ok(())
}

fn inserts(calls: &[&Packed<'_>]) -> Vec<Query> {
    static TEXTS: LazyLock<[String; SIZES.len()]> = LazyLock::new(|| {
        SIZES.map(|size| {
            // Two processes may have chosen the same id, which happens once in many million calls.
            format!(
                "INSERT INTO activity_invocations (id, facet, session, parent, summary, messages) VALUES {} \
                 ON CONFLICT (id) DO NOTHING",
                placeholders(size, 6)
            )
        })
    });
    let mut queries = Vec::new();
    let mut calls = calls.iter();
    for (size, text) in SIZES.iter().zip(TEXTS.iter()) {
        while calls.len() >= *size {
            let mut query = Query::new(text);
            for call in calls.by_ref().take(*size) {
                let session = Some(call.session).filter(|session| !session.is_empty());
                query = query.bind(call.id).bind(call.facet).bind(session).bind(call.parent);
                query = query.bind(call.summary).bind(call.messages);
            }
            queries.push(query);
        }
    }
    queries
}

/// Removes the oldest invocations below an id, a number of rows and packs at most; tells how many
/// invocations it were.
pub(super) async fn remove_oldest(store: &Store, below: i64, most: i64) -> Result<u64, StoreError> {
    let query = Query::new(
        "DELETE FROM activity_invocations WHERE id IN \
         (SELECT id FROM activity_invocations WHERE id < $1 ORDER BY id LIMIT $2)",
    );
    let rows = store.execute(Synced::Lazy, query.bind(below).bind(most)).await?;
    Ok(rows + pack::remove_oldest(store, below, most).await?)
}

/// Forgets what was counted before an hour.
pub(super) async fn forget_counts(store: &Store, before: i64) -> Result<(), StoreError> {
    let query = Query::new("DELETE FROM activity_counts WHERE hour < $1").bind(before);
    store.execute(Synced::Lazy, query).await?;
    Ok(())
}

/// Forgets combinations that no call of the kept time has.
pub(super) async fn forget_facets(store: &Store) -> Result<(), StoreError> {
    let query = Query::new("DELETE FROM activity_facets WHERE id NOT IN (SELECT facet FROM activity_counts)");
    store.execute(Synced::Lazy, query).await?;
    Ok(())
}

/// Removes the invocations of a session, some at a time, and what was counted of them; tells how many.
pub(super) async fn erase(store: &Store, session: &str) -> Result<u64, StoreError> {
    const STEP: i64 = 500;
    let mut erased = pack::erase(store, session).await?;
    loop {
        let mut transaction = store.begin(Synced::Full).await?;
        transaction.overwrite_deleted().await?;
        let query =
            Query::new("SELECT id, facet FROM activity_invocations WHERE session = $1 ORDER BY id LIMIT $2");
        let rows = transaction.all(query.bind(session).bind(STEP)).await?;
        let mut last = None;
        let mut counts: HashMap<(i64, i64), i64> = HashMap::new();
        for row in &rows {
            let (id, facet) = (row.get::<i64>("id")?, row.get::<i64>("facet")?);
            *counts.entry((hour(InvocationId::of_number(id).micros()), facet)).or_default() -= 1;
            last = Some(id);
        }
        let Some(last) = last else { return Ok(erased) };
        let query = Query::new("DELETE FROM activity_invocations WHERE session = $1 AND id <= $2");
        erased += transaction.execute(query.bind(session).bind(last)).await?;
        count(&mut transaction, counts).await?;
        transaction.commit().await?;
        if rows.len() < STEP as usize {
            return Ok(erased);
        }
    }
}
