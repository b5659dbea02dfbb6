//! `/console/conversations/{session}/erase`: it is forgotten.

use super::super::activity::{by, log};
use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::session;
use crate::activity::query::{self, Filter, MOST_COUNTED};
use crate::console::Section;
use crate::console::conversations::{ErasePage, path};
use crate::console::format::number;
use crate::server::invocations;

pub(super) async fn ask(asked: Asked) -> Result<Shown, Problem> {
    let session = session(&asked);
    let activity = log(&asked)?;
    activity.flush().await;
    let filter = Filter { session: Some(session.clone()), ..Filter::default() };
    let (count, is_whole) = query::count(activity.store(), &filter).await?;
    let calls = if count == 1 { "invocation" } else { "invocations" };
    let least = if is_whole && count <= MOST_COUNTED { "" } else { "At least " };
    let page = ErasePage {
        chrome: asked.chrome("Erase a conversation", Section::Conversations),
        path: path(&session),
        session,
        count: format!("{least}{} {calls}", number(count)),
    };
    Shown::page(&page)
}

pub(super) async fn erase(asked: Asked) -> Result<Shown, Problem> {
    let session = session(&asked);
    let activity = log(&asked)?;
    let erased = Box::pin(invocations::erase(&asked.console().door, activity, by(&asked)?, &session)).await?;
    Ok(Shown::done("/console/conversations", if erased == 0 { "nothing" } else { "erased" }))
}
