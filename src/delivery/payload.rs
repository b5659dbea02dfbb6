//! What somebody who tries a webhook wants to send, in the form that the webhook sends.

use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded;

use super::job::Content;
use super::webhook::{Method, RequestFormat, Webhook};

/// The content of a payload as requests have it: a body as text or as JSON, or parameters as pairs or as
/// they stand in an address. Else what was expected.
pub(super) fn content(webhook: &Webhook, payload: Value) -> Result<Content, &'static str> {
    if !sends_parameters(webhook.http_method, webhook.request_format) {
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
    pairs.map(Content::Parameters).ok_or(
        "this webhook sends parameters: expected a list of pairs, [[\"key\", \"value\"]], or key=value&key=value",
    )
}

/// Whether such a webhook sends parameters, and no body of its own.
pub(crate) fn sends_parameters(method: Method, format: RequestFormat) -> bool {
    matches!(method, Method::Get | Method::Delete) || format == RequestFormat::FormEncoded
}

fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let pair = |one: &Value| match one.as_array()?.as_slice() {
        [Value::String(key), Value::String(value)] => Some((key.clone(), value.clone())),
        _ => None,
    };
    value.as_array()?.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
}
