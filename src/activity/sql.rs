//! Writing and removing invocations, the same for both dialects.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::json;

use super::InvocationId;
use super::facet::{Facet, Known};
use super::pack::{self, Pack, Packed, Packing};
use super::row::Row;
use crate::store::{Dialect, Query, Store, StoreError, Synced, Transaction, placeholders};

/// An hour in microseconds.
pub(super) const HOUR: i64 = 3_600_000_000;
/// How many rows one statement writes; each size is a statement that is prepared once. The driver for SQLite
/// looks each value's name up among those of all.
const SIZES: [usize; 3] = [16, 4, 1];

/// The hour that a moment is in.
pub(super) fn hour(micros: i64) -> i64 {
    micros.div_euclid(HOUR)
}

/// What is written in one transaction.
#[derive(Debug, Default)]
pub(super) struct Batch<'t> {
    /// In the order of their ids.
    calls: Vec<Packed<'t>>,
    /// Facets that the store may not have.
    facets: Vec<(i64, Facet<'t>)>,
    counts: HashMap<(i64, i64), i64>,
}

impl<'t> Batch<'t> {
    /// These rows, whose texts are among `texts`.
    pub(super) fn of(rows: &[Row], texts: &'t str, known: &Known) -> Self {
        let mut batch = Self::default();
        // Most are like the one before.
        let mut last: Option<(Facet<'_>, Facet<'_>, i64)> = None;
        for row in rows {
            let asked = row.facet(texts);
            let (facet, number) = match last {
                Some((before, facet, number)) if before == asked => (facet, number),
                _ => {
                    let mut facet = asked;
                    let number = known.number(&mut facet);
                    last = Some((asked, facet, number));
                    (facet, number)
                }
            };
            let micros = InvocationId::of_number(row.id).micros();
            if known.is_new(number, micros) && !batch.facets.iter().any(|(new, _)| *new == number) {
                batch.facets.push((number, facet));
            }
            *batch.counts.entry((hour(micros), number)).or_default() += 1;
            batch.calls.push(Packed::of(row, number, texts));
        }
        batch
    }

    /// The facets that the store has once this is written.
    pub(super) fn new_facets(&self) -> Vec<i64> {
        self.facets.iter().map(|(number, _)| *number).collect()
    }

    /// Writes it, whole or not at all; tells how many calls there are that were not there.
    pub(super) async fn write(self, store: &Store, packing: Packing) -> Result<u64, StoreError> {
        let Self { calls, facets, counts } = self;
        let (packs, mut single) = packing.split(&calls);
        let packs: Vec<Pack<'_, '_>> = packs.into_iter().map(Pack::of).collect();
        let mut transaction = store.begin(Synced::Lazy).await?;
        let mut written = 0;
        for (number, facet) in &facets {
            transaction.execute(insert_facet(*number, facet)).await?;
        }
        let packed: usize = packs.iter().map(|pack| pack.calls.len()).sum();
        let refused = pack::insert(&mut transaction, packs).await?;
        single.extend(refused.iter().flat_map(|pack| pack.calls));
        written += (packed - refused.iter().map(|pack| pack.calls.len()).sum::<usize>()) as u64;
        for query in inserts(transaction.dialect(), &single) {
            written += transaction.execute(query).await?;
        }
        count(&mut transaction, counts).await?;
        transaction.commit().await?;
        Ok(written)
    }
}

fn insert_facet(number: i64, facet: &Facet<'_>) -> Query {
    let query = Query::new(
        "INSERT INTO activity_facets (id, kind, status, status_code, error_type, webhook, tag, environment, agent) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
    );
    let Facet { kind, status, status_code, error_type, webhook, tag, environment, agent } = *facet;
    let query = query.bind(number).bind(kind.as_str()).bind(status.as_str()).bind(i64::from(status_code));
    query.bind(error_type).bind(webhook).bind(tag).bind(environment).bind(agent)
}

/// Adds to what was counted by hour and facet.
pub(super) async fn count(
    transaction: &mut Transaction,
    counts: HashMap<(i64, i64), i64>,
) -> Result<(), StoreError> {
    // In one order, so that several processes do not wait for each other in a circle.
    let mut counts: Vec<_> = counts.into_iter().map(|((hour, facet), calls)| [hour, facet, calls]).collect();
    counts.sort_unstable();
    // SQLite would take the conflict for a part of the join, if there were no WHERE.
    let query = Query::new(transaction.dialect().pick(
        "INSERT INTO activity_counts (hour, facet, calls) \
         SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE 1 = 1 \
         ON CONFLICT (hour, facet) DO UPDATE SET calls = activity_counts.calls + excluded.calls",
        "INSERT INTO activity_counts (hour, facet, calls) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) \
         FROM json_array_elements(CAST($1 AS json)) \
         ON CONFLICT (hour, facet) DO UPDATE SET calls = activity_counts.calls + excluded.calls",
    ));
    transaction.execute(query.bind(json!(counts).to_string())).await?;
    Ok(())
}

fn inserts(dialect: Dialect, calls: &[&Packed<'_>]) -> Vec<Query> {
    static TEXTS: LazyLock<[[String; SIZES.len()]; 2]> = LazyLock::new(|| {
        Dialect::ALL.map(|dialect| {
            SIZES.map(|size| {
            // Two processes may have chosen the same id, which happens once in many million calls.
            format!(
                "INSERT INTO activity_invocations (id, facet, session, parent, summary, messages) VALUES {} \
                 ON CONFLICT (id) DO NOTHING",
                placeholders(dialect, size, 6)
            )
        })
        })
    });
    let mut queries = Vec::new();
    let mut calls = calls.iter();
    for (size, text) in SIZES.iter().zip(&TEXTS[dialect as usize]) {
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
    let mut transaction = store.begin(Synced::Lazy).await?;
    let rows = transaction.execute(query.bind(below).bind(most)).await?;
    let packed = pack::remove_oldest(&mut transaction, below, most).await?;
    transaction.commit().await?;
    Ok(rows + packed)
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
