//! The names of a type's fields, without a value to read.

use serde::de::{Deserializer, Error as _, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::DecodeError;

/// The names of the fields that `T` reads from an object; empty if it is no plain struct.
pub(super) fn field_names<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It always fails: there is nothing to read.
    let _ = T::deserialize(Names(&mut names));
    names
}

/// Notes which fields are asked for, and gives none.
struct Names<'n>(&'n mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, DecodeError> {
        Err(DecodeError::custom("nothing is read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, DecodeError> {
        *self.0 = fields;
        Err(DecodeError::custom("nothing is read"))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structs_fields_are_known_by_the_names_they_are_read_under() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its fields matter")]
        struct Order {
            id: u64,
            #[serde(rename = "pizza-size")]
            size: Option<String>,
        }
        assert_eq!(field_names::<Order>(), ["id", "pizza-size"]);
        assert_eq!(field_names::<Option<Order>>(), ["id", "pizza-size"]);
        assert!(field_names::<std::collections::BTreeMap<String, u8>>().is_empty());
    }
}
