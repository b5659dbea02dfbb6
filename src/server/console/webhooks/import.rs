//! Webhooks out of an agent's export: which there are, and then those that are chosen.
//!
//! Between the two steps the export is with whoever sent it, in the form that asks: nothing of it is kept
//! here, so any instance may do the second step.

use actix_web::http::{Method, StatusCode};
use bytes::Bytes;

use super::super::routes::Routes;
use super::create::agent_of;
use super::list::leads;
use super::refused::tell;
use super::target::{self, agent};
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::webhooks::import::{Candidate, ImportPage, Imported};
use crate::emulator::package::{AgentPackage, Limits, PackageError, PackageWebhook};
use crate::protocol::names::AgentName;
use crate::protocol::webhook::Webhook;
use crate::resources::Resource as _;

/// The largest export, in bytes: most are far below one MB.
const LARGEST: usize = 16 << 20;

/// The form that brings it has a few bytes more.
const FORM: usize = LARGEST + (64 << 10);

/// How many remarks on one webhook are told.
const REMARKS: usize = 4;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/import", Action::Create, form);
    routes.add("/console/webhooks/import", Method::POST, Some(Action::Create), FORM, read);
    routes.add("/console/webhooks/import/take", Method::POST, Some(Action::Create), FORM, take);
}

async fn form(asked: Asked) -> Result<Shown, Problem> {
    let agent = agent(&asked)?.to_string();
    Shown::page(&page(&asked, agent))
}

/// Reads the export, and asks which of its webhooks to take.
async fn read(asked: Asked) -> Result<Shown, Problem> {
    let mut page = page(&asked, asked.form.get("agent").to_owned());
    let mut faults = Faults::default();
    let agent = agent_of(&asked, &mut faults);
    let (Some(agent), Some(upload)) = (agent, asked.form.upload("package")) else {
        page.fault = match faults.all().first() {
            Some((_, message)) => message.clone(),
            None => "Choose the ZIP file of an export.".to_owned(),
        };
        return Shown::refused(&page);
    };
    let bytes = upload.bytes.clone();
    // It may take long, and waits for nothing.
    let package = tokio::task::spawn_blocking(move || package(&bytes)).await.map_err(|_| Problem::Failed)?;
    match package {
        Ok(package) => {
            page.agent = agent.to_string();
            let name = package.display_name();
            page.of = if name.is_empty() { upload.file_name.clone() } else { name };
            for one in &package.webhooks {
                page.candidates.push(candidate(&asked, &agent, &package, one).await?);
            }
            Shown::page(&page)
        }
        Err(error) => {
            page.fault = format!("{error}.");
            Shown::refused(&page)
        }
    }
}

fn package(bytes: &Bytes) -> Result<AgentPackage, PackageError> {
    let limits = Limits {
        archive_bytes: LARGEST as u64,
        entries: 20_000,
        file_bytes: 8 << 20,
        total_bytes: 64 << 20,
        values: 2_000_000,
        phrase_values: 4_000_000,
        ..Limits::default()
    };
    AgentPackage::from_zip(bytes.to_vec(), &limits)
}

async fn candidate(
    asked: &Asked,
    agent: &AgentName,
    package: &AgentPackage,
    one: &PackageWebhook,
) -> Result<Candidate, Problem> {
    let mut webhook = one.webhook.clone();
    // Its id is of another agent.
    webhook.name.clear();
    let mut faults = Faults::default();
    if let Err(error) = asked.console().resources.would_create(agent, &webhook).await {
        tell(error, &mut faults)?;
    }
    let skipped: Vec<_> = faults.all().iter().map(|(_, message)| &**message).collect();
    let notes = webhook.findings().into_iter().take(REMARKS);
    let notes = notes.map(|finding| format!("{}: {}", finding.place, finding.message)).collect();
    Ok(Candidate {
        display_name: webhook.display_name.clone(),
        leads: leads(&webhook),
        kind: if webhook.is_flexible() { "flexible" } else { "standard" },
        skipped: skipped.join(" "),
        notes: if skipped.is_empty() { notes } else { Vec::new() },
        used: package.calls().filter(|call| call.webhook == webhook.display_name).count(),
        json: serde_json::to_string(&webhook).map_err(|_| Problem::Failed)?,
        chosen: true,
    })
}

/// Makes those that were chosen, each by itself: one that is refused stops no other.
async fn take(asked: Asked) -> Result<Shown, Problem> {
    let mut faults = Faults::default();
    let Some(agent) = agent_of(&asked, &mut faults) else {
        let told = faults.all().first().map(|(_, message)| message.clone()).unwrap_or_default();
        return Err(Problem::Invalid(told));
    };
    let resources = &asked.console().resources;
    let sent: Vec<&str> = asked.form.all("webhook").collect();
    let mut imported = Vec::new();
    for index in asked.form.all("take") {
        let text = index.parse::<usize>().ok().and_then(|index| sent.get(index)).copied().unwrap_or_default();
        let webhook = Webhook::parse(text.as_bytes())
            .map_err(|error| Problem::Invalid(format!("This is no webhook: {error}.")))?;
        let display_name = webhook.display_name.clone();
        let mut one = Imported { display_name, path: String::new(), fault: String::new() };
        match resources.create(&agent, webhook, &asked.edit()?).await {
            Ok(answer) => one.path = target::webhook(resources, &agent, answer.resource.id()).here(),
            Err(error) => {
                let mut faults = Faults::default();
                tell(error, &mut faults)?;
                let told: Vec<_> = faults.all().iter().map(|(_, message)| &**message).collect();
                one.fault = told.join(" ");
            }
        }
        imported.push(one);
    }
    if imported.is_empty() {
        return Ok(Shown::done("/console/webhooks", "nothing"));
    }
    if imported.iter().all(|one| one.fault.is_empty()) && asked.may(Action::View) {
        return Ok(Shown::done("/console/webhooks", "imported"));
    }
    let faulty = imported.iter().any(|one| !one.fault.is_empty());
    let page = ImportPage { imported, ..page(&asked, agent.to_string()) };
    let status = if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Shown::page(&page)?.with_status(status))
}

fn page(asked: &Asked, agent: String) -> ImportPage {
    ImportPage {
        chrome: asked.chrome("Import webhooks", Section::Webhooks),
        agent,
        fault: String::new(),
        of: String::new(),
        candidates: Vec::new(),
        imported: Vec::new(),
    }
}
