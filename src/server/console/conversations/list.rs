//! `/console/conversations`: those with the newest calls.

use super::super::activity::log;
use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use crate::activity::query::conversations;
use crate::activity::{InvocationId, SessionParts};
use crate::console::Section;
use crate::console::conversations::{ConversationsPage, Row, path};

const PAGE: usize = 50;

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let activity = log(&asked)?;
    if let Some(session) = asked.query.some("session") {
        return Ok(Shown::redirect(path(&SessionParts::of(session).key())));
    }
    let after = asked.query.some("after").map(str::parse::<InvocationId>).transpose();
    let after = after.map_err(|_| Problem::NotFound("page of conversations at this address"))?;
    activity.flush().await;
    let found = conversations(activity.store(), PAGE, after).await?;
    let page = ConversationsPage {
        chrome: asked.chrome("Conversations", Section::Conversations),
        rows: found.list.iter().map(Row::of).collect(),
        is_later: after.is_some(),
        older: found.after.map(|after| format!("/console/conversations?after={after}")),
    };
    Shown::page(&page)
}
