//! Calls in packs: which packs are opened, and what is taken out of them.

use aho_corasick::AhoCorasick;

use super::{Key, Opened, Packed, WIDEST};
use crate::activity::query::{Conditions, as_in_json};
use crate::activity::range::Range;
use crate::activity::statement::Sql;
use crate::store::{Dialect, Store, StoreError};

/// Among so many packs is looked for those that may have something.
const WINDOW: i64 = 8_192;
/// So many calls are looked at for a page.
const LOOKED_AT: usize = 20_000;
/// So many for a text in them.
const TEXT_LOOKED_AT: usize = 3_000;
/// How many packs are read at once.
const STEP: usize = 4;
/// More packs than lie around a moment.
const MOST_CUT: i64 = 256;

/// Packs in which a call is looked for.
#[derive(Debug)]
pub(in crate::activity) struct Search<'c> {
    store: &'c Store,
    dialect: Dialect,
    conditions: &'c Conditions,
    text: Option<AhoCorasick>,
}

/// What was found, the first in the order of the range first.
#[derive(Debug)]
pub(in crate::activity) struct Hits<T> {
    pub(in crate::activity) found: Vec<(i64, T)>,
    /// Up to where everything was looked at; none if to the end.
    pub(in crate::activity) edge: Option<i64>,
}

/// A pack that may have something.
struct Candidate {
    first: i64,
    last: i64,
    data: Vec<u8>,
}

impl<'c> Search<'c> {
    pub(in crate::activity) async fn new(
        store: &'c Store,
        conditions: &'c Conditions,
    ) -> Result<Self, StoreError> {
        let text = conditions.text.as_deref().and_then(|text| {
            let text = as_in_json(text);
            AhoCorasick::builder().ascii_case_insensitive(true).build([text]).ok()
        });
        Ok(Self { store, dialect: store.dialect().await?, conditions, text })
    }

    /// The first calls of a range, so many at most, each as `take` makes it.
    pub(in crate::activity) async fn page<T>(
        &self,
        mut range: Range,
        most: usize,
        take: impl Fn(&Packed<'_>) -> T,
    ) -> Result<Hits<T>, StoreError> {
        let most_looked_at = if self.text.is_some() { TEXT_LOOKED_AT } else { LOOKED_AT };
        let (mut found, mut looked_at) = (Vec::new(), 0);
        let mut edge = self.window(range).await?;
        range = range.up_to(edge);
        let mut position = None;
        'all: loop {
            let packs = self.candidates(range, position).await?;
            let is_last = packs.len() < STEP;
            for pack in packs {
                // What comes before this pack's first call in the order of the range is all there.
                let bound = if range.rising { pack.first } else { pack.last };
                let known = found.iter().filter(|(id, _)| range.comes_before(*id, bound)).count();
                if known >= most || looked_at >= most_looked_at {
                    edge = Some(if range.rising { bound - 1 } else { bound + 1 });
                    break 'all;
                }
                position = Some(bound);
                for call in Opened::of(&pack.data).calls() {
                    looked_at += 1;
                    if range.has(call.id) && self.wants(&call) {
                        found.push((call.id, take(&call)));
                    }
                }
            }
            if is_last {
                break;
            }
        }
        range.sort(&mut found, |(id, _)| *id);
        found.truncate(most);
        Ok(Hits { found, edge })
    }

    /// How many calls of a range there are, so many at most, and whether everything was looked at.
    pub(in crate::activity) async fn count(
        &self,
        range: Range,
        most: i64,
    ) -> Result<(i64, bool), StoreError> {
        let Conditions { facets, session, parent, text } = self.conditions;
        if session.is_some() || parent.is_some() || text.is_some() {
            let hits = self.page(range, usize::try_from(most).unwrap_or(usize::MAX), |_| ()).await?;
            let count = hits.found.len() as i64;
            return Ok((count, hits.edge.is_none() || count == most));
        }
        let edge = self.window(range).await?;
        let range = range.up_to(edge);
        let mut query = Sql::new("SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT) AS calls FROM (SELECT ");
        match facets {
            Some(facets) => {
                query.add("f.calls AS calls FROM activity_packs p JOIN activity_pack_facets f ON f.pack = p.first WHERE +f.facet IN ");
                query.list(self.dialect, &facets.list).add(" AND ");
            }
            None => {
                query.add("p.calls AS calls FROM activity_packs p WHERE ");
            }
        }
        query.add("p.first >= ").value(range.low).add(" AND p.first < ").value(range.high);
        query.add(" AND p.last < ").value(range.high).add(" LIMIT ").value(most).add(") AS found");
        let whole: i64 = self.store.one(query.done()).await?.get("calls")?;
        let cut = self.cut_by(range).await?;
        Ok(((whole + cut).min(most), edge.is_none()))
    }

    /// How many calls of a range are in packs that are not all in it.
    async fn cut_by(&self, range: Range) -> Result<i64, StoreError> {
        let mut count = 0;
        for (first, bound) in [(true, range.low), (false, range.high)] {
            if [i64::MIN, i64::MAX].contains(&bound) {
                continue;
            }
            let mut query = Sql::new("SELECT first, last, data FROM activity_packs WHERE first < ");
            query.value(bound).add(" AND first > ").value(bound.saturating_sub(WIDEST));
            query.add(" AND last >= ").value(bound);
            if !first {
                // Those that begin before the range, too, are counted already.
                query.add(" AND first >= ").value(range.low);
            }
            query.add(" LIMIT ").value(MOST_CUT);
            for pack in self.read(query).await? {
                let opened = Opened::of(&pack.data);
                count += opened.calls().filter(|call| range.has(call.id) && self.wants(call)).count() as i64;
            }
        }
        Ok(count)
    }

    fn wants(&self, call: &Packed<'_>) -> bool {
        let Conditions { facets, session, parent, .. } = self.conditions;
        facets.as_ref().is_none_or(|facets| facets.numbers.contains(&call.facet))
            && session.as_ref().is_none_or(|session| call.session == session)
            && parent.is_none_or(|parent| call.parent == Some(parent))
            && self
                .text
                .as_ref()
                .is_none_or(|text| text.is_match(call.summary) || text.is_match(call.messages))
    }

    /// Where a range ends if only so many packs are looked among.
    async fn window(&self, range: Range) -> Result<Option<i64>, StoreError> {
        let column = if range.rising { "first" } else { "last" };
        let mut query = Sql::new("SELECT ");
        query.add(column).add(" AS bound FROM activity_packs p WHERE ");
        overlapping(&mut query, range, None);
        query.add(" LIMIT 1 OFFSET ").value(WINDOW);
        let row = self.store.optional(query.done()).await?;
        let bound: Option<i64> = row.map(|row| row.get("bound")).transpose()?;
        // That pack is the first that is not looked at.
        Ok(bound.map(|bound| if range.rising { bound - 1 } else { bound + 1 }))
    }

    /// The next packs that may have something.
    async fn candidates(&self, range: Range, position: Option<i64>) -> Result<Vec<Candidate>, StoreError> {
        let Conditions { facets, session, parent, .. } = self.conditions;
        let mut query =
            Sql::new("SELECT p.first AS first, p.last AS last, p.data AS data FROM activity_packs p WHERE ");
        for key in [session.as_deref().map(Key::Session), parent.map(Key::Parent)].into_iter().flatten() {
            let hash = key.hash().to_vec();
            match self.dialect {
                Dialect::Sqlite => query.add("instr(p.keys, ").value(hash).add(") > 0 AND "),
                Dialect::Postgres => query.add("position(").value(hash).add(" IN p.keys) > 0 AND "),
            };
        }
        if let Some(facets) = facets {
            // The sign keeps SQLite from asking for each of them.
            query.add("EXISTS (SELECT 1 FROM activity_pack_facets f WHERE f.pack = p.first AND +f.facet IN ");
            query.list(self.dialect, &facets.list).add(") AND ");
        }
        overlapping(&mut query, range, position);
        query.add(" LIMIT ").value(STEP as i64);
        self.read(query).await
    }

    async fn read(&self, query: Sql) -> Result<Vec<Candidate>, StoreError> {
        let rows = self.store.all(query.done()).await?;
        let candidate = |row: &crate::store::Row| {
            Ok(Candidate { first: row.get("first")?, last: row.get("last")?, data: row.get("data")? })
        };
        rows.iter().map(candidate).collect()
    }
}

/// Packs that may have calls of a range, behind a position, in their order.
fn overlapping(query: &mut Sql, range: Range, position: Option<i64>) {
    if range.rising {
        let after = range.low.saturating_sub(WIDEST).max(position.unwrap_or(i64::MIN));
        query.add("p.first > ").value(after).add(" AND p.first < ").value(range.high);
        query.add(" AND p.last >= ").value(range.low).add(" ORDER BY p.first");
    } else {
        let before = range.high.saturating_add(WIDEST).min(position.unwrap_or(i64::MAX));
        query.add("p.last < ").value(before).add(" AND p.last >= ").value(range.low);
        query.add(" AND p.first < ").value(range.high).add(" ORDER BY p.last DESC");
    }
}
