//! What a call says, as far as others are told of it.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::fact::Answered;
use crate::activity::{Parameters, parameters};
use crate::config;
use crate::excerpt::excerpt;
use crate::protocol::{
    Changes, Envelope, MergeBehavior, Message, Query, ResponseMessage, Struct, Transition, WebhookResponse,
};

/// What callers wrote, at a length that an event can bear.
const SHORT: usize = 256;
/// The longest utterance; the platform takes 256 characters of text, a transcript may be longer.
const LONGEST_UTTERANCE: usize = 4096;

/// What is looked for before anything is decoded.
static HANDOFF: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| words(&HANDOFF_WORDS));
static END: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| words(&END_WORDS));
static EITHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| words(&[&HANDOFF_WORDS[..], &END_WORDS].concat()));

const HANDOFF_WORDS: [&str; 2] = ["liveAgentHandoff", "live_agent_handoff"];
const END_WORDS: [&str; 3] = ["END_SESSION", "endInteraction", "end_interaction"];

/// Finds words, many bytes at a time: any of the leftmost will do.
fn words(words: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok()
}

/// A conversation goes to a person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Handoff {
    /// `reply` or `agent`, whose message it is.
    pub(super) by: &'static str,
    pub(super) metadata: Struct,
}

fn says(words: &Option<AhoCorasick>, asked: &Envelope, answer: Option<&Bytes>) -> bool {
    let Some(words) = words else { return true };
    asked.messages_text().is_some_and(|text| words.is_match(text))
        || answer.is_some_and(|answer| words.is_match(&answer[..]))
}

/// Whether a call may hand over or end its conversation, the latter if that matters: a glance at the texts, for the
/// agent's path.
pub(super) fn may_matter(asked: &Envelope, answer: Option<&Bytes>, ends: bool) -> bool {
    says(if ends { &EITHER } else { &HANDOFF }, asked, answer)
}

/// What a standard answer says, and the messages that the agent says beside it.
pub(super) fn said(answered: &Answered) -> (WebhookResponse, Vec<ResponseMessage>) {
    let answer = answered.answer.as_ref().filter(|_| !answered.flexible);
    let response = answer.and_then(|answer| WebhookResponse::parse(answer).ok()).unwrap_or_default();
    let replaces = response
        .fulfillment_response
        .as_ref()
        .is_some_and(|said| said.merge_behavior == MergeBehavior::Replace);
    let queued = if replaces { Vec::new() } else { answered.call.envelope().messages().unwrap_or_default() };
    (response, queued)
}

pub(super) fn messages(response: &WebhookResponse) -> &[ResponseMessage] {
    response.fulfillment_response.as_ref().map_or(&[], |said| &said.messages)
}

/// How a call hands over, if it does.
pub(super) fn handoff(answered: &Answered) -> Option<Handoff> {
    if !says(&HANDOFF, answered.call.envelope(), answered.answer.as_ref()) {
        return None;
    }
    let (response, queued) = said(answered);
    let find = |messages: &[ResponseMessage], by| {
        messages.iter().find_map(|message| match &message.message {
            Some(Message::LiveAgentHandoff(handoff)) => {
                Some(Handoff { by, metadata: handoff.metadata.clone().unwrap_or_default() })
            }
            _ => None,
        })
    };
    find(messages(&response), "reply").or_else(|| find(&queued, "agent"))
}

/// Who ends the conversation with this call, if anybody does: `reply` or `agent`.
pub(super) fn ended(answered: &Answered) -> Option<&'static str> {
    if !says(&END, answered.call.envelope(), answered.answer.as_ref()) {
        return None;
    }
    let (response, queued) = said(answered);
    if let Some(Transition::TargetPage(page)) = &response.transition
        && page.rsplit('/').next() == Some("END_SESSION")
    {
        return Some("reply");
    }
    let ends = |message: &ResponseMessage| matches!(message.message, Some(Message::EndInteraction(_)));
    queued.iter().any(ends).then_some("agent")
}

/// Members of an event, those without a value left out.
#[derive(Debug, Default)]
pub(super) struct Members(pub(super) Map<String, Value>);

impl Members {
    pub(super) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.0.insert(name.to_owned(), excerpt(text, SHORT).into());
        }
    }

    pub(super) fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// What every event about a call has: its tag, its page, what it is called in the log.
    pub(super) fn of_call(answered: &Answered) -> Self {
        let envelope = answered.call.envelope();
        let mut members = Self::default();
        members.text("tag", &envelope.tag());
        members.text("response_id", &envelope.detect_intent_response_id());
        let mut page = Self::default();
        page.text("name", &envelope.current_page());
        page.text("display_name", &envelope.page_display_name());
        members.object("page", page);
        if let Some(invocation) = answered.invocation {
            members.add("invocation_id", invocation.to_string());
        }
        members
    }

    fn object(&mut self, name: &str, members: Self) {
        if !members.0.is_empty() {
            self.0.insert(name.to_owned(), members.0.into());
        }
    }

    /// What came of it.
    pub(super) fn add_outcome(&mut self, answered: &Answered) {
        self.text("outcome", answered.outcome);
        self.add("status", answered.status);
        self.add("took_ms", answered.took.as_micros() as f64 / 1000.0);
    }

    /// What a turn is about: language, intent, input, parameters before and after. Told are the values of
    /// some parameters, and what the user said if that may be.
    pub(super) fn add_turn(
        &mut self,
        answered: &Answered,
        (told, utterances): (&[String], bool),
        messages_key: &str,
    ) {
        let envelope = answered.call.envelope();
        self.text("language", &envelope.language_code());
        if let Ok(Some(intent)) = envelope.intent_info() {
            let mut members = Self::default();
            members.text("name", &intent.last_matched_intent);
            members.text("display_name", &intent.display_name);
            members.add("confidence", f64::from(intent.confidence));
            self.object("intent", members);
        }
        if let Some(query) = envelope.query() {
            self.object("input", input(query, utterances));
        }
        self.add("parameters", named(&parameters::of(envelope.parameter_values(), told)));
        if let Some(answer) = &answered.answer {
            let set = if answered.flexible {
                named(&parameters::set_by_object(answer, messages_key, told))
            } else {
                named(&parameters::of(Changes::of(answer).values(), told))
            };
            self.add("set", set);
        }
    }

    /// How it goes to a person; the metadata is told as parameters are.
    pub(super) fn add_handoff(&mut self, handoff: &Handoff, settings: &config::Events) {
        self.add("by", handoff.by);
        let mut metadata = Parameters::default();
        for (name, value) in handoff.metadata.clone() {
            parameters::add(
                &mut metadata,
                name.into(),
                value.is_null(),
                || Some(value),
                &settings.parameters,
            );
        }
        self.add("metadata", named(&metadata));
    }
}

fn input(query: Query, utterances: bool) -> Members {
    let mut members = Members::default();
    let (kind, words) = match query {
        Query::Text(words) => ("text", Some(words)),
        Query::Transcript(words) => ("transcript", Some(words)),
        Query::DtmfDigits(digits) => ("dtmf", Some(digits)),
        Query::TriggerEvent(name) => {
            members.text("name", &name);
            ("event", None)
        }
        Query::TriggerIntent(name) => {
            members.text("name", &name);
            ("intent", None)
        }
    };
    members.add("kind", kind);
    if let Some(words) = words.filter(|_| utterances) {
        members.add("utterance", excerpt(&words, LONGEST_UTTERANCE));
    }
    members
}

/// The names of all, the values of those that may be told.
fn named(parameters: &Parameters<'_>) -> Value {
    let values: Map<String, Value> =
        parameters.values.iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect();
    let mut named = json!({ "names": parameters.names, "values": values });
    if !parameters.cleared.is_empty() {
        named["cleared"] = json!(parameters.cleared);
    }
    if parameters.more > 0 {
        named["more"] = json!(parameters.more);
    }
    named
}
