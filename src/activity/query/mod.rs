//! Pages of invocations: what is asked for, and how it is found in bounded time.
//!
//! A call has a [row of its own](rows), or is in a [pack](super::pack). A page is looked for among both: each
//! gives its first calls that are what the filter says, and how far it has looked; what both have
//! looked at is merged in the order of the ids. A page may be short, or empty, and still tell where to go on.

mod filter;
mod found;
mod rows;
mod sessions;
mod words;

use std::collections::HashMap;

use serde_json::json;

pub(super) use filter::Conditions;
pub(crate) use filter::{Filter, Wanted};
use found::{COLUMNS, Unpacked};
pub(crate) use found::{Found, Whole};
#[cfg(test)]
pub(crate) use sessions::Conversations;
pub(crate) use sessions::{Conversation, conversations};
pub(crate) use words::{Words, words};

use super::InvocationId;
use super::pack::find::{Hits, Search};
use super::range::Range;
use super::statement::Sql;
use crate::store::{Query, Store, StoreError};

/// Counting stops here.
pub(crate) const MOST_COUNTED: i64 = 10_000;

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Found>,
    /// Where the next page begins; none if there is none.
    pub(crate) after: Option<InvocationId>,
    /// Where the one before ends; there may be newer calls by now.
    pub(crate) before: Option<InvocationId>,
}

/// The page of these invocations.
pub(crate) async fn page(store: &Store, filter: &Filter, wanted: &Wanted) -> Result<Page, StoreError> {
    // A page before another is read towards that one's beginning, and turned.
    let backwards = wanted.before.is_some() && wanted.after.is_none();
    let mut range = filter.range(wanted.oldest_first != backwards);
    if let Some(from) = if backwards { wanted.before } else { wanted.after } {
        if range.rising {
            range.low = range.low.max(from.number().saturating_add(1));
        } else {
            range.high = range.high.min(from.number());
        }
    }
    let none = Page { rows: Vec::new(), after: None, before: None };
    let Some(conditions) = filter.conditions(store).await? else { return Ok(none) };
    let (mut rows, further) = first_of(store, &conditions, range, wanted.size).await?;
    rows.sort_unstable_by_key(|row| row.id);
    if !wanted.oldest_first {
        rows.reverse();
    }
    let ends = (rows.first().map(|row| row.id), rows.last().map(|row| row.id));
    let (after, before) =
        if backwards { (ends.1.or(wanted.before), further) } else { (further, ends.0.or(wanted.after)) };
    Ok(Page { rows, after, before })
}

/// The first invocations of a range, and where to go on if there may be more.
async fn first_of(
    store: &Store,
    conditions: &Conditions,
    range: Range,
    size: usize,
) -> Result<(Vec<Found>, Option<InvocationId>), StoreError> {
    let (ids, rows_edge) = rows::page(store, conditions, range, size as i64 + 1).await?;
    let packed = Search::new(store, conditions).await?.page(range, size + 1, Unpacked::of).await?;
    let edge = range.nearer(rows_edge, packed.edge);
    let packed = packed.found.into_iter().map(|(id, call)| (id, Some(call)));
    let mut calls: Vec<(i64, Option<Unpacked>)> =
        ids.into_iter().map(|id| (id, None)).chain(packed).collect();
    range.sort(&mut calls, |(id, _)| *id);
    // Behind the nearer edge, only one of the two has been looked at.
    let seen = range.up_to(edge);
    calls.retain(|(id, _)| seen.has(*id));
    // One more than was wanted says that there is more; so does a window that ends before everything does.
    let further = if calls.len() > size {
        calls.truncate(size);
        calls.last().map(|(id, _)| *id)
    } else {
        edge
    };
    let mut ids = Vec::new();
    let mut packed = Vec::new();
    for (id, call) in calls {
        match call {
            Some(call) => packed.push(call),
            None => ids.push(id),
        }
    }
    let mut found = Found::of_packed(store, packed).await?;
    if !ids.is_empty() {
        let mut query = Sql::new("SELECT ");
        query.add(COLUMNS).add(" WHERE i.id IN ").list(store.dialect().await?, &json!(ids).to_string());
        for row in &store.all(query.done()).await? {
            found.push(Found::of(row)?);
        }
    }
    Ok((found, further.map(InvocationId::of_number)))
}

/// How many there are, at most [`MOST_COUNTED`] and one; and whether everything was looked at.
pub(crate) async fn count(store: &Store, filter: &Filter) -> Result<(i64, bool), StoreError> {
    let range = filter.range(false);
    let Some(conditions) = filter.conditions(store).await? else { return Ok((0, true)) };
    let most = MOST_COUNTED + 1;
    let (rows, all_rows) = rows::count(store, &conditions, range, most).await?;
    let (packed, all_packs) = Search::new(store, &conditions).await?.count(range, most).await?;
    Ok(((rows + packed).min(most), all_rows && all_packs))
}

/// One invocation with what was made for it.
pub(crate) async fn one(store: &Store, id: InvocationId) -> Result<Option<Whole>, StoreError> {
    let query = Query::built(format!("SELECT i.messages AS messages, {COLUMNS} WHERE i.id = $1"));
    let (found, messages) = match store.optional(query.bind(id.number())).await? {
        Some(row) => (Found::of(&row)?, row.get("messages")?),
        None => {
            let conditions = Conditions::default();
            let range = Range { low: id.number(), high: id.number() + 1, rising: true };
            let search = Search::new(store, &conditions).await?;
            let packed = search.page(range, 1, Unpacked::of).await?;
            let packed = packed.found.into_iter().map(|(_, call)| call).collect();
            let Some(mut found) = Found::of_packed(store, packed).await?.pop() else { return Ok(None) };
            let messages = found.messages.take().unwrap_or_default();
            (found, messages)
        }
    };
    let made = if found.parent.is_none() { made(store, &found).await? } else { Vec::new() };
    Ok(Some(Whole { found, messages, made }))
}

/// The calls that were made for one, the first one first.
async fn made(store: &Store, found: &Found) -> Result<Vec<Found>, StoreError> {
    /// More calls than a handler makes.
    const MOST: usize = 200;
    /// A call's own calls begin while it is answered, or while its deferred answer is made.
    const LATER: i64 = 3_600_000_000;
    let id = found.id.number();
    let latest = |later| InvocationId::at(found.id.micros() + later).number();
    let mut query = Sql::new("SELECT ");
    query.add(COLUMNS).add(" WHERE i.id > ").value(id).add(" AND i.parent = ").value(id);
    if found.session.is_empty() {
        // Without a session there is no index: what a call usually takes has to do.
        query.add(" AND i.id < ").value(latest(LATER / 60));
    } else {
        // What was made for a call is in its session.
        query.add(" AND i.id < ").value(latest(LATER)).add(" AND i.session = ").value(found.session.as_str());
    }
    query.add(" ORDER BY i.id LIMIT ").value(MOST as i64);
    let rows = store.all(query.done()).await?;
    let conditions = Conditions { parent: Some(id), ..Conditions::default() };
    let range = Range { low: id + 1, high: latest(LATER), rising: true };
    let Hits { found, .. } = Search::new(store, &conditions).await?.page(range, MOST, Unpacked::of).await?;
    let packed = found.into_iter().map(|(_, call)| call).collect();
    let mut made = Found::of_packed(store, packed).await?;
    for row in &rows {
        made.push(Found::of(row)?);
    }
    made.sort_unstable_by_key(|found| found.id);
    made.truncate(MOST);
    Ok(made)
}

/// The messages of some invocations, by id.
pub(crate) async fn messages(
    store: &Store,
    found: &[Found],
) -> Result<HashMap<InvocationId, String>, StoreError> {
    let (packed, rows): (Vec<&Found>, Vec<&Found>) = found.iter().partition(|found| found.messages.is_some());
    let ids: Vec<i64> = rows.iter().map(|found| found.id.number()).collect();
    let mut query = Sql::new("SELECT id, messages FROM activity_invocations WHERE id IN ");
    query.list(store.dialect().await?, &json!(ids).to_string());
    let rows = store.all(query.done()).await?;
    let mut messages: HashMap<_, _> =
        packed.into_iter().filter_map(|found| Some((found.id, found.messages.clone()?))).collect();
    for row in &rows {
        messages.insert(InvocationId::of_number(row.get("id")?), row.get("messages")?);
    }
    Ok(messages)
}

/// A text as it stands in another one that is JSON.
pub(super) fn as_in_json(text: &str) -> String {
    let json = json!(text).to_string();
    json[1..json.len() - 1].to_owned()
}
