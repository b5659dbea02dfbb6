//! The serde deserializer over a checked JSON text: no tree in between.

use serde::de::value::{CowStrDeserializer, MapAccessDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::{DecodeError, date, members, same_name};
use crate::protocol::json::{Scanner, Span, Text, strict};
use crate::protocol::walk::Member;

type Result<T> = std::result::Result<T, DecodeError>;

/// One value. `text` starts and ends with it and has been checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueDecoder<'de> {
    pub(super) text: &'de str,
}

impl<'de> ValueDecoder<'de> {
    fn first(self) -> u8 {
        self.text.as_bytes().first().copied().unwrap_or(b'n')
    }

    fn string(self) -> Result<std::borrow::Cow<'de, str>> {
        let span = Span { start: 1, end: self.text.len() as u32 - 1 };
        let escaped = self.text.contains('\\');
        strict::decode(self.text, Text { span, escaped }).map_err(DecodeError::fault)
    }

    fn number<V: Visitor<'de>>(self, visitor: V, whole: bool) -> Result<V::Value> {
        if let Ok(number) = self.text.parse::<u64>() {
            return visitor.visit_u64(number);
        }
        // -0 is no integer: as a double it keeps its sign.
        if let Ok(number @ ..0) = self.text.parse::<i64>() {
            return visitor.visit_i64(number);
        }
        let number = self.text.parse::<f64>().map_err(DecodeError::custom)?;
        if !whole {
            return visitor.visit_f64(number);
        }
        // Every whole double in this range is exact as an i64.
        const LIMIT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= LIMIT {
            return visitor.visit_i64(number as i64);
        }
        Err(DecodeError::invalid_value(Unexpected::Float(number), &visitor))
    }

    fn whole<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.first() {
            b'-' | b'0'..=b'9' => self.number(visitor, true),
            _ => self.deserialize_any(visitor),
        }
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.first() == b'{'
            && let Some(text) = date::iso_8601(self.text)
        {
            return visitor.visit_string(text);
        }
        self.deserialize_any(visitor)
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let mut scanner = Scanner::new(self.text);
        scanner.open_array().map_err(DecodeError::fault)?;
        visitor.visit_seq(Elements { text: self.text, scanner, index: 0 })
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let members = members(self.text)?;
        let object = Members { text: self.text, members: &members, any_case: false };
        object.deserialize_map(visitor)
    }
}

impl<'de> Deserializer<'de> for ValueDecoder<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.first() {
            b'n' => visitor.visit_unit(),
            b't' => visitor.visit_bool(true),
            b'f' => visitor.visit_bool(false),
            b'"' => match self.string()? {
                std::borrow::Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                std::borrow::Cow::Owned(text) => visitor.visit_string(text),
            },
            b'[' => self.list(visitor),
            b'{' => self.object(visitor),
            _ => self.number(visitor, false),
        }
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.whole(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.first() == b'n' { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.first() {
            b'"' => CowStrDeserializer::new(self.string()?).deserialize_enum(name, variants, visitor),
            b'{' => {
                let members = members(self.text)?;
                visitor.visit_enum(MapAccessDeserializer::new(MembersAccess {
                    text: self.text,
                    rest: members.iter(),
                    seen: &members,
                    value: None,
                    fields: None,
                }))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier
    }
}

struct Elements<'de> {
    text: &'de str,
    scanner: Scanner<'de>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.scanner.element(self.index == 0).map_err(DecodeError::fault)? {
            return Ok(None);
        }
        let value = self.scanner.value().map_err(DecodeError::fault)?;
        let index = self.index;
        self.index += 1;
        seed.deserialize(ValueDecoder { text: value.of(self.text) })
            .map(Some)
            .map_err(|error| error.within(&format!("[{index}]")))
    }
}

/// An object whose members are known already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members<'de, 'm> {
    pub(super) text: &'de str,
    pub(super) members: &'m [Member],
    /// Whether a struct's fields are found in any case.
    pub(super) any_case: bool,
}

impl<'de, 'm> Members<'de, 'm> {
    fn access(self, fields: Option<&'static [&'static str]>) -> MembersAccess<'de, 'm> {
        MembersAccess { text: self.text, rest: self.members.iter(), seen: self.members, value: None, fields }
    }
}

impl<'de> Deserializer<'de> for Members<'de, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_map(self.access(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(self.access(self.any_case.then_some(fields)))
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

struct MembersAccess<'de, 'm> {
    text: &'de str,
    rest: std::slice::Iter<'m, Member>,
    seen: &'m [Member],
    value: Option<&'m Member>,
    /// The fields to find in any case; other members are passed over.
    fields: Option<&'static [&'static str]>,
}

impl<'de> MembersAccess<'de, '_> {
    /// The field that a member is read into, by the platform's idea of names.
    fn field_for(&self, name: &str) -> Option<&'static str> {
        let fields = self.fields?;
        if let Some(exact) = fields.iter().find(|field| **field == name) {
            return Some(exact);
        }
        let similar = fields.iter().find(|field| same_name(field, name))?;
        // Left to the member that is spelled exactly so, if there is one.
        let exact = self
            .seen
            .iter()
            .any(|other| strict::decode(self.text, other.name).is_ok_and(|other| other == **similar));
        (!exact).then_some(similar)
    }

    fn refuse_duplicates(&self, member: &Member, name: &str) -> Result<()> {
        let before = self.seen.iter().take_while(|other| !std::ptr::eq(*other, member));
        for other in before {
            if strict::decode(self.text, other.name).is_ok_and(|other| other == name) {
                return Err(DecodeError::Duplicate { name: name.to_owned() });
            }
        }
        Ok(())
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
            let name = if self.fields.is_some() {
                match self.field_for(&name) {
                    Some(field) => std::borrow::Cow::Borrowed(field),
                    None => continue,
                }
            } else {
                self.refuse_duplicates(member, &name)?;
                name
            };
            self.value = Some(member);
            return seed.deserialize(CowStrDeserializer::new(name)).map(Some);
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let Some(member) = self.value.take() else {
            return Err(DecodeError::custom("a value was asked for before its name"));
        };
        seed.deserialize(ValueDecoder { text: member.value.of(self.text) }).map_err(|error| {
            let name = strict::decode(self.text, member.name).unwrap_or_default();
            error.within(&name)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::protocol::decode::{from_text, number_or_text};

    #[test]
    fn minus_zero_keeps_its_sign_where_there_is_one() {
        for text in ["-0", "-0.0"] {
            let tree: Value = serde_json::from_str(text).expect(text);
            assert_eq!(from_text::<Value>(text).expect(text), tree);
            assert!(from_text::<f64>(text).expect(text).is_sign_negative());
            assert_eq!(from_text::<u8>(text).expect(text), 0);
            assert_eq!(from_text::<i64>(text).expect(text), 0);
            assert_eq!(number_or_text::<u32, _>(tree).expect(text), 0);
        }
    }
}
