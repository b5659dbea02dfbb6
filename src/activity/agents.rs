//! What became of the agent's calls, by the hour and by their tags: read from the sums that are kept by
//! the hour.

use std::collections::BTreeMap;

use super::sql::{HOUR, hour};
use super::status::Status;
use crate::store::{Query, Store, StoreError};

/// The calls of an hour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hourly {
    /// Microseconds since 1970.
    pub(crate) begins: i64,
    pub(crate) calls: i64,
    pub(crate) failed: i64,
}

/// The calls with a tag.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct OfTag {
    pub(crate) calls: i64,
    pub(crate) failed: i64,
    /// Those that nobody served.
    pub(crate) unserved: i64,
    /// Calls by day, each of 24 hours, the last one ending with this hour.
    pub(crate) days: Vec<i64>,
}

/// The calls of the last `hours` hours, this one included, the oldest first.
pub(crate) async fn hourly(store: &Store, now: i64, hours: i64) -> Result<Vec<Hourly>, StoreError> {
    let last = hour(now);
    let first = last - hours + 1;
    let query = Query::new(
        "SELECT c.hour AS hour, f.status AS status, CAST(SUM(c.calls) AS BIGINT) AS calls FROM activity_counts c \
         JOIN activity_facets f ON f.id = c.facet \
         WHERE c.hour >= $1 AND f.kind IN ('standard', 'flexible') GROUP BY c.hour, f.status",
    );
    let mut found: Vec<Hourly> =
        (first..=last).map(|hour| Hourly { begins: hour * HOUR, ..Hourly::default() }).collect();
    for row in store.all(query.bind(first)).await? {
        // Another machine's clock may be ahead.
        let at = usize::try_from(row.get::<i64>("hour")? - first).ok();
        let Some(hourly) = at.and_then(|at| found.get_mut(at)) else { continue };
        let calls: i64 = row.get("calls")?;
        hourly.calls += calls;
        if is_failure(&row.get::<String>("status")?) {
            hourly.failed += calls;
        }
    }
    Ok(found)
}

/// The calls of the last `days` days by their tags; those without one, which were refused before it was
/// read, have the empty one.
pub(crate) async fn by_tag(
    store: &Store,
    now: i64,
    days: i64,
) -> Result<BTreeMap<String, OfTag>, StoreError> {
    let last = hour(now);
    let query = Query::new(
        "SELECT f.tag AS tag, f.status AS status, \
         CAST(CASE WHEN f.error_type = 'unknown_tag' THEN 1 ELSE 0 END AS BIGINT) AS unserved, \
         ($1 - c.hour) / 24 AS days_ago, CAST(SUM(c.calls) AS BIGINT) AS calls FROM activity_counts c \
         JOIN activity_facets f ON f.id = c.facet \
         WHERE c.hour >= $2 AND f.kind IN ('standard', 'flexible') GROUP BY 1, 2, 3, 4",
    );
    let mut found: BTreeMap<String, OfTag> = BTreeMap::new();
    for row in store.all(query.bind(last).bind(last - 24 * days + 1)).await? {
        let calls: i64 = row.get("calls")?;
        let of_tag = found.entry(row.get("tag")?).or_default();
        of_tag.days.resize(usize::try_from(days).unwrap_or_default(), 0);
        of_tag.calls += calls;
        if is_failure(&row.get::<String>("status")?) {
            of_tag.failed += calls;
        }
        if row.get::<i64>("unserved")? == 1 {
            of_tag.unserved += calls;
        }
        let day = days - 1 - row.get::<i64>("days_ago")?.clamp(0, days - 1);
        if let Some(of_day) = usize::try_from(day).ok().and_then(|day| of_tag.days.get_mut(day)) {
            *of_day += calls;
        }
    }
    // Erased calls leave zeros.
    found.retain(|_, of_tag| of_tag.calls > 0);
    Ok(found)
}

fn is_failure(status: &str) -> bool {
    Status::of_word(status).is_some_and(Status::is_failure)
}
