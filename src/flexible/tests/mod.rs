//! The semantics in tables: every rule of a flexible exchange, from parameters to parameters.

mod addresses;
mod answers;
mod bodies;
mod references;
mod replies;

use serde_json::{Value, json};

use super::function::World;
use super::{Exchange, RenderError, Rendered, Scope};
use crate::config::Semantics;
use crate::protocol::Envelope;
use crate::protocol::webhook::Webhook;

/// Noon on a Tuesday, and always the same chance.
struct Noon;

impl World for Noon {
    fn now(&self) -> jiff::Timestamp {
        "2026-11-24T12:00:00Z".parse().expect("a time")
    }

    fn random(&self) -> f64 {
        0.25
    }
}

/// A call with everything that a reference can lead to.
fn call() -> Envelope {
    envelope(&json!({
        "detectIntentResponseId": "r1",
        "text": "two large ones, please",
        "languageCode": "en",
        "fulfillmentInfo": { "tag": "order" },
        "intentInfo": {
            "displayName": "order.place",
            "parameters": {
                "city": { "originalValue": "the Big Apple", "resolvedValue": "New York" },
                "size.of.it": { "originalValue": "large", "resolvedValue": { "code": "L", "all": [1, 2] } },
            },
        },
        "pageInfo": { "formInfo": { "parameterInfo": [
            { "displayName": "size", "required": true, "state": "FILLED", "value": "large", "justCollected": true },
            { "displayName": "topping", "required": false, "state": "EMPTY" },
            { "displayName": "address", "required": true, "state": "FILLED", "value": { "zip": "10001" } },
        ] } },
        "sessionInfo": {
            "session": "projects/p/locations/l/agents/a/environments/live/sessions/s",
            "parameters": {
                "name": "Ada", "count": 3, "whole": 3.0, "price": 9.5, "big": 12345678901234567890u64,
                "yes": true, "no": false, "empty": "", "nothing": null,
                "list": ["a", "b", { "c": "d" }], "numbers": [1.0, 2.5],
                "order": { "id": 7, "items": [{ "sku": "x-1" }], "First Name": "Ada", "dotted.member": 5 },
                "a": { "b": "member", "b.c": "dotted member" }, "a.b": "longer", "first-name": "Dash",
                "quote": "say \"hi\"\\ {}", "line": "one\ntwo", "umlaut": "größe", "slash": "a/b?c=d&e#f+ g",
                "person": { "name": "Ada", "original": "ada l." },
                "date": { "year": 2026, "month": 11, "day": 24 },
                "city": "New York",
                "$flow.prefixed": "flow value", "$request.generative.summary": "All is well.",
                "$shop.params.open": true,
            },
        },
        "payload": { "telephony": { "caller_id": "+15550100000" }, "list": [10, 20] },
        "sentimentAnalysisResult": { "score": 0.9, "magnitude": 1.5 },
    }))
}

fn envelope(request: &Value) -> Envelope {
    Envelope::parse(&request.to_string().into()).expect("a request")
}

fn flexible(service: &Value) -> Webhook {
    let mut service = service.clone();
    service["webhookType"] = "FLEXIBLE".into();
    let webhook = json!({ "displayName": "Test", "genericWebService": service });
    Webhook::parse(webhook.to_string().as_bytes()).expect("a webhook")
}

fn exchange(service: &Value, semantics: Semantics) -> Exchange {
    Exchange::parse(&flexible(service), semantics).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn faults(service: &Value) -> Vec<String> {
    match Exchange::parse(&flexible(service), Semantics::default()) {
        Ok(_) => Vec::new(),
        Err(faults) => {
            faults.into_iter().map(|fault| format!("{}: {}", fault.place, fault.message)).collect()
        }
    }
}

fn render(service: &Value, semantics: Semantics) -> Result<Rendered, RenderError> {
    let call = call();
    exchange(service, semantics).render(&Scope::new(&call, semantics, &Noon))
}
