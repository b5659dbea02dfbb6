//! A call as triggers see it: everything that conditions ask for, and what templates put in.
//!
//! Unlike an event it has the values of all parameters and what the user said: whoever writes a rule
//! that uses them wants them used. Nothing of it is kept but what a rule renders.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::conversation::Conversation;
use super::describe::{self, Members};
use super::fact::Answered;
use super::types;
use crate::activity::SessionParts;
use crate::activity::record::Place;
use crate::protocol::decode::same_name;
use crate::protocol::{Changes, Message, ResponseMessage};
use crate::zendesk::rule::{Facts, Field};

/// Parameters, in the spelling that they came in.
type Parameters = Map<String, Value>;

/// A call, taken apart.
#[derive(Debug)]
pub(crate) struct Turn {
    /// What fields have, by their names.
    values: Vec<(&'static str, Value)>,
    before: Parameters,
    /// What the answer sets; null removes.
    set: Parameters,
    /// What templates put in: an event.
    event: Map<String, Value>,
    detail: Map<String, Value>,
    pub(super) place: Place,
}

impl Turn {
    pub(super) fn of(answered: &Answered, messages_key: &str) -> Self {
        let envelope = answered.call.envelope();
        let before: Parameters = envelope
            .parameter_values()
            .filter_map(|(name, value)| Some((name.into_owned(), value.to_value().ok()?)))
            .collect();
        let (response, queued) = describe::said(answered);
        let said = describe::messages(&response);
        let set = set(answered, messages_key);
        let (session, tag) = (envelope.session(), envelope.tag());
        let conversation = Conversation::of(&session);
        let mut this = Self {
            values: Vec::new(),
            event: event(answered, &before, &set, messages_key),
            detail: conversation.as_ref().map(Conversation::detail).unwrap_or_default(),
            place: conversation.as_ref().map_or_else(Place::default, |one| one.place(&tag)),
            before,
            set,
        };
        if conversation.is_none() {
            this.place.tag = crate::excerpt::excerpt(&tag, 256).into_owned();
        }
        let parts = SessionParts::of(&session);
        this.text("tag", &tag);
        this.text("agent", parts.agent);
        this.text("agent", parts.agent.rsplit('/').next().unwrap_or_default());
        this.text("environment", parts.environment);
        this.text("session", &session);
        this.text("session", parts.id);
        this.text("language", &envelope.language_code());
        this.text("outcome", answered.outcome);
        this.text("failure", answered.failure.unwrap_or_default());
        this.values.push(("status", answered.status.into()));
        this.page(&envelope.current_page(), &envelope.page_display_name());
        if let Ok(Some(intent)) = envelope.intent_info() {
            this.text("intent", &intent.display_name);
            this.text("intent", &intent.last_matched_intent);
        }
        if let Ok(Some(sentiment)) = envelope.sentiment() {
            let (score, magnitude) = (double(sentiment.score), double(sentiment.magnitude));
            this.values.push(("sentiment", score.into()));
            this.event.insert("sentiment".to_owned(), json!({ "score": score, "magnitude": magnitude }));
        }
        if let Some(Value::String(kind)) = this.event.get("input").map(|input| input["kind"].clone()) {
            this.text("input", &kind);
        }
        for message in said.iter().chain(&queued) {
            this.text("message", message.message.as_ref().map_or("", kind));
        }
        let payload = envelope.payload().and_then(|payload| payload.to_value().ok()).unwrap_or_default();
        let channel = channel(&payload, said.iter().chain(&queued));
        if !channel.is_empty() {
            this.event.insert("channel".to_owned(), channel.as_str().into());
            this.text("channel", &channel);
        }
        this
    }

    fn text(&mut self, field: &'static str, text: &str) {
        if !text.is_empty() {
            self.values.push((field, text.into()));
        }
    }

    /// A page and its flow: whole names, ids and what the page is called.
    fn page(&mut self, name: &str, display_name: &str) {
        self.text("page", display_name);
        self.text("page", name);
        self.text("page", name.rsplit('/').next().unwrap_or_default());
        if let Some((flow, _)) = name.split_once("/pages/") {
            let id = flow.rsplit('/').next().unwrap_or_default();
            self.text("flow", flow);
            self.text("flow", id);
            self.event.insert("flow".to_owned(), json!({ "name": flow, "id": id }));
        }
    }

    /// What a rule's templates put in.
    pub(super) fn envelope(&self, about: &Envelope<'_>) -> Value {
        json!({
            "account_id": about.account_id,
            "id": about.id,
            "type": types::TURN,
            "time": about.time,
            "detail": self.detail,
            "event": self.event,
            "rule": { "id": about.rule, "title": about.title },
        })
    }

    fn parameter<'p>(parameters: &'p Parameters, path: &str) -> Option<&'p Value> {
        let member = |members: &'p Parameters, name: &str| {
            members.iter().find(|(known, _)| same_name(known, name)).map(|(_, value)| value)
        };
        let mut found = parameters;
        let mut path = path;
        loop {
            if let Some(value) = member(found, path) {
                return Some(value);
            }
            let (first, rest) = path.split_once('.')?;
            (found, path) = (member(found, first)?.as_object()?, rest);
        }
    }
}

/// What a rule's firing is called.
#[derive(Debug)]
pub(super) struct Envelope<'r> {
    pub(super) account_id: u64,
    pub(super) id: String,
    pub(super) time: String,
    pub(super) rule: i64,
    pub(super) title: &'r str,
}

impl Facts for Turn {
    fn values(&self, field: &Field) -> Vec<Cow<'_, Value>> {
        match field {
            Field::Known(name, _) => {
                let values = self.values.iter().filter(|(known, _)| known == name);
                values.map(|(_, value)| Cow::Borrowed(value)).collect()
            }
            // What the reply makes of it comes before what it was.
            Field::Parameter(path) => {
                let value = Self::parameter(&self.set, path).or_else(|| Self::parameter(&self.before, path));
                value.filter(|value| !value.is_null()).map(Cow::Borrowed).into_iter().collect()
            }
        }
    }

    fn changed(&self, path: &str) -> bool {
        Self::parameter(&self.set, path).is_some_and(|after| {
            let before = Self::parameter(&self.before, path).unwrap_or(&Value::Null);
            after != before
        })
    }
}

/// What an event about the turn has, with every value.
fn event(
    answered: &Answered,
    before: &Parameters,
    set: &Parameters,
    messages_key: &str,
) -> Map<String, Value> {
    let mut members = Members::of_call(answered);
    members.add_turn(answered, (&[], true), messages_key);
    members.add_outcome(answered);
    members.text("code", answered.failure.unwrap_or_default());
    members.add("parameters", json!({ "values": before }));
    members.add("set", json!({ "values": set }));
    if let Some(handoff) = describe::handoff(answered) {
        members.add("by", handoff.by);
        members.add("metadata", json!({ "values": handoff.metadata }));
    }
    members.0
}

/// The double that is written like it: -0.6, not -0.6000000238418579.
fn double(single: f32) -> f64 {
    single.to_string().parse().unwrap_or_default()
}

/// What the answer sets.
fn set(answered: &Answered, messages_key: &str) -> Parameters {
    let Some(answer) = &answered.answer else { return Parameters::new() };
    let mut set: Parameters = if answered.flexible {
        serde_json::from_slice(answer).unwrap_or_default()
    } else {
        let changes = Changes::of(answer);
        let values = changes.values();
        values.filter_map(|(name, value)| Some((name.into_owned(), value.to_value().ok()?))).collect()
    };
    if answered.flexible {
        set.remove(messages_key);
    }
    set
}

/// Where the conversation takes place: what whoever integrates the agent says, the telephone, or the channel
/// that a message is for.
fn channel<'m>(payload: &Value, mut messages: impl Iterator<Item = &'m ResponseMessage>) -> String {
    let said = payload.get("channel").and_then(Value::as_str).filter(|channel| !channel.is_empty());
    if let Some(channel) = said {
        return channel.to_owned();
    }
    if payload.get("telephony").is_some() {
        return "telephony".to_owned();
    }
    let message = messages.find(|message| !message.channel.is_empty());
    message.map(|message| message.channel.clone()).unwrap_or_default()
}

/// A message's kind, as conditions name it.
fn kind(message: &Message) -> &'static str {
    match message {
        Message::Text(_) => "text",
        Message::Payload(_) => "payload",
        Message::ConversationSuccess(_) => "conversation_success",
        Message::OutputAudioText(_) => "output_audio_text",
        Message::LiveAgentHandoff(_) => "live_agent_handoff",
        Message::EndInteraction(_) => "end_interaction",
        Message::PlayAudio(_) => "play_audio",
        Message::MixedAudio(_) => "mixed_audio",
        Message::TelephonyTransferCall(_) => "telephony_transfer_call",
        Message::KnowledgeInfoCard(_) => "knowledge_info_card",
        Message::ToolCall(_) => "tool_call",
    }
}
