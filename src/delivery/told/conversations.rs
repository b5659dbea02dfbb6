//! What is known of conversations, the same for both databases; several instances share it.
//!
//! Whoever inserts a row first has the news. Rows are written in the order of their keys, so that two
//! instances do not wait for each other in a circle.

use std::collections::{HashMap, HashSet};

use super::conversation::Conversation;
use super::drafts::{Batch, Mark};
use crate::store::{Dialect, Query, Row, Store, StoreError, Synced, Transaction, placeholders};

/// How many rows one statement writes; each size is a statement that is prepared once.
const SIZES: [usize; 3] = [64, 8, 1];
/// How many rows go at once.
const STEP: i64 = 500;
/// One instance looks for idle conversations at a time; any number will do, as long as it is ours.
const LOCK: i64 = 0x6964_6c65;

/// What calls of a batch say of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) conversation: Conversation,
    first_at: i64,
    last_at: i64,
    calls: i64,
    last_response: String,
    handed_off_at: Option<i64>,
    ended_at: Option<i64>,
    failed_at: Option<i64>,
}

impl Seen {
    pub(super) fn new(conversation: Conversation, at: i64) -> Self {
        let last_response = String::new();
        Self {
            conversation,
            first_at: at,
            last_at: at,
            calls: 0,
            last_response,
            handed_off_at: None,
            ended_at: None,
            failed_at: None,
        }
    }

    /// One more call.
    pub(super) fn call(&mut self, at: i64, response: String, hands_over: bool, ends: bool, failed: bool) {
        self.calls += 1;
        self.first_at = self.first_at.min(at);
        if at >= self.last_at {
            (self.last_at, self.last_response) = (at, response);
            // Somebody goes on with it, unless this call ends it, too.
            self.ended_at = ends.then_some(at);
        }
        if hands_over {
            self.handed_off_at.get_or_insert(at);
        }
        if failed {
            self.failed_at = self.failed_at.max(Some(at));
        }
    }
}

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

/// Keeps what a batch says; tells what of it is news.
pub(super) async fn note(transaction: &mut Transaction, batch: &Batch) -> Result<News, StoreError> {
    let mut news = News::default();
    let marks: Vec<_> = batch.marks.iter().collect();
    for rows in chunks(&marks) {
        let sql = format!(
            "INSERT INTO conversation_marks (conversation, mark, session, at) VALUES {} \
             ON CONFLICT (conversation, mark) DO NOTHING RETURNING conversation, mark",
            placeholders(rows.len(), 4)
        );
        let mut query = Query::built(sql);
        for ((conversation, mark), (session, at)) in rows {
            query = query.bind(conversation.as_str()).bind(mark.as_str()).bind(session.as_str()).bind(*at);
        }
        for row in transaction.all(query).await? {
            news.marks.insert((row.get("conversation")?, row.get("mark")?));
        }
    }
    let seen: Vec<&Seen> = batch.seen.values().collect();
    for rows in chunks(&seen) {
        for row in transaction.all(upsert(rows)).await? {
            let id: String = row.get("id")?;
            let known = Known { first_at: row.get("first_at")?, calls: row.get("calls")? };
            // There were no calls before those of this batch.
            if batch.seen.get(&id).is_some_and(|seen| seen.calls == known.calls) {
                news.new.insert(id.clone());
            }
            news.known.insert(id, known);
        }
    }
    Ok(news)
}

fn upsert(rows: &[&Seen]) -> Query {
    let sql = format!(
        "INSERT INTO conversations (id, session, name, first_at, last_at, calls, last_response, handed_off_at, \
         ended_at, failed_at) VALUES {} ON CONFLICT (id) DO UPDATE SET \
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
         ELSE conversations.failed_at END \
         RETURNING id, first_at, calls",
        placeholders(rows.len(), 10)
    );
    rows.iter().fold(Query::built(sql), |query, seen| {
        query
            .bind(seen.conversation.key.as_str())
            .bind(seen.conversation.session.as_str())
            .bind(seen.conversation.name.as_str())
            .bind(seen.first_at)
            .bind(seen.last_at)
            .bind(seen.calls)
            .bind(seen.last_response.as_str())
            .bind(seen.handed_off_at)
            .bind(seen.ended_at)
            .bind(seen.failed_at)
    })
}

fn chunks<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut chunks = Vec::new();
    for size in SIZES {
        while rows.len() >= size {
            let (chunk, rest) = rows.split_at(size);
            chunks.push(chunk);
            rows = rest;
        }
    }
    chunks
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
