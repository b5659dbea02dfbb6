//! `/console/activity/{id}/replay`: one call is made again.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{by, id, log};
use crate::activity::replay::Replay;
use crate::activity::status::Kind;
use crate::activity::{query, view};
use crate::console::Section;
use crate::console::activity::{ReplayPage, Row};
use crate::server::invocations::again;
use crate::server::respond::Unmanaged;

/// What making one of a kind again means.
fn means(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Standard | Kind::Flexible) => {
            "The handler of now answers it, with all its effects. The agent hears nothing of the answer: you do."
        }
        Some(Kind::Upstream) => {
            "It is sent to the API as it was, with what its webhook presents now. The conversation hears nothing of the answer."
        }
        Some(Kind::Delivery) => {
            "All that was to be sent is sent to the webhook again, as a new delivery with its own attempts."
        }
        Some(Kind::Zendesk) => "Its handler works on the event again, with all its effects.",
        _ => "",
    }
}

pub(super) async fn ask(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let activity = log(&asked)?;
    activity.flush().await;
    let found = query::one(activity.store(), id).await?.ok_or(Unmanaged::Invocation { id })?;
    let refusal = Replay::of(&found.found, &view::messages(&found.messages), activity.settings()).err();
    let page = ReplayPage {
        chrome: asked.chrome("Replay", Section::Activity),
        row: Row::of(&found.found),
        means: means(found.found.kind),
        refusal: refusal.map(|refusal| refusal.to_string()),
    };
    Shown::page(&page)
}

pub(super) async fn make(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let activity = log(&asked)?;
    let made = again(&asked.console().door, activity, by(&asked)?, id).await?;
    if made.id == id {
        return Ok(Shown::done(&format!("/console/activity/received/{id}"), "replayed"));
    }
    Ok(Shown::done(&format!("/console/activity/{id}?made={}", made.id), "replayed"))
}
