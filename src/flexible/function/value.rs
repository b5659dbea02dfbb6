//! Values as functions see them: every number is a double.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Number, Value};

/// Above it a double cannot tell neighbouring integers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The type of a value, for messages.
pub(in crate::flexible) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The number as JSON, integral if it can be; `None` if JSON has no such number.
pub(super) fn number(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

/// The text of a text, number or boolean.
pub(super) fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) => Some(Cow::Owned(plain(value).to_string())),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text of any value: JSON text of a list or object, nothing of null.
pub(super) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Array(_) | Value::Object(_) => Cow::Owned(plain(value).to_string()),
        scalar => scalar_text(scalar).unwrap_or_default(),
    }
}

/// A copy with integral numbers written without a fraction.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(found) => found.as_f64().and_then(number).unwrap_or(Value::Null),
        Value::Array(elements) => elements.iter().map(plain).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), plain(member))).collect()
        }
        other => other.clone(),
    }
}

/// A text that two values share exactly when they are equal: 3 and 3.0 are, `3` and `"3"` are not.
pub(super) fn identity_key(value: &Value) -> String {
    let mut key = String::new();
    write_key(value, &mut key);
    key
}

fn write_key(value: &Value, key: &mut String) {
    match value {
        Value::Array(elements) => {
            key.push('[');
            for element in elements {
                write_key(element, key);
                key.push(',');
            }
            key.push(']');
        }
        Value::Object(members) => {
            // The order of members carries no meaning.
            let sorted: BTreeMap<_, _> = members.iter().collect();
            key.push('{');
            for (name, member) in sorted {
                key.push_str(&Value::from(name.as_str()).to_string());
                key.push(':');
                write_key(member, key);
                key.push(',');
            }
            key.push('}');
        }
        scalar => key.push_str(&plain(scalar).to_string()),
    }
}
