//! What is asked for, and what a call must be then.

use std::collections::HashSet;

use serde_json::json;

use crate::activity::InvocationId;
use crate::activity::range::Range;
use crate::activity::session::Parts;
use crate::activity::statement::Sql;
use crate::activity::status::{Kind, Status};
use crate::store::{Store, StoreError};

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

/// What a call must be; everything that is said must hold.
#[derive(Debug, Default)]
pub(in crate::activity) struct Conditions {
    pub(in crate::activity) facets: Option<Facets>,
    /// The session's id.
    pub(in crate::activity) session: Option<String>,
    pub(in crate::activity) text: Option<String>,
    /// The call that it was made for.
    pub(in crate::activity) parent: Option<i64>,
}

/// Combinations of which it has one.
#[derive(Debug, Default)]
pub(in crate::activity) struct Facets {
    pub(in crate::activity) numbers: HashSet<i64>,
    /// The same as a JSON list.
    pub(in crate::activity) list: String,
}

impl Filter {
    pub(super) fn range(&self, rising: bool) -> Range {
        let low = self.start.map_or(i64::MIN, |start| InvocationId::at(start).number());
        let high = self.end.map_or(i64::MAX, |end| InvocationId::at(end).number());
        Range { low, high, rising }
    }

    /// What a call must be; none if no call can be that.
    pub(super) async fn conditions(&self, store: &Store) -> Result<Option<Conditions>, StoreError> {
        let mut conditions = Conditions {
            session: self.session.as_ref().map(|session| Parts::of(session).key().into_owned()),
            text: self.text.clone(),
            ..Conditions::default()
        };
        if self.has_facets() {
            let facets = self.facets(store).await?;
            if facets.is_empty() {
                return Ok(None);
            }
            let list = json!(facets).to_string();
            conditions.facets = Some(Facets { numbers: facets.into_iter().collect(), list });
        }
        Ok(Some(conditions))
    }

    fn has_facets(&self) -> bool {
        let Self { statuses, kinds, status_code, error_type, webhook, tag, environment, .. } = self;
        !statuses.is_empty()
            || !kinds.is_empty()
            || status_code.is_some()
            || [error_type, webhook, tag, environment].iter().any(|word| word.is_some())
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
