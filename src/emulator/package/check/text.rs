//! The texts of an agent in which references may stand.

use serde_json::Value;

use crate::emulator::package::{Placed, Spot};

/// Gives every text of a fulfillment in which references may stand, its route's condition included.
pub(super) fn texts(placed: &Placed<'_>, each: &mut dyn FnMut(&str)) {
    let fulfillment = placed.fulfillment;
    if let Spot::Route { condition: Some(condition), .. } = placed.place.spot {
        each(condition);
    }
    for action in &fulfillment.set_parameter_actions {
        strings(&action.value, each);
    }
    for case in fulfillment.cases() {
        each(&case.condition);
    }
    for message in fulfillment.all_messages() {
        // What the message's own fields are does not matter: references may stand in any text.
        strings(&serde_json::to_value(&message.message).unwrap_or_default(), each);
    }
}

/// Gives every text within a value, the names of members left out.
pub(super) fn strings(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, each)),
        Value::Object(members) => members.values().for_each(|member| strings(member, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
