//! What is written into fields of the emulator's forms.

use serde_json::Value;

use crate::console::form::Faults;
use crate::emulator::assignments;
use crate::protocol::Struct;

/// Assignments, one a line; none if one is wrong.
pub(super) fn lines(text: &str, field: &str, faults: &mut Faults) -> Vec<(String, Value)> {
    assignments(text).unwrap_or_else(|told| {
        faults.add(field, sentence(&told));
        Vec::new()
    })
}

/// A value.
pub(super) fn json(text: &str, field: &str, faults: &mut Faults) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| {
        faults.add(field, format!("This is no JSON: {error}."));
        Value::Null
    })
}

/// An object; none if nothing was written.
pub(super) fn object(text: &str, field: &str, faults: &mut Faults) -> Option<Struct> {
    if text.trim().is_empty() {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => return Some(object),
        Ok(_) => faults.add(field, "Expected a JSON object, as in {\"a\": 1}."),
        Err(error) => faults.add(field, format!("This is no JSON: {error}.")),
    }
    None
}

/// An error's words as a sentence.
pub(super) fn sentence(told: &str) -> String {
    let mut characters = told.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    let text: String = first.chain(characters).collect();
    if text.ends_with(['.', '!', '?']) { text } else { text + "." }
}
