//! What is different between two JSON values, leaf by leaf.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// So many differences are told.
const MOST: usize = 100;
/// A longer text is cut, in characters.
const LONGEST: usize = 500;

/// A leaf that is another one, or that only one of the two has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Where it is, such as `genericWebService.allowedCaCerts[0]`.
    pub(crate) path: String,
    /// JSON.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// The differences, and how many more there are.
pub(crate) fn difference(before: Option<&Value>, after: Option<&Value>) -> (Vec<Changed>, usize) {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    for (value, leaves) in [(before, &mut old), (after, &mut new)] {
        if let Some(value) = value {
            collect(value, "", leaves);
        }
    }
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let different: Vec<_> = paths.into_iter().filter(|path| old.get(*path) != new.get(*path)).collect();
    let more = different.len().saturating_sub(MOST);
    let text = |leaf: Option<&&Value>| {
        leaf.map(|leaf| crate::excerpt::excerpt(&leaf.to_string(), LONGEST).into_owned())
    };
    let changed = different.into_iter().take(MOST);
    let changed = changed.map(|path| Changed {
        path: path.clone(),
        before: text(old.get(path)),
        after: text(new.get(path)),
    });
    (changed.collect(), more)
}

/// Every leaf by its path; what is empty is one.
fn collect<'v>(value: &'v Value, path: &str, leaves: &mut BTreeMap<String, &'v Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(value, &path, leaves);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (index, value) in elements.iter().enumerate() {
                collect(value, &format!("{path}[{index}]"), leaves);
            }
        }
        leaf => {
            leaves.insert(path.to_owned(), leaf);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn leaves_that_differ_are_told_with_their_places() {
        let before = json!({ "name": "A", "service": { "uri": "http://a", "certs": ["x", "y"] }, "same": 1 });
        let after =
            json!({ "name": "A", "service": { "uri": "http://b", "certs": ["x"] }, "same": 1, "new": {} });
        let (changed, more) = difference(Some(&before), Some(&after));
        let told: Vec<_> = changed
            .iter()
            .map(|changed| (&*changed.path, changed.before.as_deref(), changed.after.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("new", None, Some("{}")),
                ("service.certs[1]", Some("\"y\""), None),
                ("service.uri", Some("\"http://a\""), Some("\"http://b\"")),
            ]
        );
        assert_eq!(more, 0);
        assert!(difference(None, None).0.is_empty());
        let many: Vec<i32> = (0..150).collect();
        assert_eq!(difference(None, Some(&json!(many))).1, 50);
        let long = json!("x".repeat(10_000));
        assert!(difference(None, Some(&long)).0[0].after.as_ref().is_some_and(|text| text.len() < 600));
    }
}
