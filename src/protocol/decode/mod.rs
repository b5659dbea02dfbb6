//! Parameter values as Rust types, the way the platform means them.
//!
//! Beside what serde does by itself:
//!
//! - every number is a double on the platform, so `3.0` is read where a whole number is wanted;
//! - a `@sys.date`, `@sys.time` or `@sys.date-time` object is read where text or a date is wanted,
//!   in ISO 8601 form (`2026-11-22`, `18:30:00`, `2026-11-22T18:30:00`);
//! - parameter names are compared without regard to case; an exact match wins;
//! - a number written as text is read with [`number_or_text`], where a handler asks for it;
//! - a name that stands twice in an object is refused.

mod date;
mod error;
mod number;
mod value;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use error::DecodeError;
pub use number::number_or_text;

use super::Struct;
use super::json::{Scanner, Span, strict};
use super::walk::Member;
use value::{Members, ValueDecoder};

/// Decodes the text of one JSON value, whose grammar has been checked.
pub(crate) fn from_text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, DecodeError> {
    T::deserialize(ValueDecoder { text: text.trim_ascii() })
}

/// Decodes the members of an object whose names ignore case.
pub(crate) fn from_members<T: DeserializeOwned>(text: &str, members: &[Member]) -> Result<T, DecodeError> {
    T::deserialize(Members { text, members, any_case: true })
}

/// Decodes an object that was built, not read; its names ignore case.
pub(crate) fn from_object<T: DeserializeOwned>(object: &Struct) -> Result<T, DecodeError> {
    let text = serde_json::to_string(object).map_err(serde::de::Error::custom)?;
    from_members(&text, &members(&text)?)
}

/// The value of the member called `name`; an exact match wins over one in another case.
pub(crate) fn member(text: &str, members: &[Member], name: &str) -> Result<Option<Span>, DecodeError> {
    let mut exact: Option<Span> = None;
    let mut similar: Option<Span> = None;
    for member in members {
        // An escape can only shorten, so a shorter text cannot be the name.
        let length = (member.name.span.end - member.name.span.start) as usize;
        if length != name.len() && !member.name.escaped && name.is_ascii() {
            continue;
        }
        let found = strict::decode(text, member.name).map_err(DecodeError::fault)?;
        if found == name {
            if exact.replace(member.value).is_some() {
                return Err(DecodeError::Duplicate { name: name.to_owned() });
            }
        } else if same_name(&found, name) {
            similar.get_or_insert(member.value);
        }
    }
    Ok(exact.or(similar))
}

/// Whether two parameter names are one name to the platform.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || (!one.is_ascii() && one.to_lowercase() == other.to_lowercase())
}

/// The members of the object in `text`, whose grammar has been checked.
fn members(text: &str) -> Result<Vec<Member>, DecodeError> {
    let mut members = Vec::new();
    let mut scanner = Scanner::new(text);
    scanner.open_object().map_err(DecodeError::fault)?;
    while let Some(name) = scanner.key(members.is_empty()).map_err(DecodeError::fault)? {
        let value = scanner.value().map_err(DecodeError::fault)?;
        members.push(Member { name, value });
    }
    Ok(members)
}
