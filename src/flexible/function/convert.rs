//! From one type to another.

use std::borrow::Cow;

use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;
use crate::flexible::spoken::spoken;

pub(super) fn identity(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    Ok(arguments.value(0).clone())
}

pub(super) fn to_text(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    arguments.text_result(spoken(arguments.value(0)).into_owned())
}

pub(super) fn to_number(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    match arguments.value(0) {
        Value::Number(_) => arguments.number_result(arguments.number(0)?),
        Value::String(text) => {
            let number = parse_number(text).ok_or_else(|| arguments.wrong(0, "a number, or one's text"))?;
            arguments.number_result(number)
        }
        _ => Err(arguments.wrong(0, "a number, or one's text")),
    }
}

pub(super) fn to_object(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    structure(arguments, 0).map(Cow::into_owned)
}

/// An object or list, given as such or as its JSON text.
pub(super) fn structure<'a>(arguments: &Arguments<'a>, at: usize) -> Result<Cow<'a, Value>, FunctionError> {
    match arguments.value(at) {
        value @ (Value::Object(_) | Value::Array(_) | Value::Null) => Ok(Cow::Borrowed(value)),
        // The parser stops at 128 nested values.
        Value::String(text) => {
            let read = serde_json::from_str(text).or_else(|_| serde_json::from_str(&double_quoted(text)));
            match read {
                Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(Cow::Owned(value)),
                _ => Err(arguments.wrong(at, "an object or list, or its JSON text")),
            }
        }
        _ => Err(arguments.wrong(at, "an object or list, or its JSON text")),
    }
}

/// JSON that was written with single quotes, as within the quotes of an argument: `{'day': 5}`.
fn double_quoted(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let (mut open, mut escaped) = (None, false);
    for character in text.chars() {
        match (open, character) {
            (Some(_), _) if escaped => {
                escaped = false;
                // JSON knows no \'.
                if character == '\'' {
                    result.pop();
                }
                result.push(character);
            }
            (Some('\''), '"') => result.push_str("\\\""),
            (Some('\''), '\'') | (None, '\'') => {
                open = if open.is_some() { None } else { Some('\'') };
                result.push('"');
            }
            (_, character) => {
                escaped = open.is_some() && character == '\\';
                if character == '"' {
                    open = if open.is_some() { None } else { Some('"') };
                }
                result.push(character);
            }
        }
    }
    result
}

/// A number as people and JSON write it; not `inf`, which Rust reads too.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let numeric = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(numeric) {
        return None;
    }
    text.parse().ok()
}
