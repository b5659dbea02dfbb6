//! Reading what is shown.

use super::State;
use crate::activity::InvocationId;
use crate::store::{Query, Row, Store, StoreError};

/// What lists show of something that was received.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) id: InvocationId,
    pub(crate) source: String,
    pub(crate) invocation: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) event_type: String,
    pub(crate) state: State,
    pub(crate) error: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) due_at: Option<i64>,
    pub(crate) latest_at: i64,
    pub(crate) bytes: i64,
}

/// The same with its body.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) listed: Listed,
    pub(crate) body: Vec<u8>,
}

/// Which are listed.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<State>,
    pub(crate) source: Option<String>,
    pub(crate) event_type: Option<String>,
    /// The last of the page before.
    pub(crate) after: Option<InvocationId>,
    pub(crate) most: usize,
}

const COLUMNS: &str = "id, source, invocation, event, event_type, state, error, attempts, due_at, latest_at, \
                       CAST(LENGTH(content) AS BIGINT) AS bytes";

/// The newest first, so many at most.
pub(in crate::receive) async fn list(store: &Store, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let after = filter.after.map_or(i64::MAX, InvocationId::number);
    let mut sql = format!("SELECT {COLUMNS} FROM received WHERE id < $1");
    let mut texts = Vec::new();
    for (column, value) in [
        ("state", filter.state.map(State::as_str)),
        ("source", filter.source.as_deref()),
        ("event_type", filter.event_type.as_deref()),
    ] {
        let Some(value) = value else { continue };
        texts.push(value);
        sql += &format!(" AND {column} = ${}", texts.len() + 2);
    }
    sql += " ORDER BY id DESC LIMIT $2";
    let query = Query::built(sql).bind(after).bind(i64::try_from(filter.most).unwrap_or(i64::MAX));
    let rows = store.all(texts.into_iter().fold(query, Query::bind)).await?;
    rows.iter().map(listed).collect()
}

pub(in crate::receive) async fn find(store: &Store, id: InvocationId) -> Result<Option<Found>, StoreError> {
    let query = Query::built(format!("SELECT {COLUMNS}, content FROM received WHERE id = $1"));
    let row = store.optional(query.bind(id.number())).await?;
    row.map(|row| Ok(Found { listed: listed(&row)?, body: row.get("content")? })).transpose()
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: InvocationId::of_number(row.get("id")?),
        source: row.get("source")?,
        invocation: row.get("invocation")?,
        event: row.get("event")?,
        event_type: row.get("event_type")?,
        state: State::of_word(&row.get::<String>("state")?).unwrap_or(State::Dead),
        error: row.get("error")?,
        attempts: row.get("attempts")?,
        due_at: row.get("due_at")?,
        latest_at: row.get("latest_at")?,
        bytes: row.get("bytes")?,
    })
}
