//! Texts. Positions and lengths count characters, patterns are plain text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::arguments::Arguments;
use super::value::text_of;
use super::{FunctionError, LONGEST_LIST};

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn concatenate(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let mut result = String::new();
    for value in arguments.all() {
        push(arguments, &mut result, &text_of(value))?;
    }
    Ok(Value::String(result))
}

pub(super) fn len(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(arguments.text(0)?.chars().count()))
}

pub(super) fn lower(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    arguments.text_result(arguments.text(0)?.to_lowercase())
}

pub(super) fn upper(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    arguments.text_result(arguments.text(0)?.to_uppercase())
}

pub(super) fn mid(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let text = arguments.text(0)?;
    let start = arguments.whole(1)?;
    if start < 1 {
        return Err(arguments.wrong(1, "a position of 1 or more"));
    }
    let count = arguments.up_to(2, i64::MAX, "a count of 0 or more")?;
    let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
    arguments.text_result(text.chars().skip(skipped).take(count).collect())
}

pub(super) fn substitute(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (text, old, new) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    if old.is_empty() {
        return arguments.text_result(text.into_owned());
    }
    let mut result = String::new();
    for (count, piece) in text.split(&*old).enumerate() {
        if count > 0 {
            push(arguments, &mut result, &new)?;
        }
        push(arguments, &mut result, piece)?;
    }
    Ok(Value::String(result))
}

pub(super) fn split(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (text, delimiter) = (arguments.text(0)?, arguments.text(1)?);
    // One more than allowed shows that there are too many.
    let pieces: Vec<Value> = if delimiter.is_empty() {
        text.chars().map(|character| character.to_string().into()).take(LONGEST_LIST + 1).collect()
    } else {
        text.split(&*delimiter).map(Value::from).take(LONGEST_LIST + 1).collect()
    };
    arguments.list_result(pieces)
}

pub(super) fn join(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let delimiter = arguments.text(0)?;
    let elements = arguments.list(1)?;
    let last = if arguments.given(2) { arguments.text(2)? } else { delimiter.clone() };
    let mut result = String::new();
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            let between = if at + 1 == elements.len() { &last } else { &delimiter };
            push(arguments, &mut result, between)?;
        }
        push(arguments, &mut result, &text_of(element))?;
    }
    Ok(Value::String(result))
}

pub(super) fn url_encode(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let text = arguments.text(0)?;
    arguments.text_result(utf8_percent_encode(&text, RESERVED).collect())
}

/// Grows a result only as far as it may grow.
fn push(arguments: &Arguments<'_>, result: &mut String, piece: &str) -> Result<(), FunctionError> {
    arguments.fits(result.len().saturating_add(piece.len()))?;
    result.push_str(piece);
    Ok(())
}
