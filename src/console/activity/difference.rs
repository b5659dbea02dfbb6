//! The parameters of a session before and after a call.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::activity::Parameters;
use crate::excerpt::excerpt;

/// A value's length on a page.
const LONGEST: usize = 500;

/// What became of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) name: String,
    /// `added`, `changed`, `removed` or `same`.
    pub(crate) change: &'static str,
    /// None where it was not there, or its value is not kept.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// Whether there are values that the log has not.
    pub(crate) unkept: bool,
}

/// What a call did with them, in the order of their names.
pub(crate) fn difference(before: &Parameters<'_>, set: Option<&Parameters<'_>>) -> Vec<Difference> {
    let value = |parameters: &Parameters<'_>, name: &str| {
        let found = parameters.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| written(value))
    };
    let mut all: BTreeMap<&str, Difference> = BTreeMap::new();
    for name in before.names.iter().filter(|name| !before.cleared.contains(name)) {
        let kept = value(before, name);
        let same = Difference {
            name: name.to_string(),
            change: "same",
            unkept: kept.is_none(),
            before: kept.clone(),
            after: kept,
        };
        all.insert(name, same);
    }
    for name in set.iter().flat_map(|set| &set.names) {
        let set = set.filter(|set| !set.cleared.contains(name));
        let after = set.and_then(|set| value(set, name));
        let known = all.get(&**name);
        let change = match (known, set) {
            (None, None) => continue,
            (Some(_), None) => "removed",
            (None, Some(_)) => "added",
            // The same value again is no change.
            (Some(known), Some(_)) if known.before.is_some() && known.before == after => "same",
            (Some(_), Some(_)) => "changed",
        };
        let before = known.and_then(|known| known.before.clone());
        let unkept = known.is_some_and(|known| known.unkept) || set.is_some() && after.is_none();
        all.insert(name, Difference { name: name.to_string(), change, before, after, unkept });
    }
    all.into_values().collect()
}

fn written(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    excerpt(&text, LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(json: &Value) -> Parameters<'static> {
        serde_json::from_value(json.clone()).expect("parameters")
    }

    #[test]
    fn what_was_set_is_told_apart_from_what_was_there() {
        let before = parameters(&serde_json::json!({
            "names": ["city", "gone", "order", "phone", "same"],
            "values": [["order", 1], ["gone", "x"], ["same", {"a": 1}]],
        }));
        let set = parameters(&serde_json::json!({
            "names": ["gone", "new", "order", "phone", "same", "unheard-of"],
            "values": [["order", 2], ["new", "<b>"], ["same", {"a": 1}]], "cleared": ["gone", "unheard-of"],
        }));
        let told = |set| -> Vec<String> {
            let all = difference(&before, set);
            let text = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
            all.iter()
                .map(|one| {
                    let unkept = if one.unkept { "?" } else { "" };
                    format!("{} {} {} {}{unkept}", one.name, one.change, text(&one.before), text(&one.after))
                })
                .collect()
        };
        assert_eq!(
            told(Some(&set)),
            [
                "city same - -?",
                "gone removed x -",
                "new added - <b>",
                "order changed 1 2",
                "phone changed - -?",
                "same same {\"a\":1} {\"a\":1}"
            ]
        );
        assert!(told(None).iter().all(|one| one.contains(" same ")));
    }
}
