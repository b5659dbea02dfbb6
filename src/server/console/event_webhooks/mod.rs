//! Event and trigger webhooks.

mod confirm;
mod detail;
mod form;
mod invocation;
mod read;
mod replay;
mod secret;
mod trial;

use std::sync::Arc;

pub(super) use self::read::lines;
use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use crate::access::Action::{Create, Manage, View};
use crate::console::event_webhooks::PATH;
use crate::delivery::webhook::Webhook;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/console/webhooks/events/new", Create, form::new)
        .post("/console/webhooks/events/new", Create, form::create)
        .get("/console/webhooks/events/{id}", View, detail::show)
        .get("/console/webhooks/events/{id}/edit", Manage, form::edit)
        .post("/console/webhooks/events/{id}/edit", Manage, form::save)
        .get("/console/webhooks/events/{id}/test", Manage, trial::show)
        .post("/console/webhooks/events/{id}/test", Manage, trial::send)
        .get("/console/webhooks/events/{id}/clone", Manage, confirm::ask_clone)
        .post("/console/webhooks/events/{id}/clone", Manage, confirm::clone)
        .get("/console/webhooks/events/{id}/activate", Manage, confirm::ask_activate)
        .post("/console/webhooks/events/{id}/activate", Manage, confirm::activate)
        .get("/console/webhooks/events/{id}/deactivate", Manage, confirm::ask_deactivate)
        .post("/console/webhooks/events/{id}/deactivate", Manage, confirm::deactivate)
        .get("/console/webhooks/events/{id}/delete", Manage, confirm::ask_delete)
        .post("/console/webhooks/events/{id}/delete", Manage, confirm::delete)
        .get("/console/webhooks/events/{id}/secret", Manage, secret::ask)
        .post("/console/webhooks/events/{id}/secret", Manage, secret::show)
        .get("/console/webhooks/events/{id}/secret/rotate", Manage, secret::ask_rotate)
        .post("/console/webhooks/events/{id}/secret/rotate", Manage, secret::rotate)
        .get("/console/webhooks/events/{id}/replay", Manage, replay::ask_all)
        .post("/console/webhooks/events/{id}/replay", Manage, replay::all)
        .get("/console/webhooks/events/{id}/invocations/{invocation}", View, invocation::show)
        .post("/console/webhooks/events/{id}/invocations/{invocation}/replay", Manage, replay::one);
}

/// The page of a webhook.
pub(super) fn path(webhook: &Webhook) -> String {
    format!("{PATH}/{}", webhook.id)
}

/// The webhook that the address names.
async fn named(asked: &Asked) -> Result<Arc<Webhook>, Problem> {
    Ok(asked.console().services.webhooks.get(asked.part("id")).await?)
}
