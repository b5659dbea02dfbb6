//! Reading the members of a JSON object one by one, noting what is wrong with each.

use serde_json::{Map, Value};

use super::Violation;

/// What a value is, for messages; never the value itself, which may be a secret.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A text that has to be there and to say something; `most` is in characters.
pub(super) fn text(
    object: &Map<String, Value>,
    name: &str,
    field: &str,
    most: usize,
) -> Result<String, Violation> {
    match object.get(name) {
        None | Some(Value::Null) => Err(Violation::new(field, "it is required")),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(Violation::new(field, "it is blank; expected a text"))
        }
        Some(Value::String(text)) => {
            bounded(field, text, most, &[])?;
            Ok(text.clone())
        }
        Some(other) => Err(Violation::new(field, format!("expected a text, found {}", kind(other)))),
    }
}

/// A text that may be left out, and may have lines.
pub(super) fn optional_text(
    object: &Map<String, Value>,
    name: &str,
    field: &str,
    most: usize,
) -> Result<Option<String>, Violation> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            bounded(field, text, most, &['\n', '\r', '\t'])?;
            Ok(Some(text.clone()))
        }
        Some(other) => Err(Violation::new(field, format!("expected a text, found {}", kind(other)))),
    }
}

fn bounded(field: &str, text: &str, most: usize, blanks: &[char]) -> Result<(), Violation> {
    let length = text.chars().count();
    if length > most {
        return Err(Violation::new(field, format!("{length} characters; expected at most {most}")));
    }
    if text.chars().any(|c| c.is_control() && !blanks.contains(&c)) {
        return Err(Violation::new(field, "a control character, which nobody could see; leave it out"));
    }
    Ok(())
}
