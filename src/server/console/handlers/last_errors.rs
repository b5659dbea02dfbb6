//! The last error of each tag that had one.

use std::collections::HashMap;

use crate::activity::Activity;
use crate::activity::kept::Summary;
use crate::activity::query::{self, Filter, Found, Wanted};
use crate::activity::status::{Kind, Status};
use crate::console::format::Moment;
use crate::console::handlers::{HandlerRow, LastError};
use crate::server::console::Inner;
use crate::store::StoreError;

/// The newest failures, which have the last error of most tags.
const NEWEST: usize = 100;
/// So many tags whose last failure is older are looked for one by one.
const OLDER: usize = 20;

pub(super) async fn fill(inner: &Inner, rows: &mut [HandlerRow]) -> Result<(), StoreError> {
    let Some(activity) = &inner.door.activity else { return Ok(()) };
    if rows.iter().all(|row| row.failed_tags.is_empty()) {
        return Ok(());
    }
    let mut newest: HashMap<String, LastError> = HashMap::new();
    // The newest come first, and stay.
    for found in failures(activity, None, NEWEST).await? {
        newest.entry(found.tag.clone()).or_insert_with(|| last_error(&found));
    }
    let mut older = OLDER;
    for row in rows {
        let known = row.failed_tags.iter().filter_map(|tag| newest.get(tag));
        row.last_error = known.max_by_key(|error| error.at.0).cloned();
        if row.last_error.is_none()
            && older > 0
            && let Some(tag) = row.failed_tags.first()
        {
            older -= 1;
            row.last_error = failures(activity, Some(tag.clone()), 1).await?.first().map(last_error);
        }
    }
    Ok(())
}

async fn failures(activity: &Activity, tag: Option<String>, size: usize) -> Result<Vec<Found>, StoreError> {
    let statuses = Status::ALL.iter().copied().filter(|status| status.is_failure()).collect();
    let kinds = vec![Kind::Standard, Kind::Flexible];
    let filter = Filter { statuses, kinds, tag, ..Filter::default() };
    let wanted = Wanted { size, ..Wanted::default() };
    Ok(query::page(activity.store(), &filter, &wanted).await?.rows)
}

fn last_error(found: &Found) -> LastError {
    let summary: Summary<'_> = serde_json::from_str(&found.summary).unwrap_or_default();
    LastError {
        id: found.id.to_string(),
        at: Moment(found.id.micros()),
        code: if found.error_type.is_empty() { found.status.clone() } else { found.error_type.clone() },
        message: summary.error.into_owned(),
    }
}
