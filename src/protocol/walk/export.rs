//! The forms of agent exports, checked where they stand.
//!
//! What they are, and how they become ProtoJSON, is in [`webhook::export`](crate::protocol::webhook).

use std::collections::HashSet;

use super::{Walk, json_type};
use crate::protocol::json::{Fault, Reason, strict};
use crate::protocol::schema::{Field, Kind};
use crate::protocol::webhook::export;

impl Walk<'_, '_> {
    /// A map as a list of `{"key": …, "value": …}`.
    pub(super) fn entries(&mut self, field: &'static Field, kind: Kind) -> Result<(), Fault> {
        self.scanner.open_array()?;
        let mut names = HashSet::new();
        let mut first = true;
        while self.scanner.element(first)? {
            first = false;
            let byte = self.scanner.peek()?;
            let offset = self.scanner.pos();
            if byte != b'{' {
                self.scanner.value()?;
                return self.no_entry(field, json_type(byte), offset);
            }
            let name = self.entry(field, kind)?;
            if names.contains(&name) {
                return Err(Fault::new(Reason::Duplicate { name }, offset));
            }
            names.insert(name);
        }
        Ok(())
    }

    /// One entry; gives its key, which is empty when it is left out.
    fn entry(&mut self, field: &'static Field, kind: Kind) -> Result<String, Fault> {
        self.scanner.open_object()?;
        let mut name = String::new();
        let mut first = true;
        while let Some(member) = self.scanner.key(first)? {
            first = false;
            let byte = self.scanner.peek()?;
            match &*strict::decode(self.text, member)? {
                "key" | "value" if byte == b'n' => self.scanner.word("null")?,
                "key" if byte == b'"' => {
                    let key = self.scanner.string()?;
                    name = strict::decode(self.text, key)?.into_owned();
                }
                "value" => self.typed(field, kind, byte)?,
                "key" => {
                    let offset = self.scanner.pos();
                    self.scanner.value()?;
                    return self.no_entry(field, "a key that is no text", offset);
                }
                // There is no place for it in the map, and nothing may be lost unseen.
                _ => return self.no_entry(field, "another member", member.span.start as usize),
            }
        }
        Ok(name)
    }

    fn no_entry<T>(&self, field: &'static Field, found: &'static str, offset: usize) -> Result<T, Fault> {
        let expected = "an object, or a list of {\"key\": …, \"value\": …} as in agent exports";
        Err(Fault::new(Reason::WrongType { field: field.json, expected, found }, offset))
    }

    /// A time as `{"seconds": …, "nanos": …}`.
    pub(super) fn seconds_and_nanos(&mut self, field: &'static Field, kind: Kind) -> Result<(), Fault> {
        let offset = self.scanner.pos();
        let text = self.scanner.value()?.of(self.text);
        let fits = serde_json::from_str(text).is_ok_and(|value| export::time_text(kind, &value).is_some());
        if fits {
            return Ok(());
        }
        self.wrong(field, kind, "an object that is no {\"seconds\": …, \"nanos\": …} in range", offset)
    }
}
