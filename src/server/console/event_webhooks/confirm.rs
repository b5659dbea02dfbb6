//! What is asked about before it is done: cloning, switching on and off, deleting.

use serde_json::Map;

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::super::triggers;
use super::{named, path, read};
use crate::activity::query::Wanted;
use crate::console::Section;
use crate::console::event_webhooks::confirm::ConfirmPage;
use crate::console::event_webhooks::form::{Told, WebhookForm};
use crate::delivery::webhook::{Connection, Status, Webhook};
use crate::delivery::webhooks::{Extent, WebhookError};
use crate::delivery::{InvocationFilter, State};

pub(super) async fn ask_clone(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    Shown::page(&clone_page(&asked, &webhook, format!("{} (copy)", webhook.name)))
}

fn clone_page(asked: &Asked, webhook: &Webhook, name: String) -> ConfirmPage {
    let chrome = asked.chrome(format!("Clone “{}”", webhook.name), Section::Webhooks);
    let path = path(webhook);
    let mut page = ConfirmPage::new(chrome, format!("{path}/clone"), "Clone", path);
    page = page.line(
        "The clone has everything of it, its credentials included, and a signing secret and activity of its own.",
    );
    if webhook.connection == Connection::Rules {
        page = page.line("No trigger and no automation notifies the clone until one is told to.");
    } else if webhook.is_active() {
        page = page.line("As this one is active, the clone is told of the same events from now on.");
    }
    ConfirmPage { name: Some(name), ..page }
}

pub(super) async fn clone(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let name = asked.form.get("name").trim().to_owned();
    let sent = name.as_str().into();
    let (webhooks, edit) = (&asked.console().services.webhooks, asked.edit()?);
    match webhooks.duplicate(webhook.id.as_str(), Some(&sent), &edit).await {
        Ok(made) => Ok(Shown::done(&path(&made.webhook), "cloned")),
        Err(WebhookError::Invalid(violations)) => {
            let mut page = clone_page(&asked, &webhook, name);
            let form = WebhookForm { told: Told::Rules, ..WebhookForm::default() };
            read::note(&violations, &form, &mut page.faults);
            Shown::refused(&page)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn ask_activate(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let chrome = asked.chrome(format!("Activate “{}”?", webhook.name), Section::Webhooks);
    let path = path(&webhook);
    let page = ConfirmPage::new(chrome, format!("{path}/activate"), "Activate", path)
        .line("From now on it is sent what it is told of.")
        .line("What was noted while it was inactive is not sent by itself; it can be made again.");
    Shown::page(&page)
}

pub(super) async fn activate(asked: Asked) -> Result<Shown, Problem> {
    switch(asked, Status::Active, "activated").await
}

pub(super) async fn ask_deactivate(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let chrome = asked.chrome(format!("Deactivate “{}”?", webhook.name), Section::Webhooks);
    let path = path(&webhook);
    let mut page = ConfirmPage::new(chrome, format!("{path}/deactivate"), "Deactivate", path)
        .line("It is sent nothing until it is activated. What is told meanwhile is noted, and not sent.");
    page = waiting(&asked, &webhook, page, "ends unsent when it is due").await?;
    page.touches = rules(&asked, &webhook).await?;
    if !page.touches.is_empty() {
        page = page.line("These rules notify it:");
    }
    Shown::page(&page)
}

pub(super) async fn deactivate(asked: Asked) -> Result<Shown, Problem> {
    switch(asked, Status::Inactive, "deactivated").await
}

async fn switch(asked: Asked, to: Status, done: &'static str) -> Result<Shown, Problem> {
    let sent = Map::from_iter([("status".to_owned(), to.as_str().into())]);
    let webhooks = &asked.console().services.webhooks;
    let answer = webhooks.update(asked.part("id"), &sent, Extent::Part, &asked.edit()?).await?;
    Ok(Shown::done(&path(&answer.webhook), done))
}

pub(super) async fn ask_delete(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let chrome = asked.chrome(format!("Delete “{}”?", webhook.name), Section::Webhooks);
    let path = path(&webhook);
    let mut page = ConfirmPage::new(chrome, format!("{path}/delete"), "Delete", path)
        .line("It is gone for good, with its signing secret and its credentials. What was sent stays in the activity log.");
    page = waiting(&asked, &webhook, page, "is not sent any more").await?;
    page.touches = rules(&asked, &webhook).await?;
    if !page.touches.is_empty() {
        page = page.line("These rules notify it. They stay, and cannot notify it any more:");
    }
    page.is_danger = true;
    page.etag = webhook.etag();
    Shown::page(&page)
}

pub(super) async fn delete(asked: Asked) -> Result<Shown, Problem> {
    let services = &asked.console().services;
    services.webhooks.delete(asked.part("id"), &services.delivery, &asked.edit()?).await?;
    Ok(Shown::done("/console/webhooks", "deleted"))
}

/// Says how much waits to be sent, and what comes of it.
async fn waiting(
    asked: &Asked,
    webhook: &Webhook,
    page: ConfirmPage,
    what: &str,
) -> Result<ConfirmPage, Problem> {
    const MOST: usize = 100;
    let filter = InvocationFilter {
        states: State::ALL.iter().copied().filter(|state| state.is_waiting()).collect(),
        ..InvocationFilter::default()
    };
    let wanted = Wanted { size: MOST, ..Wanted::default() };
    let found = asked.console().services.delivery.invocations(&webhook.id, &filter, &wanted).await?;
    Ok(match (found.invocations.len(), found.after.is_some()) {
        (0, _) => page,
        (_, true) => page.line(format!("More than {MOST} deliveries wait: what does {what}.")),
        (1, _) => page.line(format!("One delivery waits: it {what}.")),
        (count, _) => page.line(format!("{count} deliveries wait: each {what}.")),
    })
}

/// The rules that notify a webhook: their pages and titles.
pub(super) async fn rules(asked: &Asked, webhook: &Webhook) -> Result<Vec<(String, String)>, Problem> {
    use crate::delivery::rules::Kind;

    let current = asked.console().services.rules.current().await?;
    let id = webhook.id.as_str();
    let all = [Kind::Trigger, Kind::Automation].into_iter().flat_map(|kind| current.all(kind));
    let using = all.filter(|rule| rule.rule.actions.iter().any(|action| action.webhook == id));
    Ok(using
        .map(|rule| (triggers::path(rule.id), format!("{} “{}”", rule.kind.as_str(), rule.rule.title)))
        .collect())
}
