//! Conversations: the sessions of the newest calls of the agent.
//!
//! No table has them: the newest calls are looked at, whatever they are, and each session is in the place of
//! its last one. What it had before is counted by the index of sessions. Of a session in packs only what is in
//! the packs that were opened is counted, and one that goes on over more of them may be listed again.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::json;

use super::Conditions;
use crate::activity::InvocationId;
use crate::activity::pack::Packed;
use crate::activity::pack::find::Search;
use crate::activity::range::Range;
use crate::activity::statement::Sql;
use crate::activity::status::{Kind, Status};
use crate::store::{Dialect, Query, Store, StoreError};

/// So many calls are looked at at once,
const WINDOW: usize = 2_000;
/// and again as many, so often, while there is room on the page.
const WINDOWS: usize = 5;
/// So many calls of a session are counted.
const COUNTED: i64 = 200;

/// A conversation as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conversation {
    pub(crate) session: String,
    /// The agent's last call.
    pub(crate) last: InvocationId,
    /// The first of those that were counted.
    pub(crate) first: InvocationId,
    /// How many calls the agent made;
    pub(crate) calls: usize,
    /// perhaps there are more.
    pub(crate) is_more: bool,
    pub(crate) failed: usize,
    pub(crate) tags: BTreeSet<String>,
}

/// A page of them, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    pub(crate) list: Vec<Conversation>,
    /// Where to go on, if there may be more.
    pub(crate) after: Option<InvocationId>,
}

/// A call, as far as it counts.
#[derive(Debug)]
struct Seen {
    id: i64,
    facet: i64,
    session: String,
    packed: bool,
}

/// What is known of combinations: the tag, and whether the call failed; none of those that are no calls of the
/// agent.
#[derive(Debug, Default)]
struct Facets(HashMap<i64, Option<(String, bool)>>);

/// The conversations before a call.
pub(crate) async fn conversations(
    store: &Store,
    size: usize,
    after: Option<InvocationId>,
) -> Result<Conversations, StoreError> {
    let mut facets = Facets::default();
    let mut found: Vec<Conversation> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut range =
        Range { low: i64::MIN, high: after.map_or(i64::MAX, InvocationId::number), rising: false };
    let mut further = None;
    for _ in 0..WINDOWS {
        let (mut calls, edge) = window(store, range).await?;
        facets.learn(store, calls.iter().map(|call| call.facet)).await?;
        calls.retain(|call| facets.of(call.facet).is_some());
        let before = match after {
            Some(after) => with_calls_from(store, &calls, after).await?,
            None => HashSet::new(),
        };
        further = edge;
        for call in calls.into_iter().filter(|call| !before.contains(&call.session)) {
            let place = match places.get(&call.session) {
                Some(place) => *place,
                // That one is the first of the next page.
                None if found.len() == size => {
                    further = Some(call.id + 1);
                    break;
                }
                None => {
                    places.insert(call.session.clone(), found.len());
                    found.push(Conversation::of(&call));
                    found.len() - 1
                }
            };
            if call.packed {
                found[place].is_more = true;
                facets.count(&mut found[place], call.id, call.facet);
            }
        }
        match further {
            Some(edge) if found.len() < size => range.high = edge,
            _ => break,
        }
    }
    let rows = rows_of(store, &found).await?;
    facets.learn(store, rows.values().flatten().map(|(_, facet)| *facet)).await?;
    for conversation in &mut found {
        let rows = rows.get(&conversation.session).map(Vec::as_slice).unwrap_or_default();
        // Packs that were not opened may have more.
        conversation.is_more = conversation.is_more && further.is_some() || rows.len() as i64 == COUNTED;
        for (id, facet) in rows {
            facets.count(conversation, *id, *facet);
        }
    }
    Ok(Conversations { list: found, after: further.map(InvocationId::of_number) })
}

/// The newest calls of a range that have a session, and the last that was looked at if there are more.
async fn window(store: &Store, range: Range) -> Result<(Vec<Seen>, Option<i64>), StoreError> {
    let mut query = Sql::new("SELECT id, facet, session FROM activity_invocations");
    query.range(range);
    query.order(range.rising, WINDOW as i64);
    let mut calls = Vec::with_capacity(WINDOW);
    for row in &store.all(query.done()).await? {
        let session = row.get::<Option<String>>("session")?.unwrap_or_default();
        calls.push(Seen { id: row.get("id")?, facet: row.get("facet")?, session, packed: false });
    }
    let full = |calls: &[Seen]| calls.last().filter(|_| calls.len() == WINDOW).map(|call| call.id);
    let rows_edge = full(&calls);
    let conditions = Conditions::default();
    let seen = |call: &Packed<'_>| Seen {
        id: call.id,
        facet: call.facet,
        session: call.session.to_owned(),
        packed: true,
    };
    let hits = Search::new(store, &conditions).await?.page(range, WINDOW, seen).await?;
    let packed: Vec<Seen> = hits.found.into_iter().map(|(_, call)| call).collect();
    let edge = range.nearer(rows_edge, range.nearer(hits.edge, full(&packed)));
    calls.extend(packed);
    // Behind the nearest edge, only one of the two has been looked at.
    let looked_at = range.up_to(edge);
    calls.retain(|call| looked_at.has(call.id) && !call.session.is_empty());
    range.sort(&mut calls, |call| call.id);
    Ok((calls, edge))
}

/// Those sessions of some calls in which the agent made one from another call on, which has a row of its own.
async fn with_calls_from(
    store: &Store,
    calls: &[Seen],
    from: InvocationId,
) -> Result<HashSet<String>, StoreError> {
    let sessions: BTreeSet<&str> = calls.iter().map(|call| &*call.session).collect();
    let query = Query::new(store.dialect().await?.pick(
        "SELECT s.value AS session FROM json_each($1) s WHERE EXISTS (SELECT 1 FROM activity_invocations i \
         JOIN activity_facets f ON f.id = i.facet WHERE i.session = s.value AND i.id >= $2 AND f.kind IN ('standard', 'flexible'))",
        "SELECT s.value AS session FROM json_array_elements_text(CAST($1 AS json)) s WHERE EXISTS \
         (SELECT 1 FROM activity_invocations i JOIN activity_facets f ON f.id = i.facet \
         WHERE i.session = s.value AND i.id >= $2 AND f.kind IN ('standard', 'flexible'))",
    ));
    let rows = store.all(query.bind(listed(sessions.into_iter())).bind(from.number())).await?;
    rows.iter().map(|row| row.get("session")).collect()
}

/// The newest calls of each session that have rows of their own, by id and combination.
async fn rows_of(
    store: &Store,
    found: &[Conversation],
) -> Result<HashMap<String, Vec<(i64, i64)>>, StoreError> {
    let dialect = store.dialect().await?;
    let query = Query::new(dialect.pick(
        "SELECT s.value AS session, (SELECT json_group_array(json_array(id, facet)) FROM (SELECT id, facet \
         FROM activity_invocations WHERE session = s.value ORDER BY id DESC LIMIT $2)) AS calls FROM json_each($1) s",
        "SELECT s.value AS session, i.id AS id, i.facet AS facet FROM json_array_elements_text(CAST($1 AS json)) s \
         CROSS JOIN LATERAL (SELECT id, facet FROM activity_invocations WHERE session = s.value ORDER BY id DESC LIMIT $2) i",
    ));
    let sessions = listed(found.iter().map(|conversation| &*conversation.session));
    let mut calls: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
    for row in &store.all(query.bind(sessions).bind(COUNTED)).await? {
        let of_session = calls.entry(row.get("session")?).or_default();
        match dialect {
            Dialect::Sqlite => {
                let all: Vec<_> = serde_json::from_str(&row.get::<String>("calls")?).unwrap_or_default();
                of_session.extend::<Vec<(i64, i64)>>(all);
            }
            Dialect::Postgres => of_session.push((row.get("id")?, row.get("facet")?)),
        }
    }
    Ok(calls)
}

/// As JSON. PostgreSQL has no text with a NUL in it: of such a session nothing can have a row there.
fn listed<'s>(sessions: impl Iterator<Item = &'s str>) -> String {
    json!(sessions.filter(|session| !session.contains('\0')).collect::<Vec<_>>()).to_string()
}

impl Conversation {
    fn of(last: &Seen) -> Self {
        let id = InvocationId::of_number(last.id);
        Self {
            session: last.session.clone(),
            last: id,
            first: id,
            calls: 0,
            is_more: false,
            failed: 0,
            tags: BTreeSet::new(),
        }
    }
}

impl Facets {
    /// Reads those that are not known.
    async fn learn(&mut self, store: &Store, facets: impl Iterator<Item = i64>) -> Result<(), StoreError> {
        let new: HashSet<i64> = facets.filter(|facet| !self.0.contains_key(facet)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut query = Sql::new("SELECT id, kind, status, tag FROM activity_facets WHERE id IN ");
        query.list(store.dialect().await?, &json!(new).to_string());
        for row in &store.all(query.done()).await? {
            let kind = Kind::of_word(&row.get::<String>("kind")?);
            let failed = Status::of_word(&row.get::<String>("status")?).is_some_and(Status::is_failure);
            let is_agents = matches!(kind, Some(Kind::Standard | Kind::Flexible));
            let tag: String = row.get("tag")?;
            self.0.insert(row.get("id")?, is_agents.then_some((tag, failed)));
        }
        Ok(())
    }

    fn of(&self, facet: i64) -> Option<&(String, bool)> {
        self.0.get(&facet)?.as_ref()
    }

    /// Counts a call, if it is one of the agent.
    fn count(&self, conversation: &mut Conversation, id: i64, facet: i64) {
        let Some((tag, failed)) = self.of(facet) else { return };
        conversation.calls += 1;
        conversation.failed += usize::from(*failed);
        conversation.first = conversation.first.min(InvocationId::of_number(id));
        if !tag.is_empty() {
            conversation.tags.insert(tag.clone());
        }
    }
}
