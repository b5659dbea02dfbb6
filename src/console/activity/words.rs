//! What the log's words are for people.

use crate::activity::kept::Summary;
use crate::activity::query::Found;
use crate::activity::status::{Kind, Status};
use crate::excerpt::excerpt;

/// Why something went as it did, at a length that a list can bear.
const REASON: usize = 240;

/// What it is.
pub(crate) fn kind_word(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Standard) => "call",
        Some(Kind::Flexible) => "flexible call",
        Some(Kind::Zendesk) => "received event",
        Some(Kind::Upstream) => "API call",
        Some(Kind::Delivery) => "delivery",
        Some(Kind::Test) => "test",
        None => "unknown",
    }
}

/// As the platforms write it.
pub(crate) fn status_word(status: &str) -> String {
    status.replace('_', " ")
}

/// The kind of its badge.
pub(crate) fn status_badge(status: &str) -> &'static str {
    match Status::of_word(status) {
        Some(Status::Success) => "good",
        Some(Status::Accepted | Status::Throttled | Status::Cancelled | Status::CircuitBroken) => "idle",
        Some(_) => "bad",
        None => "",
    }
}

/// Why a call failed, or was not made or handled; empty where there is nothing to say.
pub(crate) fn reason(found: &Found, summary: &Summary<'_>) -> String {
    let status = Status::of_word(&found.status);
    let answered = found.status_code.filter(|_| found.error_type.is_empty());
    let said = match (found.kind, &*summary.outcome) {
        _ if !summary.error.is_empty() => &*summary.error,
        (Some(Kind::Zendesk), "duplicate") => "it came before: nothing is done again",
        (Some(Kind::Zendesk), "ignored") => "whoever did it is left out by the settings: nobody works on it",
        (Some(Kind::Zendesk), _) => "",
        _ if summary.duplicate => "the agent repeated a call: it got the first one’s answer",
        (_, "hung_up") => "the agent did not wait for the answer",
        _ => match status {
            Some(Status::Cancelled) => "nobody waited for its end",
            Some(Status::CircuitBroken) => "it was not sent: the webhook fails too often",
            Some(Status::Throttled) => "it was not handled: too much was under way",
            Some(Status::Timeout) => "there was no answer in time",
            Some(Status::Unreachable) => "there was no connection",
            Some(Status::ClientError | Status::ServerError) => match answered {
                Some(code) => return format!("it was answered with status {code}"),
                None => &found.error_type,
            },
            _ => &found.error_type,
        },
    };
    excerpt(said, REASON).into_owned()
}

/// What the agent made of an answer, by the platform's rules; empty for calls that are not the agent's.
pub(crate) fn event_words(found: &Found, event_of: impl Fn(u16) -> &'static str) -> String {
    if !matches!(found.kind, Some(Kind::Standard | Kind::Flexible)) {
        return String::new();
    }
    match (Status::of_word(&found.status), found.status_code) {
        (Some(Status::Apologised), _) => {
            "The agent was told an apology with status 200: no event was raised.".to_owned()
        }
        (_, Some(499)) => {
            "The agent had stopped waiting, at which it raises webhook.error.timeout.".to_owned()
        }
        (_, Some(code)) if code != 200 => format!(
            "At status {code} the agent raises {}, unless the route that called has a transition.",
            event_of(code)
        ),
        _ => String::new(),
    }
}
