//! Events that nothing has caused: for those who try a webhook, of each type one.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::envelope::{Event, time};
use super::{SCHEMA, types};
use crate::activity::InvocationId;
use crate::activity::record::Place;
use crate::excerpt::excerpt;
use crate::nearest::nearest;
use crate::zendesk::event_types::OWN;

/// A type of events, for whoever chooses one.
#[derive(Debug)]
pub(crate) struct Described {
    /// Whole, as subscriptions have it; for those of handlers one that might be.
    pub(crate) event_type: String,
    /// The type without what all of them begin with, such as `conversation.turn`.
    pub(crate) name: String,
    /// When it is told.
    pub(crate) description: String,
}

/// An event that handlers of a shop might tell.
pub(crate) const OF_HANDLERS: &str = "custom.order_placed";

/// Every type of this server with what its schema says of it, in the order of that.
pub(crate) static DESCRIBED: LazyLock<Vec<Described>> = LazyLock::new(|| {
    // A test reads it.
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let all = schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .filter_map(|one| {
            let name = one["$ref"].as_str()?.rsplit('/').next()?;
            let description = schema["$defs"][name]["description"].as_str()?.to_owned();
            let name = if name == "custom" { OF_HANDLERS } else { name };
            Some(Described { event_type: format!("{OWN}{name}"), name: name.to_owned(), description })
        })
        .collect()
});

const AGENT: &str = "projects/example-project/locations/global/agents/3f1c2b7e-6a54-4f0e-9d3b-0c8e7a5d2b10";
const SESSION: &str = "dfMessenger-48213377";

/// The body of a sample, as it would be sent at this time; else what was expected.
pub(crate) fn of(event_type: &str, account_id: u64, now: i64) -> Result<String, String> {
    let name = event_type.strip_prefix(OWN).unwrap_or(event_type);
    let known = || DESCRIBED.iter().map(|described| &*described.name);
    let custom = name.strip_prefix("custom.").is_some_and(|rest| !rest.is_empty())
        && crate::zendesk::event_types::is_known(&format!("{OWN}{name}")).is_ok();
    if !custom && !known().any(|known| known == name) {
        let shown = excerpt(event_type, 150);
        let hint = nearest(name, known()).map(|meant| format!("; did you mean {OWN}{meant}?"));
        let all = known().map(|known| format!("{OWN}{known}")).collect::<Vec<_>>().join(", ");
        let hint = hint.unwrap_or_else(|| format!("; expected one of {all}"));
        return Err(format!("there is no sample of {shown:?}{hint}"));
    }
    let id = InvocationId::at(now);
    let (subject, detail, event) = content(name, &id.to_string(), now);
    let object = |value: Value| match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let event = Event {
        id,
        event_type: format!("{OWN}{name}").into(),
        at: now,
        subject,
        detail: object(detail),
        event: object(event),
        place: Place::default(),
        about: None,
    };
    Ok(String::from_utf8_lossy(&event.body(account_id)).into_owned())
}

/// Subject, detail and event of a type.
fn content(name: &str, id: &str, now: i64) -> (String, Value, Value) {
    let session = format!("{AGENT}/environments/prod/sessions/{SESSION}");
    let conversation = json!({ "id": SESSION, "session": session, "agent": AGENT, "environment": "prod" });
    let page = json!({
        "name": format!("{AGENT}/flows/00000000-0000-0000-0000-000000000000/pages/4f7d1a0c-order"),
        "display_name": "Order status",
    });
    let tag = "order-status";
    let mut call = json!({
        "tag": tag, "response_id": "8a2e4c1d-7f36-4b95-a0cd-91e3f5b7d264", "page": page, "invocation_id": id,
    });
    let mut with = |members: Value| {
        if let (Some(call), Value::Object(members)) = (call.as_object_mut(), members) {
            call.extend(members);
        }
        call.clone()
    };
    let whole = format!("{OWN}{name}");
    match &*whole {
        types::STARTED => (subject(&session), conversation, with(json!({ "language": "en" }))),
        types::TURN => {
            let event = with(json!({
                "language": "en",
                "intent": {
                    "name": format!("{AGENT}/intents/5d0e9b42-order-status"), "display_name": "order.status",
                    "confidence": 0.93,
                },
                "input": { "kind": "text" },
                "parameters": { "names": ["order_id", "email"], "values": { "order_id": "A-10482" } },
                "set": { "names": ["order_status"], "values": { "order_status": "shipped" } },
                "outcome": "replied", "status": 200, "took_ms": 142.318,
            }));
            (subject(&session), conversation, event)
        }
        types::HANDOFF => {
            let metadata = json!({ "names": ["queue", "reason"], "values": { "queue": "orders" } });
            (subject(&session), conversation, with(json!({ "by": "reply", "metadata": metadata })))
        }
        types::ENDED => {
            let event = with(json!({
                "reason": "reply", "started_at": time(now - 251_000_000), "last_call_at": time(now), "calls": 6,
            }));
            (subject(&session), conversation, event)
        }
        types::FAILED | types::TIMED_OUT => {
            let mut detail = conversation;
            detail["tag"] = tag.into();
            let (code, status, took) = match &*whole {
                types::FAILED => ("upstream_status", 500, 318.52),
                _ => ("timed_out", 504, 4_500.127),
            };
            let event = with(json!({ "code": code, "outcome": "failed", "status": status, "took_ms": took }));
            (format!("rejoinder:fulfillment:{tag}"), detail, event)
        }
        types::CIRCUIT_OPENED | types::CIRCUIT_CLOSED => {
            let detail = json!({ "name": "Orders API", "kind": "flexible" });
            let opened = &*whole == types::CIRCUIT_OPENED;
            let event = if opened { json!({ "failures": 5, "open_ms": 10_000 }) } else { json!({}) };
            ("rejoinder:webhook:Orders API".to_owned(), detail, event)
        }
        _ => {
            let mut detail = conversation;
            detail["tag"] = "place-order".into();
            detail["invocation_id"] = id.into();
            let event = json!({ "order_id": "A-10482", "total": 49.9, "currency": "EUR" });
            ("rejoinder:fulfillment:place-order".to_owned(), detail, event)
        }
    }
}

fn subject(session: &str) -> String {
    format!("rejoinder:conversation:{session}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_796_000_000_123_456;

    #[test]
    fn every_type_has_a_sample_of_its_published_form() {
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        compiler
            .add_resource("events.json", serde_json::from_str(SCHEMA).expect("JSON"))
            .expect("a resource");
        let mut schemas = boon::Schemas::new();
        let index = compiler.compile("events.json", &mut schemas).expect("a schema");
        let named: Vec<&str> = DESCRIBED.iter().map(|described| &*described.event_type).collect();
        assert_eq!(&named[..named.len() - 1], types::ALL);
        for Described { event_type, name, description } in &*DESCRIBED {
            assert!(!description.is_empty(), "{name}");
            let body = of(event_type, 12, NOW).expect(name);
            let event: Value = serde_json::from_str(&body).expect("JSON");
            if let Err(error) = schemas.validate(&event, index) {
                panic!("{error:#}\n{event:#}");
            }
            assert_eq!((&event["type"], &event["account_id"]), (&json!(event_type), &json!(12)));
            assert_eq!(event["time"], "2026-11-30T00:53:20.123456Z");
            assert_eq!(of(name, 12, NOW).expect(name), body);
        }
    }

    #[test]
    fn a_type_without_a_sample_is_told_with_the_nearest() {
        assert!(of("rejoinder:event-type:custom.refund_made", 0, NOW).is_ok());
        let told = of("rejoinder:event-type:conversation.turns", 0, NOW).expect_err("none");
        assert!(told.ends_with("did you mean rejoinder:event-type:conversation.turn?"), "{told}");
        for none in ["zen:event-type:user.created", "custom.", "custom.A B", "", &"x".repeat(100_000)] {
            let told = of(none, 0, NOW).expect_err(none);
            assert!(told.contains("there is no sample") && told.len() < 1_500, "{told}");
        }
    }
}
