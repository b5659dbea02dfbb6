//! From an agent export's JSON to ProtoJSON.
//!
//! An exported agent writes the same resources in another dialect: maps are lists of
//! `{"key": …, "value": …}`, durations and times are `{"seconds": …, "nanos": …}`. Each member
//! shows by its shape which form it has, so a file may mix both. Names and enums are the same.

use serde_json::{Map, Value};

use crate::protocol::Struct;
use crate::protocol::schema::{Kind, Message};
use crate::protocol::time::{Duration, Timestamp};

/// Rewrites a message, checked against its schema, from the export's forms to ProtoJSON's.
pub(crate) fn to_rest(message: &'static Message, object: &mut Struct) {
    for (name, value) in object.iter_mut() {
        if let Some((_, field, _)) = message.field(name) {
            value_to_rest(field.kind, value);
        }
    }
}

// Recursion follows the schema, as in the walk.
fn value_to_rest(kind: Kind, value: &mut Value) {
    match (kind, &mut *value) {
        (Kind::Message(message), Value::Object(object)) => to_rest(message, object),
        (Kind::Repeated(kind), Value::Array(elements)) => {
            elements.iter_mut().for_each(|element| value_to_rest(*kind, element));
        }
        (Kind::Map(kind), Value::Array(entries)) => {
            let mut members: Map<_, _> =
                std::mem::take(entries).into_iter().map(|entry| member(*kind, entry)).collect();
            members.values_mut().for_each(|member| value_to_rest(*kind, member));
            *value = Value::Object(members);
        }
        (Kind::Map(kind), Value::Object(members)) => {
            members.values_mut().for_each(|member| value_to_rest(*kind, member));
        }
        (Kind::Duration | Kind::Timestamp, Value::Object(_)) => {
            if let Some(text) = time_text(kind, value) {
                *value = Value::String(text);
            }
        }
        _ => {}
    }
}

/// The key and the value of an entry; what is left out has its default.
fn member(kind: Kind, mut entry: Value) -> (String, Value) {
    let mut take = |name| entry.get_mut(name).map(Value::take).filter(|value| !value.is_null());
    let key = match take("key") {
        Some(Value::String(key)) => key,
        _ => String::new(),
    };
    let default =
        || if matches!(kind, Kind::Message(_)) { Value::Object(Map::new()) } else { Value::from("") };
    (key, take("value").unwrap_or_else(default))
}

/// The ProtoJSON text of a `{"seconds": …, "nanos": …}`; `None` if it is no such object.
pub(crate) fn time_text(kind: Kind, value: &Value) -> Option<String> {
    let object = value.as_object()?;
    if object.keys().any(|name| name != "seconds" && name != "nanos") {
        return None;
    }
    let number = |name| object.get(name).filter(|value| !value.is_null()).map_or(Some(0), integer);
    let (seconds, nanos) = (number("seconds")?, i32::try_from(number("nanos")?).ok()?);
    match kind {
        Kind::Duration => Duration::new(seconds, nanos).ok().map(|duration| duration.to_string()),
        Kind::Timestamp => Timestamp::new(seconds, nanos).ok().map(|moment| moment.to_string()),
        _ => None,
    }
}

/// A 64-bit integer: exports write a number, ProtoJSON has it in a string.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        value => value.as_i64(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_and_nanos_become_text() {
        for (value, expected) in [
            (json!({"seconds": 5}), Some("5s")),
            (json!({"seconds": "5", "nanos": 500_000_000}), Some("5.500s")),
            (json!({"nanos": 1}), Some("0.000000001s")),
            (json!({}), Some("0s")),
            (json!({"seconds": null}), Some("0s")),
            (json!({"seconds": 1, "nanos": -1}), None),
            (json!({"seconds": 1.5}), None),
            (json!({"seconds": 1, "minutes": 1}), None),
            (json!({"nanos": 5_000_000_000_i64}), None),
            (json!({"seconds": []}), None),
            (json!("5s"), None),
        ] {
            assert_eq!(time_text(Kind::Duration, &value).as_deref(), expected, "{value}");
        }
        let moment = json!({"seconds": 1_670_621_238, "nanos": 772_787_000});
        let text = time_text(Kind::Timestamp, &moment);
        assert_eq!(text.as_deref(), Some("2022-12-09T21:27:18.772787Z"));
    }

    #[test]
    fn entries_without_key_or_value_have_the_defaults() {
        let mut headers =
            json!([{"key": "a", "value": "1"}, {"key": "b"}, {"value": "2"}, {"key": "c", "value": null}]);
        value_to_rest(Kind::Map(&Kind::String), &mut headers);
        assert_eq!(headers, json!({"a": "1", "b": "", "": "2", "c": ""}));
    }
}
