//! The keys of a transcript, and what they mean.

use std::path::PathBuf;

use serde_json::Value;

use super::error::TranscriptError;
use super::node::{Content, Node};
use super::read_expect::expect;
use super::reader::{Faults, Table};
use super::{MOST_TURNS, Step, Transcript};
use crate::emulator::session::{FormParameter, Input, Intent, Page, Pages, Start, text_message};
use crate::protocol::Query;

pub(super) const TRANSCRIPT: &[&str] = &[
    "name",
    "agent",
    "webhook",
    "environment",
    "language",
    "channel",
    "session",
    "seed",
    "flow",
    "page",
    "parameters",
    "payload",
    "pages",
    "turns",
];
pub(super) const PAGE: &[&str] = &["id", "flow", "form"];
pub(super) const FORM_PARAMETER: &[&str] = &["name", "required", "default", "prompt", "invalid"];
pub(super) const TURN: &[&str] = &[
    "text",
    "transcript",
    "dtmf",
    "event",
    "intent",
    "tag",
    "webhook",
    "flow",
    "page",
    "parameters",
    "form",
    "queued",
    "payload",
    "same_turn",
    "expect",
];
pub(super) const INTENT: &[&str] = &["name", "parameters", "confidence"];

pub(super) fn transcript(text: &str) -> Result<Transcript, TranscriptError> {
    let faulty = |faults| TranscriptError::Faulty { file: PathBuf::new(), faults };
    let node = Node::parse(text).map_err(|fault| faulty(vec![fault]))?;
    let mut faults = Faults::default();
    let read = Table::of(&node, "", TRANSCRIPT, &mut faults).map(|table| of_table(&table, &mut faults));
    match (read, faults.into_sorted()) {
        (Some(transcript), faults) if faults.is_empty() => Ok(transcript),
        (_, faults) => Err(faulty(faults)),
    }
}

fn of_table(table: &Table<'_>, faults: &mut Faults) -> Transcript {
    let start = Start {
        environment: table.name("environment", faults),
        language: table.name("language", faults).unwrap_or_default(),
        session: table.text("session", faults).unwrap_or_default(),
        channel: table.text("channel", faults).unwrap_or_default(),
        parameters: table.values("parameters", faults),
        payload: table.node("payload").map(|_| table.values("payload", faults)),
        flow: table.name("flow", faults),
        page: table.name("page", faults),
        seed: table.whole_number("seed", faults).unwrap_or_default(),
    };
    let pages = table.entries("pages", faults);
    let pages = pages.into_iter().filter_map(|(name, place, node)| {
        if name.is_empty() {
            faults.add(place, "pages", "expected the display name of a page, found an empty text");
        }
        page(name, node, &format!("pages.{name}"), faults)
    });
    let pages = Pages { pages: pages.collect(), ..Pages::default() };
    let turns = table.list("turns", faults);
    if table.node("turns").is_none() {
        table.refuse("expected `turns`, the list of what happens", faults);
    }
    if let Some(first) = turns.get(MOST_TURNS) {
        faults.add(
            first.place,
            "turns",
            format!("expected at most {MOST_TURNS} turns, found {}", turns.len()),
        );
    }
    let turns = turns.iter().take(MOST_TURNS).enumerate();
    let turns = turns.filter_map(|(index, node)| step(index, node, faults)).collect();
    Transcript {
        name: table.name("name", faults).unwrap_or_default(),
        file: None,
        agent: table.name("agent", faults).map(PathBuf::from),
        webhook: table.name("webhook", faults).map(PathBuf::from),
        start,
        pages,
        turns,
    }
}

fn page(name: &str, node: &Node, path: &str, faults: &mut Faults) -> Option<Page> {
    let table = Table::of(node, path, PAGE, faults)?;
    let form = table.list("form", faults).iter().enumerate();
    let form =
        form.filter_map(|(index, node)| form_parameter(node, &format!("{path}.form[{index}]"), faults));
    Some(Page {
        form: form.collect(),
        flow: table.name("flow", faults).unwrap_or_default(),
        id: table.name("id", faults).unwrap_or_default(),
        ..Page::new(name)
    })
}

fn form_parameter(node: &Node, path: &str, faults: &mut Faults) -> Option<FormParameter> {
    if let Content::Scalar(Value::String(name)) = &node.content {
        return Some(FormParameter::required(name));
    }
    let table = Table::of(node, path, FORM_PARAMETER, faults)?;
    let Some(name) = table.name("name", faults) else {
        table.refuse("expected a `name`", faults);
        return None;
    };
    let messages = |texts: Vec<String>| texts.into_iter().map(text_message).collect();
    Some(FormParameter {
        required: table.optional_flag("required", faults).unwrap_or(true),
        default: table.node("default").map(Node::json),
        prompt: messages(table.texts("prompt", faults)),
        invalid: messages(table.texts("invalid", faults)),
        ..FormParameter::required(name)
    })
}

fn step(index: usize, node: &Node, faults: &mut Faults) -> Option<Step> {
    let path = format!("turns[{index}]");
    let table = Table::of(node, &path, TURN, faults)?;
    let mut queries: Vec<(&str, Query)> = Vec::new();
    let mut query = |name, faults: &mut Faults, make: fn(String) -> Query| {
        let text = table.text(name, faults);
        queries.extend(text.map(|text| (name, make(text))));
    };
    query("text", faults, Query::Text);
    query("transcript", faults, Query::Transcript);
    query("dtmf", faults, Query::DtmfDigits);
    query("event", faults, Query::TriggerEvent);
    if let [(one, _), (other, _), ..] = queries.as_slice() {
        table.refuse(
            format!("`{one}` and `{other}` exclude each other: the user does one thing in a turn"),
            faults,
        );
    }
    let input = Input {
        query: queries.into_iter().next().map(|(_, query)| query),
        intent: intent(&table, faults),
        tag: table.name("tag", faults),
        webhook: table.name("webhook", faults),
        flow: table.name("flow", faults),
        page: table.name("page", faults),
        parameters: table.values("parameters", faults),
        fills: table.ordered("form", faults),
        queued: table.texts("queued", faults),
        payload: table.node("payload").map(|_| table.values("payload", faults)),
        same_turn: table.flag("same_turn", faults),
    };
    let happens = ["text", "transcript", "dtmf", "event", "intent", "tag"];
    if happens.iter().all(|name| table.node(name).is_none()) {
        table.refuse(
            "nothing happens in this turn: expected one of text, transcript, dtmf, event, intent, tag",
            faults,
        );
    }
    if input.same_turn && (index == 0 || input.query.is_some() || input.tag.is_none()) {
        let message = "same_turn: a further call in the turn before has a tag, and no input of the user";
        table.refuse(message, faults);
    }
    let expect = table.node("expect").and_then(|node| expect(node, &format!("{path}.expect"), faults));
    Some(Step { input, expect: expect.unwrap_or_default(), line: node.place.line })
}

fn intent(table: &Table<'_>, faults: &mut Faults) -> Option<Intent> {
    let node = table.node("intent")?;
    if !matches!(node.content, Content::Table(_)) {
        return table.name("intent", faults).map(|name| Intent { name, ..Intent::default() });
    }
    let table = Table::of(node, &table.path("intent"), INTENT, faults)?;
    let Some(name) = table.name("name", faults) else {
        table.refuse("expected a `name`", faults);
        return None;
    };
    #[expect(clippy::cast_possible_truncation, reason = "the protocol has a float there")]
    let confidence = table.ratio("confidence", faults).map(|ratio| ratio as f32);
    Some(Intent { name, parameters: table.values("parameters", faults), confidence })
}
