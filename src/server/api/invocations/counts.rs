//! `GET /api/invocations/counts`: how many calls there were in the last days.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::Admitted;
use crate::activity::{Count, MOST_DAYS};
use crate::server::invocations::{Asked, wrong};
use crate::server::respond::Unmanaged;

/// What the log of a webhook covers on the platforms, too.
const USUAL_DAYS: i64 = 7;

/// By webhook for seven days, unless `by` and `days` say otherwise.
pub(super) async fn answer(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let query = Asked::of(asked.request.query_string(), &["by", "days"])?;
    let by = query.get("by").unwrap_or("webhook");
    let Some((_, count)) = Count::ALL.iter().find(|(name, _)| *name == by) else {
        let known = Count::ALL.map(|(name, _)| name).join(", ");
        return Err(wrong(format!("by: expected one of {known}, found {by:?}")));
    };
    let days = match query.get("days") {
        None => USUAL_DAYS,
        Some(text) => {
            let days = text.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
            days.ok_or_else(|| {
                wrong(format!("days: expected a number from 1 to {MOST_DAYS}, found {text:?}"))
            })?
        }
    };
    let activity = &asked.activity;
    activity.flush().await;
    let counts = count.read(activity.store(), activity.clock().unix_micros(), days).await?;
    let groups = counts.into_iter().map(|(name, counts)| {
        json!({ "name": name, "calls": counts.calls, "failed": counts.failed, "days": counts.days })
    });
    Ok(HttpResponse::Ok().json(json!({ "by": by, "days": days, "groups": groups.collect::<Value>() })))
}
