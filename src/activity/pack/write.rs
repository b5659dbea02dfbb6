//! Which calls are packed, and how a pack is written.

use std::collections::BTreeMap;

use serde_json::json;

use super::{FEWEST, Keys, MOST, MOST_TEXT, Packed, WIDEST, encode};
use crate::store::{Query, Store, StoreError, Synced, Transaction};

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
    data: Vec<u8>,
}

impl<'a, 'p> Pack<'a, 'p> {
    /// One of these calls, of which there is one at least.
    pub(in crate::activity) fn of(calls: &'a [Packed<'p>]) -> Self {
        Self { calls, data: encode(calls) }
    }

    /// Writes it; tells whether there was none of this key.
    pub(in crate::activity) async fn insert(self, transaction: &mut Transaction) -> Result<bool, StoreError> {
        let Self { calls, data } = self;
        let (Some(first), Some(last)) = (calls.first(), calls.last()) else { return Ok(true) };
        let query = Query::new(
            "INSERT INTO activity_packs (first, last, calls, keys, data) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (first) DO NOTHING",
        );
        let query = query.bind(first.id).bind(last.id).bind(calls.len() as i64).bind(keys(calls));
        if transaction.execute(query.bind(data)).await? == 0 {
            return Ok(false);
        }
        write_facets(transaction, first.id, calls).await?;
        Ok(true)
    }
}

pub(super) fn keys(calls: &[Packed<'_>]) -> Vec<u8> {
    let mut keys = Keys::default();
    calls.iter().for_each(|call| keys.add(call));
    keys.done()
}

/// Writes how many calls of each combination a pack has.
pub(super) async fn write_facets(
    transaction: &mut Transaction,
    pack: i64,
    calls: &[Packed<'_>],
) -> Result<(), StoreError> {
    let mut facets: BTreeMap<i64, i64> = BTreeMap::new();
    for call in calls {
        *facets.entry(call.facet).or_default() += 1;
    }
    let list: Vec<_> = facets.into_iter().collect();
    let query = Query::new(transaction.dialect().pick(
        "INSERT INTO activity_pack_facets (pack, facet, calls) SELECT $1, value ->> 0, value ->> 1 FROM json_each($2)",
        "INSERT INTO activity_pack_facets (pack, facet, calls) SELECT $1, CAST(value ->> 0 AS BIGINT), \
         CAST(value ->> 1 AS BIGINT) FROM json_array_elements(CAST($2 AS json))",
    ));
    transaction.execute(query.bind(pack).bind(json!(list).to_string())).await?;
    Ok(())
}

/// Removes the oldest packs with nothing from an id on, as many as have so many invocations, one at least;
/// tells how many invocations they had. A pack that is only partly so old goes some seconds later.
pub(in crate::activity) async fn remove_oldest(
    store: &Store,
    below: i64,
    most: i64,
) -> Result<u64, StoreError> {
    let packs = (most / MOST as i64).max(1);
    let mut transaction = store.begin(Synced::Lazy).await?;
    let query = Query::new("SELECT first, calls FROM activity_packs WHERE last < $1 ORDER BY last LIMIT $2");
    let rows = transaction.all(query.bind(below).bind(packs)).await?;
    let mut removed = 0;
    for row in &rows {
        for text in [
            "DELETE FROM activity_pack_facets WHERE pack = $1",
            "DELETE FROM activity_packs WHERE first = $1",
        ] {
            transaction.execute(Query::new(text).bind(row.get::<i64>("first")?)).await?;
        }
        removed += row.get::<i64>("calls")?.unsigned_abs();
    }
    transaction.commit().await?;
    Ok(removed)
}
