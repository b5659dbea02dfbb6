//! What a conversation looks like.

use super::calls::Made;
use super::talk::{Talk, Turn};
use crate::console::emulator::{CallView, Failed, FieldView, Knows, Line, Message, TurnView, differences};
use crate::console::format::pretty;
use crate::emulator::agent::{AgentReaction, Source, Uttered};
use crate::emulator::session::{Field, FieldState, Origin, Place, Spoken};
use crate::emulator::transcript::{Talk as Session, short};
use crate::emulator::verdict::Said;
use crate::emulator::{Input, Reaction};
use crate::protocol::{Query, Struct};

/// A turn, whose number counts from 1.
pub(super) fn turn(number: usize, turn: &Turn) -> TurnView {
    let Turn { input, reaction, .. } = turn;
    let Reaction { messages, withheld, failure, events, place, moved, notes, replaced, .. } = reaction;
    let mut notes = notes.clone();
    if *replaced > 0 {
        notes.insert(0, format!("The answer replaces {replaced} of what the agent had to say before it."));
    }
    let mut before = before(input);
    if let Some(meaning) = &reaction.meaning {
        before.insert(0, Line { name: "understood as", text: meaning.clone() });
    }
    let executed = turn.executed.as_deref();
    let (said_here, said_elsewhere) = match executed {
        Some(AgentReaction { messages, withheld, .. }) => {
            (messages.iter().map(uttered).collect(), withheld.iter().map(uttered).collect())
        }
        None => (messages.iter().map(message).collect(), withheld.iter().map(message).collect()),
    };
    if let Some(AgentReaction { findings, calls, .. }) = executed {
        before.extend(calls.iter().map(|call| {
            let of = if call.webhook.is_empty() { String::new() } else { format!(" ({})", call.webhook) };
            Line { name: "calls", text: format!("{}{of}", call.tag) }
        }));
        notes.extend(findings.iter().map(|finding| match finding.place.as_str() {
            "" => finding.message.clone(),
            place => format!("{place}: {}", finding.message),
        }));
    }
    let failures: Vec<_> = match executed {
        // Each of its calls may have failed.
        Some(executed) => executed.calls.iter().filter_map(|call| call.verdict.failure.as_ref()).collect(),
        None => failure.iter().collect(),
    };
    let failures = failures.into_iter().map(|failure| Failed {
        event: failure.event.to_owned(),
        reason: failure.reason.clone(),
        hint: failure.hint.clone(),
    });
    TurnView {
        number,
        said: said(input),
        before,
        messages: said_here,
        withheld: said_elsewhere,
        failures: failures.collect(),
        events: events.iter().filter(|event| !event.starts_with("webhook.error")).cloned().collect(),
        moved: if *moved { self::place(place) } else { String::new() },
        ended: place.is_end(),
        mismatches: turn.mismatches.iter().map(ToString::to_string).collect(),
        passed: turn.is_of_transcript && !turn.expect.is_empty() && turn.mismatches.is_empty(),
        notes,
    }
}

/// A turn of a transcript in a few words.
pub(super) fn ahead(input: &Input) -> String {
    let said = said(input).map(|line| line.text);
    said.or_else(|| input.tag.clone()).unwrap_or_else(|| "The agent goes on by itself".to_owned())
}

fn said(input: &Input) -> Option<Line> {
    let (name, text) = match input.query.as_ref()? {
        Query::Text(text) => ("writes", text),
        Query::Transcript(text) => ("says", text),
        Query::DtmfDigits(digits) => ("presses", digits),
        Query::TriggerEvent(event) => ("event", event),
        _ => return None,
    };
    Some(Line { name, text: text.clone() })
}

fn before(input: &Input) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |name, text: String| lines.push(Line { name, text });
    if let Some(intent) = &input.intent {
        add("intent", intent.name.clone());
    }
    for (name, value) in &input.parameters {
        match value.is_null() {
            true => add("agent removes", name.clone()),
            false => add("agent sets", format!("{name} = {}", short(value))),
        }
    }
    match (&input.page, &input.flow) {
        (Some(page), Some(flow)) => add("from", format!("{page} ({flow})")),
        (Some(place), None) | (None, Some(place)) => add("from", place.clone()),
        (None, None) => {}
    }
    for (name, value) in &input.fills {
        add("fills", format!("{name} = {}", short(value)));
    }
    if let Some(tag) = &input.tag {
        match &input.webhook {
            Some(webhook) => add("calls", format!("{tag} ({webhook})")),
            None => add("calls", tag.clone()),
        }
    }
    lines
}

fn message(spoken: &Spoken) -> Message {
    let origin = match spoken.origin {
        Origin::Agent => "agent",
        Origin::Webhook => "",
        Origin::Prompt => "form",
    };
    Message { origin, ..of_said(&spoken.said) }
}

/// What an executed agent says.
fn uttered(uttered: &Uttered) -> Message {
    let origin = match uttered.origin {
        Source::Entry => "entry",
        Source::Route => "route",
        Source::Event => "event handler",
        Source::Prompt => "prompt",
        Source::Reprompt => "reprompt",
        Source::Webhook => "",
        _ => "platform",
    };
    let variants = if uttered.variants.len() > 1 { uttered.variants.clone() } else { Vec::new() };
    Message { origin, place: uttered.place.clone(), variants, ..of_said(&uttered.said) }
}

fn of_said(said: &Said) -> Message {
    Message { channel: said.channel.clone(), ..Message::of(said.kind, said.said.as_deref(), &said.content) }
}

fn place(place: &Place) -> String {
    if place.is_end() { place.page.clone() } else { format!("{} ({})", place.page, place.flow) }
}

/// What the agent knows after the turn of this number, with what the turn changed.
pub(super) fn knows(talk: &Talk, shown: usize) -> Knows {
    let session = talk.before(shown);
    let none = Struct::new();
    let before = shown.checked_sub(1).map_or(&none, |before| talk.before(before).parameters());
    let before = if shown == 0 { session.parameters() } else { before };
    let no_flow = Struct::new();
    let flow_before =
        shown.checked_sub(1).map_or(&no_flow, |before| flow_parameters(talk.before(before), &no_flow));
    let flow_now = flow_parameters(session, &no_flow);
    let state = session.state();
    let text = |value: &serde_json::Value, name: &str| {
        value.get(name).and_then(|name| name.as_str()).unwrap_or_default().to_owned()
    };
    let stack = state.get("flowStack").and_then(|stack| stack.as_array()).into_iter().flatten().rev();
    let place = state.get("place").cloned().unwrap_or_default();
    let start = &talk.begun.start;
    let own = talk.begun.export.as_ref().map_or("en", |export| export.package().agent.languages()[0]);
    Knows {
        session: text(&state, "session"),
        environment: start.environment.clone().unwrap_or_default(),
        language: if start.language.is_empty() { own.to_owned() } else { start.language.clone() },
        flow: text(&place, "flow"),
        page: text(&place, "page"),
        intent: text(&state, "intent"),
        stack: stack.map(|place| format!("{} ({})", text(place, "page"), text(place, "flow"))).collect(),
        fields: fields(session),
        parameters: differences(before, session.parameters()),
        flow_parameters: differences(if shown == 0 { flow_now } else { flow_before }, flow_now),
    }
}

fn flow_parameters<'s>(session: &'s Session, none: &'s Struct) -> &'s Struct {
    match session {
        Session::Executed(session) => session.flow_parameters(),
        _ => none,
    }
}

/// The form of the page where the conversation is.
pub(super) fn fields(session: &Session) -> Vec<FieldView> {
    let asked = session.form().iter().find(|field| field.required && field.state != FieldState::Filled);
    let asked = asked.map(|field| field.name.as_str());
    session.form().iter().map(|one| field(one, asked == Some(one.name.as_str()))).collect()
}

fn field(field: &Field, asked: bool) -> FieldView {
    FieldView {
        name: field.name.clone(),
        state: field.state.as_str(),
        value: if field.value.is_null() { String::new() } else { field.value.to_string() },
        required: field.required,
        asked,
        just_collected: field.just_collected,
    }
}

/// The steps of a turn of an executed agent.
pub(super) fn trail(turn: &Turn) -> Vec<(String, String, String)> {
    let steps = turn.executed.iter().flat_map(|executed| &executed.trail);
    steps.map(|step| (step.rule.to_owned(), step.place.clone(), step.what.clone())).collect()
}

/// A call that was made.
pub(super) fn call(made: &Made) -> CallView {
    let Made { webhook, tag, sent, outcome, verdict, took, invocation, outside } = made;
    let text = |bytes: &[u8]| pretty(&String::from_utf8_lossy(bytes));
    let answer = outcome.as_ref().ok();
    let url = sent.url();
    // Nobody else has the address that stands for this server.
    let address = if *outside { &url } else { url.strip_prefix("http://localhost").unwrap_or(&url) };
    let failure = verdict.failure.as_ref();
    CallView {
        webhook: webhook.clone(),
        tag: tag.clone(),
        outside: *outside,
        invocation: invocation.map(|id| id.to_string()).unwrap_or_default(),
        line: format!("{} {address}", sent.method()),
        headers: sent.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        request: sent.body().map(|body| text(body)).unwrap_or_default(),
        status: answer.map(|answer| answer.status.to_string()).unwrap_or_default(),
        good: verdict.goes_on(),
        answer: answer.map(|answer| text(&answer.body)).unwrap_or_default(),
        error: outcome.as_ref().err().map(ToString::to_string).unwrap_or_default(),
        took: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        size: answer.map_or(0, |answer| answer.body.len() as u64),
        event: failure.map(|failure| failure.event.to_owned()).unwrap_or_default(),
        reason: failure.map(|failure| failure.reason.clone()).unwrap_or_default(),
        hint: failure.map(|failure| failure.hint.clone()).unwrap_or_default(),
        findings: verdict
            .findings
            .iter()
            .map(|finding| {
                let place = if finding.place.is_empty() { "the answer" } else { &finding.place };
                format!("{place}: {}", finding.message)
            })
            .collect(),
    }
}
