//! What a turn changed of the parameters.

use serde_json::{Map, Value};

/// What happened to a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Kept,
    Set,
    /// It had this value before.
    Changed(String),
    Removed,
}

/// A parameter, and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// As JSON; of a removed one its last.
    pub(crate) value: String,
    pub(crate) change: Change,
}

/// The parameters of before and after, by name.
pub(crate) fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Parameter> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let seen = |name: &String| {
        let (change, value) = match (before.get(name), after.get(name)) {
            (None, Some(value)) => (Change::Set, value),
            (Some(old), Some(value)) if old == value => (Change::Kept, value),
            (Some(old), Some(value)) => (Change::Changed(old.to_string()), value),
            (old, None) => (Change::Removed, old.unwrap_or(&Value::Null)),
        };
        Parameter { name: name.clone(), value: value.to_string(), change }
    };
    names.into_iter().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_change_is_seen() {
        let map = |value: Value| value.as_object().cloned().expect("an object");
        let before = map(json!({ "a": 1, "b": 2, "c": [3] }));
        let after = map(json!({ "b": "2", "c": [3], "d": null }));
        let seen: Vec<_> = differences(&before, &after)
            .into_iter()
            .map(|Parameter { name, value, change }| (name, value, change))
            .collect();
        let of = |name: &str, value: &str, change| (name.to_owned(), value.to_owned(), change);
        assert_eq!(
            seen,
            [
                of("a", "1", Change::Removed),
                of("b", "\"2\"", Change::Changed("2".to_owned())),
                of("c", "[3]", Change::Kept),
                of("d", "null", Change::Set)
            ]
        );
    }
}
