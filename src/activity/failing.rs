//! The webhooks that fail lately: read from the sums that are kept by the hour.

use std::collections::BTreeMap;

use super::sql::hour;
use super::status::Status;
use crate::store::{Query, Store, StoreError};

/// With fewer calls nobody can tell.
const FEWEST: i64 = 5;

/// A webhook most of whose calls fail.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Failing {
    pub(crate) webhook: String,
    pub(crate) calls: i64,
    pub(crate) failed: i64,
}

/// Those of which more than half of at least five calls failed in this hour and the one before, by name.
pub(crate) async fn failing(store: &Store, now: i64) -> Result<Vec<Failing>, StoreError> {
    let query = Query::new(
        "SELECT f.webhook AS webhook, f.status AS status, CAST(SUM(c.calls) AS BIGINT) AS calls FROM activity_counts c \
         JOIN activity_facets f ON f.id = c.facet \
         WHERE c.hour >= $1 AND f.kind IN ('upstream', 'delivery') GROUP BY f.webhook, f.status",
    );
    let mut found: BTreeMap<String, Failing> = BTreeMap::new();
    for row in store.all(query.bind(hour(now) - 1)).await? {
        let (webhook, calls): (String, i64) = (row.get("webhook")?, row.get("calls")?);
        let entry = found.entry(webhook.clone()).or_insert(Failing { webhook, ..Failing::default() });
        entry.calls += calls;
        if Status::of_word(&row.get::<String>("status")?).is_some_and(Status::is_failure) {
            entry.failed += calls;
        }
    }
    let fails = |one: &Failing| one.calls >= FEWEST && one.failed * 2 > one.calls;
    Ok(found.into_values().filter(fails).collect())
}
