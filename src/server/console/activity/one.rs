//! `/console/activity/{id}`: one invocation with its attempts.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::body::Form;
use super::{body, curl, id, log, received};
use crate::activity::kept::{self, Messages, Summary};
use crate::activity::query::{self, Found, Whole};
use crate::activity::replay::Replay;
use crate::activity::status::Kind;
use crate::activity::{InvocationId, view};
use crate::config;
use crate::console::Section;
use crate::console::activity::{
    Attempt, Fact, Made, Message, OnePage, Parameters, Row, difference, event_words, reason, status_badge,
    status_word,
};
use crate::console::chart::spans;
use crate::console::conversations;
use crate::console::format::{self, Moment, bytes};
use crate::emulator::verdict::event_of;
use crate::server::respond::Unmanaged;

/// So many attempts are shown.
const ATTEMPTS: usize = 20;
const PHASES: [&str; 5] = ["reading", "verifying", "queueing", "handling", "writing"];

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let activity = log(&asked)?;
    activity.flush().await;
    let found = query::one(activity.store(), id).await?.ok_or(Unmanaged::Invocation { id })?;
    let made = match asked.query.some("made").and_then(|made| made.parse::<InvocationId>().ok()) {
        Some(made) => {
            let row = query::one(activity.store(), made).await?.map(|whole| Row::of(&whole.found));
            Some(Made { id: made.to_string(), row })
        }
        None => None,
    };
    let event = match found.found.kind {
        Some(Kind::Zendesk) => received::of(&asked, id).await?,
        _ => None,
    };
    let mut page = page(&asked, &found, activity.settings(), event);
    page.made = made;
    Shown::page(&page)
}

fn page(
    asked: &Asked,
    whole: &Whole,
    settings: &config::Activity,
    received: Option<crate::console::activity::Event>,
) -> OnePage {
    let found = &whole.found;
    let summary: Summary<'_> = serde_json::from_str(&found.summary).unwrap_or_default();
    let messages = view::messages(&whole.messages);
    let raw = asked.query.has("raw");
    let form = Form::new(raw, messages.attempts.len());
    let error = if summary.error.is_empty() { reason(found, &summary) } else { summary.error.to_string() };
    let attempts = messages.attempts.iter().take(ATTEMPTS).enumerate();
    let attempts = attempts.map(|(index, kept)| attempt(index, kept, found, &messages, form)).collect();
    let (curl, curl_notes) = match curl::curl(found, &messages, &asked.origin) {
        Ok((command, notes)) => (Ok(command), notes),
        Err(why) => (Err(why), Vec::new()),
    };
    let replay = Replay::of(found, &messages, settings);
    let has_ended = received.as_ref().is_none_or(|event| event.has_ended);
    let phases = summary.phases_us.map(|times| {
        let phases: Vec<_> = PHASES.into_iter().zip(times).collect();
        spans(&phases, "phases")
    });
    OnePage {
        chrome: asked.chrome(format!("Invocation {}", found.id), Section::Activity),
        row: Row::of(found),
        facts: facts(found, &summary, caused_by(found, &whole.messages)),
        error,
        event: event_words(found, event_of),
        phases,
        attempts,
        more_attempts: messages.attempts.len().saturating_sub(ATTEMPTS),
        parameters: messages.parameters.as_ref().map(|changes| parameters(changes, usize::MAX)),
        calls: whole.made.iter().map(Row::of).collect(),
        received,
        curl,
        curl_notes,
        raw,
        not_replayable: match replay {
            Err(refusal) => Some(refusal.to_string()),
            Ok(_) if !has_ended => Some("it is being worked on, or will be".to_owned()),
            Ok(_) => None,
        },
        made: None,
    }
}

fn facts(found: &Found, summary: &Summary<'_>, cause: Option<InvocationId>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label, text: &str, href: Option<String>| {
        if !text.is_empty() {
            facts.push(Fact { label, text: text.to_owned(), href });
        }
    };
    let filtered = |name: &str, value: &str| {
        let pairs = [(name, value.to_owned())];
        Some(super::list::address("/console/activity", &pairs, &[]))
    };
    let invocation = |id: InvocationId| (id.to_string(), Some(format!("/console/activity/{id}")));
    let tag = if summary.tag.is_empty() { &*found.tag } else { &*summary.tag };
    add("Tag", tag, filtered("tag", &found.tag));
    add("Webhook", &found.webhook, filtered("webhook", &found.webhook));
    add("Error type", &found.error_type, filtered("error_type", &found.error_type));
    add("Conversation", &found.session, Some(conversations::path(&found.session)));
    add("Page", &summary.page, None);
    add("Environment", &found.environment, filtered("environment", &found.environment));
    add("Agent", &found.agent, None);
    add("Caller", &summary.caller, None);
    add("Outcome", &status_word(&summary.outcome), None);
    if summary.duplicate {
        add("Repetition", "of a call that was answered already: the first answer was sent again", None);
    }
    if let Some(parent) = found.parent {
        let (text, href) = invocation(parent);
        add("Made for", &text, href);
    }
    if let Some(cause) = cause {
        let (text, href) = invocation(cause);
        add("Tells of", &text, href);
    }
    if let Some(origin) = summary.origin {
        let (text, href) = invocation(InvocationId::of_number(origin));
        add("Replay of", &text, href);
    }
    add(
        "Sizes",
        &format!("{} sent, {} answered", bytes(summary.request_bytes), bytes(summary.response_bytes)),
        None,
    );
    add("Request id", &summary.request_id, None);
    add("Trace id", &summary.trace_id, None);
    add("Response id", &summary.response_id, None);
    add("Invocation", &found.id.to_string(), Some(format!("/api/invocations/{}", found.id)));
    facts
}

/// The call that a delivery tells of, where its body names one and is kept.
pub(in crate::server::console) fn caused_by(found: &Found, kept: &str) -> Option<InvocationId> {
    if found.kind != Some(Kind::Delivery) {
        return None;
    }
    let messages = view::messages(kept);
    let body = messages.requests.last()?.body.as_ref()?;
    let body: serde_json::Value = serde_json::from_str(&body.text).ok()?;
    let named = ["/event/invocation_id", "/detail/invocation_id"].iter().find_map(|path| body.pointer(path));
    named?.as_str()?.parse().ok()
}

/// The session's parameters as a difference.
pub(in crate::server::console) fn parameters(changes: &kept::Changes<'_>, most: usize) -> Parameters {
    let more = changes.before.more + changes.set.as_ref().map_or(0, |set| set.more);
    Parameters { all: difference(&changes.before, changes.set.as_ref()), more, most }
}

fn attempt(
    index: usize,
    kept: &kept::Attempt<'_>,
    found: &Found,
    messages: &Messages<'_>,
    form: Form,
) -> Attempt {
    let began = found.id.micros().saturating_add(i64::try_from(kept.began_us).unwrap_or_default());
    let known = [("connecting", kept.connect_us), ("waiting", kept.head_us), ("reading", kept.body_us)];
    let parts: Vec<_> = known.into_iter().filter_map(|(name, took)| Some((name, took?))).collect();
    Attempt {
        number: index + 1,
        at: Moment(began),
        took: format::duration(kept.took_us),
        took_us: kept.took_us,
        status: status_word(&kept.status),
        badge: status_badge(&kept.status),
        status_code: kept.status_code,
        error: kept.error.to_string(),
        parts: (!parts.is_empty()).then(|| spans(&parts, "parts of the attempt")),
        request: messages.requests.get(kept.request).map(|request| sent(index + 1, request, found, form)),
        response: kept.response.as_ref().map(|response| came(index + 1, kept, response, found, form)),
    }
}

fn sent(number: usize, request: &kept::Request<'_>, found: &Found, form: Form) -> Message {
    let line = format!("{} {}", request.method, request.url);
    let whole = format!("/console/activity/{}/body?attempt={number}&of=request", found.id);
    let body = body::body(request.body.as_ref(), request.bytes, unkept(found.kind), form, whole);
    body::message(line, &request.headers, request.bytes, body)
}

fn came(
    number: usize,
    attempt: &kept::Attempt<'_>,
    response: &kept::Response<'_>,
    found: &Found,
    form: Form,
) -> Message {
    let line = attempt.status_code.map_or_else(|| "no status".to_owned(), |code| format!("status {code}"));
    let whole = format!("/console/activity/{}/body?attempt={number}&of=response", found.id);
    let body = body::body(response.body.as_ref(), response.bytes, unkept(found.kind), form, whole);
    body::message(line, &response.headers, response.bytes, body)
}

/// Why a body is not kept.
fn unkept(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Standard | Kind::Flexible) => {
            "Bodies of the agent’s calls are not kept; activity.inbound_bodies = true keeps those of calls to come."
        }
        Some(Kind::Zendesk) => "The event has its body, as long as receive.keep says.",
        _ => "Its body is not kept (activity.outbound_bodies).",
    }
}

/// All that is kept of a body, as text.
pub(super) async fn body(asked: Asked) -> Result<Shown, Problem> {
    let id = id(&asked)?;
    let activity = log(&asked)?;
    activity.flush().await;
    let found = query::one(activity.store(), id).await?.ok_or(Unmanaged::Invocation { id })?;
    let messages = view::messages(&found.messages);
    let side = asked.query.get("of");
    let number = asked.query.get("attempt").parse().unwrap_or_default();
    let text =
        body::of(&messages, number, side == "request").filter(|_| ["request", "response"].contains(&side));
    let text = text.ok_or(Problem::NotFound("such body in the log"))?;
    Ok(Shown::download(&format!("{id}-{number}-{side}.txt"), "text/plain; charset=utf-8", text.to_owned()))
}
