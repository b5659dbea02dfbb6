//! The keys of expectations, and what they mean.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::expect::{Expect, MessageExpect, Messages};
use super::node::{Content, Node};
use super::reader::{Faults, Table};
use crate::emulator::session::meant;
use crate::nearest::nearest;

pub(super) const EXPECT: &[&str] = &["messages", "parameters", "form", "page", "flow", "events", "latency"];
pub(super) const MESSAGE: &[&str] = &["equals", "contains", "matches", "kind", "content"];
pub(super) const KINDS: &[&str] = &[
    "text",
    "payload",
    "conversationSuccess",
    "outputAudioText",
    "liveAgentHandoff",
    "playAudio",
    "telephonyTransferCall",
    "knowledgeInfoCard",
    "toolCall",
];
pub(super) const STATES: &[&str] = &["EMPTY", "INVALID", "FILLED"];
/// The built-in events of webhooks.
const WEBHOOK_EVENTS: &[&str] = &[
    "webhook.error",
    "webhook.error.bad-request",
    "webhook.error.not-found",
    "webhook.error.rejected",
    "webhook.error.timeout",
    "webhook.error.unavailable",
];
/// The largest compiled regular expression, in bytes.
const LARGEST_REGEX: usize = 1 << 20;

pub(super) fn expect(node: &Node, path: &str, faults: &mut Faults) -> Option<Expect> {
    let table = Table::of(node, path, EXPECT, faults)?;
    let mut form = Vec::new();
    for (name, _, node) in table.entries("form", faults) {
        let path = format!("{path}.form.{name}");
        form.extend(word(node, &path, STATES, faults).map(|state| (name.to_owned(), state)));
    }
    let events = table.node("events").map(|node| {
        let events = table.texts("events", faults);
        for event in events.iter().filter(|event| event.starts_with("webhook.")) {
            if !WEBHOOK_EVENTS.contains(&event.as_str()) {
                let near = nearest(event, WEBHOOK_EVENTS.iter().copied());
                let message = format!("the platform has no event {event:?}{}", meant(near));
                faults.add(node.place, &table.path("events"), message);
            }
        }
        events
    });
    Some(Expect {
        messages: table.node("messages").and_then(|node| messages(node, &table.path("messages"), faults)),
        parameters: table.values("parameters", faults),
        form,
        page: table.name("page", faults),
        flow: table.name("flow", faults),
        events,
        latency: table.duration("latency", faults),
    })
}

fn messages(node: &Node, path: &str, faults: &mut Faults) -> Option<Messages> {
    let Content::List(nodes) = &node.content else {
        return message(node, path, faults).map(Messages::Any);
    };
    let each = nodes.iter().enumerate();
    let each = each.filter_map(|(index, node)| message(node, &format!("{path}[{index}]"), faults));
    Some(Messages::All(each.collect()))
}

fn message(node: &Node, path: &str, faults: &mut Faults) -> Option<MessageExpect> {
    match &node.content {
        Content::Scalar(Value::String(text)) => return Some(MessageExpect::equals(text)),
        Content::Table(_) => {}
        _ => {
            let found = node.kind();
            faults.add(
                node.place,
                path,
                format!("expected a text, or a mapping with {}, found {found}", MESSAGE.join(", ")),
            );
            return None;
        }
    }
    let table = Table::of(node, path, MESSAGE, faults)?;
    if MESSAGE.iter().all(|key| table.node(key).is_none()) {
        table.refuse(format!("expected at least one of {}", MESSAGE.join(", ")), faults);
    }
    let kind = table.node("kind").and_then(|node| word(node, &table.path("kind"), KINDS, faults));
    Some(MessageExpect {
        equals: table.text("equals", faults),
        contains: table.text("contains", faults),
        matches: regex(&table, faults),
        kind,
        content: table.node("content").map(Node::json),
    })
}

fn regex(table: &Table<'_>, faults: &mut Faults) -> Option<Regex> {
    let text = table.text("matches", faults)?;
    let built = RegexBuilder::new(&text).size_limit(LARGEST_REGEX).build();
    built
        .inspect_err(|error| {
            let place = table.node("matches").map_or(table.place, |node| node.place);
            // Its first lines draw the place; the last one says what is wrong.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            faults.add(place, &table.path("matches"), format!("{text:?} is no regular expression: {reason}"));
        })
        .ok()
}

/// One of these words.
fn word(node: &Node, path: &str, words: &[&str], faults: &mut Faults) -> Option<String> {
    let text = match &node.content {
        Content::Scalar(Value::String(text)) => text.as_str(),
        _ => "",
    };
    if words.contains(&text) {
        return Some(text.to_owned());
    }
    let found = if text.is_empty() { node.kind().to_owned() } else { format!("{text:?}") };
    let near = meant(nearest(text, words.iter().copied()));
    faults.add(node.place, path, format!("expected one of {}, found {found}{near}", words.join(", ")));
    None
}
