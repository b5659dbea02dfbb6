//! Calls that have a row of their own.
//!
//! A filter chooses combinations first ([`Facet`](crate::activity::facet::Facet)); the index of
//! (combination, id) then gives each one's newest calls, which are merged. A session has an index of its own.
//! What no index knows, a text above all, is looked for in a window of the newest calls that are left.

use serde_json::json;

use super::filter::Conditions;
use crate::activity::range::Range;
use crate::activity::statement::Sql;
use crate::store::{Dialect, Query, Store, StoreError};

/// So many calls are looked at for a page by what each of them has in common with others.
const WINDOW: i64 = 20_000;
/// So many for a text in them.
const TEXT_WINDOW: i64 = 3_000;
/// So many of each combination's calls, where some combinations are looked through for a text.
const MERGED_WINDOW: i64 = 1_000;
/// With more combinations than this, looking at the calls themselves is faster.
const MOST_FACETS: usize = 256;

/// How the rows of some calls are found.
struct Plan<'c> {
    store: &'c Store,
    dialect: Dialect,
    source: Source<'c>,
    /// What candidates must be besides: of these combinations, and with this in their text.
    facets: Option<&'c str>,
    text: Option<String>,
}

/// Where candidates come from.
enum Source<'c> {
    Everything,
    Session(&'c str),
    Facets(&'c str),
}

/// The first of a range, so many at most, and where the window ended that was looked through.
pub(super) async fn page(
    store: &Store,
    conditions: &Conditions,
    range: Range,
    most: i64,
) -> Result<(Vec<i64>, Option<i64>), StoreError> {
    let plan = Plan::of(store, store.dialect().await?, conditions);
    if plan.is_exact() {
        let ids = match plan.source {
            Source::Facets(facets) => plan.of_facets(facets, range, most).await?,
            _ => plan.in_range(range, most).await?,
        };
        return Ok((ids, None));
    }
    plan.windowed(range, most).await
}

/// How many there are, at most so many; and whether everything was looked at.
pub(super) async fn count(
    store: &Store,
    conditions: &Conditions,
    range: Range,
    most: i64,
) -> Result<(i64, bool), StoreError> {
    let plan = Plan::of(store, store.dialect().await?, conditions);
    if plan.text.is_some() {
        let (ids, edge) = plan.windowed(range, most).await?;
        return Ok((ids.len() as i64, edge.is_none()));
    }
    let facets = match plan.source {
        Source::Facets(facets) => Some(facets),
        Source::Everything => plan.facets,
        Source::Session(_) => None,
    };
    let query = match facets {
        Some(facets) => Query::new(plan.dialect.pick(
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
        None => {
            let mut query = plan.select("SELECT COUNT(*) AS calls FROM (SELECT 1", range);
            plan.rest(&mut query);
            query.add(" LIMIT ").value(most).add(") AS found");
            query.done()
        }
    };
    Ok((store.one(query).await?.get("calls")?, true))
}

impl<'c> Plan<'c> {
    fn of(store: &'c Store, dialect: Dialect, conditions: &'c Conditions) -> Self {
        let mut facets = conditions.facets.as_ref();
        let source = match &conditions.session {
            Some(session) => Source::Session(session),
            None => match facets.take_if(|facets| facets.numbers.len() <= MOST_FACETS) {
                Some(few) => Source::Facets(&few.list),
                None => Source::Everything,
            },
        };
        let text = conditions.text.as_deref().map(pattern);
        Self { store, dialect, source, facets: facets.map(|facets| facets.list.as_str()), text }
    }

    /// Whether every candidate is one that is wanted.
    fn is_exact(&self) -> bool {
        self.facets.is_none() && self.text.is_none()
    }

    /// Those among the first candidates, and the last of these if there are more.
    async fn windowed(&self, range: Range, most: i64) -> Result<(Vec<i64>, Option<i64>), StoreError> {
        if let Source::Facets(facets) = self.source {
            let candidates = self.of_facets(facets, range, MERGED_WINDOW).await?;
            let edge = candidates.last().copied().filter(|_| candidates.len() as i64 == MERGED_WINDOW);
            return Ok((self.among(&candidates, range.rising, most).await?, edge));
        }
        let window = if self.text.is_some() { TEXT_WINDOW } else { WINDOW };
        let edge = self.edge(range, window).await?;
        Ok((self.in_range(range.up_to(edge), most).await?, edge))
    }

    /// The first calls of some combinations.
    async fn of_facets(&self, facets: &str, range: Range, most: i64) -> Result<Vec<i64>, StoreError> {
        let order = if range.rising { "" } else { "DESC" };
        let text = match self.dialect {
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
        let rows = self.store.all(query).await?;
        let mut ids = Vec::new();
        for row in &rows {
            match self.dialect {
                Dialect::Sqlite => {
                    let some: Vec<i64> = serde_json::from_str(&row.get::<String>("ids")?).unwrap_or_default();
                    ids.extend(some);
                }
                Dialect::Postgres => ids.push(row.get("id")?),
            }
        }
        range.sort(&mut ids, |id| *id);
        ids.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(ids)
    }

    /// Those of some calls that are what they must be besides.
    async fn among(&self, ids: &[i64], rising: bool, most: i64) -> Result<Vec<i64>, StoreError> {
        let mut query = Sql::new("SELECT id FROM activity_invocations WHERE id IN ");
        query.list(self.dialect, &json!(ids).to_string());
        self.rest(&mut query);
        query.order(rising, most);
        self.ids(query).await
    }

    /// The calls of a range.
    async fn in_range(&self, range: Range, most: i64) -> Result<Vec<i64>, StoreError> {
        let mut query = self.select("SELECT id", range);
        self.rest(&mut query);
        query.order(range.rising, most);
        self.ids(query).await
    }

    /// The last call of a window; none if the range ends before it.
    async fn edge(&self, range: Range, window: i64) -> Result<Option<i64>, StoreError> {
        let mut query = self.select("SELECT id", range);
        query.order(range.rising, 1);
        query.add(" OFFSET ").value(window - 1);
        Ok(self.ids(query).await?.first().copied())
    }

    /// What the candidates of a range are asked for.
    fn select(&self, what: &str, range: Range) -> Sql {
        let mut query = Sql::new(what);
        query.add(" FROM activity_invocations");
        query.range(range);
        if let Source::Session(session) = self.source {
            query.add(" AND session = ").value(session);
        }
        query
    }

    fn rest(&self, query: &mut Sql) {
        if let Some(facets) = self.facets {
            query.add(" AND facet IN ").list(self.dialect, facets);
        }
        if let Some(text) = self.text.as_deref() {
            let like = self.dialect.pick("LIKE", "ILIKE");
            query.add(" AND (summary ").add(like).add(" ").value(text).add(" ESCAPE '\\' OR messages ");
            query.add(like).add(" ").value(text).add(" ESCAPE '\\')");
        }
    }

    async fn ids(&self, query: Sql) -> Result<Vec<i64>, StoreError> {
        let rows = self.store.all(query.done()).await?;
        rows.iter().map(|row| row.get("id")).collect()
    }
}

/// A text as `LIKE` has it, anywhere in another one that is JSON.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in super::as_in_json(text).chars() {
        if ['%', '_', '\\'].contains(&c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
