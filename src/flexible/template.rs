//! Text with references and function calls in it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use super::document::LARGEST_DOCUMENT;
use super::expression::{self, Expression, ExpressionError};
use super::reference::Reference;
use super::scope::Scope;
use super::spoken::spoken;

/// A text, parsed once: what stands as it is, and what is put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    Value(Expression),
}

/// Something that could not be put in; the call goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A reference that leads to nothing.
    #[error("{reference} leads to nothing")]
    Unresolved {
        /// The reference as it is written.
        reference: String,
    },
    /// A text of an agent that became too long; its end is missing.
    #[error("the text is longer than {limit} bytes; its end is left out")]
    TooLong {
        /// The most bytes.
        limit: usize,
    },
    /// A function that could not be evaluated.
    #[error("{message}")]
    Function {
        /// Which, and why not.
        message: String,
    },
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// A call of a function that the platform does not have, or that is not well formed. Every
    /// other `$` is text.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Self::read(text, &mut Err)
    }

    /// Parses a text of an agent, in which a call that cannot be understood stays as it is written.
    #[must_use]
    pub fn lenient(text: &str, faults: &mut Vec<ExpressionError>) -> Self {
        let read = Self::read(text, &mut |fault| {
            faults.push(fault);
            Ok(())
        });
        read.unwrap_or_else(|_| Self { parts: vec![Part::Text(text.to_owned())] })
    }

    fn read(
        text: &str,
        faulty: &mut dyn FnMut(ExpressionError) -> Result<(), ExpressionError>,
    ) -> Result<Self, ExpressionError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            plain.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            let found = if expression::begins(rest) {
                match expression::parse_call(rest) {
                    Ok(call) => Some(call),
                    Err(fault) => {
                        faulty(fault)?;
                        let length = expression::extent(rest);
                        plain.push_str(&rest[..length]);
                        rest = &rest[length..];
                        continue;
                    }
                }
            } else {
                Reference::parse(rest).map(|reference| {
                    let length = reference.text().len();
                    (Expression::Reference(reference), length)
                })
            };
            let Some((value, length)) = found else {
                plain.push('$');
                rest = &rest[1..];
                continue;
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Value(value));
            rest = &rest[length..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// The one reference or call that it is, if it is nothing else.
    pub(super) fn whole(&self) -> Option<&Expression> {
        match self.parts.as_slice() {
            [Part::Value(value)] => Some(value),
            _ => None,
        }
    }

    /// Whether nothing is put in.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// The references in it, in order.
    #[must_use]
    pub fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        for part in &self.parts {
            if let Part::Value(value) = part {
                value.references(&mut found);
            }
        }
        found
    }

    /// The template with everything put in that has a value by now; what has none may get one later.
    #[must_use]
    pub fn settle(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Self {
        let (mut parts, mut length) = (Vec::with_capacity(self.parts.len()), 0);
        for part in &self.parts {
            let part = match part {
                Part::Value(value) => match value.value(scope, problems) {
                    Some(found) => Part::Text(in_text(&found, scope).into_owned()),
                    None => part.clone(),
                },
                Part::Text(_) => part.clone(),
            };
            length += if let Part::Text(text) = &part { text.len() } else { 0 };
            if length > LARGEST_DOCUMENT {
                problems.push(Problem::TooLong { limit: LARGEST_DOCUMENT });
                break;
            }
            parts.push(part);
        }
        Self { parts }
    }

    /// The text with everything put in; what could not be is told to `problems`.
    pub fn render(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Value(value) => match value.value(scope, problems) {
                    Some(found) => text.push_str(&in_text(&found, scope)),
                    None if scope.unresolved_is_empty() => {}
                    None => text.push_str(value.text()),
                },
            }
            if scope.is_spoken() && text.len() > LARGEST_DOCUMENT {
                problems.push(Problem::TooLong { limit: LARGEST_DOCUMENT });
                break;
            }
        }
        text
    }
}

/// A value in a text.
fn in_text<'v>(value: &'v Value, scope: &Scope<'_>) -> Cow<'v, str> {
    if scope.is_spoken() { spoken(value) } else { as_text(value) }
}

/// A value as text: a string as it is, a whole number without `.0`, null as nothing, the rest as JSON.
pub(super) fn as_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        Value::Number(number) => Cow::Owned(number_text(number)),
        Value::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        Value::Array(_) | Value::Object(_) => {
            let mut text = String::new();
            push_json(&mut text, value);
            Cow::Owned(text)
        }
    }
}

/// Adds a value as JSON, whole numbers without `.0`.
pub(super) fn push_json(text: &mut String, value: &Value) {
    match value {
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push_json(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push_json_text(text, name);
                text.push(':');
                push_json(text, member);
            }
            text.push('}');
        }
        Value::String(string) => push_json_text(text, string),
        Value::Null | Value::Bool(_) => {
            let _ = write!(text, "{value}");
        }
    }
}

/// Adds a text as a JSON string.
pub(super) fn push_json_text(text: &mut String, string: &str) {
    text.push('"');
    push_escaped(text, string);
    text.push('"');
}

/// Adds a text as the inside of a JSON string.
pub(super) fn push_escaped(text: &mut String, string: &str) {
    let mut plain = 0;
    for (at, byte) in string.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        text.push_str(&string[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            let _ = write!(text, "\\u{byte:04x}");
        } else {
            text.push_str(escape);
        }
    }
    text.push_str(&string[plain..]);
}

/// A number the way the platform writes it into text: `3`, not `3.0`.
fn number_text(number: &serde_json::Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() <= EXACT => {
            format!("{double:.0}")
        }
        _ => number.to_string(),
    }
}
