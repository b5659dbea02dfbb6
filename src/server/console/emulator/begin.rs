//! Conversations begin here, with what is typed, or with an agent's export and a transcript.

use std::sync::Arc;

use actix_web::http::Method;

use super::calls::Calls;
use super::export::{self, Export};
use super::read;
use super::start;
use super::talk::{Begun, Talk};
use super::talks::{IDLE, MOST_OF_ONE};
use crate::access::Action;
use crate::console::Section;
use crate::console::emulator::{StartForm, StartPage, TalkLine};
use crate::console::form::Faults;
use crate::console::format::Moment;
use crate::emulator::agent::AgentOptions;
use crate::emulator::transcript::{self, Transcript};
use crate::fulfillment::upstream::resources::Known;
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;

/// The largest form: an export, a transcript, and what is typed.
const LARGEST: usize = export::LARGEST + transcript::LARGEST + (256 << 10);

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/emulator", Action::View, show);
    routes.add("/console/emulator", Method::POST, Some(Action::Manage), LARGEST, begin);
}

async fn show(asked: Asked) -> Result<Shown, Problem> {
    // Other pages lead here with what they are about.
    let form = start::written(&asked.query);
    Shown::page(&page(&asked, form, Faults::default())?)
}

async fn begin(asked: Asked) -> Result<Shown, Problem> {
    let form = start::written(&asked.form);
    let mut faults = Faults::default();
    let mut from = Begun::default();
    let transcript = asked.form.upload("transcript").map(|upload| {
        let read = std::str::from_utf8(&upload.bytes).map_err(|error| error.to_string());
        (read.and_then(|text| Transcript::parse(text).map_err(|error| error.to_string())), &*upload.file_name)
    });
    // Who says what is called, executes the agent by himself; so the command has it, too.
    let told = form.told
        || !form.tag.is_empty()
        || matches!(&transcript, Some((Ok(transcript), _)) if transcript.says_calls());
    if let Some(upload) = asked.form.upload("export") {
        let (file, bytes) = (upload.file_name.clone(), upload.bytes.to_vec());
        let options = (!told).then(|| AgentOptions {
            name: asked.console().settings().agent.name.clone(),
            ..AgentOptions::default()
        });
        // An export of this size keeps a thread busy for a while.
        let reading = tokio::task::spawn_blocking(move || Export::read(&file, bytes, options));
        match reading.await.map_err(|_| Problem::Failed)? {
            Ok(export) => {
                from.notes.extend(noted(&export));
                from.export = Some(Arc::new(export));
            }
            Err(error) => faults.add("export", read::sentence(&error.to_string())),
        }
    }
    match transcript {
        Some((Ok(transcript), file)) => from_transcript(&mut from, transcript, file),
        Some((Err(told), _)) => faults.add("transcript", read::sentence(&told)),
        None => {}
    }
    let inner = asked.console();
    let mut begun = start::begun(&form, from, &mut faults);
    if let Some(named) = &begun.start.environment {
        begun.start.environment = Some(environment_id(&inner.live.resources(), named));
    }
    if begun.export.as_ref().is_some_and(|export| export.agent().is_some()) && !begun.pages.pages.is_empty() {
        faults.add(
            "page",
            "The agent is executed, and has its own pages; say what is called to describe others.",
        );
    }
    if faults.is_empty() {
        match Talk::begin(begun, &inner.settings()) {
            Ok(talk) => {
                let id = inner.talks.add(&asked.who()?.id, talk).map_err(|_| Problem::Failed)?;
                return Ok(Shown::redirect(format!("/console/emulator/{id}")));
            }
            Err(error) => faults.add("", read::sentence(&error.to_string())),
        }
    }
    Shown::refused(&page(&asked, form, faults)?)
}

/// What was passed over in an export, and what of the agent cannot be executed here.
fn noted(export: &Export) -> Vec<String> {
    let passed = export.package().notes.iter().map(|note| format!("{}: {}", note.file, note.message));
    let findings = export.agent().into_iter().flat_map(|agent| agent.findings());
    passed.chain(findings.map(|finding| format!("{}: {}", finding.place, finding.message))).collect()
}

fn from_transcript(from: &mut Begun, transcript: Transcript, file: &str) {
    let Transcript { name, agent, webhook, start, pages, turns, .. } = transcript;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    from.name = if name.is_empty() { stem.to_owned() } else { name };
    if let (Some(agent), None) = (&agent, &from.export) {
        from.notes.push(format!(
            "The transcript is about the agent of {}; send that along to call its webhooks.",
            agent.display()
        ));
    }
    if let Some(webhook) = webhook {
        from.notes.push(format!(
            "The transcript calls the webhook of {}; here its turns go to this server, or to the webhook chosen.",
            webhook.display()
        ));
    }
    (from.start, from.pages, from.steps) = (start, pages, turns);
}

/// The id of an environment that is named by its id or display name.
fn environment_id(known: &Known, named: &str) -> String {
    let all =
        known.files.environments.iter().map(|(_, environment)| environment).chain(&known.made.environments);
    let found = all.into_iter().find(|one| one.id() == named || one.display_name == named);
    found.map_or_else(|| named.to_owned(), |environment| environment.id().to_owned())
}

fn page(asked: &Asked, form: StartForm, faults: Faults) -> Result<StartPage, Problem> {
    let inner = asked.console();
    let known = inner.live.resources();
    let mut environments: Vec<String> = known
        .files
        .environments
        .iter()
        .map(|(_, environment)| environment)
        .chain(&known.made.environments)
        .map(|environment| environment.display_name.clone())
        .collect();
    environments.sort();
    environments.dedup();
    let listed = inner.talks.list(&asked.who()?.id);
    let line =
        |one: super::talks::Listed| TalkLine { id: one.id, title: one.title, begun: Moment(one.begun) };
    Ok(StartPage {
        chrome: asked.chrome("Emulator", Section::Emulator),
        faults,
        form,
        tags: tags(asked),
        webhooks: webhooks(&known, "This server, as it is", &[]),
        environments,
        talks: listed.into_iter().map(line).collect(),
        most: MOST_OF_ONE,
        minutes: IDLE.as_secs() / 60,
    })
}

/// The tags that are served here.
pub(super) fn tags(asked: &Asked) -> Vec<String> {
    let fulfillment = asked.console().door.fulfillment.load();
    fulfillment.patterns().into_iter().map(str::to_owned).collect()
}

/// What may be called, for a list to choose from.
pub(super) fn webhooks(known: &Known, none: &str, more: &[String]) -> Vec<(String, String)> {
    let mut names: Vec<String> = known.names().map(str::to_owned).chain(more.iter().cloned()).collect();
    names.sort();
    names.dedup();
    let none = (String::new(), none.to_owned());
    std::iter::once(none).chain(names.into_iter().map(|name| (name.clone(), name))).collect()
}

/// Who answers the calls of a conversation.
pub(super) fn calls(asked: &Asked, talk: &Talk) -> Result<Calls, Problem> {
    let inner = asked.console();
    Ok(Calls {
        door: Arc::clone(&inner.door),
        config: inner.settings(),
        known: inner.live.resources(),
        export: talk.begun.export.clone(),
        environment: talk.begun.start.environment.clone(),
        external: talk.begun.external,
        seed: talk.begun.start.seed,
        by: asked.who()?.name.to_string(),
        made: std::sync::Mutex::default(),
    })
}
