//! How each type of field reads and writes its ProtoJSON form.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Struct;
use super::schema::{Kind, Message};

/// A type that a field of a message can have.
pub(crate) trait FieldType: Sized + Default {
    const KIND: Kind;

    /// Reads a present value; the error says what is expected.
    fn read(value: Value) -> Result<Self, &'static str>;

    /// Whether the field is left out when it is written.
    fn is_absent(&self) -> bool;

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

pub(crate) trait MessageType: Sized + Default + Serialize + PartialEq {
    const SCHEMA: Message;

    fn from_object(object: Struct) -> Result<Self, WrongType>;
}

/// A field that holds what it cannot hold.
///
/// A checked text never leads here; it takes a message deserialized from elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("`{field}` must be {expected}")]
pub(crate) struct WrongType {
    field: &'static str,
    expected: &'static str,
}

impl WrongType {
    pub(crate) fn new(field: &'static str, expected: &'static str) -> Self {
        Self { field, expected }
    }
}

/// Takes a field's value out of `object` under either of its names; null counts as absent.
pub(crate) fn remove(
    object: &mut Struct,
    json: &'static str,
    proto: &'static str,
) -> Result<Option<Value>, WrongType> {
    let value = object.remove(json);
    let other = if json == proto { None } else { object.remove(proto) };
    match (value, other) {
        (Some(_), Some(_)) => Err(WrongType::new(json, "sent under one of its names only")),
        (value, other) => Ok(value.or(other).filter(|value| !value.is_null())),
    }
}

pub(crate) fn take<T: FieldType>(
    object: &mut Struct,
    json: &'static str,
    proto: &'static str,
) -> Result<T, WrongType> {
    let nullable = matches!(T::KIND, Kind::Value);
    let is_null = |name| object.get(name).is_some_and(Value::is_null);
    if nullable && (is_null(json) || is_null(proto)) {
        object.remove(json);
        object.remove(proto);
        return T::read(Value::Null).map_err(|expected| WrongType::new(json, expected));
    }
    match remove(object, json, proto)? {
        None => Ok(T::default()),
        Some(value) => T::read(value).map_err(|expected| WrongType::new(json, expected)),
    }
}

pub(crate) fn put<M: SerializeMap, T: FieldType>(
    map: &mut M,
    name: &'static str,
    field: &T,
) -> Result<(), M::Error> {
    if field.is_absent() { Ok(()) } else { map.serialize_entry(name, &Json(field)) }
}

/// A field as its ProtoJSON form.
pub(crate) struct Json<'a, T>(pub(crate) &'a T);

impl<T: FieldType> Serialize for Json<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl FieldType for String {
    const KIND: Kind = Kind::String;

    fn read(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(Self::KIND.expected()),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl FieldType for bool {
    const KIND: Kind = Kind::Bool;

    fn read(value: Value) -> Result<Self, &'static str> {
        value.as_bool().ok_or(Self::KIND.expected())
    }

    fn is_absent(&self) -> bool {
        !self
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }
}

impl FieldType for f32 {
    const KIND: Kind = Kind::Float;

    fn read(value: Value) -> Result<Self, &'static str> {
        let text = match &value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return Err(Self::KIND.expected()),
        };
        read_float(&text).ok_or(Self::KIND.expected())
    }

    fn is_absent(&self) -> bool {
        // -0.0 is not the default: its bits differ, and protobuf writes it.
        self.to_bits() == 0
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            value if value.is_nan() => serializer.serialize_str("NaN"),
            Self::INFINITY => serializer.serialize_str("Infinity"),
            Self::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            value => serializer.serialize_f32(value),
        }
    }
}

/// A float's text: the three names ProtoJSON has, or a number in the float range.
pub(crate) fn read_float(text: &str) -> Option<f32> {
    match text {
        "NaN" => Some(f32::NAN),
        "Infinity" => Some(f32::INFINITY),
        "-Infinity" => Some(f32::NEG_INFINITY),
        _ if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
            text.parse::<f32>().ok().filter(|value| value.is_finite())
        }
        _ => None,
    }
}

/// Bytes, base64 in JSON.
impl FieldType for bytes::Bytes {
    const KIND: Kind = Kind::Bytes;

    fn read(value: Value) -> Result<Self, &'static str> {
        value.as_str().and_then(read_bytes).map(Self::from).ok_or(Self::KIND.expected())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(self))
    }
}

/// Both alphabets, padded or not, as protobuf reads them.
pub(crate) fn read_bytes(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, CONFIG).decode(text).ok()
}

impl FieldType for Struct {
    const KIND: Kind = Kind::Struct;

    fn read(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::Object(object) => Ok(object),
            _ => Err(Self::KIND.expected()),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

/// A struct that tells `{}` from nothing.
impl FieldType for Option<Struct> {
    const KIND: Kind = Kind::Struct;

    fn read(value: Value) -> Result<Self, &'static str> {
        Struct::read(value).map(Some)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

/// A value that tells null from nothing.
impl FieldType for Option<Value> {
    const KIND: Kind = Kind::Value;

    fn read(value: Value) -> Result<Self, &'static str> {
        Ok(Some(value))
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

impl<M: MessageType> FieldType for Option<M> {
    const KIND: Kind = Kind::Message(&M::SCHEMA);

    fn read(value: Value) -> Result<Self, &'static str> {
        read_message(value).map(Some)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

impl<M: MessageType> FieldType for Vec<M> {
    const KIND: Kind = Kind::Repeated(&Kind::Message(&M::SCHEMA));

    fn read(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::Array(elements) => elements.into_iter().map(read_message).collect(),
            _ => Err(Self::KIND.expected()),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

impl FieldType for Vec<String> {
    const KIND: Kind = Kind::Repeated(&Kind::String);

    fn read(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::Array(elements) => elements.into_iter().map(String::read).collect(),
            _ => Err(Self::KIND.expected()),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

impl FieldType for Vec<bytes::Bytes> {
    const KIND: Kind = Kind::Repeated(&Kind::Bytes);

    fn read(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::Array(elements) => elements.into_iter().map(bytes::Bytes::read).collect(),
            _ => Err(Self::KIND.expected()),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Json))
    }
}

impl FieldType for BTreeMap<String, String> {
    const KIND: Kind = Kind::Map(&Kind::String);

    fn read(value: Value) -> Result<Self, &'static str> {
        let Value::Object(object) = value else {
            return Err(Self::KIND.expected());
        };
        object.into_iter().map(|(name, value)| Ok((name, String::read(value)?))).collect()
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

impl<M: MessageType> FieldType for BTreeMap<String, M> {
    const KIND: Kind = Kind::Map(&Kind::Message(&M::SCHEMA));

    fn read(value: Value) -> Result<Self, &'static str> {
        let Value::Object(object) = value else {
            return Err(Self::KIND.expected());
        };
        object.into_iter().map(|(name, value)| Ok((name, read_message(value)?))).collect()
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(self, serializer)
    }
}

pub(crate) fn read_message<M: MessageType>(value: Value) -> Result<M, &'static str> {
    match value {
        // The message's own error names the inner field; here only the outer one is known.
        Value::Object(object) => M::from_object(object).map_err(|wrong| wrong.expected),
        _ => Err("an object"),
    }
}

/// A message that is always there once its oneof member is chosen.
macro_rules! plain_message {
    ($($type:ty),*) => { $(
        impl $crate::protocol::field::FieldType for $type {
            const KIND: $crate::protocol::schema::Kind =
                $crate::protocol::schema::Kind::Message(&<Self as $crate::protocol::field::MessageType>::SCHEMA);

            fn read(value: serde_json::Value) -> Result<Self, &'static str> {
                $crate::protocol::field::read_message(value)
            }

            fn is_absent(&self) -> bool {
                false
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self, serializer)
            }
        }
    )* };
}
pub(crate) use plain_message;

/// What an open enum is on the wire.
pub(crate) enum EnumForm<'a> {
    Name(&'a str),
    Number(i32),
}

pub(crate) trait EnumType: Sized {
    /// Whether this version knows the value.
    fn is_known(&self) -> bool;
    fn from_number(number: i32) -> Self;
    fn from_name(name: &str) -> Self;
    fn form(&self) -> EnumForm<'_>;
}

pub(crate) fn read_enum<T: EnumType>(value: &Value) -> Result<T, &'static str> {
    match value {
        Value::String(name) => Ok(match name.parse::<i32>() {
            Ok(number) => T::from_number(number),
            Err(_) => T::from_name(name),
        }),
        Value::Number(number) => {
            enum_number(&number.to_string()).map(T::from_number).ok_or(Kind::Enum(&[]).expected())
        }
        _ => Err(Kind::Enum(&[]).expected()),
    }
}

/// The number of an enum value: integral, in 32 bits, `2.0` and `2e0` included.
pub(crate) fn enum_number(text: &str) -> Option<i32> {
    let number: f64 = text.parse().ok()?;
    (number.fract() == 0.0 && f64::from(i32::MIN) <= number && number <= f64::from(i32::MAX))
        .then_some(number as i32)
}

pub(crate) fn write_enum<T: EnumType, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    match value.form() {
        EnumForm::Name(name) => serializer.serialize_str(name),
        EnumForm::Number(number) => serializer.serialize_i32(number),
    }
}
