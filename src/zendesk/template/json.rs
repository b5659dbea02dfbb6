//! Values in JSON: within a string, or as a value of their own.

use std::fmt::Write as _;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::out::Out;
use super::{Fault, Spot, TemplateError, TooLarge};

/// Where a text stands, as far as strings go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Outside,
    Inside,
    /// After a backslash.
    Escape,
    /// So many digits of `\u0000` are to come.
    Digits(u8),
}

impl State {
    pub(super) fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            *self = match (*self, byte) {
                (Self::Outside, b'"') | (Self::Digits(1), _) => Self::Inside,
                (Self::Outside, _) | (Self::Inside, b'"') => Self::Outside,
                (Self::Inside, b'\\') => Self::Escape,
                (Self::Escape, b'u') => Self::Digits(4),
                (Self::Inside | Self::Escape, _) => Self::Inside,
                (Self::Digits(more), _) => Self::Digits(more - 1),
            };
        }
    }

    pub(super) fn spot(self) -> Result<Spot, Fault> {
        match self {
            Self::Outside => Ok(Spot::JsonValue),
            Self::Inside => Ok(Spot::JsonString),
            Self::Escape | Self::Digits(_) => Err(Fault::Place { place: "after a backslash" }),
        }
    }
}

/// Adds what may stand where a placeholder of `length` bytes stands: an array is neither a key nor a part of
/// anything, so where it fits, every value does.
pub(super) fn push_sample(sample: &mut String, spot: Spot, length: usize) {
    let (first, last) = if spot == Spot::JsonValue { ("[", "]") } else { (" ", " ") };
    sample.push_str(first);
    sample.extend(std::iter::repeat_n(' ', length - 2));
    sample.push_str(last);
}

/// Whether it is JSON with every placeholder replaced; the positions are those of the template.
pub(super) fn check(sample: &str) -> Result<(), TemplateError> {
    serde_json::from_str::<IgnoredAny>(sample).map(drop).map_err(|error| {
        let text = error.to_string();
        let cause = text.split(" at line ").next().unwrap_or_default().to_owned();
        let line = sample.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        // It counts bytes.
        let before = &line[..line.floor_char_boundary(error.column().saturating_sub(1))];
        let fault = Fault::NotJson { cause };
        TemplateError { line: error.line().max(1), column: before.chars().count() + 1, fault }
    })
}

/// A text within a string.
pub(super) fn put_text(out: &mut Out, text: &str) -> Result<(), TooLarge> {
    out.escaped(text, |character, piece| {
        match character {
            '"' => piece.push_str("\\\""),
            '\\' => piece.push_str("\\\\"),
            '\n' => piece.push_str("\\n"),
            '\r' => piece.push_str("\\r"),
            '\t' => piece.push_str("\\t"),
            // The last two end a line in JavaScript, where some receivers put what they get.
            '\0'..='\u{1f}' | '\u{7f}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(piece, "\\u{:04x}", u32::from(character));
            }
            _ => return false,
        }
        true
    })
}

/// A value, of its kind.
pub(super) fn put_value(out: &mut Out, value: &Value) -> Result<(), TooLarge> {
    match value {
        Value::String(text) => {
            out.plain("\"")?;
            put_text(out, text)?;
            out.plain("\"")
        }
        Value::Number(_) => out.plain(&super::text_of(value)),
        other => out.plain(&other.to_string()),
    }
}
