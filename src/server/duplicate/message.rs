//! Whether two bodies are one message, written in different ways.
//!
//! [`is_same`] compares two; [`digest`] says the same to instances that have only one of them each.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::protocol::WebhookRequest;

/// Whether they say the same: the order of members does not matter, nor how a number or a name is
/// written, nor whether a field is left out or null.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (tree(one), tree(other)) {
        (Some(one), Some(other)) => equal(&one, &other),
        // What a handler could not read whole is equal byte by byte or not at all.
        _ => false,
    }
}

/// The message as the platform would write it.
fn tree(body: &[u8]) -> Option<Value> {
    serde_json::to_value(WebhookRequest::parse(body).ok()?).ok()
}

fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // Every number is a double on the platform: 3 is 3.0.
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_in = |(name, value): (&String, &Value)| other.get(name).is_some_and(|it| equal(value, it));
            one.len() == other.len() && one.iter().all(is_in)
        }
        _ => one == other,
    }
}

/// Adds a message to a digest: what is the same adds the same, and nothing else does.
pub(super) fn digest(body: &[u8], digest: &mut Sha256) {
    match tree(body) {
        Some(tree) => {
            digest.update(b"m");
            add(&tree, digest);
        }
        None => {
            digest.update(b"b");
            add_text(body, digest);
        }
    }
}

/// Each value begins with its kind and tells its length, so no two can be taken for each other.
fn add(value: &Value, digest: &mut Sha256) {
    match value {
        Value::Null => digest.update(b"n"),
        Value::Bool(value) => digest.update(if *value { b"t" } else { b"f" }),
        Value::Number(number) => {
            // 0 is -0.
            let bits = number.as_f64().filter(|number| *number != 0.0).map_or(0, f64::to_bits);
            digest.update(b"d");
            digest.update(bits.to_be_bytes());
        }
        Value::String(text) => add_text(text.as_bytes(), digest),
        Value::Array(values) => {
            digest.update(b"a");
            digest.update((values.len() as u64).to_be_bytes());
            values.iter().for_each(|value| add(value, digest));
        }
        Value::Object(members) => {
            digest.update(b"o");
            digest.update((members.len() as u64).to_be_bytes());
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in members {
                add_text(name.as_bytes(), digest);
                add(value, digest);
            }
        }
    }
}

/// A text of any kind, so that what follows it is not taken for its end.
pub(super) fn add_text(text: &[u8], digest: &mut Sha256) {
    digest.update(b"s");
    digest.update((text.len() as u64).to_be_bytes());
    digest.update(text);
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::is_same;

    fn digest(body: &[u8]) -> Vec<u8> {
        let mut digest = Sha256::new();
        super::digest(body, &mut digest);
        digest.finalize().to_vec()
    }

    #[test]
    fn a_message_is_what_it_says_and_not_how_it_is_written() {
        let message = r#"{"text":"hi","fulfillmentInfo":{"tag":"t"},"sessionInfo":{"session":"s","parameters":{"a":3,"b":{"x":1,"y":[1,2]},"n":null}}}"#;
        for same in [
            message.to_owned(),
            r#"{ "sessionInfo": {"parameters": {"n": null, "b": {"y": [1, 2.0], "x": 1e0}, "a": 3.0}, "session": "s"},
                 "fulfillmentInfo": {"tag": "t"}, "text": "hi" }"#
                .to_owned(),
            message.replace("fulfillmentInfo", "fulfillment_info"),
            message.replace("\"text\":\"hi\"", "\"text\":\"h\\u0069\",\"pageInfo\":null,\"languageCode\":\"\""),
        ] {
            assert!(is_same(message.as_bytes(), same.as_bytes()), "{same}");
            assert_eq!(digest(message.as_bytes()), digest(same.as_bytes()), "{same}");
        }
        for other in [
            message.replace("\"a\":3", "\"a\":4"),
            message.replace("\"a\":3", "\"a\":\"3\""),
            message.replace("[1,2]", "[2,1]"),
            message.replace(",\"n\":null", ""),
            message.replace("hi", "ho"),
            message.replace("\"text\"", "\"transcript\""),
            message.replace("\"text\"", "\"unknown\":1,\"text\""),
            message.replace("\"a\":3", "\"a\":3,\"a\":3"),
            message[1..].to_owned(),
        ] {
            assert!(!is_same(message.as_bytes(), other.as_bytes()), "{other}");
            assert_ne!(digest(message.as_bytes()), digest(other.as_bytes()), "{other}");
        }
    }
}
