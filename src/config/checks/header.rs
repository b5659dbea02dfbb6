//! `kind = "header"`: a header with a secret value, or with one of a certain form.

use actix_web::http::header::HeaderName;
use regex::Regex;

use crate::config::reader::Reader;
use crate::config::secret::Secret;

/// A header and what it may hold.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Header {
    /// The header's name.
    pub name: HeaderName,
    /// The values it may have; several are valid at once while a secret rotates.
    pub values: Vec<Secret>,
    /// What the whole value may look like, for values that vary from session to session.
    pub matches: Option<Regex>,
}

impl Header {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Option<Self> {
        let name = reader.text("name");
        let matches = reader.optional("matches", pattern).flatten();
        let values = match &matches {
            Some(_) => reader.optional("values", Reader::secrets).unwrap_or_default(),
            None => reader.secrets("values"),
        };
        match name.parse() {
            Ok(name) => Some(Self { name, values, matches }),
            Err(_) => {
                reader.refuse("name", format!("expected a header's name, found {name:?}"));
                None
            }
        }
    }
}

/// Values that nobody would choose; a pattern that takes them all takes anything.
const JUNK: [&str; 3] = ["x", "Bearer 0", "~/?!"];

fn pattern(reader: &Reader<'_, '_>, key: &'static str) -> Option<Regex> {
    let text = reader.text(key);
    match Regex::new(&format!("^(?:{text})$")) {
        Ok(pattern) if pattern.is_match("") || JUNK.iter().all(|value| pattern.is_match(value)) => {
            reader.refuse(key, format!("{text:?} matches any value, so anybody would be let in"));
            None
        }
        Ok(pattern) => Some(pattern),
        Err(error) => {
            reader.refuse(key, format!("expected a regular expression, found {text:?}: {error}"));
            None
        }
    }
}
