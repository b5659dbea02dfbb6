//! Adding what came, unless it is there.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::State;
use crate::activity::InvocationId;
use crate::store::{Dialect, Query, StoreError, Transaction, placeholders};

/// How many rows one statement writes; each size is a statement that is prepared once.
const SIZES: [usize; 4] = [64, 16, 4, 1];
const COLUMNS: usize = 10;
/// A longer id is known by its digest: an index has no place for long ones.
const LONGEST: usize = 200;

/// Something that came.
#[derive(Debug)]
pub(in crate::receive) struct New {
    pub(in crate::receive) id: InvocationId,
    pub(in crate::receive) source: Arc<str>,
    pub(in crate::receive) invocation: Option<String>,
    pub(in crate::receive) event: Option<String>,
    pub(in crate::receive) event_type: String,
    pub(in crate::receive) body: Bytes,
    pub(in crate::receive) state: State,
    pub(in crate::receive) error: Option<String>,
}

impl New {
    /// What it is sorted by.
    pub(in crate::receive) fn key(&self) -> (&str, Option<&str>, Option<&str>) {
        (&self.source, self.event.as_deref(), self.invocation.as_deref())
    }
}

/// What became of all that was to be added; the rest was there already.
#[derive(Debug, Default)]
pub(in crate::receive) struct Added {
    /// Those that are there now.
    pub(in crate::receive) stored: HashSet<InvocationId>,
    /// Those that are not, since something else has their number.
    pub(in crate::receive) strange: HashSet<InvocationId>,
}

/// Adds what is not there.
pub(in crate::receive) async fn add(
    transaction: &mut Transaction,
    news: &[&New],
) -> Result<Added, StoreError> {
    static TEXTS: LazyLock<[[String; SIZES.len()]; 2]> = LazyLock::new(|| {
        Dialect::ALL.map(|dialect| SIZES.map(|size| {
            format!(
                "INSERT INTO received (id, source, invocation, event, event_type, content, state, error, due_at, \
                 latest_at) VALUES {} ON CONFLICT DO NOTHING RETURNING id",
                placeholders(dialect, size, COLUMNS)
            )
        }))
    });
    let mut stored = HashSet::with_capacity(news.len());
    let mut rest = news.iter();
    for (size, text) in SIZES.iter().zip(&TEXTS[transaction.dialect() as usize]) {
        while rest.len() >= *size {
            let mut query = Query::new(text);
            for new in rest.by_ref().take(*size) {
                let came = new.id.micros();
                query = query
                    .bind(new.id.number())
                    .bind(&*new.source)
                    .bind(new.invocation.as_deref().map(short).as_deref())
                    .bind(new.event.as_deref().map(short).as_deref())
                    .bind(new.event_type.as_str())
                    .bind(&new.body[..])
                    .bind(new.state.as_str())
                    .bind(new.error.as_deref())
                    .bind((new.state == State::Waiting).then_some(came))
                    .bind(came);
            }
            for row in transaction.all(query).await? {
                stored.insert(InvocationId::of_number(row.get("id")?));
            }
        }
    }
    let mut strange = HashSet::new();
    for new in news.iter().filter(|new| !stored.contains(&new.id)) {
        if !is_there(transaction, new).await? {
            strange.insert(new.id);
        }
    }
    Ok(Added { stored, strange })
}

async fn is_there(transaction: &mut Transaction, new: &New) -> Result<bool, StoreError> {
    let query =
        Query::new("SELECT id FROM received WHERE source = $1 AND (invocation = $2 OR event = $3) LIMIT 1");
    let query = query
        .bind(&*new.source)
        .bind(new.invocation.as_deref().map(short).as_deref())
        .bind(new.event.as_deref().map(short).as_deref());
    Ok(transaction.optional(query).await?.is_some())
}

fn short(id: &str) -> Cow<'_, str> {
    if id.len() <= LONGEST {
        return id.into();
    }
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
