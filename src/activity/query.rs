//! Pages of invocations: what is asked for, and how it is found in bounded time.
//!
//! A filter chooses combinations first ([`Facet`](super::facet::Facet)); the index of (combination,
//! id) then gives each one's newest calls, which are merged. A session has an index of its own. What
//! no index knows, a text above all, is looked for in a window of the newest calls that are left:
//! a page may then be short, or empty, and still tell where to go on.

use std::collections::HashMap;

use serde_json::json;

use super::InvocationId;
use super::session::Parts;
use super::status::{Kind, Status};
use crate::store::{Dialect, Query, Row, Store, StoreError};

/// So many calls are looked at for a page by what each of them has in common with others.
const WINDOW: i64 = 20_000;
/// So many for a text in them.
const TEXT_WINDOW: i64 = 3_000;
/// So many of each combination's calls, where some combinations are looked through for a text.
const MERGED_WINDOW: i64 = 1_000;
/// With more combinations than this, looking at the calls themselves is faster.
const MOST_FACETS: usize = 256;
/// Counting stops here.
pub(crate) const MOST_COUNTED: i64 = 10_000;

/// Which invocations are wanted; everything that is said must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Microseconds since 1970, the first moment that counts.
    pub(crate) start: Option<i64>,
    /// The first moment that does not count any more.
    pub(crate) end: Option<i64>,
    /// Any of these.
    pub(crate) statuses: Vec<Status>,
    /// Any of these.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) status_code: Option<u16>,
    pub(crate) error_type: Option<String>,
    pub(crate) webhook: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) environment: Option<String>,
    /// A session's name or its id.
    pub(crate) session: Option<String>,
    /// Somewhere in what is kept; ASCII letters of either case.
    pub(crate) text: Option<String>,
}

/// Which part of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    /// How many at most.
    pub(crate) size: usize,
    /// Those behind this one, in the order of the page.
    pub(crate) after: Option<InvocationId>,
    /// Those that come before this one.
    pub(crate) before: Option<InvocationId>,
    pub(crate) oldest_first: bool,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Found>,
    /// Where the next page begins; none if there is none.
    pub(crate) after: Option<InvocationId>,
    /// Where the one before ends; there may be newer calls by now.
    pub(crate) before: Option<InvocationId>,
}

/// An invocation as a list has it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: InvocationId,
    pub(crate) parent: Option<InvocationId>,
    pub(crate) session: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) status: String,
    pub(crate) status_code: Option<u16>,
    pub(crate) error_type: String,
    pub(crate) webhook: String,
    pub(crate) tag: String,
    pub(crate) environment: String,
    pub(crate) agent: String,
    /// JSON.
    pub(crate) summary: String,
}

/// What is known of an invocation.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) found: Found,
    /// JSON.
    pub(crate) messages: String,
    /// The calls that were made for it, the first one first.
    pub(crate) made: Vec<Found>,
}

/// A range of ids: from `low`, below `high`.
#[derive(Debug, Clone, Copy)]
struct Range {
    low: i64,
    high: i64,
    /// Whether the lowest come first.
    rising: bool,
}

/// Where candidates come from.
enum Source {
    Everything,
    Session(String),
    Facets(String),
}

/// What candidates must be besides.
#[derive(Default)]
struct Rest {
    facets: Option<String>,
    text: Option<String>,
}

const COLUMNS: &str = "i.id AS id, i.parent AS parent, i.session AS session, i.summary AS summary, \
     f.kind AS kind, f.status AS status, f.status_code AS status_code, f.error_type AS error_type, \
     f.webhook AS webhook, f.tag AS tag, f.environment AS environment, f.agent AS agent \
     FROM activity_invocations i LEFT JOIN activity_facets f ON f.id = i.facet";

/// The page of these invocations.
pub(crate) async fn page(store: &Store, filter: &Filter, wanted: &Wanted) -> Result<Page, StoreError> {
    let dialect = store.dialect().await?;
    // A page before another is read towards that one's beginning, and turned.
    let backwards = wanted.before.is_some() && wanted.after.is_none();
    let rising = wanted.oldest_first != backwards;
    let mut range = filter.range(rising);
    if let Some(from) = if backwards { wanted.before } else { wanted.after } {
        if rising {
            range.low = range.low.max(from.number().saturating_add(1));
        } else {
            range.high = range.high.min(from.number());
        }
    }
    let none = Page { rows: Vec::new(), after: None, before: None };
    let Some((source, rest)) = filter.source(store).await? else { return Ok(none) };
    let more = wanted.size as i64 + 1;
    let (mut ids, edge) = match (&source, rest.is_empty()) {
        (Source::Facets(facets), true) => (of_facets(store, dialect, facets, range, more).await?, None),
        (Source::Facets(facets), false) => {
            let candidates = of_facets(store, dialect, facets, range, MERGED_WINDOW).await?;
            let edge = candidates.last().copied().filter(|_| candidates.len() as i64 == MERGED_WINDOW);
            (among(store, dialect, &candidates, &rest, range.rising, more).await?, edge)
        }
        (_, true) => (in_range(store, dialect, &source, &rest, range, more).await?, None),
        (_, false) => {
            let window = if rest.text.is_some() { TEXT_WINDOW } else { WINDOW };
            let edge = edge(store, &source, range, window).await?;
            let looked_at = match edge {
                Some(edge) if rising => Range { high: edge.saturating_add(1), ..range },
                Some(edge) => Range { low: edge, ..range },
                None => range,
            };
            (in_range(store, dialect, &source, &rest, looked_at, more).await?, edge)
        }
    };
    // One more than was wanted says that there is more; so does a window that ends before everything does.
    let further = if ids.len() as i64 == more {
        ids.pop();
        ids.last().copied()
    } else {
        edge
    };
    let mut rows = fetch(store, dialect, &ids).await?;
    rows.sort_unstable_by_key(|row| row.id);
    if !wanted.oldest_first {
        rows.reverse();
    }
    let ends = (rows.first().map(|row| row.id), rows.last().map(|row| row.id));
    let further = further.map(InvocationId::of_number);
    let (after, before) =
        if backwards { (ends.1.or(wanted.before), further) } else { (further, ends.0.or(wanted.after)) };
    Ok(Page { rows, after, before })
}

/// How many there are, at most [`MOST_COUNTED`] and one; and whether everything was looked at.
pub(crate) async fn count(store: &Store, filter: &Filter) -> Result<(i64, bool), StoreError> {
    let dialect = store.dialect().await?;
    let range = filter.range(false);
    let Some((source, rest)) = filter.source(store).await? else { return Ok((0, true)) };
    let most = MOST_COUNTED + 1;
    if rest.text.is_some() {
        let (candidates, edge) = match &source {
            Source::Facets(facets) => {
                let candidates = of_facets(store, dialect, facets, range, MERGED_WINDOW).await?;
                let edge = candidates.len() as i64 == MERGED_WINDOW;
                (among(store, dialect, &candidates, &rest, false, most).await?, edge)
            }
            _ => {
                let edge = edge(store, &source, range, TEXT_WINDOW).await?;
                let range = Range { low: edge.unwrap_or(range.low), ..range };
                (in_range(store, dialect, &source, &rest, range, most).await?, edge.is_some())
            }
        };
        return Ok((candidates.len() as i64, !edge));
    }
    let query = match (source, rest.facets) {
        (Source::Session(session), facets) => {
            let mut query = Sql::new("SELECT COUNT(*) AS calls FROM (SELECT 1 FROM activity_invocations");
            query.range(range);
            query.add(" AND session = ").value(session);
            query.facets(dialect, facets);
            query.add(" LIMIT ").value(most).add(") AS found");
            query.done()
        }
        (Source::Facets(facets), _) | (Source::Everything, Some(facets)) => Query::new(dialect.pick(
            "SELECT COUNT(*) AS calls FROM (SELECT 1 FROM json_each($1) f CROSS JOIN activity_invocations i \
             WHERE i.facet = f.value AND i.id >= $2 AND i.id < $3 LIMIT $4) AS found",
            "SELECT COUNT(*) AS calls FROM (SELECT 1 FROM json_array_elements_text(CAST($1 AS json)) f CROSS JOIN LATERAL \
             (SELECT 1 FROM activity_invocations WHERE facet = CAST(f.value AS BIGINT) AND id >= $2 AND id < $3 LIMIT $4) i \
             LIMIT $4) AS found",
        ))
        .bind(facets)
        .bind(range.low)
        .bind(range.high)
        .bind(most),
        (Source::Everything, None) => {
            let mut query = Sql::new("SELECT COUNT(*) AS calls FROM (SELECT 1 FROM activity_invocations");
            query.range(range);
            query.add(" LIMIT ").value(most).add(") AS found");
            query.done()
        }
    };
    Ok((store.one(query).await?.get("calls")?, true))
}

/// One invocation with what was made for it.
pub(crate) async fn one(store: &Store, id: InvocationId) -> Result<Option<Whole>, StoreError> {
    /// More calls than a handler makes.
    const MOST: i64 = 200;
    /// A call's own calls begin while it is answered, or while its deferred answer is made.
    const LATER: i64 = 3_600_000_000;
    let query = Query::built(format!("SELECT i.messages AS messages, {COLUMNS} WHERE i.id = $1"));
    let Some(row) = store.optional(query.bind(id.number())).await? else { return Ok(None) };
    let found = Found::of(&row)?;
    let made = match (&found.session, found.parent) {
        // What was made for a call is in its session, if that has a name.
        (session, None) if !session.is_empty() => {
            let query = Query::built(format!(
                "SELECT {COLUMNS} WHERE i.session = $1 AND i.id > $2 AND i.id < $3 AND i.parent = $2 ORDER BY i.id LIMIT $4"
            ));
            let latest = InvocationId::at(id.micros() + LATER).number();
            store.all(query.bind(session.as_str()).bind(id.number()).bind(latest).bind(MOST)).await?
        }
        (_, None) => {
            let query = Query::built(format!(
                "SELECT {COLUMNS} WHERE i.id > $1 AND i.id < $2 AND i.parent = $1 ORDER BY i.id LIMIT $3"
            ));
            // Without a session there is no index: what a call usually takes has to do.
            let latest = InvocationId::at(id.micros() + LATER / 60).number();
            store.all(query.bind(id.number()).bind(latest).bind(MOST)).await?
        }
        _ => Vec::new(),
    };
    let made = made.iter().map(Found::of).collect::<Result<_, _>>()?;
    Ok(Some(Whole { found, messages: row.get("messages")?, made }))
}

/// The messages of some invocations, by id.
pub(crate) async fn messages(
    store: &Store,
    found: &[Found],
) -> Result<HashMap<InvocationId, String>, StoreError> {
    let dialect = store.dialect().await?;
    let ids: Vec<i64> = found.iter().map(|found| found.id.number()).collect();
    let mut query = Sql::new("SELECT id, messages FROM activity_invocations WHERE id IN ");
    query.list(dialect, json!(ids).to_string());
    let rows = store.all(query.done()).await?;
    rows.iter().map(|row| Ok((InvocationId::of_number(row.get("id")?), row.get("messages")?))).collect()
}

impl Filter {
    fn range(&self, rising: bool) -> Range {
        let low = self.start.map_or(i64::MIN, |start| InvocationId::at(start).number());
        let high = self.end.map_or(i64::MAX, |end| InvocationId::at(end).number());
        Range { low, high, rising }
    }

    fn has_facets(&self) -> bool {
        let Self { statuses, kinds, status_code, error_type, webhook, tag, environment, .. } = self;
        !statuses.is_empty()
            || !kinds.is_empty()
            || status_code.is_some()
            || [error_type, webhook, tag, environment].iter().any(|word| word.is_some())
    }

    /// Where to look, and what else must hold; none if nothing can be found.
    async fn source(&self, store: &Store) -> Result<Option<(Source, Rest)>, StoreError> {
        let mut rest = Rest { facets: None, text: self.text.as_deref().map(pattern) };
        let mut few = false;
        if self.has_facets() {
            let facets = self.facets(store).await?;
            if facets.is_empty() {
                return Ok(None);
            }
            few = facets.len() <= MOST_FACETS;
            rest.facets = Some(json!(facets).to_string());
        }
        let source = match &self.session {
            Some(session) => Source::Session(Parts::of(session).key().into_owned()),
            None if few => Source::Facets(rest.facets.take().unwrap_or_default()),
            None => Source::Everything,
        };
        Ok(Some((source, rest)))
    }

    /// The combinations that it chooses.
    async fn facets(&self, store: &Store) -> Result<Vec<i64>, StoreError> {
        let mut query = Sql::new("SELECT id FROM activity_facets WHERE 1 = 1");
        let statuses = self.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>();
        let kinds = self.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>();
        for (column, words) in [("status", statuses), ("kind", kinds)] {
            if !words.is_empty() {
                query.add(" AND ").add(column).add(" IN (");
                for (index, word) in words.into_iter().enumerate() {
                    query.add(if index == 0 { "" } else { ", " }).value(word);
                }
                query.add(")");
            }
        }
        for (column, word) in [
            ("error_type", &self.error_type),
            ("webhook", &self.webhook),
            ("tag", &self.tag),
            ("environment", &self.environment),
        ] {
            if let Some(word) = word {
                query.add(" AND ").add(column).add(" = ").value(word.as_str());
            }
        }
        if let Some(code) = self.status_code {
            query.add(" AND status_code = ").value(i64::from(code));
        }
        let rows = store.all(query.done()).await?;
        rows.iter().map(|row| row.get("id")).collect()
    }
}

impl Rest {
    fn is_empty(&self) -> bool {
        self.facets.is_none() && self.text.is_none()
    }
}

/// A text as `LIKE` has it, anywhere in another one that is JSON.
fn pattern(text: &str) -> String {
    let json = json!(text).to_string();
    let inner = &json[1..json.len() - 1];
    let mut pattern = String::from("%");
    for c in inner.chars() {
        if ['%', '_', '\\'].contains(&c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The first calls of some combinations.
async fn of_facets(
    store: &Store,
    dialect: Dialect,
    facets: &str,
    range: Range,
    most: i64,
) -> Result<Vec<i64>, StoreError> {
    let order = if range.rising { "" } else { "DESC" };
    let text = match dialect {
        Dialect::Sqlite => format!(
            "SELECT (SELECT json_group_array(id) FROM (SELECT id FROM activity_invocations WHERE facet = f.value \
             AND id >= $2 AND id < $3 ORDER BY id {order} LIMIT $4)) AS ids FROM json_each($1) f"
        ),
        Dialect::Postgres => format!(
            "SELECT i.id AS id FROM json_array_elements_text(CAST($1 AS json)) f CROSS JOIN LATERAL \
             (SELECT id FROM activity_invocations WHERE facet = CAST(f.value AS BIGINT) AND id >= $2 AND id < $3 \
             ORDER BY id {order} LIMIT $4) i ORDER BY i.id {order} LIMIT $4"
        ),
    };
    let query = Query::built(text).bind(facets).bind(range.low).bind(range.high).bind(most);
    let rows = store.all(query).await?;
    let mut ids = Vec::new();
    for row in &rows {
        match dialect {
            Dialect::Sqlite => {
                let some: Vec<i64> = serde_json::from_str(&row.get::<String>("ids")?).unwrap_or_default();
                ids.extend(some);
            }
            Dialect::Postgres => ids.push(row.get("id")?),
        }
    }
    ids.sort_unstable();
    if !range.rising {
        ids.reverse();
    }
    ids.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(ids)
}

/// Those of some calls that are what they must be besides.
async fn among(
    store: &Store,
    dialect: Dialect,
    ids: &[i64],
    rest: &Rest,
    rising: bool,
    most: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut query = Sql::new("SELECT id FROM activity_invocations WHERE id IN ");
    query.list(dialect, json!(ids).to_string());
    query.rest(dialect, rest);
    query.order(rising, most);
    let rows = store.all(query.done()).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// The calls of a range.
async fn in_range(
    store: &Store,
    dialect: Dialect,
    source: &Source,
    rest: &Rest,
    range: Range,
    most: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut query = Sql::new("SELECT id FROM activity_invocations");
    query.range(range);
    if let Source::Session(session) = source {
        query.add(" AND session = ").value(session.as_str());
    }
    query.rest(dialect, rest);
    query.order(range.rising, most);
    let rows = store.all(query.done()).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// The last call of a window; none if the range ends before it.
async fn edge(store: &Store, source: &Source, range: Range, window: i64) -> Result<Option<i64>, StoreError> {
    let mut query = Sql::new("SELECT id FROM activity_invocations");
    query.range(range);
    if let Source::Session(session) = source {
        query.add(" AND session = ").value(session.as_str());
    }
    query.order(range.rising, 1);
    query.add(" OFFSET ").value(window - 1);
    let row = store.optional(query.done()).await?;
    row.map(|row| row.get("id")).transpose()
}

async fn fetch(store: &Store, dialect: Dialect, ids: &[i64]) -> Result<Vec<Found>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Sql::new("SELECT ");
    query.add(COLUMNS).add(" WHERE i.id IN ");
    query.list(dialect, json!(ids).to_string());
    store.all(query.done()).await?.iter().map(Found::of).collect()
}

impl Found {
    fn of(row: &Row) -> Result<Self, StoreError> {
        let text = |column: &'static str| {
            Ok::<_, StoreError>(row.get::<Option<String>>(column)?.unwrap_or_default())
        };
        let code = row.get::<Option<i64>>("status_code")?;
        Ok(Self {
            id: InvocationId::of_number(row.get("id")?),
            parent: row.get::<Option<i64>>("parent")?.map(InvocationId::of_number),
            session: text("session")?,
            kind: Kind::of_word(&text("kind")?),
            status: text("status")?,
            status_code: code.and_then(|code| u16::try_from(code).ok()).filter(|code| *code > 0),
            error_type: text("error_type")?,
            webhook: text("webhook")?,
            tag: text("tag")?,
            environment: text("environment")?,
            agent: text("agent")?,
            summary: text("summary")?,
        })
    }
}

/// A query that is put together: our words, and values as they are bound.
struct Sql {
    text: String,
    values: Vec<crate::store::Value>,
}

impl Sql {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    fn add(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    fn value(&mut self, value: impl Into<crate::store::Value>) -> &mut Self {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.add(&place)
    }

    fn range(&mut self, range: Range) {
        self.add(" WHERE id >= ").value(range.low).add(" AND id < ").value(range.high);
    }

    /// The numbers of a JSON list.
    fn list(&mut self, dialect: Dialect, list: String) {
        let (before, behind) = dialect.pick(
            ("(SELECT value FROM json_each(", "))"),
            ("(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(", " AS json)))"),
        );
        self.add(before).value(list).add(behind);
    }

    fn facets(&mut self, dialect: Dialect, facets: Option<String>) {
        if let Some(facets) = facets {
            self.add(" AND facet IN ");
            self.list(dialect, facets);
        }
    }

    fn rest(&mut self, dialect: Dialect, rest: &Rest) {
        self.facets(dialect, rest.facets.clone());
        if let Some(text) = &rest.text {
            let like = dialect.pick("LIKE", "ILIKE");
            for (before, column) in [(" AND (summary ", "summary"), (" OR messages ", "messages")] {
                self.add(before).add(like).add(" ").value(text.as_str()).add(" ESCAPE '\\'");
                if column == "messages" {
                    self.add(")");
                }
            }
        }
    }

    fn order(&mut self, rising: bool, most: i64) {
        self.add(if rising { " ORDER BY id LIMIT " } else { " ORDER BY id DESC LIMIT " }).value(most);
    }

    fn done(self) -> Query {
        self.values.into_iter().fold(Query::built(self.text), Query::bind)
    }
}
