//! Triggers and automations.

mod change;
mod detail;
mod form;
mod list;
mod preview;
mod read;
mod words;

use std::sync::Arc;

use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use crate::access::Action::{Manage, View};
use crate::console::triggers::{PATH, Words};
use crate::delivery::rules::{Kind, Stored};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/console/triggers", View, list::show)
        .get("/console/triggers/new", Manage, form::new)
        .post("/console/triggers/new", Manage, form::create)
        .get("/console/triggers/{id}", View, detail::show)
        .get("/console/triggers/{id}/edit", Manage, form::edit)
        .post("/console/triggers/{id}/edit", Manage, form::save)
        .post("/console/triggers/{id}/move", Manage, change::shift)
        .get("/console/triggers/{id}/activate", Manage, change::ask_activate)
        .post("/console/triggers/{id}/activate", Manage, change::activate)
        .get("/console/triggers/{id}/deactivate", Manage, change::ask_deactivate)
        .post("/console/triggers/{id}/deactivate", Manage, change::deactivate)
        .get("/console/triggers/{id}/delete", Manage, change::ask_delete)
        .post("/console/triggers/{id}/delete", Manage, change::delete);
}

/// The page of a rule.
pub(super) fn path(rule: i64) -> String {
    format!("{PATH}/{rule}")
}

/// The rule of this id, of either kind: no two have the same.
async fn find(asked: &Asked, id: &str) -> Result<Arc<Stored>, Problem> {
    let current = asked.console().services.rules.current().await?;
    let found = id.parse().ok().and_then(|id: i64| current.get(id)).cloned();
    found.ok_or(Problem::NotFound("rule of this id; it may have been deleted"))
}

fn words_of(kind: Kind) -> Words {
    match kind {
        Kind::Trigger => Words { one: "trigger", all: "Triggers", is_trigger: true },
        Kind::Automation => Words { one: "automation", all: "Automations", is_trigger: false },
    }
}

/// The list of a kind.
fn list_path(kind: Kind) -> &'static str {
    match kind {
        Kind::Trigger => "/console/triggers",
        Kind::Automation => "/console/triggers?kind=automation",
    }
}
