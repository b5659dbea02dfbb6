//! `/console/conversations/{session}/transcript`: it as a file that `rejoinder emulate` plays.

use serde_json::{Value, json};

use super::super::activity::log;
use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::session;
use crate::activity::kept::Body;
use crate::activity::query::{self, Filter, Wanted};
use crate::activity::status::Kind;
use crate::activity::view;
use crate::emulator::transcript;

/// So many calls are its turns at most.
const MOST: usize = 200;

pub(super) async fn save(asked: Asked) -> Result<Shown, Problem> {
    let session = session(&asked);
    let activity = log(&asked)?;
    activity.flush().await;
    let filter = Filter { session: Some(session.clone()), kinds: vec![Kind::Standard], ..Filter::default() };
    let wanted = Wanted { size: MOST, oldest_first: true, ..Wanted::default() };
    let page = query::page(activity.store(), &filter, &wanted).await?;
    let messages = query::messages(activity.store(), &page.rows).await?;
    let mut calls = String::new();
    for found in &page.rows {
        let kept = view::messages(messages.get(&found.id).map(String::as_str).unwrap_or_default());
        let request = kept.requests.last().and_then(|request| whole(request.body.as_ref()));
        let answer = kept.attempts.last().and_then(|attempt| attempt.response.as_ref());
        let answer = answer.and_then(|answer| whole(answer.body.as_ref()));
        let (Some(request), Some(answer)) = (request, answer) else {
            return Err(Problem::Conflict(format!(
                "No transcript can be made of it: the bodies of its call {} are not kept whole (activity.inbound_bodies, activity.body_limit).",
                found.id
            )));
        };
        // As `rejoinder call --json` prints it.
        let call = json!({
            "request": { "method": "POST", "body": request },
            "answer": { "status": found.status_code, "body": answer },
        });
        calls.push_str(&call.to_string());
        calls.push('\n');
    }
    let recorded = transcript::of_calls(&calls, &asked.console().settings());
    let mut recorded =
        recorded.map_err(|error| Problem::Conflict(format!("No transcript can be made of it: {error}.")))?;
    recorded.name.clone_from(&session);
    Ok(Shown::download(&format!("{session}.yaml"), "application/yaml; charset=utf-8", recorded.to_yaml()))
}

/// A body as JSON, if all of it is there.
fn whole(body: Option<&Body<'_>>) -> Option<Value> {
    let body = body.filter(|body| !body.truncated && !body.binary)?;
    serde_json::from_str(&body.text).ok()
}
