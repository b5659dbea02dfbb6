//! The served tags, and those that nobody serves.

mod agent;
mod last_errors;
mod rows;

use std::collections::BTreeMap;

use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use super::shown::Shown;
use crate::access::Action;
use crate::activity::agents::{self, OfTag};
use crate::console::Section;
use crate::console::handlers::{HandlersPage, Unserved};
use crate::nearest::nearest;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/handlers", Action::View, show);
    agent::routes(routes);
}

/// How many days are told.
const DAYS: i64 = 7;
/// Whoever invents tags fills no page.
const MOST_UNSERVED: usize = 50;

async fn show(asked: Asked) -> Result<Shown, Problem> {
    let inner = asked.console();
    let door = &inner.door;
    let calls = match &door.activity {
        // What waits to be written is left to wait: people look often.
        Some(activity) => Some(agents::by_tag(activity.store(), inner.clock.unix_micros(), DAYS).await?),
        None => None,
    };
    let wanted = asked.query.some("q").unwrap_or_default().to_owned();
    let handlers = rows::all(inner, calls.as_ref(), &wanted).await?;
    let (unserved, more) = unserved(&asked, calls.unwrap_or_default());
    let events = door.fulfillment.load().events().patterns();
    Shown::page(&HandlersPage {
        chrome: asked.chrome("Handlers", Section::Handlers),
        is_logged: door.activity.is_some(),
        paths: inner.settings().server.webhook_paths.clone(),
        flexible_path: door.flexible_path.clone(),
        wanted,
        handlers,
        unserved,
        more_unserved: more,
        events,
    })
}

/// Tags that agents called, and that nobody served then; how many more there are.
fn unserved(asked: &Asked, calls: BTreeMap<String, OfTag>) -> (Vec<Unserved>, usize) {
    let fulfillment = asked.console().door.fulfillment.load();
    let patterns = fulfillment.patterns();
    let mut found: Vec<Unserved> = calls
        .into_iter()
        .filter(|(_, calls)| calls.unserved > 0)
        .map(|(tag, calls)| Unserved {
            is_served_now: fulfillment.route(&tag).is_some(),
            nearest: nearest(&tag, patterns.iter().copied()).map(str::to_owned),
            calls: calls.unserved,
            tag,
        })
        .collect();
    found.sort_by(|one, other| {
        (one.is_served_now, -one.calls, &one.tag).cmp(&(other.is_served_now, -other.calls, &other.tag))
    });
    let more = found.len().saturating_sub(MOST_UNSERVED);
    found.truncate(MOST_UNSERVED);
    (found, more)
}
