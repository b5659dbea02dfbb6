//! What the messages look like: one table per message, written by the [`message!`] macro.
//!
//! The same declaration makes the Rust type, its ProtoJSON form in both directions, and the table
//! that [`walk`](super::walk) checks a text against, so the three cannot disagree.

/// A protobuf message.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) fields: &'static [Field],
    /// The members of its oneof group, if it has one; at most one of them may be set.
    pub(crate) oneof: &'static [Field],
    /// The index of the field with this name, JSON's or protobuf's; those of the group come last.
    ///
    /// A `match` made by the compiler: a search through the tables would be half of a parse.
    pub(crate) find: fn(&str) -> Option<usize>,
}

impl Message {
    /// The field called `name`, its index, and whether it belongs to the group.
    #[inline]
    pub(crate) fn field(&self, name: &str) -> Option<(usize, &'static Field, bool)> {
        let index = (self.find)(name)?;
        match self.fields.get(index) {
            Some(field) => Some((index, field, false)),
            None => self.oneof.get(index - self.fields.len()).map(|field| (index, field, true)),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Field {
    /// The lowerCamelCase name, the one we write.
    pub(crate) json: &'static str,
    pub(crate) kind: Kind,
    /// Where a [`walk`](super::walk) leaves the value's span.
    pub(crate) slot: Option<Slot>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    String,
    Bool,
    Float,
    Bytes,
    /// The names that this version knows, and their numbers.
    Enum(&'static [(&'static str, i32)]),
    Duration,
    Timestamp,
    Message(&'static Message),
    Repeated(&'static Self),
    /// Any JSON object.
    Struct,
    /// Any JSON value, null included.
    Value,
    /// `map<string, …>` with values of this kind.
    Map(&'static Self),
}

impl Kind {
    /// What a field of this kind takes, for error messages.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Bool => "true or false",
            Self::Float => "a number that a 32-bit float holds",
            Self::Bytes => "base64 text",
            Self::Enum(_) => "an enum value's name, or its number",
            Self::Duration => "seconds with an s behind them, such as \"5s\" or \"1.500s\"",
            Self::Timestamp => "a time such as \"2026-11-22T18:30:00Z\"",
            Self::Message(_) | Self::Struct | Self::Map(_) => "an object",
            Self::Repeated(_) => "a list",
            Self::Value => "any value",
        }
    }
}

/// The fields of a request that its reader may ask for one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Slot {
    DetectIntentResponseId,
    Text,
    TriggerIntent,
    Transcript,
    TriggerEvent,
    DtmfDigits,
    LanguageCode,
    Tag,
    IntentInfo,
    PageInfo,
    CurrentPage,
    PageDisplayName,
    FormParameters,
    Session,
    Parameters,
    Messages,
    Payload,
    Sentiment,
    LanguageInfo,
}

impl Slot {
    pub(crate) const COUNT: usize = Self::LanguageInfo as usize + 1;
}

macro_rules! slot {
    () => {
        None
    };
    ($slot:ident) => {
        Some($crate::protocol::schema::Slot::$slot)
    };
}

/// Declares a message: `field: Type = "jsonName" @ Slot;`, then perhaps `oneof name: Enum;` behind it.
///
/// A field with `, masked` behind its name shows itself as `***` in `Debug`; `masked unknown;`
/// behind the fields does that to what this version does not know.
macro_rules! message {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$doc:meta])* $field:ident: $type:ty = $json:literal $(@ $slot:ident)? $(, $masked:ident)?; )*
        }
        $( masked $masked_unknown:ident; )?
        $( $(#[$group_doc:meta])* oneof $group:ident: $group_type:ident; )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[$doc])* pub $field: $type, )*
            $( $(#[$group_doc])* pub $group: Option<$group_type>, )?
            /// Members that this version does not know, kept and written back.
            pub unknown: $crate::protocol::Struct,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $( .field(stringify!($field), $crate::protocol::masked::shown!(&self.$field $(, $masked)?)) )*
                    $( .field(stringify!($group), &self.$group) )?
                    .field("unknown", $crate::protocol::masked::shown!(&self.unknown $(, $masked_unknown)?))
                    .finish()
            }
        }

        impl $crate::protocol::field::MessageType for $name {
            const SCHEMA: $crate::protocol::schema::Message = $crate::protocol::schema::Message {
                fields: &[ $( $crate::protocol::schema::Field {
                    json: $json,
                    kind: <$type as $crate::protocol::field::FieldType>::KIND,
                    slot: $crate::protocol::schema::slot!($($slot)?),
                }, )* ],
                oneof: $crate::protocol::schema::group!($($group_type)?),
                find: {
                    #[allow(unreachable_patterns, reason = "one word is the same in both spellings")]
                    fn find(name: &str) -> Option<usize> {
                        #[allow(non_camel_case_types, clippy::allow_attributes)]
                        enum Index { $( $field, )* Count }
                        match name {
                            $( $json | stringify!($field) => Some(Index::$field as usize), )*
                            _ => $crate::protocol::schema::find_in_group!(name, Index::Count as usize $(, $group_type)?),
                        }
                    }
                    find
                },
            };

            #[expect(clippy::allow_attributes, reason = "messages without fields read nothing")]
            fn from_object(
                #[allow(unused_mut)] mut object: $crate::protocol::Struct,
            ) -> Result<Self, $crate::protocol::field::WrongType> {
                Ok(Self {
                    $( $field: $crate::protocol::field::take(&mut object, $json, stringify!($field))?, )*
                    $( $group: $group_type::take(&mut object)?, )?
                    unknown: object,
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $( $crate::protocol::field::put(&mut map, $json, &self.$field)?; )*
                $( if let Some(member) = &self.$group { member.put(&mut map)?; } )?
                for (name, value) in &self.unknown {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = $crate::protocol::Struct::deserialize(deserializer)?;
                <Self as $crate::protocol::field::MessageType>::from_object(object)
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! find_in_group {
    ($name:ident, $count:expr) => {{
        let _ = $count;
        None
    }};
    ($name:ident, $count:expr, $type:ident) => {
        $type::find($name).map(|index| $count + index)
    };
}

macro_rules! group {
    () => {
        &[]
    };
    ($type:ident) => {
        $type::MEMBERS
    };
}

/// Declares a oneof group as an enum: `Member(Type) = "jsonName" | "proto_name" @ Slot;`.
macro_rules! oneof {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $member:ident($type:ty) = $json:literal | $proto:literal $(@ $slot:ident)?; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$doc])* $member($type), )* }

        impl $name {
            pub(crate) const MEMBERS: &'static [$crate::protocol::schema::Field] = &[ $(
                $crate::protocol::schema::Field {
                    json: $json,
                    kind: <$type as $crate::protocol::field::FieldType>::KIND,
                    slot: $crate::protocol::schema::slot!($($slot)?),
                },
            )* ];

            #[allow(unreachable_patterns, reason = "one word is the same in both spellings")]
            fn find(name: &str) -> Option<usize> {
                enum Index { $( $member, )* }
                match name { $( $json | $proto => Some(Index::$member as usize), )* _ => None }
            }

            /// The member's JSON name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $( Self::$member(_) => $json, )* }
            }

            fn take(
                object: &mut $crate::protocol::Struct,
            ) -> Result<Option<Self>, $crate::protocol::field::WrongType> {
                let mut found = None;
                $(
                    if let Some(value) = $crate::protocol::field::remove(object, $json, $proto)? {
                        let member = $crate::protocol::field::FieldType::read(value)
                            .map_err(|expected| $crate::protocol::field::WrongType::new($json, expected))?;
                        if found.replace(Self::$member(member)).is_some() {
                            return Err($crate::protocol::field::WrongType::new($json, "sent alone in its group"));
                        }
                    }
                )*
                Ok(found)
            }

            // A member that holds its default is written all the same: it was chosen.
            fn put<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $( Self::$member(value) => {
                        map.serialize_entry($json, &$crate::protocol::field::Json(value))
                    } )*
                }
            }
        }
    };
}

/// Declares an open enum: a value this version does not know is kept as it came.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $text:literal = $number:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            #[default]
            $( $(#[$doc])* $variant, )*
            /// A number that this version does not know.
            UnknownNumber(i32),
            /// A name that this version does not know.
            UnknownName(String),
        }

        impl $crate::protocol::field::EnumType for $name {
            fn is_known(&self) -> bool {
                !matches!(self, Self::UnknownNumber(_) | Self::UnknownName(_))
            }

            fn from_number(number: i32) -> Self {
                match number { $( $number => Self::$variant, )* other => Self::UnknownNumber(other) }
            }

            fn from_name(name: &str) -> Self {
                match name { $( $text => Self::$variant, )* other => Self::UnknownName(other.to_owned()) }
            }

            fn form(&self) -> $crate::protocol::field::EnumForm<'_> {
                match self {
                    $( Self::$variant => $crate::protocol::field::EnumForm::Name($text), )*
                    Self::UnknownNumber(number) => $crate::protocol::field::EnumForm::Number(*number),
                    Self::UnknownName(name) => $crate::protocol::field::EnumForm::Name(name),
                }
            }
        }

        impl $crate::protocol::field::FieldType for $name {
            const KIND: $crate::protocol::schema::Kind =
                $crate::protocol::schema::Kind::Enum(&[ $( ($text, $number), )* ]);

            fn read(value: serde_json::Value) -> Result<Self, &'static str> {
                $crate::protocol::field::read_enum(&value)
            }

            fn is_absent(&self) -> bool {
                *self == Self::default()
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::protocol::field::write_enum(self, serializer)
            }
        }
    };
}

pub(crate) use {find_in_group, group, message, oneof, open_enum, slot};
