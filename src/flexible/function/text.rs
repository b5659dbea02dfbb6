//! Texts. Positions and lengths count characters, patterns are regular expressions.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Regex, RegexBuilder};
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
    let (pattern, is_plain) = pattern(&old);
    let new = if is_plain { new.replace('$', "$$").into() } else { groups(&new) };
    let (mut result, mut end) = (String::new(), 0);
    for found in pattern.captures_iter(&text) {
        let Some(whole) = found.get(0) else { continue };
        push(arguments, &mut result, &text[end..whole.start()])?;
        let mut replaced = String::new();
        found.expand(&new, &mut replaced);
        push(arguments, &mut result, &replaced)?;
        end = whole.end();
    }
    push(arguments, &mut result, &text[end..])?;
    Ok(Value::String(result))
}

/// A pattern, and whether it is plain text: what is no regular expression is taken as it is.
fn pattern(text: &str) -> (Regex, bool) {
    let read = |text: &str| RegexBuilder::new(text).size_limit(1 << 20).build();
    match read(text) {
        Ok(pattern) => (pattern, false),
        Err(_) => {
            // A text of at most 64 KiB without any operator is far below the limit.
            let plain = read(&regex::escape(text));
            (plain.unwrap_or_else(|_| Regex::new("$^x").expect("a regular expression")), true)
        }
    }
}

/// `$1a` is the first group and an a, as in Java, and no group of that name.
fn groups(text: &str) -> Cow<'_, str> {
    let mut result = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let after = &rest[dollar + 1..];
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        result.push_str(&rest[..dollar]);
        result.push_str(&if digits > 0 { format!("${{{}}}", &after[..digits]) } else { "$$".to_owned() });
        rest = &after[digits..];
    }
    result.push_str(rest);
    Cow::Owned(result)
}

pub(super) fn split(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (text, delimiter) = (arguments.text(0)?, arguments.text(1)?);
    // One more than allowed shows that there are too many.
    let pieces: Vec<Value> = if delimiter.is_empty() {
        text.chars().map(|character| character.to_string().into()).take(LONGEST_LIST + 1).collect()
    } else {
        pattern(&delimiter).0.split(&text).map(Value::from).take(LONGEST_LIST + 1).collect()
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
