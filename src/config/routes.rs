//! `[routes."tag"]`: tags served without code, each by a flexible webhook.

use std::time::Duration;

use super::deferred::Deferral;
use super::reader::Reader;
use super::turn::RouteTurn;

/// `[routes."tag"]`
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// The tag, or a pattern such as `orders.*`.
    pub tag: String,
    /// The display name of a flexible webhook.
    pub webhook: String,
    /// What is said after the call, beside the parameters it sets.
    pub reply: Option<ReplySetting>,
    /// What the agent gets when the call fails.
    pub on_error: Option<FailureSetting>,
    /// What the agent gets at the deadline, if not the same.
    pub on_timeout: Option<FailureSetting>,
    /// Its time.
    pub turn: RouteTurn,
    /// How its answer is deferred, if it may be.
    pub deferral: Option<Deferral>,
}

/// A reply as it is written: a text, or a whole `WebhookResponse`. Both may hold references.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ReplySetting {
    /// One text to say.
    Text(String),
    /// A `WebhookResponse`.
    Document(serde_json::Value),
}

/// What the agent gets when the call fails.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FailureSetting {
    /// This status, which raises its `webhook.error.*` event.
    Status(u16),
    /// 200 with this reply.
    Reply(ReplySetting),
}

/// A route with every key, which the schema is made from.
pub(super) const SAMPLE: &str = r#"{ webhook = "w", reply = "r", on_error = 503, on_timeout = 504, deadline = "1s", on_deadline = "detach", duplicates = "off", idempotency_header = "h", defer_after = "100ms", interim = "i", deferred_timeout = "1m" }"#;

/// The statuses that Dialogflow tells apart, and the one for time.
pub(super) const STATUSES: [u16; 7] = [400, 401, 403, 404, 500, 503, 504];

pub(super) fn read(reader: &Reader<'_, '_>, deadline: Duration, has_store: bool) -> Vec<Route> {
    let routes = reader.entries("routes", |tag, route| {
        let webhook = route.text("webhook");
        let reply = reply(route, "reply");
        let on_failure = |key| {
            let value = route.optional(key, Reader::document).flatten();
            value.and_then(|value| failure(&value).map_err(|message| route.refuse(key, message)).ok())
        };
        let (on_error, on_timeout) = (on_failure("on_error"), on_failure("on_timeout"));
        let turn = RouteTurn::read(route, has_store);
        let deferral = Deferral::read(route, turn.deadline.unwrap_or(deadline));
        Route { tag: tag.to_owned(), webhook, reply, on_error, on_timeout, turn, deferral }
    });
    routes.into_iter().map(|(_, route)| route).collect()
}

/// What is said, if this key says it.
pub(super) fn reply(route: &Reader<'_, '_>, key: &'static str) -> Option<ReplySetting> {
    match route.optional(key, Reader::document).flatten()? {
        serde_json::Value::String(text) => Some(ReplySetting::Text(text)),
        document @ serde_json::Value::Object(_) => Some(ReplySetting::Document(document)),
        _ => {
            route.refuse(key, "expected a text to say, or a table that is a WebhookResponse");
            None
        }
    }
}

fn failure(value: &serde_json::Value) -> Result<FailureSetting, String> {
    match value {
        serde_json::Value::String(text) => Ok(FailureSetting::Reply(ReplySetting::Text(text.clone()))),
        serde_json::Value::Object(_) => Ok(FailureSetting::Reply(ReplySetting::Document(value.clone()))),
        other => {
            let status = other.as_u64().and_then(|status| u16::try_from(status).ok());
            let known = status.filter(|status| STATUSES.contains(status));
            known.map(FailureSetting::Status).ok_or_else(|| {
                format!("expected one of the statuses {STATUSES:?}, a text to say, or a table that is a WebhookResponse; found {other}")
            })
        }
    }
}
