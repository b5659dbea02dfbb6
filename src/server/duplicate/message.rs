//! Whether two bodies are one message, written in different ways.

use serde_json::Value;

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

#[cfg(test)]
mod tests {
    use super::is_same;

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
        }
    }
}
