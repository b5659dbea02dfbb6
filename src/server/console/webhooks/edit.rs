//! Changing a webhook.

use super::super::routes::Routes;
use super::refused::tell;
use super::target::Target;
use super::trial::{self, Panel};
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::webhooks::Fields;
use crate::console::webhooks::edit::{EditPage, Sheet, differences};
use crate::console::webhooks::trial::TrialForm;
use crate::protocol::field_mask::FieldMask;
use crate::protocol::webhook::Webhook;
use crate::resources::{Answer, Held, ResourceError, Surveyed};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/dialogflow/{id}/edit", Action::Manage, form);
    routes.post("/console/webhooks/dialogflow/{id}/edit", Action::Manage, save);
    routes.post("/console/webhooks/dialogflow/{id}/edit/try", Action::Manage, attempt);
}

async fn form(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    let panel = Panel::new(&asked, &target.agent, Some(&found.resource)).await?;
    let fields = Fields::of(&found.resource, false);
    let sheet =
        Sheet { fields, held: held(&asked, &target).await?, etag: found.etag.clone(), ..Sheet::default() };
    Shown::page(&page(&asked, &target, &found, sheet, panel))
}

async fn save(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    let fields = Fields::read(&asked.form);
    let mut faults = Faults::default();
    let webhook = fields.webhook(&mut faults);
    let mut sheet = Sheet { etag: asked.form.get("etag").to_owned(), ..Sheet::default() };
    if faults.is_empty() {
        let resources = &asked.console().resources;
        match resources.update(&target.agent, &target.id, webhook, &mask(&fields)?, &asked.edit()?).await {
            Ok(answer) => return Ok(Shown::done(&target.place.here(), saved(&answer))),
            Err(ResourceError::Changed { etag, .. }) => {
                let now = Fields::of(&editable(&asked, &target).await?.resource, false);
                sheet.conflict = Some(differences(&fields, &now));
                // Whoever saves again has seen what is stored now.
                sheet.etag = etag;
            }
            Err(error) => tell(error, &mut faults)?,
        }
    }
    let panel = Panel::typed(&asked, Some(&target.agent), fields.kind == "FLEXIBLE").await?;
    let is_conflict = sheet.conflict.is_some();
    let sheet = Sheet { fields, faults, held: held(&asked, &target).await?, ..sheet };
    let shown = Shown::refused(&page(&asked, &target, &found, sheet, panel))?;
    Ok(if is_conflict { shown.with_status(actix_web::http::StatusCode::CONFLICT) } else { shown })
}

/// The word for what was done; secrets that were dropped are told.
pub(super) fn saved<R>(answer: &Answer<R>) -> &'static str {
    if answer.dropped.is_empty() { "saved" } else { "saved_without" }
}

/// Tries what stands in the form, with the secrets that saving it would keep.
async fn attempt(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    let fields = Fields::read(&asked.form);
    let mut faults = Faults::default();
    let webhook = fields.webhook(&mut faults);
    let mut panel = Panel::typed(&asked, Some(&target.agent), fields.kind == "FLEXIBLE").await?;
    if panel.is_to_send(&asked) {
        let (mask, environment) = (mask(&fields)?, panel.environment());
        let resources = &asked.console().resources;
        let change = Some((webhook, &mask));
        let tried = resources.trial(&target.agent, Some(&target.id), change, environment.as_deref()).await;
        panel.send(&asked, &target.agent, tried, &mut faults).await?;
    }
    let held = held(&asked, &target).await?;
    let sheet = Sheet { fields, faults, held, etag: asked.form.get("etag").to_owned(), ..Sheet::default() };
    trial::shown(&asked, panel, |panel| page(&asked, &target, &found, sheet, panel))
}

/// What can be edited: files cannot.
pub(super) async fn editable(asked: &Asked, target: &Target) -> Result<Surveyed<Webhook>, Problem> {
    let found = asked.console().resources.surveyed::<Webhook>(&target.agent, &target.id).await?;
    match &found.file {
        None => Ok(found),
        Some(file) => {
            let (noun, name, file) = ("webhook", found.resource.name.clone(), file.display().to_string());
            Err(ResourceError::Filed { noun, name, file }.into())
        }
    }
}

/// The mask is ours; what it names is known.
fn mask(fields: &Fields) -> Result<FieldMask, Problem> {
    FieldMask::parse::<Webhook>(&fields.mask()).map_err(|_| Problem::Failed)
}

async fn held(asked: &Asked, target: &Target) -> Result<(bool, bool), Problem> {
    let Held { password, client_secret } = asked.console().resources.held(&target.agent, &target.id).await?;
    Ok((password, client_secret))
}

fn page(asked: &Asked, target: &Target, found: &Surveyed<Webhook>, sheet: Sheet, panel: Panel) -> EditPage {
    EditPage {
        chrome: asked.chrome(format!("Edit {}", found.resource.display_name), Section::Webhooks),
        sheet,
        agent: target.agent.to_string(),
        is_new: false,
        names_agent: true,
        action: target.place.to("edit"),
        back: target.place.here(),
        try_action: target.place.to("edit/try"),
        trial: TrialForm { unsaved: true, ..panel.form },
        tried: panel.tried,
    }
}
