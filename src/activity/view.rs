//! Invocations as the API shows them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::InvocationId;
use super::kept::{Attempt, Body, Messages, Parameters, Request, Response, Summary};
use super::query::{Found, Whole};
use super::replay::Replay;
use crate::config::Activity;

/// An invocation in a list.
pub(crate) fn item(found: &Found) -> Value {
    let summary: Summary<'_> = serde_json::from_str(&found.summary).unwrap_or_default();
    let inbound = found.kind.is_some_and(|kind| kind.is_inbound());
    let mut shown = Map::new();
    let mut add = |name: &str, value: Value| {
        let nothing = value.is_null() || value.as_str().is_some_and(str::is_empty);
        if !nothing {
            shown.insert(name.to_owned(), value);
        }
    };
    add("id", json!(found.id));
    add("kind", json!(found.kind.map(|kind| kind.as_str())));
    add("direction", json!(if inbound { "inbound" } else { "outbound" }));
    add("status", json!(found.status));
    add("status_code", json!(found.status_code));
    add("error_type", json!(found.error_type));
    add("error", json!(summary.error));
    add("started_at", json!(time(found.id.micros())));
    add("duration_ms", json!(milliseconds(summary.took_us)));
    if let Some(times) = summary.phases_us {
        let names = ["reading", "verifying", "queueing", "handling", "writing"];
        let phases = names.iter().zip(times).filter(|(_, time)| *time > 0);
        let phases: Map<_, _> =
            phases.map(|(name, time)| ((*name).to_owned(), json!(milliseconds(time)))).collect();
        add("phases_ms", Value::Object(phases));
    }
    add("attempt_count", json!(summary.attempts));
    add("request_bytes", json!(summary.request_bytes));
    add("response_bytes", json!(summary.response_bytes));
    add("outcome", json!(summary.outcome));
    add("duplicate", if summary.duplicate { true.into() } else { Value::Null });
    add("tag", json!(summary.tag));
    add("webhook", json!(found.webhook));
    add("session", json!(found.session));
    add("environment", json!(found.environment));
    add("agent", json!(found.agent));
    add("page", json!(summary.page));
    add("caller", json!(summary.caller));
    add("request_id", json!(summary.request_id));
    add("trace_id", json!(summary.trace_id));
    add("response_id", json!(summary.response_id));
    add("parent", json!(found.parent));
    add("origin", json!(summary.origin.map(InvocationId::of_number)));
    Value::Object(shown)
}

/// An invocation with everything that is kept of it.
pub(crate) fn whole(whole: &Whole, settings: &Activity) -> Value {
    let messages = messages(&whole.messages);
    let mut shown = item(&whole.found);
    shown["parameters"] = parameters(&messages);
    let began = whole.found.id.micros();
    let attempts = messages.attempts.iter().enumerate();
    shown["attempts"] =
        attempts.map(|(index, attempt)| self::attempt(index, attempt, &messages, began)).collect();
    shown["calls"] = whole.made.iter().map(item).collect();
    shown["replay"] = match Replay::of(&whole.found, &messages, settings) {
        Ok(_) => json!({ "possible": true }),
        Err(refusal) => json!({ "possible": false, "code": refusal.code(), "reason": refusal.to_string() }),
    };
    shown
}

/// A call of a session, with the parameters before and after it.
pub(crate) fn turn(found: &Found, kept: &str) -> Value {
    let mut shown = item(found);
    shown["parameters"] = parameters(&messages(kept));
    shown
}

pub(crate) fn messages(kept: &str) -> Messages<'static> {
    serde_json::from_str(kept).unwrap_or_default()
}

/// Before the call, what it set, and after it, as far as values are kept. Null for calls of ours.
fn parameters(messages: &Messages<'_>) -> Value {
    let Some(changes) = &messages.parameters else { return Value::Null };
    let values = |parameters: &Parameters<'_>| -> Map<String, Value> {
        parameters.values.iter().map(|(name, value)| (name.to_string(), value.clone())).collect()
    };
    let side = |parameters: &Parameters<'_>| {
        let mut side = json!({ "names": parameters.names, "values": values(parameters) });
        if !parameters.cleared.is_empty() {
            side["cleared"] = json!(parameters.cleared);
        }
        if parameters.more > 0 {
            side["more"] = json!(parameters.more);
        }
        side
    };
    let before = &changes.before;
    let none = Parameters::default();
    let set = changes.set.as_ref().unwrap_or(&none);
    let is_cleared = |name: &str| set.cleared.iter().any(|cleared| cleared == name);
    let names: BTreeSet<&str> =
        before.names.iter().chain(&set.names).map(|name| &**name).filter(|name| !is_cleared(name)).collect();
    let mut after = values(before);
    // A new value that is not kept takes the place of one that is.
    after.retain(|name, _| !set.names.iter().any(|known| known == name));
    after.extend(values(set));
    json!({
        "before": side(before),
        "set": changes.set.as_ref().map(side),
        "after": { "names": names, "values": after },
    })
}

fn attempt(index: usize, attempt: &Attempt<'_>, messages: &Messages<'_>, began: i64) -> Value {
    let since = i64::try_from(attempt.began_us).unwrap_or_default();
    let mut shown = json!({
        "number": index + 1,
        "started_at": time(began.saturating_add(since)),
        "duration_ms": milliseconds(attempt.took_us),
        "status": attempt.status,
        "request": messages.requests.get(attempt.request).map(request),
        "response": attempt.response.as_ref().map(response),
    });
    for (name, value) in [
        ("connect_ms", json!(attempt.connect_us.map(milliseconds))),
        ("head_ms", json!(attempt.head_us.map(milliseconds))),
        ("body_ms", json!(attempt.body_us.map(milliseconds))),
        ("status_code", json!(attempt.status_code)),
        ("error_type", json!(some(&attempt.error_type))),
        ("error", json!(some(&attempt.error))),
    ] {
        if !value.is_null() {
            shown[name] = value;
        }
    }
    shown
}

fn request(request: &Request<'_>) -> Value {
    json!({
        "method": request.method,
        "url": request.url,
        "headers": headers(&request.headers),
        "bytes": request.bytes,
        "body": request.body.as_ref().map(body),
    })
}

fn response(response: &Response<'_>) -> Value {
    json!({
        "headers": headers(&response.headers),
        "bytes": response.bytes,
        "body": response.body.as_ref().map(body),
    })
}

fn headers(headers: &[(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)]) -> Value {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn body(body: &Body<'_>) -> Value {
    json!({ "text": body.text, "truncated": body.truncated, "masked": body.masked, "binary": body.binary })
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// RFC 3339 with microseconds, UTC.
pub(crate) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map(|time| format!("{time:.6}")).unwrap_or_default()
}
