//! What handlers put into replies, as JSON values.
//!
//! `serde_json` writes NaN and infinities as null, which on this platform would silently remove a
//! parameter. So a value is first walked by a serializer that writes nothing and refuses them.

use serde::ser::{self, Error as _, Serialize, Serializer};
use serde_json::{Error, Value};

/// `value` as JSON.
///
/// # Errors
///
/// If it is not JSON: a number that is not finite, a map whose keys are no text.
pub(super) fn to_value(value: impl Serialize) -> Result<Value, Error> {
    value.serialize(Finite)?;
    serde_json::to_value(value)
}

/// Refuses numbers that are not finite, wherever they are.
struct Finite;

type Done = Result<(), Error>;

macro_rules! accept {
    ($($method:ident($type:ty)),*) => { $(
        fn $method(self, _value: $type) -> Done {
            Ok(())
        }
    )* };
}

impl Serializer for Finite {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    accept!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8])
    );

    fn serialize_f32(self, value: f32) -> Done {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Done {
        if value.is_finite() { Ok(()) } else { Err(Error::custom(format!("{value} is no JSON number"))) }
    }

    fn serialize_none(self) -> Done {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Done {
        Ok(())
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, _variant: &'static str) -> Done {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Done {
        value.serialize(self)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self, Error> {
        Ok(self)
    }
}

macro_rules! compound {
    ($($trait:ident $method:ident),*) => { $(
        impl ser::$trait for Finite {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(Finite)
            }

            fn end(self) -> Done {
                Ok(())
            }
        }
    )* };
}

compound!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! named_compound {
    ($($trait:ident),*) => { $(
        impl ser::$trait for Finite {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, _name: &'static str, value: &T) -> Done {
                value.serialize(Finite)
            }

            fn end(self) -> Done {
                Ok(())
            }
        }
    )* };
}

named_compound!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Finite {
    type Ok = ();
    type Error = Error;

    // Keys are judged when the value is made.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, _key: &T) -> Done {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(Self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::to_value;

    #[test]
    fn numbers_that_are_not_finite_are_refused_at_any_depth() {
        assert_eq!(
            to_value((1.5, Some("a"), None::<f64>)).expect("JSON"),
            serde_json::json!([1.5, "a", null])
        );
        assert!(to_value(f64::NAN).is_err());
        assert!(to_value(f32::INFINITY).is_err());
        assert!(to_value(BTreeMap::from([("a", vec![Some(f64::NEG_INFINITY)])])).is_err());
    }
}
