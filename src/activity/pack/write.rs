//! Which calls are packed, and how a pack is written.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde_json::json;

use super::{FEWEST, Keys, MOST, MOST_TEXT, Packed, WIDEST, encode};
use crate::store::{Dialect, Query, StoreError, Transaction, placeholders};

/// From how many calls on a batch is packed.
#[derive(Debug, Clone, Copy)]
pub(in crate::activity) struct Packing(usize);

impl Packing {
    /// Crowds are packed, single calls are not.
    pub(in crate::activity) const CROWDS: Self = Self(FEWEST);
    #[cfg(test)]
    pub(in crate::activity) const NEVER: Self = Self(usize::MAX);

    /// From so many on.
    #[cfg(test)]
    pub(in crate::activity) fn from(fewest: usize) -> Self {
        Self(fewest)
    }

    /// Calls, in the order of their ids, as parts that are to be one pack each, and those that are to be rows.
    pub(in crate::activity) fn split<'a, 'p>(
        self,
        mut calls: &'a [Packed<'p>],
    ) -> (Vec<&'a [Packed<'p>]>, Vec<&'a Packed<'p>>) {
        let (mut packs, mut rows) = (Vec::new(), Vec::new());
        while let Some(first) = calls.first() {
            let mut text = 0;
            let fits = |call: &&Packed<'_>| {
                let fits = call.id - first.id < WIDEST && text < MOST_TEXT;
                text += call.messages.len();
                fits
            };
            let count = calls.iter().take(MOST).take_while(fits).count();
            let (part, rest) = calls.split_at(count);
            if count < self.0 {
                rows.extend(part);
            } else {
                packs.push(part);
            }
            calls = rest;
        }
        (packs, rows)
    }
}

/// A pack that is written.
#[derive(Debug)]
pub(in crate::activity) struct Pack<'a, 'p> {
    pub(in crate::activity) calls: &'a [Packed<'p>],
    first: i64,
    last: i64,
    data: Vec<u8>,
}

impl<'a, 'p> Pack<'a, 'p> {
    /// One of these calls.
    pub(in crate::activity) fn of(calls: &'a [Packed<'p>]) -> Self {
        let id = |call: Option<&Packed<'_>>| call.map_or(0, |call| call.id);
        Self { calls, first: id(calls.first()), last: id(calls.last()), data: encode(calls) }
    }
}

/// Writes packs; gives back those whose key another process has taken, which happens once in many million.
pub(in crate::activity) async fn insert<'a, 'p>(
    transaction: &mut Transaction,
    mut packs: Vec<Pack<'a, 'p>>,
) -> Result<Vec<Pack<'a, 'p>>, StoreError> {
    /// How many packs one statement writes: each is waited for.
    const SIZES: [usize; 2] = [8, 1];
    static TEXTS: LazyLock<[[String; SIZES.len()]; 2]> = LazyLock::new(|| {
        Dialect::ALL.map(|dialect| {
            SIZES.map(|size| {
                format!(
                    "INSERT INTO activity_packs (first, last, calls, keys, data) VALUES {} \
                 ON CONFLICT (first) DO NOTHING RETURNING first",
                    placeholders(dialect, size, 5)
                )
            })
        })
    });
    let mut written = HashSet::new();
    let mut left = packs.iter_mut();
    for (size, text) in SIZES.iter().zip(&TEXTS[transaction.dialect() as usize]) {
        while left.len() >= *size {
            let mut query = Query::new(text);
            for Pack { calls, first, last, data } in left.by_ref().take(*size) {
                query = query.bind(*first).bind(*last).bind(calls.len() as i64).bind(keys(calls));
                query = query.bind(std::mem::take(data));
            }
            for row in transaction.all(query).await? {
                written.insert(row.get::<i64>("first")?);
            }
        }
    }
    let (written, refused): (Vec<_>, Vec<_>) =
        packs.into_iter().partition(|pack| written.contains(&pack.first));
    let mut facets = Vec::new();
    for pack in &written {
        facets_of(pack.first, pack.calls, &mut facets);
    }
    write_facets(transaction, &facets).await?;
    Ok(refused)
}

pub(super) fn keys(calls: &[Packed<'_>]) -> Vec<u8> {
    let mut keys = Keys::default();
    calls.iter().for_each(|call| keys.add(call));
    keys.done()
}

/// Adds how many calls of each combination a pack has: the pack, the combination, the calls.
pub(super) fn facets_of(pack: i64, calls: &[Packed<'_>], facets: &mut Vec<[i64; 3]>) {
    let mut counted: BTreeMap<i64, i64> = BTreeMap::new();
    for call in calls {
        *counted.entry(call.facet).or_default() += 1;
    }
    facets.extend(counted.into_iter().map(|(facet, calls)| [pack, facet, calls]));
}

pub(super) async fn write_facets(
    transaction: &mut Transaction,
    facets: &[[i64; 3]],
) -> Result<(), StoreError> {
    let query = Query::new(transaction.dialect().pick(
        "INSERT INTO activity_pack_facets (pack, facet, calls) \
         SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1)",
        "INSERT INTO activity_pack_facets (pack, facet, calls) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) \
         FROM json_array_elements(CAST($1 AS json))",
    ));
    if !facets.is_empty() {
        transaction.execute(query.bind(json!(facets).to_string())).await?;
    }
    Ok(())
}

/// Removes the oldest packs with nothing from an id on, as many as have so many invocations, one at least;
/// tells how many invocations they had. A pack that is only partly so old goes some seconds later.
pub(in crate::activity) async fn remove_oldest(
    transaction: &mut Transaction,
    below: i64,
    most: i64,
) -> Result<u64, StoreError> {
    let packs = (most / MOST as i64).max(1);
    let query = Query::new(
        "DELETE FROM activity_pack_facets WHERE pack IN \
         (SELECT first FROM activity_packs WHERE last < $1 ORDER BY last, first LIMIT $2)",
    );
    transaction.execute(query.bind(below).bind(packs)).await?;
    let query = Query::new(
        "DELETE FROM activity_packs WHERE first IN \
         (SELECT first FROM activity_packs WHERE last < $1 ORDER BY last, first LIMIT $2) RETURNING calls",
    );
    let mut removed = 0;
    for row in transaction.all(query.bind(below).bind(packs)).await? {
        removed += row.get::<i64>("calls")?.unsigned_abs();
    }
    Ok(removed)
}
