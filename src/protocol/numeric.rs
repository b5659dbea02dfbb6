//! Enums as numbers: what a client gets that asks for `enum-encoding=int`.

use serde_json::Value;

use super::Struct;
use super::field::MessageType;
use super::schema::{Kind, Message};

/// Writes the enums of a message as their numbers; a name that has none stays.
pub(crate) fn enums_as_numbers<M: MessageType>(message: &mut Struct) {
    in_message(super::schema_of::<M>(), message);
}

// Recursion follows the schema, which is a handful of levels deep.
fn in_message(schema: &'static Message, message: &mut Struct) {
    for (name, value) in message.iter_mut() {
        if let Some((_, field, _)) = schema.field(name) {
            in_value(field.kind, value);
        }
    }
}

fn in_value(kind: Kind, value: &mut Value) {
    match (kind, &mut *value) {
        (Kind::Enum(known), Value::String(name)) => {
            if let Some((_, number)) = known.iter().find(|(known, _)| known == name) {
                *value = (*number).into();
            }
        }
        (Kind::Message(schema), Value::Object(message)) => in_message(schema, message),
        (Kind::Repeated(kind), Value::Array(elements)) => {
            elements.iter_mut().for_each(|element| in_value(*kind, element));
        }
        (Kind::Map(kind), Value::Object(members)) => {
            members.values_mut().for_each(|member| in_value(*kind, member));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::webhook::Environment;

    #[test]
    fn enums_become_numbers_at_every_level_and_nothing_else_does() {
        let environment = json!({"displayName": "GET", "webhookConfig": {"webhookOverrides": [{"genericWebService": {
            "httpMethod": "GET", "webhookType": "FLEXIBLE", "serviceAgentAuth": "LATER",
            "requestHeaders": {"httpMethod": "GET"}}}]}});
        let Value::Object(mut message) = environment else { unreachable!("an object") };
        enums_as_numbers::<Environment>(&mut message);
        assert_eq!(message["displayName"], "GET");
        assert_eq!(
            message["webhookConfig"]["webhookOverrides"][0]["genericWebService"],
            json!({"httpMethod": 2, "webhookType": 2, "serviceAgentAuth": "LATER", "requestHeaders": {"httpMethod": "GET"}})
        );
    }
}
