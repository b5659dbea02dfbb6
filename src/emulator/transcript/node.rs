//! YAML as a tree whose every node knows its place.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;

use super::error::{Fault, Place};

/// How deep lists and mappings may be nested: what a webhook can be sent at all, and the transcript's own.
const DEPTH: usize = 60;
/// How many values, keys included, a transcript may have.
const NODES: usize = 200_000;

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Scalar(Value),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) name: String,
}

impl Node {
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        // Half of what the parser takes by default is more than any transcript has; anchors are for
        // repeating a few things, not for blowing up.
        let budget = serde_saphyr::budget! {
            max_depth: DEPTH,
            max_nodes: NODES,
            max_events: 2 * NODES,
            max_aliases: 1000,
            max_anchors: 1000,
            // A second one is refused in better words.
            max_documents: 2,
            max_merge_keys: 100,
        };
        let options = serde_saphyr::options! {
            budget: budget,
            with_snippet: false,
            // YAML 1.2: `no` is a word.
            strict_booleans: true,
            reject_unsupported_tags: true,
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: NODES },
        };
        serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options).map(Self::from).map_err(|error| {
            let place = error.location().map(|at| Place { line: at.line(), column: at.column() });
            let place = place.unwrap_or(Place { line: 1, column: 1 });
            // The place is told once, before the message; settings of the parser help nobody here.
            let message = error.to_string();
            let cut = [
                " at line ",
                ", set DuplicateKeyPolicy",
                "; use from_str_multiple",
                " by the configured policy",
            ];
            let message =
                cut.iter().fold(message.as_str(), |text, cut| text.split(cut).next().unwrap_or(text));
            let is_limit = message.starts_with("budget breached") || message.starts_with("alias replay");
            let what = if is_limit { "this is more than a transcript may hold" } else { "this is no YAML" };
            Fault::new(place, "", format!("{what}: {message}"))
        })
    }

    /// What it is, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar(Value::Null) => "nothing",
            Content::Scalar(Value::Bool(_)) => "true or false",
            Content::Scalar(Value::Number(_)) => "a number",
            Content::Scalar(_) => "a text",
            Content::List(_) => "a list",
            Content::Table(_) => "a mapping",
        }
    }

    /// The same as JSON.
    pub(super) fn json(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(nodes) => nodes.iter().map(Self::json).collect(),
            Content::Table(members) => {
                let members = members.iter().map(|(key, node)| (key.name.clone(), node.json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

impl From<Spanned<Raw>> for Node {
    fn from(spanned: Spanned<Raw>) -> Self {
        let place = place(&spanned);
        let content = match spanned.value {
            Raw::Scalar(value) => Content::Scalar(value),
            Raw::List(nodes) => Content::List(nodes.into_iter().map(Self::from).collect()),
            Raw::Table(members) => {
                let members = members.into_iter();
                let key = |key: Spanned<String>| Key { place: self::place(&key), name: key.value };
                Content::Table(members.map(|(name, node)| (key(name), Self::from(node))).collect())
            }
        };
        Self { place, content }
    }
}

fn place<T>(spanned: &Spanned<T>) -> Place {
    Place { line: spanned.referenced.line(), column: spanned.referenced.column() }
}

/// What the parser gives.
enum Raw {
    Scalar(Value),
    List(Vec<Spanned<Self>>),
    Table(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value that JSON has, too")
            }

            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Null))
            }

            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Null))
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
                Raw::deserialize(deserializer)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.into()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Raw, E> {
                let number = Number::from_f64(value);
                let number = number.ok_or_else(|| E::custom("a number that JSON has not"))?;
                Ok(Raw::Scalar(number.into()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut nodes = Vec::new();
                while let Some(node) = access.next_element()? {
                    nodes.push(node);
                }
                Ok(Raw::List(nodes))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry()? {
                    members.push(member);
                }
                Ok(Raw::Table(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
