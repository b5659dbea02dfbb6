//! Lines of a name and a text, the form of every description.

use serde_json::Value;

pub(super) type Lines = Vec<(&'static str, String)>;

/// Adds a line, unless there is nothing to say.
pub(super) fn add(lines: &mut Lines, name: &'static str, text: impl Into<String>) {
    let text = text.into();
    if !text.is_empty() {
        lines.push((name, text));
    }
}

/// A value on one line, cut where it gets long.
pub(in super::super) fn short(value: &Value) -> String {
    const MOST: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
        None => text,
    }
}
