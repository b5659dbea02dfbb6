//! A transcript as YAML.

use serde::Serialize;
use serde_json::{Map, Value};

use super::expect::{Expect, MessageExpect, Messages};
use super::{Step, Transcript};
use crate::emulator::session::{FormParameter, Input, Intent, Page};
use crate::protocol::{Message, Query, ResponseMessage, Struct};

pub(super) fn yaml(transcript: &Transcript) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let shape = Shape::from(transcript);
    // What JSON can hold, YAML can; there is no other way to fail in memory.
    serde_saphyr::to_string_with_options(&shape, options).unwrap_or_default()
}

#[derive(Serialize)]
struct Shape<'t> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: &'t Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    language: &'t str,
    #[serde(skip_serializing_if = "str::is_empty")]
    channel: &'t str,
    #[serde(skip_serializing_if = "str::is_empty")]
    session: &'t str,
    #[serde(skip_serializing_if = "is_zero")]
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: &'t Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: &'t Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    parameters: &'t Struct,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: &'t Option<Struct>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pages: Map<String, Value>,
    turns: Vec<Turn<'t>>,
}

#[derive(Serialize)]
struct Turn<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dtmf: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: &'t Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: &'t Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    parameters: &'t Struct,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    form: Fields<'t, Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    queued: &'t [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: &'t Option<Struct>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    same_turn: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: &'t Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: &'t Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<Expected<'t>>,
}

#[derive(Serialize)]
struct Expected<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    parameters: &'t Struct,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    form: Fields<'t, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: &'t Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: &'t Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: &'t Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<String>,
}

/// Members in their own order.
struct Fields<'t, V>(&'t [(String, V)]);

impl<V> Fields<'_, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Serialize> Serialize for Fields<'_, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl<'t> From<&'t Transcript> for Shape<'t> {
    fn from(transcript: &'t Transcript) -> Self {
        let Transcript { name, agent, webhook, start, pages, turns, .. } = transcript;
        let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
        Self {
            name,
            agent: path(agent),
            webhook: path(webhook),
            environment: &start.environment,
            language: &start.language,
            channel: &start.channel,
            session: &start.session,
            seed: start.seed,
            flow: &start.flow,
            page: &start.page,
            parameters: &start.parameters,
            payload: &start.payload,
            pages: pages.pages.iter().map(|one| (one.display_name.clone(), page(one))).collect(),
            turns: turns.iter().map(Turn::from).collect(),
        }
    }
}

impl<'t> From<&'t Step> for Turn<'t> {
    fn from(Step { input, expect, .. }: &'t Step) -> Self {
        let Input { query, intent, tag, webhook, flow, page, parameters, fills, queued, payload, same_turn } =
            input;
        let mut this = Self {
            text: None,
            transcript: None,
            dtmf: None,
            event: None,
            intent: intent.as_ref().map(self::intent),
            flow,
            page,
            parameters,
            form: Fields(fills),
            queued,
            payload,
            same_turn: *same_turn,
            webhook,
            tag,
            expect: (!expect.is_empty()).then(|| expect.into()),
        };
        match query {
            Some(Query::Text(text)) => this.text = Some(text),
            Some(Query::Transcript(text)) => this.transcript = Some(text),
            Some(Query::DtmfDigits(digits)) => this.dtmf = Some(digits),
            Some(Query::TriggerEvent(event)) => this.event = Some(event),
            _ => {}
        }
        this
    }
}

impl<'t> From<&'t Expect> for Expected<'t> {
    fn from(expect: &'t Expect) -> Self {
        let Expect { messages, parameters, form, page, flow, events, latency } = expect;
        Self {
            messages: messages.as_ref().map(|messages| match messages {
                Messages::All(all) => all.iter().map(message).collect(),
                Messages::Any(any) => message(any),
            }),
            parameters,
            form: Fields(form),
            flow,
            page,
            events,
            latency: latency.map(|latency| humantime::format_duration(latency).to_string()),
        }
    }
}

fn message(expect: &MessageExpect) -> Value {
    let MessageExpect { equals, contains, matches, kind, content } = expect;
    let mut members = Map::new();
    let mut put =
        |name: &str, value: Option<Value>| members.extend(value.map(|value| (name.to_owned(), value)));
    put("kind", kind.clone().map(Value::from));
    put("equals", equals.clone().map(Value::from));
    put("contains", contains.clone().map(Value::from));
    put("matches", matches.as_ref().map(|regex| regex.as_str().into()));
    put("content", content.clone());
    match equals {
        Some(text) if members.len() == 1 => text.as_str().into(),
        _ => members.into(),
    }
}

fn intent(intent: &Intent) -> Value {
    let Intent { name, parameters, confidence } = intent;
    if parameters.is_empty() && confidence.is_none() {
        return name.as_str().into();
    }
    let mut members = Map::from_iter([("name".to_owned(), name.as_str().into())]);
    if !parameters.is_empty() {
        members.insert("parameters".to_owned(), parameters.clone().into());
    }
    members.extend(confidence.map(|confidence| ("confidence".to_owned(), confidence.into())));
    members.into()
}

fn page(page: &Page) -> Value {
    let mut members = Map::new();
    for (name, text) in [("id", &page.id), ("flow", &page.flow)] {
        if !text.is_empty() {
            members.insert(name.to_owned(), text.as_str().into());
        }
    }
    if !page.form.is_empty() {
        members.insert("form".to_owned(), page.form.iter().map(form_parameter).collect());
    }
    members.into()
}

fn form_parameter(parameter: &FormParameter) -> Value {
    let mut members = Map::from_iter([("name".to_owned(), parameter.display_name.as_str().into())]);
    if !parameter.required {
        members.insert("required".to_owned(), false.into());
    }
    members.extend(parameter.default.clone().map(|value| ("default".to_owned(), value)));
    for (name, messages) in [("prompt", &parameter.prompt), ("invalid", &parameter.invalid)] {
        let texts: Vec<Value> = messages.iter().filter_map(text).collect();
        if !texts.is_empty() {
            members.insert(name.to_owned(), texts.into());
        }
    }
    members.into()
}

/// The words of a prompt; what else an agent's prompt may hold, a transcript does not describe.
fn text(message: &ResponseMessage) -> Option<Value> {
    match &message.message {
        Some(Message::Text(text)) => text.text.first().map(|text| text.as_str().into()),
        _ => None,
    }
}
