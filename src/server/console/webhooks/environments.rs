//! The environments of agents, and what they change about webhooks.

use actix_web::http::StatusCode;

use super::super::routes::Routes;
use super::change::fault;
use super::create::agent_of;
use super::overrides::fields;
use super::refused::tell;
use super::target::{Target, agent, environment, other};
use super::{Asked, ENVIRONMENTS, Problem, Shown};
use crate::access::Action;
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::webhooks::Place;
use crate::console::webhooks::confirm::ConfirmPage;
use crate::console::webhooks::environments::{
    EnvironmentPage, EnvironmentRow, EnvironmentsPage, OverrideRow,
};
use crate::protocol::field_mask::FieldMask;
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{Environment, Webhook};
use crate::resources::{ResourceError, Surveyed};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/environments", Action::View, list);
    routes.get("/console/webhooks/environments/new", Action::Create, form);
    routes.post("/console/webhooks/environments/new", Action::Create, create);
    routes.get("/console/webhooks/environments/{id}", Action::View, show);
    routes.post("/console/webhooks/environments/{id}", Action::Manage, save);
    routes.get("/console/webhooks/environments/{id}/delete", Action::Manage, ask_delete);
    routes.post("/console/webhooks/environments/{id}/delete", Action::Manage, delete);
}

async fn list(asked: Asked) -> Result<Shown, Problem> {
    let resources = &asked.console().resources;
    let webhooks = resources.survey::<Webhook>().await?;
    let rows = resources.survey::<Environment>().await?.into_iter().map(|one| EnvironmentRow {
        path: environment(resources, &one.agent, &one.id).here(),
        agent: other(resources, &one.agent).unwrap_or_default(),
        file: one.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        overrides: one
            .resource
            .webhook_overrides()
            .iter()
            .map(|overrides| name(&webhooks, &one.agent, overrides))
            .collect(),
        refused: one.refused.unwrap_or_default(),
        display_name: one.resource.display_name,
        description: one.resource.description,
    });
    let rows = rows.collect();
    Shown::page(&EnvironmentsPage { chrome: asked.chrome("Environments", Section::Webhooks), rows })
}

/// What people call the webhook that an override is about.
pub(super) fn name(webhooks: &[Surveyed<Webhook>], agent: &AgentName, overrides: &Webhook) -> String {
    let found = webhooks.iter().find(|one| one.agent == *agent && overrides.is_about(&one.resource));
    match found {
        Some(found) => found.resource.display_name.clone(),
        None if overrides.display_name.is_empty() => overrides.id().to_owned(),
        None => overrides.display_name.clone(),
    }
}

async fn form(asked: Asked) -> Result<Shown, Problem> {
    let agent = agent(&asked)?.to_string();
    Shown::page(&new_page(&asked, agent, Faults::default()))
}

async fn create(asked: Asked) -> Result<Shown, Problem> {
    let mut faults = Faults::default();
    let resources = &asked.console().resources;
    if let Some(agent) = agent_of(&asked, &mut faults) {
        match resources.create(&agent, sent(&asked), &asked.edit()?).await {
            Ok(answer) => {
                let place = environment(resources, &agent, answer.resource.id());
                let new = format!("{ENVIRONMENTS}/new");
                let to = if asked.may(Action::View) { place.here() } else { new };
                return Ok(Shown::done(&to, "created"));
            }
            Err(error) => tell_of(error, &mut faults)?,
        }
    }
    Shown::refused(&new_page(&asked, asked.form.get("agent").to_owned(), faults))
}

fn sent(asked: &Asked) -> Environment {
    Environment {
        display_name: asked.form.get("display_name").trim().to_owned(),
        description: asked.form.get("description").replace("\r\n", "\n").trim().to_owned(),
        ..Environment::default()
    }
}

/// As for webhooks, but for the field that they have not.
fn tell_of(error: ResourceError, faults: &mut Faults) -> Result<(), Problem> {
    let mut found = Faults::default();
    tell(error, &mut found)?;
    for (field, message) in found.all() {
        match message.strip_prefix("description: ") {
            Some(message) => faults.add("description", message),
            None => faults.add(field.as_str(), message.as_str()),
        }
    }
    Ok(())
}

fn new_page(asked: &Asked, agent: String, faults: Faults) -> EnvironmentPage {
    let Environment { display_name, description, .. } = sent(asked);
    EnvironmentPage {
        chrome: asked.chrome("New environment", Section::Webhooks),
        is_new: true,
        place: Place::new(format!("{ENVIRONMENTS}/new"), None),
        name: String::new(),
        agent,
        display_name,
        description,
        etag: String::new(),
        faults,
        conflict: false,
        file: String::new(),
        versions: Vec::new(),
        updated: String::new(),
        overrides: Vec::new(),
        others: Vec::new(),
    }
}

async fn show(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::environment(&asked)?;
    let found = asked.console().resources.surveyed::<Environment>(&target.agent, &target.id).await?;
    Shown::page(&page(&asked, &target, &found).await?)
}

async fn save(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::environment(&asked)?;
    let resources = &asked.console().resources;
    let found = resources.surveyed::<Environment>(&target.agent, &target.id).await?;
    let mask = FieldMask::parse::<Environment>("displayName,description").map_err(|_| Problem::Failed)?;
    let sent = sent(&asked);
    let mut faults = Faults::default();
    let mut etag = asked.form.get("etag").to_owned();
    let mut conflict = false;
    match resources.update(&target.agent, &target.id, sent.clone(), &mask, &asked.edit()?).await {
        Ok(_) => return Ok(Shown::done(&target.place.here(), "saved")),
        Err(ResourceError::Changed { etag: now, .. }) => (conflict, etag) = (true, now),
        Err(error) => tell_of(error, &mut faults)?,
    }
    let Environment { display_name, description, .. } = sent;
    let page = page(&asked, &target, &found).await?;
    let shown =
        Shown::refused(&EnvironmentPage { display_name, description, etag, faults, conflict, ..page })?;
    Ok(if conflict { shown.with_status(StatusCode::CONFLICT) } else { shown })
}

async fn page(
    asked: &Asked,
    target: &Target,
    found: &Surveyed<Environment>,
) -> Result<EnvironmentPage, Problem> {
    let webhooks = asked.console().resources.survey::<Webhook>().await?;
    let Environment { name: full_name, display_name, description, version_configs, update_time, .. } =
        &found.resource;
    let overrides = found.resource.webhook_overrides().iter().enumerate().map(|(index, one)| OverrideRow {
        webhook: name(&webhooks, &target.agent, one),
        fields: fields(one),
        edit: target.place.to(&format!("overrides/{index}")),
        delete: target.place.to(&format!("overrides/{index}/delete")),
    });
    let others = webhooks
        .iter()
        .filter(|one| one.agent == target.agent && found.resource.overrides_for(&one.resource).is_none());
    Ok(EnvironmentPage {
        chrome: asked.chrome(display_name.clone(), Section::Webhooks),
        is_new: false,
        place: target.place.clone(),
        name: full_name.clone(),
        agent: target.agent.to_string(),
        display_name: display_name.clone(),
        description: description.clone(),
        etag: found.etag.clone(),
        faults: Faults::default(),
        conflict: false,
        file: found.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        versions: version_configs.iter().map(|one| one.version.clone()).collect(),
        updated: update_time.map(|time| time.to_string()).unwrap_or_default(),
        overrides: overrides.collect(),
        others: others.map(|one| (one.id.clone(), one.resource.display_name.clone())).collect(),
    })
}

async fn ask_delete(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::environment(&asked)?;
    let found = editable(&asked, &target).await?;
    Shown::page(&delete_page(&asked, &target, &found, String::new()))
}

async fn delete(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::environment(&asked)?;
    let found = editable(&asked, &target).await?;
    let resources = &asked.console().resources;
    match resources.delete::<Environment>(&target.agent, &target.id, false, &asked.edit()?).await {
        Ok(()) => Ok(Shown::done(ENVIRONMENTS, "deleted")),
        Err(error) => Shown::refused(&delete_page(&asked, &target, &found, fault(error)?)),
    }
}

/// What can be edited: files cannot.
pub(super) async fn editable(asked: &Asked, target: &Target) -> Result<Surveyed<Environment>, Problem> {
    let found = asked.console().resources.surveyed::<Environment>(&target.agent, &target.id).await?;
    match &found.file {
        None => Ok(found),
        Some(file) => {
            let (noun, name, file) = ("environment", found.resource.name.clone(), file.display().to_string());
            Err(ResourceError::Filed { noun, name, file }.into())
        }
    }
}

fn delete_page(asked: &Asked, target: &Target, found: &Surveyed<Environment>, fault: String) -> ConfirmPage {
    ConfirmPage {
        chrome: asked.chrome(format!("Delete {}", found.resource.display_name), Section::Webhooks),
        consequence: "Its overrides go with it; in sessions of it, webhooks are called as they are. It cannot be brought back.".to_owned(),
        relying: Vec::new(),
        fault,
        action: target.place.to("delete"),
        back: target.place.here(),
        etag: found.etag.clone(),
        verb: "Delete",
        danger: true,
        may_force: false,
    }
}
