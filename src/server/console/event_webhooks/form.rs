//! Creating and editing.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{named, path, read, trial};
use crate::access::Action;
use crate::console::Section;
use crate::console::event_webhooks::PATH;
use crate::console::event_webhooks::form::{
    ChoosePage, CreatedPage, Family, FormPage, Saved, Told, Type, WebhookForm,
};
use crate::console::event_webhooks::trial::Panel;
use crate::console::form::Faults;
use crate::delivery::told::samples::{DESCRIBED, OF_HANDLERS};
use crate::delivery::webhook::{Connection, Webhook};
use crate::delivery::webhooks::{Extent, WebhookError};
use crate::resources::Edit;
use crate::zendesk::event_types::{FAMILIES, OWN};

/// First which connection, which is fixed later; then the form.
pub(super) async fn new(asked: Asked) -> Result<Shown, Problem> {
    let Some(told) = told(asked.query.get("connection")) else {
        return Shown::page(&ChoosePage { chrome: asked.chrome("New webhook", Section::Webhooks) });
    };
    let mut form = read::typed(&asked.form, told);
    (form.http_method, form.request_format) = ("POST".to_owned(), "json".to_owned());
    form.is_active = true;
    let panel = trial::panel(&asked, None, &form)?;
    Shown::page(&page(&asked, form, None, Faults::default(), panel)?)
}

pub(super) async fn create(asked: Asked) -> Result<Shown, Problem> {
    let chosen = told(asked.form.get("connection")).unwrap_or_default();
    submitted(asked, None, chosen).await
}

pub(super) async fn edit(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let form = read::saved(&webhook, connection(&webhook, asked.query.get("connection")));
    let panel = trial::panel(&asked, Some(&webhook), &form)?;
    Shown::page(&page(&asked, form, Some(&webhook), Faults::default(), panel)?)
}

pub(super) async fn save(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let told = connection(&webhook, asked.form.get("connection"));
    submitted(asked, Some(webhook), told).await
}

fn told(word: &str) -> Option<Told> {
    match word {
        "events" => Some(Told::Events),
        "rules" => Some(Told::Rules),
        _ => None,
    }
}

/// How a webhook is told; what was chosen once stays.
fn connection(webhook: &Webhook, word: &str) -> Told {
    match webhook.connection {
        Connection::Events(_) => Told::Events,
        Connection::Rules => Told::Rules,
        Connection::None => told(word).unwrap_or_default(),
    }
}

async fn submitted(asked: Asked, webhook: Option<Arc<Webhook>>, told: Told) -> Result<Shown, Problem> {
    let form = read::typed(&asked.form, told);
    let mut faults = Faults::default();
    let sent = read::object(&form, asked.form.get("auth_secret").trim(), &mut faults);
    let mut panel = trial::panel(&asked, webhook.as_deref(), &form)?;
    if trial::is_asked(&asked) {
        let id = webhook.as_ref().map(|webhook| webhook.id.to_string());
        // Which events it is told of makes no difference to a test; its headers do.
        for (field, text) in faults.all().iter().filter(|(field, _)| field.starts_with("header_")) {
            panel.faults.add(field.as_str(), text.as_str());
        }
        trial::act(&asked, id.as_deref(), sent, &mut panel).await?;
        return Shown::page(&page(&asked, form, webhook.as_deref(), Faults::default(), panel)?);
    }
    if faults.is_empty() {
        let edit = asked.edit()?;
        match saved(&asked, webhook.as_deref(), &sent, &edit).await {
            Ok((webhook, word)) => return done(&asked, &webhook, word),
            Err(WebhookError::Invalid(violations)) => read::note(&violations, &form, &mut faults),
            Err(WebhookError::Changed { .. }) => return changed(&asked, form, panel).await,
            Err(
                error @ (WebhookError::NotFound { .. } | WebhookError::Store(_) | WebhookError::NoChance),
            ) => {
                return Err(error.into());
            }
            Err(refused) => faults.add("", refused.to_string()),
        }
    } else {
        // All that is wrong is told at once.
        let violations = asked.console().services.webhooks.faults(webhook.as_deref(), &sent);
        read::note(&violations, &form, &mut faults);
    }
    Shown::refused(&page(&asked, form, webhook.as_deref(), faults, panel)?)
}

/// The webhook as it is now, and what was done.
async fn saved(
    asked: &Asked,
    webhook: Option<&Webhook>,
    sent: &Map<String, Value>,
    edit: &Edit,
) -> Result<(Arc<Webhook>, &'static str), WebhookError> {
    let webhooks = &asked.console().services.webhooks;
    let Some(webhook) = webhook else {
        return Ok((webhooks.create(sent, edit).await?.webhook, "created"));
    };
    let answer = webhooks.update(webhook.id.as_str(), sent, Extent::Part, edit).await?;
    Ok((answer.webhook, if answer.dropped.is_empty() { "saved" } else { "dropped" }))
}

fn done(asked: &Asked, webhook: &Webhook, word: &'static str) -> Result<Shown, Problem> {
    if asked.may(Action::View) {
        return Ok(Shown::done(&path(webhook), word));
    }
    let chrome = asked.chrome("Created", Section::Webhooks);
    Shown::page(&CreatedPage { chrome, id: webhook.id.to_string() })
}

/// Somebody else was quicker: what was typed stays, and the next time it is saved.
async fn changed(asked: &Asked, form: WebhookForm, panel: Panel) -> Result<Shown, Problem> {
    let newest = named(asked).await?;
    let mut faults = Faults::default();
    faults.add(
        "",
        "Somebody else has changed this webhook in the meantime. Below is what you typed: saving it again \
         replaces what they changed. To see that first, open the webhook in another tab.",
    );
    let page = page(asked, form, Some(&newest), faults, panel)?;
    Ok(Shown::page(&page)?.with_status(actix_web::http::StatusCode::CONFLICT))
}

fn page(
    asked: &Asked,
    form: WebhookForm,
    webhook: Option<&Webhook>,
    faults: Faults,
    panel: Panel,
) -> Result<FormPage, Problem> {
    let (title, back) = match webhook {
        Some(webhook) => (format!("Edit “{}”", webhook.name), path(webhook)),
        None if form.told == Told::Events => {
            ("New webhook for events".to_owned(), "/console/webhooks".to_owned())
        }
        None => ("New webhook for triggers and automations".to_owned(), "/console/webhooks".to_owned()),
    };
    let saved = webhook.map(|webhook| Saved {
        etag: webhook.etag(),
        auth_type: webhook.authentication.as_ref().map(|known| known.kind().to_owned()).unwrap_or_default(),
        is_apps: webhook.created_by_app,
        is_open: webhook.connection == Connection::None,
    });
    let action = webhook.map_or_else(|| format!("{PATH}/new"), |webhook| format!("{}/edit", path(webhook)));
    let chrome = asked.chrome(title, Section::Webhooks);
    let may_test = asked.may(Action::Manage);
    Ok(FormPage { chrome, action, back, form, saved, families: families(), faults, panel, may_test })
}

/// The events of this server, by family, with what is said of each.
fn families() -> Vec<Family> {
    let own = FAMILIES.iter().filter(|family| family.prefix == OWN);
    own.map(|family| {
        let of_family = |name: &str| name.split_once('.').is_some_and(|(known, _)| known == family.name);
        let types = DESCRIBED.iter().filter(|known| known.name != OF_HANDLERS && of_family(&known.name));
        let types = types.map(|known| Type {
            event_type: known.event_type.clone(),
            name: known.name.clone(),
            description: known.description.clone(),
        });
        Family { all: family.to_string(), name: family.name, types: types.collect() }
    })
    .collect()
}
