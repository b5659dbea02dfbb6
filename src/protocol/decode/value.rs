//! The serde deserializer over a checked JSON text: no tree in between.

use serde::de::value::{CowStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::members::Members;
use super::{DecodeError, date, members};
use crate::protocol::json::{Scanner, Span, Text, strict};

pub(super) type Result<T> = std::result::Result<T, DecodeError>;

/// One value. `text` starts and ends with it and has been checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueDecoder<'de> {
    pub(super) text: &'de str,
    /// Whether a text that is a number or a boolean is read as one where one is wanted.
    pub(super) loose: bool,
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
        let plain = self.plain();
        match plain.first() {
            b'-' | b'0'..=b'9' => plain.number(visitor, true),
            _ => plain.deserialize_any(visitor),
        }
    }

    /// The number or boolean that a text is, where that is looked into.
    fn plain(self) -> Self {
        if !self.loose || self.first() != b'"' {
            return self;
        }
        let inner = &self.text[1..self.text.len() - 1];
        let plain =
            serde_json::from_str::<serde_json::Number>(inner).is_ok() || matches!(inner, "true" | "false");
        if plain { Self { text: inner, loose: false } } else { self }
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
        visitor.visit_seq(Elements { text: self.text, loose: self.loose, scanner, index: 0 })
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let members = members(self.text)?;
        let object = Members { text: self.text, members: &members, any_case: false, loose: self.loose };
        object.deserialize_map(visitor)
    }
}

macro_rules! whole {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.whole(visitor)
        }
    )* };
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

    whole!(
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    );

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain().deserialize_any(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain().deserialize_any(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.plain().deserialize_any(visitor)
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
                let object =
                    Members { text: self.text, members: &members, any_case: false, loose: self.loose };
                visitor.visit_enum(MapAccessDeserializer::new(object.access(None)?))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier
    }
}

struct Elements<'de> {
    text: &'de str,
    loose: bool,
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
        seed.deserialize(ValueDecoder { text: value.of(self.text), loose: self.loose })
            .map(Some)
            .map_err(|error| error.within(&format!("[{index}]")))
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
