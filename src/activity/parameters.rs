//! A session's parameters as far as they may be kept: the names of all, the values of those that
//! `activity.parameters` names.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use super::kept::Parameters;
use crate::excerpt::excerpt;
use crate::protocol::decode::same_name;
use crate::protocol::{RawValue, Struct};

/// More names than a session has; those beyond are only counted.
pub(super) const MOST: usize = 256;
/// What a name may take, in bytes.
const LONGEST_NAME: usize = 128;
/// What a value may take, in bytes of JSON.
const LONGEST_VALUE: usize = 2048;

/// Those of a request, or those that a standard answer sets.
pub(crate) fn of<'e>(
    parameters: impl Iterator<Item = (Cow<'e, str>, RawValue<'e>)>,
    allowed: &[String],
) -> Parameters<'e> {
    let mut found = Parameters::default();
    found.names.reserve(parameters.size_hint().0.min(MOST));
    for (name, value) in parameters {
        let is_null = value.text() == "null";
        let kept = || value.to_value().ok();
        add(&mut found, name, is_null, kept, allowed);
    }
    found
}

/// Those that a flexible answer sets: its members, but for the messages.
pub(crate) fn set_by_object(body: &Bytes, messages_key: &str, allowed: &[String]) -> Parameters<'static> {
    let mut found = Parameters::default();
    let members: Struct = serde_json::from_slice(body).unwrap_or_default();
    for (name, value) in members.into_iter().filter(|(name, _)| name != messages_key) {
        let is_null = value.is_null();
        add(&mut found, name.into(), is_null, || Some(value), allowed);
    }
    found
}

pub(crate) fn add<'e>(
    found: &mut Parameters<'e>,
    name: Cow<'e, str>,
    is_null: bool,
    value: impl FnOnce() -> Option<Value>,
    allowed: &[String],
) {
    if found.names.len() >= MOST {
        found.more += 1;
        return;
    }
    let name = bounded_name(name);
    if is_null {
        found.cleared.push(name.clone());
    } else if is_allowed(&name, allowed)
        && let Some(value) = value()
    {
        found.values.push((name.clone(), bounded(value)));
    }
    found.names.push(name);
}

/// The name, or its beginning.
pub(super) fn bounded_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.len() > LONGEST_NAME { excerpt(&name, LONGEST_NAME).into_owned().into() } else { name }
}

/// Whether the value of this name may be kept.
pub(super) fn is_allowed(name: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|known| same_name(known, name))
}

/// The value, or the beginning of its text.
pub(super) fn bounded(value: Value) -> Value {
    let text = match &value {
        Value::String(text) if text.len() <= LONGEST_VALUE => return value,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= LONGEST_VALUE { value } else { excerpt(&text, LONGEST_VALUE).into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::{Changes, Envelope};

    fn allowed() -> Vec<String> {
        vec!["order_id".to_owned(), "long".to_owned()]
    }

    fn shown(found: &Parameters<'_>) -> Value {
        serde_json::to_value(found).expect("JSON")
    }

    #[test]
    fn names_are_kept_and_values_of_those_that_are_named() {
        let request =
            json!({ "sessionInfo": { "parameters": { "Order_ID": 42, "phone": "555", "gone": null } } });
        let envelope = Envelope::parse(&request.to_string().into()).expect("a request");
        let expected = json!({
            "names": ["Order_ID", "gone", "phone"], "values": [["Order_ID", 42]], "cleared": ["gone"],
        });
        assert_eq!(shown(&of(envelope.parameter_values(), &allowed())), expected);
        let response = json!({ "sessionInfo": { "parameters": { "order_id": "A1", "phone": null } } });
        let expected = json!({
            "names": ["order_id", "phone"], "values": [["order_id", "A1"]], "cleared": ["phone"],
        });
        let answer = response.to_string();
        assert_eq!(shown(&of(Changes::of(answer.as_bytes()).values(), &allowed())), expected);
        let answer = json!({ "order_id": 1, "messages": [], "secret": 2 }).to_string().into();
        let expected = json!({ "names": ["order_id", "secret"], "values": [["order_id", 1]] });
        assert_eq!(shown(&set_by_object(&answer, "messages", &allowed())), expected);
        assert_eq!(shown(&set_by_object(&"nonsense".into(), "messages", &[])), json!({ "names": [] }));
    }

    #[test]
    fn what_is_long_or_many_is_cut() {
        let mut parameters = serde_json::Map::new();
        for number in 0..300 {
            parameters.insert(format!("p{number:03}"), json!(number));
        }
        parameters.insert("long".to_owned(), json!({ "a": "é".repeat(5000) }));
        parameters.insert("n".repeat(500), json!(1));
        let request = json!({ "sessionInfo": { "parameters": parameters } });
        let envelope = Envelope::parse(&request.to_string().into()).expect("a request");
        let found = of(envelope.parameter_values(), &allowed());
        assert_eq!((found.names.len(), found.more), (MOST, 302 - MOST));
        assert!(found.values[0].1.as_str().expect("its beginning").len() < LONGEST_VALUE + 40);
        assert!(found.names.iter().all(|name| name.len() < LONGEST_NAME + 40));
    }
}
