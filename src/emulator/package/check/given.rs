//! What kind of value the agent gives to a parameter.

use std::fmt;

use serde_json::Value;

use crate::emulator::package::{AgentPackage, EntityKind, Place, Spot};
use crate::protocol::decode::Wanted;

/// The kind of value that a parameter gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Text,
    Number,
    Flag,
    /// An object of numbers that stands for a date or time; it is read as text, too.
    Date,
    Object,
    List,
    /// Not known without the conversation.
    Unknown,
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Date | Self::Object => "an object",
            Self::List => "a list",
            Self::Unknown => "anything",
        })
    }
}

impl Given {
    /// Whether a handler that wants this can read it.
    pub(super) fn fits(self, wanted: Wanted) -> bool {
        matches!(
            (self, wanted),
            (_, Wanted::Anything)
                | (Self::Unknown, _)
                | (Self::Text | Self::Date, Wanted::Text)
                | (Self::Number, Wanted::Number)
                | (Self::Flag, Wanted::Flag)
                | (Self::List, Wanted::List)
                | (Self::Date | Self::Object, Wanted::Object)
        )
    }

    /// What the values of an entity type are.
    fn entity(package: &AgentPackage, name: &str) -> Self {
        let name = name.strip_prefix('@').unwrap_or(name);
        if let Some(system) = name.strip_prefix("sys.") {
            return Self::system(system);
        }
        let Some(own) = package.entity_type(name) else { return Self::Unknown };
        let refers = || own.entities.values().flatten().any(|entity| entity.value.contains('@'));
        match own.kind {
            EntityKind::Regexp => Self::Text,
            // Put together from others: an object with aliases, the other's value without.
            EntityKind::Map | EntityKind::List if !refers() => Self::Text,
            _ => Self::Unknown,
        }
    }

    fn system(name: &str) -> Self {
        match name {
            "number" | "number-integer" | "cardinal" | "ordinal" => Self::Number,
            "date" | "time" | "date-time" => Self::Date,
            "date-period" | "time-period" | "duration" | "temperature" | "person" | "location"
            | "unit-currency" | "unit-area" | "unit-length" | "unit-speed" | "unit-volume"
            | "unit-weight" | "unit-information" => Self::Object,
            "any" | "address" | "email" | "zip-code" | "url" | "color" | "language" | "geo-city"
            | "geo-country" | "geo-state" | "given-name" | "last-name" | "currency-name"
            | "number-sequence" | "phone-number" | "flight-number" | "music-artist" | "music-genre" => {
                Self::Text
            }
            _ => Self::Unknown,
        }
    }

    /// What a preset's value is.
    fn preset(value: &Value) -> Self {
        match value {
            Value::String(text) if !text.contains('$') => Self::Text,
            Value::Number(_) => Self::Number,
            Value::Bool(_) => Self::Flag,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
            Value::Null | Value::String(_) => Self::Unknown,
        }
    }
}

/// A parameter that gets a value somewhere.
#[derive(Debug)]
pub(super) struct Gift {
    /// Its name, in lower case.
    pub(super) name: String,
    pub(super) given: Given,
    /// Where it gets it.
    pub(super) place: String,
    /// By what: `@sys.number`, `a preset`.
    pub(super) by: String,
    pub(super) is_form: bool,
}

/// Everything that gets a value of a kind that is known.
pub(super) fn gifts(package: &AgentPackage) -> Vec<Gift> {
    let mut gifts = Vec::new();
    let mut typed = |name: &str, entity: &str, is_list: bool, place: String, is_form: bool| {
        let given = if is_list { Given::List } else { Given::entity(package, entity) };
        let by = if is_list { format!("a list of {entity}") } else { entity.to_owned() };
        gifts.push(Gift { name: name.to_lowercase(), given, place, by, is_form });
    };
    for flow in &package.flows {
        for page in &flow.pages {
            for parameter in &page.form.parameters {
                let name = &parameter.display_name;
                let place = Place {
                    flow: Some(&flow.display_name),
                    page: Some(&page.display_name),
                    group: None,
                    spot: Spot::Parameter { parameter: name },
                };
                typed(name, &parameter.entity_type, parameter.is_list, place.to_string(), true);
            }
        }
    }
    for intent in &package.intents {
        for parameter in &intent.parameters {
            let place = format!("intent {}, parameter {}", intent.display_name, parameter.id);
            typed(&parameter.id, &parameter.entity_type, parameter.is_list, place, false);
        }
    }
    for placed in package.fulfillments() {
        for action in &placed.fulfillment.set_parameter_actions {
            let plain = action.parameter.strip_prefix("$session.params.").unwrap_or(&action.parameter);
            // Parameters of a flow do not reach a webhook under their plain name.
            if !plain.starts_with('$') {
                let (given, place) = (Given::preset(&action.value), placed.place.to_string());
                gifts.push(Gift {
                    name: plain.to_lowercase(),
                    given,
                    place,
                    by: "a preset".to_owned(),
                    is_form: false,
                });
            }
        }
    }
    gifts.retain(|gift| gift.given != Given::Unknown);
    gifts
}
