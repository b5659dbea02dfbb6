//! A new webhook.

use super::super::routes::Routes;
use super::list::new_path;
use super::refused::tell;
use super::trial::{self, Panel};
use super::{Asked, DIALOGFLOW, Problem, Shown};
use crate::access::Action;
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::webhooks::Fields;
use crate::console::webhooks::edit::{EditPage, Sheet};
use crate::console::webhooks::trial::TrialForm;
use crate::protocol::field_mask::FieldMask;
use crate::protocol::names::AgentName;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/dialogflow/new", Action::Create, form);
    routes.post("/console/webhooks/dialogflow/new", Action::Create, create);
    routes.post("/console/webhooks/dialogflow/new/try", Action::Manage, attempt);
}

async fn form(asked: Asked) -> Result<Shown, Problem> {
    let agent = super::target::agent(&asked)?.to_string();
    let fields = Fields {
        kind: "FLEXIBLE".to_owned(),
        method: "GET".to_owned(),
        uri: "https://".to_owned(),
        ..Fields::default()
    };
    let panel = Panel::new(&asked, &super::target::agent(&asked)?, None).await?;
    Shown::page(&page(&asked, agent, Sheet { fields, ..Sheet::default() }, panel))
}

async fn create(asked: Asked) -> Result<Shown, Problem> {
    let resources = &asked.console().resources;
    let fields = Fields::read(&asked.form);
    let mut faults = Faults::default();
    let webhook = fields.webhook(&mut faults);
    let agent = agent_of(&asked, &mut faults);
    if let (Some(agent), true) = (&agent, faults.is_empty()) {
        match resources.create(agent, webhook, &asked.edit()?).await {
            Ok(answer) => {
                // Who may create alone sees nothing of it.
                let place = super::target::webhook(resources, agent, answer.resource.id());
                let to = if asked.may(Action::View) { place.here() } else { new_path() };
                return Ok(Shown::done(&to, "created"));
            }
            Err(error) => tell(error, &mut faults)?,
        }
    }
    let panel = Panel::typed(&asked, agent.as_ref(), fields.kind == "FLEXIBLE").await?;
    let sheet = Sheet { fields, faults, ..Sheet::default() };
    Shown::refused(&page(&asked, asked.form.get("agent").to_owned(), sheet, panel))
}

/// Tries it before it is there.
async fn attempt(asked: Asked) -> Result<Shown, Problem> {
    let fields = Fields::read(&asked.form);
    let mut faults = Faults::default();
    let webhook = fields.webhook(&mut faults);
    let agent = agent_of(&asked, &mut faults);
    let mut panel = Panel::typed(&asked, agent.as_ref(), fields.kind == "FLEXIBLE").await?;
    if let (true, Some(agent)) = (panel.is_to_send(&asked), &agent) {
        let tried =
            asked.console().resources.trial(agent, None, Some((webhook, &FieldMask::ALL)), None).await;
        panel.send(&asked, agent, tried, &mut faults).await?;
    }
    let sheet = Sheet { fields, faults, ..Sheet::default() };
    trial::shown(&asked, panel, |panel| page(&asked, asked.form.get("agent").to_owned(), sheet, panel))
}

/// The agent that the form names.
pub(super) fn agent_of(asked: &Asked, faults: &mut Faults) -> Option<AgentName> {
    match asked.form.some("agent") {
        None => Some(asked.console().resources.own_agent()),
        Some(name) => name.parse().map_err(|error| faults.add("agent", format!("{error}."))).ok(),
    }
}

fn page(asked: &Asked, agent: String, sheet: Sheet, panel: Panel) -> EditPage {
    EditPage {
        chrome: asked.chrome("New Dialogflow webhook", Section::Webhooks),
        sheet,
        agent,
        is_new: true,
        names_agent: asked.console().resources.names_agent(),
        action: new_path(),
        back: "/console/webhooks".to_owned(),
        try_action: format!("{DIALOGFLOW}/new/try"),
        trial: TrialForm { unsaved: true, ..panel.form },
        tried: panel.tried,
    }
}
