//! `GET` and `DELETE /api/sessions/{session}`: a conversation's calls in order, and their end.

use actix_web::HttpResponse;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Admitted;
use super::list::enveloped;
use crate::activity::query::{self, Filter};
use crate::activity::{SessionParts, view};
use crate::server::invocations::{Asked, erase as forget};
use crate::server::respond::Unmanaged;

const PREFIX: &str = "/api/sessions/";

/// The session of the path, which may be given by its id or its whole name; the id alone counts.
fn session(asked: &Admitted) -> String {
    // As it was sent: what the router gives has replaced what is not UTF-8.
    let text = asked.request.uri().path().get(PREFIX.len()..).unwrap_or_default();
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Its calls in their order, each with the parameters before and after it.
pub(super) async fn show(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let session = session(&asked);
    let wanted = Asked::of_session(asked.request.query_string())?;
    let activity = &asked.activity;
    activity.flush().await;
    let filter = Filter { session: Some(session.clone()), ..Filter::default() };
    let page = query::page(activity.store(), &filter, &wanted).await?;
    let messages = query::messages(activity.store(), &page.rows).await?;
    let calls: Value = page
        .rows
        .iter()
        .map(|found| view::turn(found, messages.get(&found.id).map(String::as_str).unwrap_or_default()))
        .collect();
    let mut shown = enveloped("calls", &calls, &page);
    shown["session"] = json!(SessionParts::of(&session).key());
    Ok(HttpResponse::Ok().json(shown))
}

/// Forgets everything that the log has of it.
pub(super) async fn erase(asked: Admitted) -> Result<HttpResponse, Unmanaged> {
    let session = session(&asked);
    let id = asked.request_id();
    let erased = forget(&asked.door, &asked.activity, asked.by(&id), &session).await?;
    Ok(HttpResponse::Ok().json(json!({ "erased": erased })))
}
