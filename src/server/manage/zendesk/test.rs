//! Trying a webhook: what the request brings, in the place of what is kept.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::answer::Answered;
use super::problem::{Code, Problem};
use crate::delivery::webhook::{Method, RequestFormat, Webhook};
use crate::delivery::webhooks::Webhooks;
use crate::delivery::{Content, Delivery, TestRefused, TestRequest};
use crate::excerpt::excerpt;
use crate::nearest::nearest;

/// What a test may bring beside what a webhook has.
const KNOWN: [&str; 7] =
    ["endpoint", "http_method", "request_format", "payload", "headers", "custom_headers", "authentication"];

/// Sends it once, and answers what came back.
pub(super) async fn answer(
    webhooks: &Webhooks,
    delivery: &Delivery,
    id: Option<&str>,
    mut sent: Map<String, Value>,
) -> Result<Answered, Problem> {
    known(&sent)?;
    if let Some(given) = sent.remove("headers") {
        sent.insert("custom_headers".to_owned(), headers(given)?);
    }
    let (webhook, dropped) = webhooks.trial(id, &sent).await?;
    let content = content(&webhook, sent.remove("payload").unwrap_or_default())?;
    let tried = delivery.test(TestRequest { webhook, content }).await.map_err(refused)?;
    let headers: Vec<Value> =
        tried.headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let response = json!({ "status_code": tried.status_code, "headers": headers, "payload": tried.payload });
    Ok(Answered::ok(json!({ "response": response })).without(dropped))
}

/// A member that is nearly known is a slip of the pen; whatever else a webhook has makes no difference.
fn known(sent: &Map<String, Value>) -> Result<(), Problem> {
    let webhooks = ["name", "description", "status", "subscriptions", "id"];
    for name in sent.keys().filter(|name| !KNOWN.contains(&&***name) && !webhooks.contains(&&***name)) {
        let meant =
            nearest(name, KNOWN).filter(|meant| strsim::normalized_damerau_levenshtein(name, meant) >= 0.8);
        if let Some(meant) = meant {
            let field = format!("request.{}", excerpt(name, 100));
            return Err(Problem::invalid(&field, format!("there is no such member; did you mean {meant}?")));
        }
    }
    Ok(())
}

/// Headers as answers have them, `[{"key", "value"}]`, or as a webhook has them.
fn headers(given: Value) -> Result<Value, Problem> {
    let Value::Array(list) = given else { return Ok(given) };
    let mut headers = Map::new();
    for (index, one) in list.into_iter().enumerate() {
        let (key, value) = (one.get("key").and_then(Value::as_str), one.get("value"));
        let (Some(key), Some(value)) = (key, value) else {
            let field = format!("request.headers[{index}]");
            return Err(Problem::invalid(&field, "expected {\"key\": \"…\", \"value\": \"…\"}"));
        };
        headers.insert(key.to_owned(), value.clone());
    }
    Ok(headers.into())
}

/// A payload in the form that the webhook sends: a body, or parameters.
fn content(webhook: &Webhook, payload: Value) -> Result<Content, Problem> {
    let bodiless = matches!(webhook.http_method, Method::Get | Method::Delete);
    if !bodiless && webhook.request_format != RequestFormat::FormEncoded {
        return Ok(Content::Body(match payload {
            Value::Null => Bytes::new(),
            Value::String(text) => text.into(),
            // JSON that was not put into a text.
            other => format!("{other:#}\n").into(),
        }));
    }
    let pairs = match payload {
        Value::Null => Some(Vec::new()),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(value @ Value::Array(_)) => pairs(&value),
            _ => Some(form_urlencoded::parse(text.as_bytes()).into_owned().collect()),
        },
        value => pairs(&value),
    };
    pairs.map(Content::Parameters).ok_or_else(|| {
        Problem::invalid(
            "request.payload",
            "this webhook sends parameters: expected a list of pairs, [[\"key\", \"value\"]], or key=value&key=value",
        )
    })
}

fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let pair = |one: &Value| match one.as_array()?.as_slice() {
        [Value::String(key), Value::String(value)] => Some((key.clone(), value.clone())),
        _ => None,
    };
    value.as_array()?.iter().map(pair).collect()
}

fn refused(refused: TestRefused) -> Problem {
    match refused {
        TestRefused::Unfit(unfit) => Problem::invalid("request", format!("it cannot be sent: {unfit}")),
        TestRefused::Unreached(error) => {
            Problem::new(Code::UnprocessableEntity, format!("The endpoint was not reached: {error}."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_takes_the_form_of_its_webhook() {
        let mut webhook = Webhook::of("https://example.com");
        let body = |text: &'static str| Content::Body(Bytes::from_static(text.as_bytes()));
        for (payload, expected) in [
            (Value::Null, body("")),
            (json!("{\"a\": 1}"), body("{\"a\": 1}")),
            (json!({ "a": 1 }), body("{\n  \"a\": 1\n}\n")),
        ] {
            assert_eq!(content(&webhook, payload).expect("a body"), expected);
        }
        let owned = |pairs: &[(&str, &str)]| {
            Content::Parameters(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
        };
        for (method, format) in
            [(Method::Get, RequestFormat::Json), (Method::Post, RequestFormat::FormEncoded)]
        {
            webhook.resource.http_method = method;
            webhook.resource.request_format = format;
            for (payload, expected) in [
                (Value::Null, owned(&[])),
                (json!([["a", "1"], ["a", "2"]]), owned(&[("a", "1"), ("a", "2")])),
                (json!("[[\"a\", \"1 2\"]]"), owned(&[("a", "1 2")])),
                (json!("a=1+2&b=%C3%A9"), owned(&[("a", "1 2"), ("b", "é")])),
            ] {
                assert_eq!(content(&webhook, payload).expect("parameters"), expected);
            }
            for wrong in [json!({ "a": 1 }), json!([["a"]]), json!([["a", 1]]), json!(5)] {
                assert!(content(&webhook, wrong).is_err());
            }
        }
    }

    #[test]
    fn headers_come_as_a_list_or_as_an_object() {
        let list = json!([{ "key": "X-A", "value": "1" }]);
        assert_eq!(headers(list).expect("headers"), json!({ "X-A": "1" }));
        assert_eq!(headers(json!({ "X-A": "1" })).expect("headers"), json!({ "X-A": "1" }));
        assert!(headers(json!([{ "name": "X-A" }])).is_err());
        let misspelt = json!({ "endpont": "x" });
        assert!(known(misspelt.as_object().expect("an object")).is_err());
    }
}
