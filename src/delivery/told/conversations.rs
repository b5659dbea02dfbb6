//! What is known of conversations, the same for both databases; several instances share it.
//!
//! Whoever inserts a row first has the news. Rows are written in the order of their keys, so that two
//! instances do not wait for each other in a circle.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::conversation::Conversation;
use super::drafts::{Batch, Mark};
use super::seen::Seen;
use crate::store::{Dialect, Query, Row, Store, StoreError, Synced, Transaction};

/// How many rows go at once.
const STEP: i64 = 500;
/// One instance looks for idle conversations at a time; any number will do, as long as it is ours.
const LOCK: i64 = 0x6964_6c65;

/// What is known of a conversation: when it began, and how many calls it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) first_at: i64,
    pub(super) calls: i64,
}

/// What nobody knew before.
#[derive(Debug, Default)]
pub(super) struct News {
    pub(super) marks: HashSet<Mark>,
    pub(super) new: HashSet<String>,
    pub(super) known: HashMap<String, Known>,
}

/// A conversation that nobody went on with.
#[derive(Debug)]
pub(super) struct Idle {
    pub(super) conversation: Conversation,
    pub(super) known: Known,
    pub(super) last_at: i64,
}

/// Keeps what a batch says; tells what of it is news. Each table has one statement, whose rows are one value.
pub(super) async fn note(transaction: &mut Transaction, batch: &Batch) -> Result<News, StoreError> {
    let mut news = News::default();
    if !batch.marks.is_empty() {
        let marks = batch.marks.iter();
        let rows: Vec<_> =
            marks.map(|((conversation, mark), (session, at))| (conversation, mark, session, at)).collect();
        let query = Query::new(transaction.dialect().pick(
            // SQLite would take the conflict for a part of the join, if there were no WHERE.
            "INSERT INTO conversation_marks (conversation, mark, session, at) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE 1 = 1 \
             ON CONFLICT (conversation, mark) DO NOTHING RETURNING conversation, mark",
            "INSERT INTO conversation_marks (conversation, mark, session, at) \
             SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT) \
             FROM json_array_elements(CAST($1 AS json)) \
             ON CONFLICT (conversation, mark) DO NOTHING RETURNING conversation, mark",
        ));
        for row in transaction.all(query.bind(json(&rows))).await? {
            news.marks.insert((row.get("conversation")?, row.get("mark")?));
        }
    }
    if batch.seen.is_empty() {
        return Ok(news);
    }
    let query = upsert(transaction.dialect(), batch.seen.values(), batch.tells());
    // Where nothing is told, nobody asks.
    if !batch.tells() {
        transaction.execute(query).await?;
        return Ok(news);
    }
    for row in transaction.all(query).await? {
        let id: String = row.get("id")?;
        let known = Known { first_at: row.get("first_at")?, calls: row.get("calls")? };
        // There were no calls before those of this batch.
        if batch.seen.get(&id).is_some_and(|seen| seen.calls == known.calls) {
            news.new.insert(id.clone());
        }
        news.known.insert(id, known);
    }
    Ok(news)
}

fn upsert<'s>(dialect: Dialect, seen: impl Iterator<Item = &'s Seen>, returning: bool) -> Query {
    let rows: Vec<_> = seen
        .map(|seen| {
            let Conversation { key, session, name } = &seen.conversation;
            let Seen { first_at, last_at, calls, last_response, .. } = seen;
            let whens = (seen.handed_off_at, seen.ended_at, seen.failed_at);
            (key, session, name, first_at, last_at, calls, last_response, whens.0, whens.1, whens.2)
        })
        .collect();
    let values = dialect.pick(
        // SQLite would take the conflict for a part of the join, if there were no WHERE.
        "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
         value ->> 7, value ->> 8, value ->> 9 FROM json_each($1) WHERE 1 = 1",
        "SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT), \
         CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT), value ->> 6, CAST(value ->> 7 AS BIGINT), \
         CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT) FROM json_array_elements(CAST($1 AS json))",
    );
    let sql = format!(
        "INSERT INTO conversations (id, session, name, first_at, last_at, calls, last_response, handed_off_at, \
         ended_at, failed_at) {values} ON CONFLICT (id) DO UPDATE SET \
         first_at = CASE WHEN excluded.first_at < conversations.first_at THEN excluded.first_at \
         ELSE conversations.first_at END, \
         last_at = CASE WHEN excluded.last_at > conversations.last_at THEN excluded.last_at \
         ELSE conversations.last_at END, \
         calls = conversations.calls + excluded.calls, \
         last_response = CASE WHEN excluded.last_at >= conversations.last_at THEN excluded.last_response \
         ELSE conversations.last_response END, \
         handed_off_at = COALESCE(conversations.handed_off_at, excluded.handed_off_at), \
         ended_at = CASE WHEN excluded.last_at >= conversations.last_at THEN excluded.ended_at \
         ELSE conversations.ended_at END, \
         failed_at = CASE WHEN excluded.failed_at > COALESCE(conversations.failed_at, 0) THEN excluded.failed_at \
         ELSE conversations.failed_at END{}",
        if returning { " RETURNING id, first_at, calls" } else { "" }
    );
    Query::built(sql).bind(json(&rows))
}

fn json(rows: &impl Serialize) -> String {
    // They are texts and numbers.
    serde_json::to_string(rows).unwrap_or_default()
}

/// Whether there is any whose last call was before `before` and that has not ended.
pub(super) async fn any_idle(store: &Store, before: i64) -> Result<bool, StoreError> {
    let query = Query::new("SELECT id FROM conversations WHERE ended_at IS NULL AND last_at < $1 LIMIT 1");
    Ok(store.optional(query.bind(before)).await?.is_some())
}

/// Ends some whose last call was before `before`; none while another instance does it.
pub(super) async fn end_idle(
    transaction: &mut Transaction,
    before: i64,
    now: i64,
) -> Result<Vec<Idle>, StoreError> {
    if transaction.dialect() == Dialect::Postgres {
        // Until the end of the transaction; SQLite has one writer anyway.
        let query = Query::new("SELECT pg_try_advisory_xact_lock($1) AS alone").bind(LOCK);
        if !transaction.one(query).await?.get::<bool>("alone")? {
            return Ok(Vec::new());
        }
    }
    // A call of it that is being written now goes on with it.
    let sql = format!(
        "UPDATE conversations SET ended_at = $1 WHERE ended_at IS NULL AND last_at < $2 AND id IN \
         (SELECT id FROM conversations WHERE ended_at IS NULL AND last_at < $2 ORDER BY last_at LIMIT $3{}) \
         RETURNING id, session, name, first_at, last_at, calls",
        transaction.dialect().pick("", " FOR UPDATE SKIP LOCKED")
    );
    let rows = transaction.all(Query::built(sql).bind(now).bind(before).bind(STEP)).await?;
    rows.iter().map(idle).collect()
}

fn idle(row: &Row) -> Result<Idle, StoreError> {
    let conversation = Conversation::stored(row.get("id")?, row.get("session")?, row.get("name")?);
    let known = Known { first_at: row.get("first_at")?, calls: row.get("calls")? };
    Ok(Idle { conversation, known, last_at: row.get("last_at")? })
}

/// Forgets what has ended and had its last call before `before`.
pub(super) async fn forget(store: &Store, before: i64) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM conversations WHERE id IN \
         (SELECT id FROM conversations WHERE last_at < $1 AND ended_at IS NOT NULL ORDER BY last_at LIMIT $2)",
        "DELETE FROM conversation_marks WHERE (conversation, mark) IN \
         (SELECT conversation, mark FROM conversation_marks WHERE at < $1 ORDER BY at LIMIT $2)",
    ] {
        loop {
            let gone = store.execute(Synced::Lazy, Query::new(sql).bind(before).bind(STEP)).await?;
            if gone < STEP as u64 {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    // What automations know of them.
    let sql =
        "DELETE FROM rules_fired WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE id = conversation)";
    store.execute(Synced::Lazy, Query::new(sql)).await.map(drop)
}

/// Forgets the conversations of a session, by its id.
pub(super) async fn erase(transaction: &mut Transaction, session: &str) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM conversations WHERE session = $1",
        "DELETE FROM conversation_marks WHERE session = $1",
        "DELETE FROM rules_fired WHERE session = $1",
    ] {
        transaction.execute(Query::new(sql).bind(session)).await?;
    }
    Ok(())
}
