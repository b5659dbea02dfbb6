//! What one environment changes about one webhook.

use actix_web::http::StatusCode;
use serde_json::Value;

use super::super::routes::Routes;
use super::change::fault;
use super::edit::saved;
use super::environments::{editable, name};
use super::refused::tell;
use super::target::Target;
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::webhooks::Fields;
use crate::console::webhooks::confirm::ConfirmPage;
use crate::console::webhooks::edit::{Sheet, differences};
use crate::console::webhooks::environments::OverridePage;
use crate::protocol::field_mask::FieldMask;
use crate::protocol::webhook::{Environment, Service, Webhook, WebhookConfig};
use crate::resources::{Answer, ResourceError, Surveyed};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/environments/{id}/overrides/new", Action::Manage, form);
    routes.post("/console/webhooks/environments/{id}/overrides/new", Action::Manage, create);
    routes.get("/console/webhooks/environments/{id}/overrides/{index}", Action::Manage, edit);
    routes.post("/console/webhooks/environments/{id}/overrides/{index}", Action::Manage, save);
    routes.get("/console/webhooks/environments/{id}/overrides/{index}/delete", Action::Manage, ask_delete);
    routes.post("/console/webhooks/environments/{id}/overrides/{index}/delete", Action::Manage, delete);
}

/// The fields that a webhook sets, by their names in the resource, with what they are.
pub(super) fn fields(webhook: &Webhook) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Ok(Value::Object(members)) = serde_json::to_value(webhook.without_secrets()) {
        let members = members.into_iter().filter(|(name, _)| name != "name" && name != "displayName");
        for (name, value) in members {
            leaves(&name, &value, &mut found);
        }
    }
    found
}

/// Messages are taken apart, maps and lists are not.
fn leaves(place: &str, value: &Value, found: &mut Vec<(String, String)>) {
    const MAPS: [&str; 3] = ["requestHeaders", "secretVersionsForRequestHeaders", "parameterMapping"];
    let name = place.rsplit_once('.').map_or(place, |(_, name)| name);
    match value {
        Value::Object(members) if !MAPS.contains(&name) => {
            for (name, value) in members {
                let place = match place {
                    "genericWebService" => name.clone(),
                    _ => format!("{place}.{name}"),
                };
                leaves(&place, value, found);
            }
        }
        Value::String(text) => found.push((place.to_owned(), text.clone())),
        other => found.push((place.to_owned(), other.to_string())),
    }
}

/// An environment, and the place of one of its overrides.
struct Place {
    target: Target,
    found: Surveyed<Environment>,
    index: usize,
    /// What people call its webhook.
    webhook: String,
}

impl Place {
    async fn of(asked: &Asked) -> Result<Self, Problem> {
        let target = Target::environment(asked)?;
        let found = editable(asked, &target).await?;
        let index = asked.part("index").parse().unwrap_or(usize::MAX);
        let overrides = found.resource.webhook_overrides().get(index);
        let overrides = overrides.ok_or(Problem::NotFound("override at this address"))?;
        let webhooks = asked.console().resources.survey::<Webhook>().await?;
        let webhook = name(&webhooks, &target.agent, overrides);
        Ok(Self { target, found, index, webhook })
    }

    fn below(&self, page: &str) -> String {
        self.target.place.to(&format!("overrides/{}{page}", self.index))
    }
}

async fn form(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::environment(&asked)?;
    let found = editable(&asked, &target).await?;
    let webhook = webhook(&asked, &target, asked.query.get("webhook")).await?;
    let sheet = Sheet { etag: found.etag.clone(), partial: true, ..Sheet::default() };
    Shown::page(&new_page(&asked, &target, &found, &webhook, sheet))
}

async fn create(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::environment(&asked)?;
    let found = editable(&asked, &target).await?;
    let webhook = webhook(&asked, &target, asked.form.get("webhook")).await?;
    let fields = Fields::read(&asked.form);
    let mut faults = Faults::default();
    let overrides = Webhook { name: webhook.resource.name.clone(), ..part(&fields, &mut faults) };
    let mut sheet = Sheet { etag: asked.form.get("etag").to_owned(), partial: true, ..Sheet::default() };
    if faults.is_empty() {
        let mut all = found.resource.webhook_overrides().to_vec();
        all.push(overrides);
        match change(&asked, &target, all).await {
            Ok(_) => return Ok(Shown::done(&target.place.here(), "saved")),
            Err(ResourceError::Changed { etag, .. }) => {
                (sheet.conflict, sheet.etag) = (Some(Vec::new()), etag);
            }
            Err(error) => tell(error, &mut faults)?,
        }
    }
    let conflict = sheet.conflict.is_some();
    let sheet = Sheet { fields, faults, ..sheet };
    let shown = Shown::refused(&new_page(&asked, &target, &found, &webhook, sheet))?;
    Ok(if conflict { shown.with_status(StatusCode::CONFLICT) } else { shown })
}

/// The webhook that is to be overridden.
async fn webhook(asked: &Asked, target: &Target, id: &str) -> Result<Surveyed<Webhook>, Problem> {
    Ok(asked.console().resources.surveyed::<Webhook>(&target.agent, id).await?)
}

/// An override says nothing of the display name, and nothing at all of what is empty.
fn part(fields: &Fields, faults: &mut Faults) -> Webhook {
    let mut webhook = Webhook { display_name: String::new(), ..fields.webhook(faults) };
    if let Some(Service::GenericWebService(service)) = &webhook.service
        && *service == crate::protocol::webhook::GenericWebService::default()
    {
        webhook.service = None;
    }
    webhook
}

/// Puts these overrides in the place of those that the form was made from.
async fn change(
    asked: &Asked,
    target: &Target,
    webhook_overrides: Vec<Webhook>,
) -> Result<Answer<Environment>, ResourceError> {
    let none = |_| ResourceError::field("", "this is no mask");
    let mask = FieldMask::parse::<Environment>("webhookConfig.webhookOverrides").map_err(none)?;
    let config = WebhookConfig { webhook_overrides, ..WebhookConfig::default() };
    let sent = Environment { webhook_config: Some(config), ..Environment::default() };
    let edit = asked.edit().map_err(|_| ResourceError::field("", "nobody is signed in"))?;
    asked.console().resources.update(&target.agent, &target.id, sent, &mask, &edit).await
}

fn new_page(
    asked: &Asked,
    target: &Target,
    found: &Surveyed<Environment>,
    webhook: &Surveyed<Webhook>,
    sheet: Sheet,
) -> OverridePage {
    let (environment, name) = (&found.resource.display_name, &webhook.resource.display_name);
    OverridePage {
        chrome: asked.chrome(format!("Override {name} in {environment}"), Section::Webhooks),
        sheet,
        environment: environment.clone(),
        webhook: name.clone(),
        webhook_id: webhook.id.clone(),
        action: target.place.to("overrides/new"),
        back: target.place.here(),
        delete: String::new(),
    }
}

async fn edit(asked: Asked) -> Result<Shown, Problem> {
    let place = Place::of(&asked).await?;
    let fields = Fields::of(&place.found.resource.webhook_overrides()[place.index], true);
    let sheet = Sheet {
        fields,
        held: held(&asked, &place).await?,
        etag: place.found.etag.clone(),
        partial: true,
        ..Sheet::default()
    };
    Shown::page(&page(&asked, &place, sheet))
}

async fn save(asked: Asked) -> Result<Shown, Problem> {
    let place = Place::of(&asked).await?;
    let fields = Fields::read(&asked.form);
    let mut faults = Faults::default();
    let mut all = place.found.resource.webhook_overrides().to_vec();
    let before = &all[place.index];
    let (name, display_name) = (before.name.clone(), before.display_name.clone());
    let now = Fields::of(before, true);
    all[place.index] = Webhook { name, display_name, ..part(&fields, &mut faults) };
    let mut sheet = Sheet { etag: asked.form.get("etag").to_owned(), partial: true, ..Sheet::default() };
    if faults.is_empty() {
        match change(&asked, &place.target, all).await {
            Ok(answer) => return Ok(Shown::done(&place.target.place.here(), saved(&answer))),
            Err(ResourceError::Changed { etag, .. }) => {
                (sheet.conflict, sheet.etag) = (Some(differences(&fields, &now)), etag);
            }
            Err(error) => tell(error, &mut faults)?,
        }
    }
    let conflict = sheet.conflict.is_some();
    let sheet = Sheet { fields, faults, held: held(&asked, &place).await?, ..sheet };
    let shown = Shown::refused(&page(&asked, &place, sheet))?;
    Ok(if conflict { shown.with_status(StatusCode::CONFLICT) } else { shown })
}

async fn held(asked: &Asked, place: &Place) -> Result<(bool, bool), Problem> {
    let all = asked.console().resources.held_by_overrides(&place.target.agent, &place.target.id).await?;
    let held = all.get(place.index).copied().unwrap_or_default();
    Ok((held.password, held.client_secret))
}

fn page(asked: &Asked, place: &Place, sheet: Sheet) -> OverridePage {
    let environment = &place.found.resource.display_name;
    OverridePage {
        chrome: asked.chrome(format!("{} in {environment}", place.webhook), Section::Webhooks),
        sheet,
        environment: environment.clone(),
        webhook: place.webhook.clone(),
        webhook_id: String::new(),
        action: place.below(""),
        back: place.target.place.here(),
        delete: place.below("/delete"),
    }
}

async fn ask_delete(asked: Asked) -> Result<Shown, Problem> {
    let place = Place::of(&asked).await?;
    Shown::page(&delete_page(&asked, &place, String::new()))
}

async fn delete(asked: Asked) -> Result<Shown, Problem> {
    let place = Place::of(&asked).await?;
    let mut all = place.found.resource.webhook_overrides().to_vec();
    all.remove(place.index);
    match change(&asked, &place.target, all).await {
        Ok(_) => Ok(Shown::done(&place.target.place.here(), "deleted")),
        Err(error) => Shown::refused(&delete_page(&asked, &place, fault(error)?)),
    }
}

fn delete_page(asked: &Asked, place: &Place, fault: String) -> ConfirmPage {
    let (environment, webhook) = (&place.found.resource.display_name, &place.webhook);
    ConfirmPage {
        chrome: asked.chrome(format!("Delete the override of {webhook} in {environment}"), Section::Webhooks),
        consequence: format!("In sessions of {environment}, {webhook} is called as it is."),
        relying: Vec::new(),
        fault,
        action: place.below("/delete"),
        back: place.target.place.here(),
        etag: place.found.etag.clone(),
        verb: "Delete",
        danger: true,
        may_force: false,
    }
}
