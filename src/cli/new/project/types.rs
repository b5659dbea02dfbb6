//! What the values of a parameter are in Rust, by the agent's entity types.
//!
//! Of the platform's own types, those are typed whose values are documented or were seen; the rest is
//! `serde_json::Value`, which takes anything.

use serde_json::{Value, json};

use super::names::Names;
use crate::emulator::package::{AgentPackage, EntityKind, EntityType};

/// A type of Rust, and a value that it reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Type {
    pub(super) rust: String,
    /// As the platform sends it.
    pub(super) example: Value,
}

impl Type {
    fn new(rust: &str, example: Value) -> Self {
        Self { rust: rust.to_owned(), example }
    }

    pub(super) fn text() -> Self {
        Self::new("String", json!("example"))
    }

    /// What takes any value.
    pub(super) fn any() -> Self {
        Self::new("serde_json::Value", json!("example"))
    }

    pub(super) fn list_of(self) -> Self {
        Self { rust: format!("Vec<{}>", self.rust), example: json!([self.example]) }
    }

    /// The type of a value that is always the same one, such as a preset's.
    pub(super) fn of(value: &Value) -> Self {
        let rust = match value {
            Value::Bool(_) => "bool",
            Value::Number(_) => "f64",
            Value::String(text) if !text.contains('$') => "String",
            _ => return Self::any(),
        };
        Self::new(rust, value.clone())
    }
}

/// An enumeration that is written for an entity type.
#[derive(Debug)]
pub(super) struct Enumeration {
    /// The entity type, without the `@`.
    entity_type: String,
    pub(super) name: String,
    /// Variant and value.
    variants: Vec<(String, String)>,
}

/// The types of an agent; enumerations come about as they are asked for.
pub(super) struct Types<'p> {
    package: &'p AgentPackage,
    names: Names,
    pub(super) enumerations: Vec<Enumeration>,
}

/// An entity type with more values is text: nobody matches on so many.
const MOST_VARIANTS: usize = 30;

impl<'p> Types<'p> {
    pub(super) fn new(package: &'p AgentPackage) -> Self {
        Self { package, names: Names::default(), enumerations: Vec::new() }
    }

    /// The type of a parameter's values.
    pub(super) fn of(&mut self, entity_type: &str, is_list: bool) -> Type {
        let found = match entity_type.strip_prefix("@sys.") {
            Some(name) => system(name),
            None => self.custom(entity_type),
        };
        if is_list { found.list_of() } else { found }
    }

    fn custom(&mut self, name: &str) -> Type {
        let Some(entity_type) = self.package.entity_type(name) else { return Type::any() };
        match entity_type.kind {
            EntityKind::Regexp => Type::text(),
            // Put together from others, its value is an object of theirs.
            EntityKind::List if !entity_type.parts().is_empty() => Type::any(),
            EntityKind::List => Type::text(),
            EntityKind::Map => self.enumeration(entity_type).unwrap_or_else(Type::text),
            EntityKind::Unknown(_) => Type::any(),
        }
    }

    /// An enumeration, where the values are few and no others are taken.
    fn enumeration(&mut self, entity_type: &EntityType) -> Option<Type> {
        let display_name = entity_type.display_name.as_str();
        if let Some(known) = self.enumerations.iter().find(|known| known.entity_type == display_name) {
            return Some(known.as_type());
        }
        let mut values: Vec<&str> =
            entity_type.entities.values().flatten().map(|entity| entity.value.as_str()).collect();
        values.sort_unstable();
        values.dedup();
        if entity_type.expands() || values.is_empty() || values.len() > MOST_VARIANTS || values.contains(&"")
        {
            return None;
        }
        let mut variants = Names::without(&["Other"]);
        let variants = values.iter().map(|value| (variants.camel(value, "Value"), (*value).to_owned()));
        self.enumerations.push(Enumeration {
            entity_type: display_name.to_owned(),
            name: self.names.camel(display_name, "Entity"),
            variants: variants.collect(),
        });
        self.enumerations.last().map(Enumeration::as_type)
    }
}

impl Enumeration {
    fn as_type(&self) -> Type {
        let example = self.variants.first().map_or("", |(_, value)| value);
        Type::new(&format!("crate::entities::{}", self.name), json!(example))
    }

    /// Its definition.
    pub(super) fn written(&self) -> String {
        let mut text = format!(
            "/// The values of the agent's entity type `@{}`.\n#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]\npub enum {} {{\n",
            super::source::comment(&self.entity_type),
            self.name
        );
        for (variant, value) in &self.variants {
            text.push_str(&format!("    #[serde(rename = {value:?})]\n    {variant},\n"));
        }
        text.push_str(
            "    /// One that the agent has got since this was written.\n    #[serde(untagged)]\n    Other(String),\n}\n",
        );
        text
    }
}

/// The platform's own type of that name, without `@sys.`.
fn system(name: &str) -> Type {
    match name {
        "any" | "address" | "street-address" | "zip-code" | "geo-city" | "geo-country" | "geo-state"
        | "place-attraction" | "email" | "url" | "phone-number" | "number-sequence" | "language"
        | "color" | "given-name" | "last-name" | "music-artist" | "music-genre" => Type::text(),
        "number" => Type::new("f64", json!(2.5)),
        "number-integer" | "cardinal" | "ordinal" => Type::new("i64", json!(2.0)),
        "boolean" => Type::new("bool", json!(true)),
        "date" => Type::new("jiff::civil::Date", json!({ "year": 2026.0, "month": 11.0, "day": 22.0 })),
        "time" => Type::new(
            "jiff::civil::Time",
            json!({ "hours": 18.0, "minutes": 30.0, "seconds": 0.0, "nanos": 0.0 }),
        ),
        "date-time" => Type::new(
            "jiff::civil::DateTime",
            json!({ "year": 2026.0, "month": 11.0, "day": 22.0, "hours": 18.0, "minutes": 30.0, "seconds": 0.0, "nanos": 0.0 }),
        ),
        _ => Type::any(),
    }
}
