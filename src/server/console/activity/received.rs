//! `/console/activity/received`: what neighbour systems sent, dead letters among it.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::body::Form;
use super::list::address;
use super::{body, by, id};
use crate::activity::InvocationId;
use crate::console::Section;
use crate::console::activity::{Body, Event, ReceivedListPage, ReceivedPage};
use crate::console::format::{Moment, bytes};
use crate::excerpt::excerpt;
use crate::receive::{Filter, Listed, Receiving, State};
use crate::server::invocations::received_again;
use crate::server::respond::Refusal;

const PAGE: usize = 50;
const NOTHING: Problem = Problem::NotFound("event of this id; it may be older than receive.keep");

fn receiving(asked: &Asked) -> Result<&Receiving, Problem> {
    asked.console().door.receiving.get().ok_or(Problem::Refusal(Refusal::ShuttingDown))
}

pub(super) async fn list(asked: Asked) -> Result<Shown, Problem> {
    let query = &asked.query;
    let state = query.some("state").unwrap_or_default();
    let after = query.some("after").map(str::parse::<InvocationId>).transpose();
    let filter = Filter {
        // Anything else finds nothing less: the field shows what was chosen.
        state: State::of_word(state),
        source: query.some("source").map(str::to_owned),
        event_type: query.some("type").map(str::to_owned),
        after: after.map_err(|_| NOTHING)?,
        most: PAGE + 1,
    };
    let mut found = receiving(&asked)?.list(&filter).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let fields: Vec<_> = ["state", "source", "type"]
        .into_iter()
        .filter_map(|name| Some((name, query.some(name)?.to_owned())))
        .collect();
    let path = "/console/activity/received";
    let last = found.last().filter(|_| is_more).map(|last| last.id.to_string());
    let mut states = vec![(String::new(), "any".to_owned())];
    states.extend(State::ALL.iter().map(|state| (state.as_str().to_owned(), word(*state).to_owned())));
    let page = ReceivedListPage {
        chrome: asked.chrome("Received events", Section::Activity),
        state: filter.state.map_or("", State::as_str).to_owned(),
        states,
        source: query.get("source").to_owned(),
        event_type: query.get("type").to_owned(),
        rows: found
            .iter()
            .map(|listed| Event {
                error: excerpt(listed.error.as_deref().unwrap_or_default(), 240).into_owned(),
                ..event(listed)
            })
            .collect(),
        newest: filter.after.map(|_| address(path, &fields, &[])),
        older: last.map(|last| address(path, &fields, &[("after", last)])),
    };
    Shown::page(&page)
}

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let found = receiving(&asked)?.find(id).await?.ok_or(NOTHING)?;
    let kept = asked.console().door.redactor.body(&found.body, &[]);
    let whole = format!("/console/activity/received/{id}/body");
    let body: Body =
        body::body(Some(&kept), found.body.len() as u64, "", Form::new(asked.query.has("raw"), 1), whole);
    let event = event(&found.listed);
    let page = ReceivedPage { chrome: asked.chrome("Received event", Section::Activity), event, body };
    Shown::page(&page)
}

pub(super) async fn body(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let found = receiving(&asked)?.find(id).await?.ok_or(NOTHING)?;
    let kept = asked.console().door.redactor.body(&found.body, &[]);
    Ok(Shown::download(&format!("{id}.txt"), "text/plain; charset=utf-8", kept.text.into_owned()))
}

pub(super) async fn replay(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let receiving = receiving(&asked)?;
    if !received_again(&asked.console().door, receiving, by(&asked)?, id).await? {
        receiving.find(id).await?.ok_or(NOTHING)?;
        return Err(Problem::Conflict("It is being worked on, or will be.".to_owned()));
    }
    Ok(Shown::done(&format!("/console/activity/received/{id}"), "replayed"))
}

/// What is known of the event that an invocation brought.
pub(super) async fn of(asked: &Asked, id: InvocationId) -> Result<Option<Event>, Problem> {
    match asked.console().door.receiving.get() {
        Some(receiving) => Ok(receiving.find(id).await?.map(|found| event(&found.listed))),
        None => Ok(None),
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Done => "done",
        State::Dead => "given up",
        State::Unhandled => "unhandled",
        State::Ignored => "ignored",
    }
}

fn event(listed: &Listed) -> Event {
    let (badge, means) = match listed.state {
        State::Waiting if listed.attempts > 0 => ("idle", "Its handler failed and tries again."),
        State::Waiting => ("idle", "It is to be worked on."),
        State::Done => ("good", "Its handler has ended well."),
        State::Dead => {
            ("bad", "Its handler failed as often as it may, or nobody can read it: a dead letter.")
        }
        State::Unhandled => ("", "No handler takes its type: it was kept, and nothing was done."),
        State::Ignored => ("", "Whoever did it is left out by the settings: nothing was done."),
    };
    Event {
        id: listed.id,
        source: listed.source.clone(),
        event_type: listed.event_type.clone(),
        event: listed.event.clone().unwrap_or_default(),
        invocation: listed.invocation.clone().unwrap_or_default(),
        state: word(listed.state),
        badge,
        means,
        error: listed.error.clone().unwrap_or_default(),
        attempts: listed.attempts,
        at: Moment(listed.id.micros()),
        latest_at: Moment(listed.latest_at),
        due_at: listed.due_at.map(Moment),
        size: bytes(u64::try_from(listed.bytes).unwrap_or_default()),
        has_ended: listed.due_at.is_none(),
    }
}
