//! The session parameters that the access log may show: none, unless the settings name them.

use serde_json::{Map, Value};

use crate::config;
use crate::excerpt::excerpt;
use crate::protocol::Envelope;
use crate::protocol::decode::same_name;

/// What a value may take in a line, in bytes of JSON.
const LONGEST: usize = 256;

/// The names of parameters that are shown, and of those that are only told to be there.
#[derive(Debug)]
pub(crate) struct Shown {
    plain: Vec<String>,
    masked: Vec<String>,
}

impl Shown {
    /// A parameter that is named twice is masked.
    pub(super) fn new(log: &config::Log) -> Self {
        let masked = log.mask_parameters.clone();
        let is_masked = |name: &String| masked.iter().any(|known| same_name(known, name));
        let plain = log.parameters.iter().filter(|name| !is_masked(name)).cloned().collect();
        Self { plain, masked }
    }

    /// Those that a call has, as a JSON object in one line; none if it has none of them.
    pub(super) fn of(&self, envelope: &Envelope) -> Option<String> {
        if self.plain.is_empty() && self.masked.is_empty() {
            return None;
        }
        let mut found = Map::new();
        // What cannot be read, the handler or the log's `error` tells.
        let value = |name: &String| envelope.parameter(name).ok().flatten();
        for name in &self.plain {
            if let Some(value) = value(name).and_then(|value| value.to_value().ok()) {
                found.insert(name.clone(), bounded(value));
            }
        }
        for name in &self.masked {
            if value(name).is_some() {
                found.insert(name.clone(), "***".into());
            }
        }
        (!found.is_empty()).then(|| Value::Object(found).to_string())
    }
}

/// The value, or the beginning of its text.
fn bounded(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= LONGEST { value } else { excerpt(&text, LONGEST).into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(plain: &[&str], masked: &[&str], parameters: &Value) -> Option<Value> {
        let mut log = config::Config::load(&config::Sources::default()).expect("valid").log;
        log.parameters = plain.iter().map(|name| (*name).to_owned()).collect();
        log.mask_parameters = masked.iter().map(|name| (*name).to_owned()).collect();
        let request = json!({ "sessionInfo": { "parameters": parameters } });
        let envelope = Envelope::parse(&format!("{request:#}").into()).expect("a request");
        let text = Shown::new(&log).of(&envelope)?;
        assert!(!text.contains('\n'), "{text}");
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    #[test]
    fn only_what_is_named_is_shown_and_what_is_masked_only_told() {
        let sent = json!({ "order_id": 42, "Phone": "555", "name": "Ada", "deep": { "a": ["x"] } });
        assert_eq!(shown(&[], &[], &sent), None);
        assert_eq!(shown(&["other"], &["else"], &sent), None);
        assert_eq!(
            shown(&["order_id", "deep", "PHONE"], &["phone"], &sent),
            Some(json!({ "order_id": 42, "deep": { "a": ["x"] }, "phone": "***" }))
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let found = shown(&["a", "b"], &[], &json!({ "a": "x".repeat(300), "b": [ "y".repeat(300) ] }));
        let found = found.expect("shown");
        for name in ["a", "b"] {
            let text = found[name].as_str().expect("a text");
            assert!(text.len() < 300 && text.ends_with(" bytes)"), "{text}");
        }
    }
}
