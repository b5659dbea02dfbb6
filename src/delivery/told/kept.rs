//! A call as the activity log has kept it, for previews of rules.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::envelope::time;
use super::fact::Answered;
use super::turn::{Envelope as Told, Turn};
use crate::activity::kept::{Body, Messages, Parameters, Summary};
use crate::activity::query::Whole;
use crate::activity::record::Heard;
use crate::activity::status::Kind as Call;
use crate::delivery::rules::{Kind, Rule};
use crate::protocol::Envelope;

/// What is known of a call.
#[derive(Debug)]
pub(crate) struct Kept {
    /// With all that its messages say, if they are kept.
    turn: Option<Turn>,
    whole: Value,
    id: String,
    at: i64,
}

#[derive(Debug)]
struct Message(Envelope);

impl Heard for Message {
    fn envelope(&self) -> &Envelope {
        &self.0
    }

    fn caller(&self) -> Cow<'_, str> {
        "".into()
    }
}

impl Kept {
    pub(crate) fn of(whole: &Whole, messages_key: &str) -> Self {
        let messages = crate::activity::view::messages(&whole.messages);
        let turn = answered(whole, &messages).map(|answered| Turn::of(&answered, messages_key));
        let id = whole.found.id;
        Self { turn, whole: summed_up(whole, &messages), id: id.to_string(), at: id.micros() }
    }

    /// Nothing.
    pub(crate) fn none() -> Self {
        Self { turn: None, whole: json!({}), id: String::new(), at: 0 }
    }

    /// The call's id in the log; empty if there is no call.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether a trigger's conditions hold, if enough is kept to say so.
    pub(crate) fn holds(&self, kind: Kind, rule: &Rule) -> Option<bool> {
        let turn = self.turn.as_ref().filter(|_| kind == Kind::Trigger);
        turn.map(|turn| rule.holds(turn))
    }

    /// What templates put in.
    pub(crate) fn envelope(&self, rule: &Rule, id: i64, account_id: u64) -> Value {
        let time = if self.id.is_empty() { String::new() } else { time(self.at) };
        let about = Told { account_id, id: self.id.clone(), time, rule: id, title: &rule.title };
        if let Some(turn) = &self.turn {
            return turn.envelope(&about);
        }
        let mut envelope = self.whole.clone();
        envelope["account_id"] = account_id.into();
        envelope["rule"] = json!({ "id": id, "title": rule.title });
        for (name, text) in [("id", &about.id), ("time", &about.time)] {
            if !text.is_empty() {
                envelope[name] = text.as_str().into();
            }
        }
        envelope
    }
}

/// The call, if the log has its whole request.
fn answered(whole: &Whole, messages: &Messages<'_>) -> Option<Answered> {
    let whole_body = |body: &Body<'_>| {
        (!body.truncated && !body.binary).then(|| Bytes::from(body.text.clone().into_owned()))
    };
    let request = whole_body(messages.requests.first()?.body.as_ref()?)?;
    let envelope = Envelope::parse(&request).ok()?;
    let summary: Summary<'_> = serde_json::from_str(&whole.found.summary).ok()?;
    let response = messages.attempts.last().and_then(|attempt| attempt.response.as_ref());
    let failed = !whole.found.error_type.is_empty();
    Some(Answered {
        call: Arc::new(Message(envelope)),
        flexible: whole.found.kind == Some(Call::Flexible),
        answer: response.and_then(|response| whole_body(response.body.as_ref()?)),
        status: whole.found.status_code.unwrap_or_default(),
        outcome: "replied",
        failure: None,
        took: Duration::from_micros(summary.took_us),
        invocation: Some(whole.found.id),
    })
    // What else there was, the log tells in words of its own.
    .filter(|_| !failed && summary.outcome == "replied")
}

/// An event of what lists have, and of the values that may be kept.
fn summed_up(whole: &Whole, messages: &Messages<'_>) -> Value {
    let found = &whole.found;
    let summary: Summary<'_> = serde_json::from_str(&found.summary).unwrap_or_default();
    let mut event = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() && value != "" {
            event.insert(name.to_owned(), value);
        }
    };
    let tag = if summary.tag.is_empty() { found.tag.as_str() } else { &summary.tag };
    add("tag", tag.into());
    add("response_id", summary.response_id.as_ref().into());
    add("invocation_id", found.id.to_string().into());
    add("outcome", summary.outcome.as_ref().into());
    add("status", found.status_code.into());
    add("took_ms", (summary.took_us as f64 / 1000.0).into());
    add("code", found.error_type.as_str().into());
    if !summary.page.is_empty() {
        add("page", json!({ "display_name": summary.page }));
    }
    if let Some(changes) = &messages.parameters {
        add("parameters", values(&changes.before));
        add("set", changes.set.as_ref().map(values).unwrap_or_default());
    }
    let mut detail = Map::new();
    for (name, value) in
        [("id", &found.session), ("agent", &found.agent), ("environment", &found.environment)]
    {
        if !value.is_empty() {
            detail.insert(name.to_owned(), value.as_str().into());
        }
    }
    json!({ "type": super::types::TURN, "detail": detail, "event": event })
}

fn values(parameters: &Parameters<'_>) -> Value {
    let values: Map<String, Value> =
        parameters.values.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
    json!({ "values": values })
}
