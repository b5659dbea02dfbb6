//! How many calls there were, by what they have in common: read from sums that are kept by the hour.

use std::collections::BTreeMap;

use super::sql::hour;
use super::status::Status;
use crate::store::{Query, Store, StoreError};

/// The question for a column.
macro_rules! text {
    ($column:literal) => {
        concat!(
            "SELECT ",
            $column,
            " AS name, f.status AS status, ($1 - c.hour) / 24 AS days_ago, CAST(SUM(c.calls) AS BIGINT) AS calls \
             FROM activity_counts c JOIN activity_facets f ON f.id = c.facet WHERE c.hour >= $2 AND ",
            $column,
            " <> '' GROUP BY 1, 2, 3"
        )
    };
}

/// What calls are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Webhook,
    Tag,
    Kind,
    Status,
    ErrorType,
    Environment,
}

/// The counts of one name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) calls: i64,
    pub(crate) failed: i64,
    /// Calls by day, each of 24 hours, the last one ending now.
    pub(crate) days: Vec<i64>,
}

/// So many days are told at most.
pub(crate) const MOST_DAYS: i64 = 366;

impl Count {
    /// All, by the name that the API has for them.
    pub(crate) const ALL: [(&'static str, Self); 6] = [
        ("webhook", Self::Webhook),
        ("tag", Self::Tag),
        ("kind", Self::Kind),
        ("status", Self::Status),
        ("error_type", Self::ErrorType),
        ("environment", Self::Environment),
    ];

    /// The calls of the last `days` days up to `now`, by name. Calls that have no such name, those of
    /// the agent where webhooks are counted, are left out.
    pub(crate) async fn read(
        self,
        store: &Store,
        now: i64,
        days: i64,
    ) -> Result<BTreeMap<String, Counts>, StoreError> {
        const TEXT: [&str; 6] = [
            text!("f.webhook"),
            text!("f.tag"),
            text!("f.kind"),
            text!("f.status"),
            text!("f.error_type"),
            text!("f.environment"),
        ];
        let (last, days) = (hour(now), days.clamp(1, MOST_DAYS));
        let first = last - 24 * days + 1;
        let query = Query::new(TEXT[self as usize]).bind(last).bind(first);
        let mut found: BTreeMap<String, Counts> = BTreeMap::new();
        for row in store.all(query).await? {
            let calls: i64 = row.get("calls")?;
            let day = days - 1 - row.get::<i64>("days_ago")?.clamp(0, days - 1);
            let status = Status::of_word(&row.get::<String>("status")?);
            let counts = found.entry(row.get("name")?).or_default();
            counts.days.resize(usize::try_from(days).unwrap_or_default(), 0);
            counts.calls += calls;
            if status.is_some_and(Status::is_failure) {
                counts.failed += calls;
            }
            if let Some(of_day) = usize::try_from(day).ok().and_then(|day| counts.days.get_mut(day)) {
                *of_day += calls;
            }
        }
        // Erased calls leave zeros.
        found.retain(|_, counts| counts.calls > 0);
        Ok(found)
    }
}
