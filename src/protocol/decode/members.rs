//! The serde deserializer over an object's members, names in any case where that is the rule.
//!
//! A hostile object can have a hundred thousand members, so nothing here compares each with each.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::de::value::{CowStrDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::value::{Result, ValueDecoder};
use super::{DecodeError, same_name};
use crate::protocol::json::strict;
use crate::protocol::walk::Member;

/// An object whose members are known already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members<'de, 'm> {
    pub(super) text: &'de str,
    pub(super) members: &'m [Member],
    /// Whether a struct's fields are found in any case.
    pub(super) any_case: bool,
    /// See [`ValueDecoder::loose`].
    pub(super) loose: bool,
}

impl<'de, 'm> Members<'de, 'm> {
    pub(super) fn access(self, fields: Option<&'static [&'static str]>) -> Result<MembersAccess<'de, 'm>> {
        if fields.is_none() {
            self.refuse_duplicates()?;
        }
        let Self { text, members, loose, .. } = self;
        Ok(MembersAccess { text, members, loose, rest: members.iter(), value: None, fields, exact: None })
    }

    /// A struct notices doubled fields itself; a map would silently keep the last.
    fn refuse_duplicates(self) -> Result<()> {
        let mut seen = HashSet::with_capacity(self.members.len());
        for member in self.members {
            let name = strict::decode(self.text, member.name).map_err(DecodeError::fault)?;
            if seen.contains(&name) {
                return Err(DecodeError::Duplicate { name: name.into_owned() });
            }
            seen.insert(name);
        }
        Ok(())
    }
}

impl<'de> Deserializer<'de> for Members<'de, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_map(self.access(None)?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(self.access(self.any_case.then_some(fields))?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<()>()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct tuple tuple_struct map enum identifier ignored_any
    }
}

pub(super) struct MembersAccess<'de, 'm> {
    text: &'de str,
    members: &'m [Member],
    loose: bool,
    rest: std::slice::Iter<'m, Member>,
    value: Option<&'m Member>,
    /// The fields to find in any case; other members are passed over.
    fields: Option<&'static [&'static str]>,
    /// Which of the fields some member names exactly; looked up when one is named in another case.
    exact: Option<HashSet<&'static str>>,
}

impl MembersAccess<'_, '_> {
    /// The field that a member is read into, by the platform's idea of names.
    fn field_for(&mut self, fields: &'static [&'static str], name: &str) -> Option<&'static str> {
        if let Some(exact) = fields.iter().find(|field| **field == name) {
            return Some(exact);
        }
        let similar = *fields.iter().find(|field| same_name(field, name))?;
        let (text, members) = (self.text, self.members);
        let exact = self.exact.get_or_insert_with(|| {
            let names = members.iter().filter_map(|member| strict::decode(text, member.name).ok());
            names.filter_map(|name| fields.iter().find(|field| **field == name).copied()).collect()
        });
        // Left to the member that is spelled exactly so, if there is one.
        (!exact.contains(similar)).then_some(similar)
    }
}

impl<'de> MapAccess<'de> for MembersAccess<'de, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        loop {
            let Some(member) = self.rest.next() else {
                return Ok(None);
            };
            let name = strict::decode(self.text, member.name).map_err(DecodeError::fault)?;
            let name = match self.fields {
                None => name,
                Some(fields) => match self.field_for(fields, &name) {
                    Some(field) => Cow::Borrowed(field),
                    None => continue,
                },
            };
            self.value = Some(member);
            return seed.deserialize(CowStrDeserializer::new(name)).map(Some);
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let Some(member) = self.value.take() else {
            return Err(DecodeError::custom("a value was asked for before its name"));
        };
        seed.deserialize(ValueDecoder { text: member.value.of(self.text), loose: self.loose }).map_err(
            |error| {
                let name = strict::decode(self.text, member.name).unwrap_or_default();
                error.within(&name)
            },
        )
    }
}
