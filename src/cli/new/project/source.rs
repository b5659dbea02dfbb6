//! Pieces of Rust source that hold an author's own texts.

use serde_json::Value;

/// A text in a comment: one line, and nothing that reads from right to left.
pub(super) fn comment(text: &str) -> String {
    let shown = |c: char| {
        let is_hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if is_hidden || c == '`' { ' ' } else { c }
    };
    crate::excerpt::excerpt(&text.chars().map(shown).collect::<String>(), 300).into_owned()
}

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    // Rust's own form for debugging is a literal of Rust.
    format!("{text:?}")
}

/// A value as an expression; what is more than a text or a number needs `json!`.
pub(super) fn expression(value: &Value) -> String {
    match value {
        Value::String(text) => literal(text),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
        }
        other => format!("serde_json::json!({})", json(other)),
    }
}

/// JSON inside of `json!`: texts are literals of Rust there.
fn json(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{}: {}", literal(name), json(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => literal(text),
        other => other.to_string(),
    }
}
