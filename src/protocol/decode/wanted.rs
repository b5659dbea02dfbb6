//! What kind of value a type is read from, without a value to read.
//!
//! serde's types say which kind they want before they look at a value: a probe notes that and gives
//! none.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::{DecodeError, field_names};

/// The kind of value that a type is read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    Text,
    Number,
    Flag,
    List,
    Object,
    /// Its own code decides, or it takes several kinds.
    #[default]
    Anything,
}

/// What a type says about the value that it is read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Input {
    /// The kind; for an `Option` that of what is in it.
    pub(crate) wanted: Wanted,
    /// Whether it is an `Option`.
    pub(crate) optional: bool,
}

/// What `T` is read from.
pub(crate) fn input<T: for<'de> Deserialize<'de>>() -> Input {
    let mut input = Input::default();
    // It always fails: there is nothing to read.
    let _ = T::deserialize(Probe(&mut input));
    input
}

/// The fields that `T` reads from an object, and what each is read from; empty if it is no plain struct.
pub(crate) fn fields<T: for<'de> Deserialize<'de>>() -> Vec<(&'static str, Input)> {
    let field = |name: &'static str| {
        let mut input = Input::default();
        let _ = T::deserialize(OneField { name: Some(name), input: &mut input });
        (name, input)
    };
    field_names::<T>().iter().map(|name| field(name)).collect()
}

fn nothing<T>() -> Result<T, DecodeError> {
    Err(DecodeError::custom("nothing is read"))
}

/// Notes the kind that is asked for.
struct Probe<'i>(&'i mut Input);

macro_rules! note {
    ($($method:ident => $wanted:ident,)*) => { $(
        fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, DecodeError> {
            self.0.wanted = Wanted::$wanted;
            nothing()
        }
    )* };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = DecodeError;

    note! {
        deserialize_any => Anything,
        deserialize_bool => Flag,
        deserialize_i8 => Number,
        deserialize_i16 => Number,
        deserialize_i32 => Number,
        deserialize_i64 => Number,
        deserialize_i128 => Number,
        deserialize_u8 => Number,
        deserialize_u16 => Number,
        deserialize_u32 => Number,
        deserialize_u64 => Number,
        deserialize_u128 => Number,
        deserialize_f32 => Number,
        deserialize_f64 => Number,
        deserialize_char => Text,
        deserialize_str => Text,
        deserialize_string => Text,
        deserialize_seq => List,
        deserialize_map => Object,
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.0.wanted = Wanted::Object;
        nothing()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.0.optional = true;
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

/// An object with one field, whose kind is noted when it is read.
struct OneField<'i> {
    name: Option<&'static str>,
    input: &'i mut Input,
}

impl<'de> Deserializer<'de> for OneField<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, DecodeError> {
        nothing()
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for OneField<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(name) = self.name.take() else { return nothing() };
        seed.deserialize(serde::de::value::StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        seed.deserialize(Probe(self.input))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::protocol::decode::number_or_text;

    #[test]
    fn types_say_what_they_want() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its fields matter")]
        struct Trip {
            city: String,
            nights: Option<u32>,
            #[serde(default)]
            pets: bool,
            start: jiff::civil::Date,
            guests: Vec<String>,
            extras: BTreeMap<String, u8>,
            #[serde(deserialize_with = "number_or_text")]
            room: u64,
            other: serde_json::Value,
        }
        let kinds: Vec<_> = fields::<Trip>().into_iter().map(|(name, input)| (name, input.wanted)).collect();
        assert_eq!(
            kinds,
            [
                ("city", Wanted::Text),
                ("nights", Wanted::Number),
                ("pets", Wanted::Flag),
                ("start", Wanted::Text),
                ("guests", Wanted::List),
                ("extras", Wanted::Object),
                ("room", Wanted::Anything),
                ("other", Wanted::Anything),
            ]
        );
        assert_eq!(fields::<Option<Trip>>().len(), 8);
        assert!(fields::<BTreeMap<String, u8>>().is_empty());
        let optional = |(name, input): (&'static str, Input)| input.optional.then_some(name);
        assert_eq!(fields::<Trip>().into_iter().filter_map(optional).collect::<Vec<_>>(), ["nights"]);
        assert_eq!(input::<Option<f64>>(), Input { wanted: Wanted::Number, optional: true });
        assert_eq!(input::<Trip>(), Input { wanted: Wanted::Object, optional: false });
    }
}
