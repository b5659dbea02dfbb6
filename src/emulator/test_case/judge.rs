//! Whether a turn is as it was recorded.

use serde_json::Value;

use super::report::{Difference, DifferenceKind};
use crate::emulator::agent::{AgentReaction, AgentSession, Uttered};
use crate::emulator::package::{RecordedOutput, TestConfig, Variants};
use crate::emulator::transcript::equal;
use crate::protocol::Struct;
use crate::protocol::decode::same_name;

/// Everything that is not as it was recorded. What was not recorded may be anything.
pub(super) fn judge(
    recorded: &RecordedOutput,
    config: &TestConfig,
    session: &AgentSession,
    reaction: &AgentReaction,
) -> Vec<Difference> {
    let mut found = Vec::new();
    page(recorded, reaction, &mut found);
    intent(recorded, reaction, &mut found);
    for tracked in &config.tracking_parameters {
        parameter(tracked, recorded, session, &mut found);
    }
    texts(&recorded.text_responses, reaction, &mut found);
    found
}

fn page(recorded: &RecordedOutput, reaction: &AgentReaction, found: &mut Vec<Difference>) {
    let (page, place) = (&recorded.current_page, &reaction.place);
    let is_page = page.name.is_empty() || place.is_page(&page.name);
    // Which flow a session ends in is nowhere said.
    let is_flow = page.flow.is_empty() || place.is_end() || place.is_flow(&page.flow);
    if !(is_page && is_flow) {
        let told = |page: &str, flow: &str| match flow {
            "" => format!("{page:?}"),
            flow => format!("{page:?} of flow {flow:?}"),
        };
        found.push(Difference {
            kind: DifferenceKind::Page,
            about: "page".to_owned(),
            expected: told(&page.name, &page.flow),
            found: told(&place.page, &place.flow),
        });
    }
}

/// A turn may have been recorded without its intent, so that one that is missing says nothing.
fn intent(recorded: &RecordedOutput, reaction: &AgentReaction, found: &mut Vec<Difference>) {
    let expected = &recorded.triggered_intent.name;
    let matched = reaction.intent.as_ref().map(|intent| intent.name.as_str());
    if !expected.is_empty() && matched != Some(expected) {
        found.push(Difference {
            kind: DifferenceKind::Intent,
            about: "intent".to_owned(),
            expected: format!("{expected:?}"),
            found: matched.map_or_else(|| "none".to_owned(), |matched| format!("{matched:?}")),
        });
    }
}

fn parameter(tracked: &str, recorded: &RecordedOutput, session: &AgentSession, found: &mut Vec<Difference>) {
    let expected = of_recording(tracked, &recorded.session_parameters);
    let now = session.value(tracked).unwrap_or(&Value::Null);
    if !equal(now, expected) {
        let told = |value: &Value| match value {
            Value::Null => "not set".to_owned(),
            value => value.to_string(),
        };
        found.push(Difference {
            kind: DifferenceKind::Parameter,
            about: tracked.to_owned(),
            expected: told(expected),
            found: told(now),
        });
    }
}

/// The value that a recording has for a parameter, whose scope it may write or not.
fn of_recording<'r>(tracked: &str, recorded: &'r Struct) -> &'r Value {
    let plain = ["$session.params.", "$flow."].iter().find_map(|scope| tracked.strip_prefix(scope));
    let names = [Some(tracked), plain].into_iter().flatten();
    let mut values = names
        .filter_map(|name| recorded.iter().find(|(known, _)| same_name(known, name)).map(|(_, value)| value));
    values.next().unwrap_or(&Value::Null)
}

/// Each text is one of those that were recorded, of whose variants one was said.
fn texts(recorded: &[Variants], reaction: &AgentReaction, found: &mut Vec<Difference>) {
    let said: Vec<&Uttered> = reaction.messages.iter().filter(|one| one.said.kind == "text").collect();
    for index in 0..recorded.len().max(said.len()) {
        let (expected, uttered) = (recorded.get(index), said.get(index));
        let same = |one: &str, other: &str| one.trim() == other.trim();
        let is_met = expected.zip(uttered).is_some_and(|(expected, uttered)| {
            expected.text.iter().any(|text| uttered.variants.iter().any(|variant| same(variant, text)))
        });
        if !is_met {
            let told = |texts: Option<&[String]>| match texts {
                None => "no more texts".to_owned(),
                Some(texts) => {
                    let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
                    texts.join(" or ")
                }
            };
            found.push(Difference {
                kind: DifferenceKind::Text,
                about: format!("texts[{index}]"),
                expected: told(expected.map(|variants| variants.text.as_slice())),
                found: told(uttered.map(|uttered| uttered.variants.as_slice())),
            });
        }
    }
}
