//! An event as it is sent: Zendesk's envelope, with types and members of our own.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use super::conversation::Conversation;
use super::conversations::{Idle, Known, News};
use super::describe::{self, Members};
use super::drafts::Draft;
use super::fact::{Answered, Circuit, Fact, What};
use super::types;
use crate::activity::InvocationId;
use crate::activity::record::{Heard, Place};
use crate::config::{self, Config};
use crate::delivery::Delivery;
use crate::delivery::rules::Rules;
use crate::delivery::webhooks::Webhooks;
use crate::fulfillment::events::Emitted;
use crate::telemetry::metrics::Metrics;

/// The form of `detail` and `event`; a form that receivers would have to be changed for has another one.
pub(super) const VERSION: &str = "2026-11-01";

/// What events are made with, and where they go.
#[derive(Debug)]
pub(super) struct Making {
    pub(super) settings: config::Events,
    pub(super) account_id: u64,
    pub(super) messages_key: String,
    pub(super) webhooks: Webhooks,
    pub(super) rules: Rules,
    pub(super) delivery: Delivery,
    pub(super) metrics: Metrics,
}

/// Something that is told.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: InvocationId,
    pub(super) event_type: Cow<'static, str>,
    /// When, in microseconds since 1970.
    pub(super) at: i64,
    pub(super) subject: String,
    pub(super) detail: Map<String, Value>,
    pub(super) event: Map<String, Value>,
    /// Where the log files what is sent about it.
    pub(super) place: Place,
    /// The webhook that it is about, which is not told itself.
    pub(super) about: Option<String>,
}

/// In the order in which receivers of Zendesk's events are used to it.
#[derive(Serialize)]
struct Envelope<'e> {
    account_id: u64,
    id: String,
    #[serde(rename = "type")]
    event_type: &'e str,
    subject: &'e str,
    time: String,
    rejoinder_event_version: &'static str,
    detail: &'e Map<String, Value>,
    event: &'e Map<String, Value>,
}

impl Event {
    /// The request's body, byte for byte: indented, with a line break at its end.
    pub(super) fn body(&self, account_id: u64) -> Bytes {
        let envelope = Envelope {
            account_id,
            id: self.id.to_string(),
            event_type: &self.event_type,
            subject: &self.subject,
            time: time(self.at),
            rejoinder_event_version: VERSION,
            detail: &self.detail,
            event: &self.event,
        };
        let mut text = serde_json::to_string_pretty(&envelope).unwrap_or_default();
        text.push('\n');
        text.into()
    }

    fn about_conversation(
        id: InvocationId,
        event_type: &'static str,
        at: i64,
        conversation: &Conversation,
        tag: &str,
        event: Members,
    ) -> Self {
        Self {
            id,
            event_type: event_type.into(),
            at,
            subject: conversation.subject(),
            detail: conversation.detail(),
            event: event.0,
            place: conversation.place(tag),
            about: None,
        }
    }
}

/// RFC 3339 in UTC, with microseconds.
pub(super) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| String::new(), |time| format!("{time:.6}"))
}

impl Making {
    pub(super) fn new(config: &Config, rules: &Rules, delivery: &Delivery, metrics: &Metrics) -> Self {
        Self {
            settings: config.events.clone(),
            account_id: config.delivery.account_id,
            messages_key: config.flexible.messages_key.clone(),
            webhooks: rules.webhooks().clone(),
            rules: rules.clone(),
            delivery: delivery.clone(),
            metrics: metrics.clone(),
        }
    }

    /// The event of a draft, if it is news.
    pub(super) fn event(&self, draft: &Draft, fact: &mut Fact, news: &News) -> Option<Event> {
        if !draft.when.is_news(news) {
            return None;
        }
        let id = fact.id(draft.kind, || self.delivery.next_id());
        match &fact.what {
            What::Answered(answered) => self.of_call(id, draft.kind, fact.at, answered, news),
            What::Emitted(emitted) => Some(custom(id, fact.at, emitted)),
            What::Circuit(circuit) => Some(of_circuit(id, fact.at, circuit)),
            // Nothing is told of it.
            What::Seen(..) => None,
        }
    }

    fn of_call(
        &self,
        id: InvocationId,
        kind: &'static str,
        at: i64,
        answered: &Answered,
        news: &News,
    ) -> Option<Event> {
        let envelope = answered.call.envelope();
        let mut event = Members::of_call(answered);
        if kind == types::FAILED || kind == types::TIMED_OUT {
            event.text("code", answered.failure.unwrap_or_default());
            event.add_outcome(answered);
            return Some(of_fulfillment(id, kind.into(), at, answered.call.as_ref(), event.0));
        }
        let conversation = Conversation::of(&envelope.session())?;
        match kind {
            types::STARTED => event.text("language", &envelope.language_code()),
            types::TURN => {
                let settings = &self.settings;
                event.add_turn(answered, (&settings.parameters, settings.utterances), &self.messages_key);
                event.add_outcome(answered);
            }
            types::HANDOFF => event.add_handoff(&describe::handoff(answered)?, &self.settings),
            types::ENDED => {
                event.text("reason", describe::ended(answered)?);
                if let Some(known) = news.known.get(&conversation.key) {
                    add_known(&mut event, *known, at);
                }
            }
            _ => return None,
        }
        Some(Event::about_conversation(id, kind, at, &conversation, &envelope.tag(), event))
    }

    /// The event of a conversation that nobody went on with.
    pub(super) fn idle(&self, idle: &Idle, at: i64) -> Event {
        let mut event = Members::default();
        event.text("reason", "idle");
        add_known(&mut event, idle.known, idle.last_at);
        let id = self.delivery.next_id();
        Event::about_conversation(id, types::ENDED, at, &idle.conversation, "", event)
    }
}

fn add_known(event: &mut Members, known: Known, last_at: i64) {
    event.add("started_at", time(known.first_at));
    event.add("last_call_at", time(last_at));
    event.add("calls", known.calls);
}

/// An event about a handler, whether its call belongs to a conversation or not.
fn of_fulfillment(
    id: InvocationId,
    event_type: Cow<'static, str>,
    at: i64,
    call: &dyn Heard,
    event: Map<String, Value>,
) -> Event {
    let envelope = call.envelope();
    let tag = crate::excerpt::excerpt(&envelope.tag(), 256).into_owned();
    let conversation = Conversation::of(&envelope.session());
    let mut detail = conversation.as_ref().map(Conversation::detail).unwrap_or_default();
    detail.insert("tag".to_owned(), tag.as_str().into());
    let place = conversation.map_or_else(
        || Place { tag: tag.clone(), ..Place::default() },
        |conversation| conversation.place(&tag),
    );
    Event {
        id,
        event_type,
        at,
        subject: format!("rejoinder:fulfillment:{tag}"),
        detail,
        event,
        place,
        about: None,
    }
}

fn custom(id: InvocationId, at: i64, emitted: &Emitted) -> Event {
    let event_type = types::custom(&emitted.name).into();
    let mut event = of_fulfillment(id, event_type, at, emitted.call.as_ref(), emitted.data.clone());
    if let Some(invocation) = emitted.invocation {
        event.detail.insert("invocation_id".to_owned(), invocation.to_string().into());
    }
    event
}

fn of_circuit(id: InvocationId, at: i64, circuit: &Circuit) -> Event {
    let mut detail = Members::default();
    detail.text("id", circuit.id.as_deref().unwrap_or_default());
    detail.text("name", &circuit.name);
    detail.add("kind", if circuit.id.is_some() { "delivery" } else { "flexible" });
    let mut event = Members::default();
    if let Some(failures) = circuit.failures {
        event.add("failures", failures);
    }
    if let Some(open_for) = circuit.open_for {
        event.add("open_ms", u64::try_from(open_for.as_millis()).unwrap_or(u64::MAX));
    }
    let name = circuit.id.as_deref().unwrap_or(&circuit.name);
    Event {
        id,
        event_type: circuit.event_type().into(),
        at,
        subject: format!("rejoinder:webhook:{name}"),
        detail: detail.0,
        event: event.0,
        place: Place::default(),
        about: circuit.id.clone(),
    }
}
