//! `GET /api/invocations` and `GET /api/invocations/count`.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::Admitted;
use crate::activity::query::{self, MOST_COUNTED, Page};
use crate::activity::view;
use crate::server::invocations::Asked;
use crate::server::respond::Unmanaged;

/// A page of invocations, the newest first unless `order` says otherwise.
pub(super) async fn answer(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let activity = &asked.activity;
    let (filter, wanted) = Asked::page(asked.request.query_string(), activity.clock().unix_micros())?;
    activity.flush().await;
    let page = query::page(activity.store(), &filter, &wanted).await?;
    let invocations: Value = page.rows.iter().map(view::item).collect();
    Ok(HttpResponse::Ok().json(enveloped("invocations", &invocations, &page)))
}

/// How many there are.
pub(super) async fn count(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let activity = &asked.activity;
    let filter = Asked::filter_of(asked.request.query_string(), activity.clock().unix_micros())?;
    activity.flush().await;
    let (count, whole) = query::count(activity.store(), &filter).await?;
    let exact = whole && count <= MOST_COUNTED;
    Ok(HttpResponse::Ok().json(json!({ "count": count.min(MOST_COUNTED), "exact": exact })))
}

/// A list with the cursors of the pages beside it.
pub(super) fn enveloped(name: &str, list: &Value, page: &Page) -> Value {
    json!({
        name: list,
        "meta": { "has_more": page.after.is_some(), "after": page.after, "before": page.before },
    })
}
