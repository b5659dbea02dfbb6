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
mod fields;
mod members;
mod number;
mod value;
mod wanted;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use error::DecodeError;
use fields::field_names;
pub use number::number_or_text;
pub(crate) use wanted::{Input, Wanted, fields, input};

use super::Struct;
use super::json::{Scanner, Span, strict};
use super::walk::Member;
use members::Members;
use value::ValueDecoder;

/// Decodes the text of one JSON value, whose grammar has been checked.
pub(crate) fn from_text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, DecodeError> {
    T::deserialize(ValueDecoder { text: text.trim_ascii(), loose: false })
}

/// The same, and a text that is a number or a boolean is read as one where one is wanted.
pub(crate) fn from_loose_text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, DecodeError> {
    T::deserialize(ValueDecoder { text: text.trim_ascii(), loose: true })
}

/// Decodes the members of an object whose names ignore case.
pub(crate) fn from_members<T: DeserializeOwned>(
    text: &str,
    members: &[Member],
    loose: bool,
) -> Result<T, DecodeError> {
    T::deserialize(Members { text, members, any_case: true, loose })
}

/// Decodes an object that was built, not read; its names ignore case.
pub(crate) fn from_object<T: DeserializeOwned>(object: &Struct) -> Result<T, DecodeError> {
    let text = serde_json::to_string(object).map_err(serde::de::Error::custom)?;
    from_members(&text, &members(&text)?, false)
}

/// The value of the member called `name`; an exact match wins over one in another case.
pub(crate) fn member(text: &str, members: &[Member], name: &str) -> Result<Option<Span>, DecodeError> {
    let mut exact: Option<Span> = None;
    let mut similar: Option<Span> = None;
    for member in members {
        // Most names differ in length already. Outside ASCII another case can have another length.
        let raw = member.name.span.of(text);
        if raw.len() != name.len() && !member.name.escaped && raw.is_ascii() && name.is_ascii() {
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn object(names: impl Iterator<Item = String>) -> String {
        let members: Vec<_> = names.map(|name| format!("\"{name}\":1")).collect();
        format!("{{{}}}", members.join(","))
    }

    // Comparing each name with each would take minutes here.
    #[test]
    fn objects_of_very_many_members_are_read_in_one_pass() {
        let text = object((0..200_000).map(|number| format!("n{number}")));
        let map: HashMap<String, u8> = from_text(&text).expect("a map");
        assert_eq!(map.len(), 200_000);
        let doubled = object((0..200_000).chain([7]).map(|number| format!("n{number}")));
        let error = from_text::<HashMap<String, u8>>(&doubled).expect_err("doubled");
        assert_eq!(error, DecodeError::Duplicate { name: "n7".to_owned() });
    }

    #[test]
    fn of_very_many_spellings_the_exact_one_is_read() {
        #[derive(Deserialize)]
        struct Wanted {
            abcdefghijklmnopq: u8,
        }
        let spelling = |number: u32| -> String {
            let upper = |(at, letter): (usize, char)| {
                if number >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
            };
            "abcdefghijklmnopq".chars().enumerate().map(upper).collect()
        };
        // The last of them, number 0, is in lower case throughout.
        let text = object((0..1 << 17).rev().map(spelling));
        let wanted: Wanted =
            from_members(&text, &members(&text).expect("members"), false).expect("the exact one");
        assert_eq!(wanted.abcdefghijklmnopq, 1);
    }
}
