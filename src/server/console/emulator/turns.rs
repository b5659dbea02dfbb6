//! One conversation: its turns, one after the other, and what becomes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::begin::{calls, tags, webhooks};
use super::read;
use super::show;
use super::talk::{Talk, TurnError};
use super::turn;
use crate::access::Action;
use crate::console::Section;
use crate::console::emulator::{TalkPage, TurnForm};
use crate::console::form::Faults;
use crate::emulator::transcript::Talk as Session;
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;

/// How long the turns of a transcript are played at one go.
const AT_ONE_GO: Duration = Duration::from_secs(20);

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/console/emulator/{id}", Action::View, look)
        .get("/console/emulator/{id}/transcript", Action::View, transcript)
        .post("/console/emulator/{id}/turn", Action::Manage, play)
        .post("/console/emulator/{id}/next", Action::Manage, next)
        .post("/console/emulator/{id}/undo", Action::Manage, undo)
        .post("/console/emulator/{id}/again", Action::Manage, again)
        .post("/console/emulator/{id}/end", Action::Manage, end);
}

/// The conversation that is asked for, if it is the reader's.
fn found(asked: &Asked) -> Result<Arc<Mutex<Talk>>, Problem> {
    let found = asked.console().talks.get(&asked.who()?.id, asked.part("id"));
    found.ok_or(Problem::NotFound(
        "conversation of yours at this address: it was ended or left alone for 30 minutes, the server was started anew, or it is \
         another token's",
    ))
}

fn back(asked: &Asked) -> Shown {
    Shown::redirect(format!("/console/emulator/{}", asked.part("id")))
}

async fn look(asked: Asked) -> Result<Shown, Problem> {
    let talk = found(&asked)?;
    let talk = talk.lock().await;
    Shown::page(&page(&asked, &talk, talk.form(), Faults::default())?)
}

async fn transcript(asked: Asked) -> Result<Shown, Problem> {
    let talk = found(&asked)?;
    let talk = talk.lock().await;
    if talk.turns().is_empty() {
        return Err(Problem::Conflict("Nothing was played yet, so there is no transcript.".to_owned()));
    }
    let file = format!("{}.yaml", talk.title());
    Ok(Shown::download(&file, "application/yaml; charset=utf-8", talk.transcript().to_yaml()))
}

async fn play(asked: Asked) -> Result<Shown, Problem> {
    let talk = found(&asked)?;
    let mut talk = talk.lock().await;
    let form = turn::written(&asked.form);
    let calls = calls(&asked, &talk)?;
    let mut faults = Faults::default();
    let known = asked.console().live.resources();
    let input = if talk.is_executed() {
        turn::executed(&form, &mut faults)
    } else {
        // A flexible webhook has no tag of its own: its name will do.
        let chosen = known.webhook(&form.webhook).ok().flatten().filter(|webhook| webhook.is_flexible());
        turn::input(&form, chosen.map(|webhook| &*webhook.display_name), &mut faults)
    };
    if faults.is_empty() {
        match Box::pin(talk.turn(input, form.clone(), &calls)).await {
            Ok(()) => return Ok(back(&asked)),
            Err(error) => faults.add("", told(&error)),
        }
    }
    Shown::refused(&page(&asked, &talk, form, faults)?)
}

async fn next(asked: Asked) -> Result<Shown, Problem> {
    let talk = found(&asked)?;
    let mut talk = talk.lock().await;
    let calls = calls(&asked, &talk)?;
    let begun = Instant::now();
    let all = asked.form.has("all");
    loop {
        match Box::pin(talk.next(&calls)).await {
            Ok(true) if all && begun.elapsed() < AT_ONE_GO => {}
            Ok(_) => return Ok(back(&asked)),
            Err(error) => {
                let mut faults = Faults::default();
                faults.add("", told(&error));
                return Shown::refused(&page(&asked, &talk, talk.form(), faults)?);
            }
        }
    }
}

async fn undo(asked: Asked) -> Result<Shown, Problem> {
    found(&asked)?.lock().await.undo();
    Ok(back(&asked))
}

async fn again(asked: Asked) -> Result<Shown, Problem> {
    let settings = asked.console().settings();
    let begun = found(&asked)?.lock().await.again(&settings);
    begun.map_err(|error| Problem::Conflict(read::sentence(&error.to_string())))?;
    Ok(back(&asked))
}

async fn end(asked: Asked) -> Result<Shown, Problem> {
    asked.console().talks.remove(&asked.who()?.id, asked.part("id"));
    Ok(Shown::redirect("/console/emulator"))
}

fn told(error: &TurnError) -> String {
    read::sentence(&error.to_string())
}

fn page(asked: &Asked, talk: &Talk, form: TurnForm, faults: Faults) -> Result<TalkPage, Problem> {
    let known = asked.console().live.resources();
    let last = talk.turns().len();
    let shown = asked.query.get("turn").parse().unwrap_or(last).min(last);
    let session = talk.session();
    let package = talk.begun.export.as_ref().map(|export| export.package());
    let mut tags = tags(asked);
    let mut own = Vec::new();
    if let Some(package) = package {
        tags = package.calls().map(|call| call.tag.to_owned()).filter(|tag| !tag.is_empty()).collect();
        tags.sort();
        tags.dedup();
        own = package.webhooks.iter().map(|each| each.webhook.display_name.clone()).collect();
    }
    let (pages, intents) = match session {
        Session::Told(session) => {
            let known = session.pages();
            let pages = known.pages.iter().map(|page| page.display_name.clone());
            (pages.collect(), known.intents.iter().map(|intent| intent.display_name.clone()).collect())
        }
        Session::Executed(session) => {
            (Vec::new(), session.intents().into_iter().map(str::to_owned).collect())
        }
    };
    let none = if package.is_some() {
        "The one that the agent's fulfillment names"
    } else {
        "This server, as it is"
    };
    let called = shown.checked_sub(1).and_then(|index| talk.turns().get(index));
    Ok(TalkPage {
        chrome: asked.chrome(talk.title(), Section::Emulator),
        id: asked.part("id").to_owned(),
        title: talk.title(),
        notes: talk.begun.notes.clone(),
        turns: (1..).zip(talk.turns()).map(|(number, turn)| show::turn(number, turn)).collect(),
        shown,
        knows: show::knows(talk, shown),
        calls: called.map(|turn| turn.calls.iter().map(show::call).collect()).unwrap_or_default(),
        trail: called.map(show::trail).unwrap_or_default(),
        faults,
        form,
        pending: talk.pending().len(),
        next: talk.pending().front().map(|step| show::ahead(&step.input)).unwrap_or_default(),
        tags,
        webhooks: webhooks(&known, none, &own),
        pages,
        intents,
        fields: show::fields(session),
        executes: talk.is_executed(),
    })
}
