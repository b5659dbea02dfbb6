//! The JSON schema of `rejoinder.toml`, for editors.

use serde_json::{Map, Value, json};

use super::reader::{Key, KeyType};

/// Builds the schema from the keys that are read and the sentences of the default file.
pub(super) fn schema(keys: &[Key], default_file: &str) -> Value {
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rejoinder.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {},
    });
    for key in keys.iter().filter(|key| !key.path.contains("[]")) {
        let Some((section, name)) = key.path.split_once('.') else {
            continue;
        };
        let table = json!({ "type": "object", "additionalProperties": false, "properties": {} });
        let properties = &mut root["properties"];
        if properties.get(section).is_none() {
            properties[section] = table;
        }
        let mut property = of_type(key, keys);
        if let Some(sentence) = sentence(default_file, section, name) {
            property["description"] = sentence.into();
        }
        properties[section]["properties"][name] = property;
    }
    root
}

fn of_type(key: &Key, keys: &[Key]) -> Value {
    let secret = json!({ "anyOf": [
        { "type": "string", "minLength": 1 },
        {
            "type": "object", "additionalProperties": false, "required": ["env"],
            "properties": { "env": { "type": "string", "description": "The environment variable that holds it." } },
        },
    ] });
    match key.key_type {
        KeyType::Text => json!({ "type": "string" }),
        KeyType::Bool => json!({ "type": "boolean" }),
        KeyType::Integer => json!({ "type": "integer", "minimum": 0 }),
        KeyType::Duration => json!({ "type": "string", "pattern": "^[0-9.]+ ?(ms|s|m|min|h)$" }),
        KeyType::Size => {
            json!({ "type": ["string", "integer"], "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)?$" })
        }
        KeyType::Choice(words) => json!({ "enum": words }),
        KeyType::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        KeyType::Secret => secret,
        KeyType::SecretList => json!({ "type": "array", "minItems": 1, "items": secret }),
        KeyType::TableList => json!({ "type": "array", "items": items(&key.path, keys) }),
    }
}

/// The tables of a list, told apart by their `kind`.
fn items(path: &str, keys: &[Key]) -> Value {
    let prefix = format!("{path}[].");
    let mut kinds: Vec<Map<String, Value>> = Vec::new();
    for key in keys {
        let Some(name) = key.path.strip_prefix(&prefix) else {
            continue;
        };
        if let KeyType::Choice(words) = key.key_type
            && name == "kind"
        {
            // Every table starts with its kind; which one, its place among the words tells.
            let word = words.get(kinds.len()).copied().unwrap_or_default();
            kinds.push(Map::from_iter([("kind".to_owned(), json!({ "const": word }))]));
        } else if let Some(table) = kinds.last_mut() {
            table.insert(name.to_owned(), of_type(key, keys));
        }
    }
    let tables: Vec<Value> = kinds
        .into_iter()
        .map(|properties| {
            let required: Vec<&String> = properties.keys().collect();
            json!({
                "type": "object", "additionalProperties": false,
                "required": required, "properties": properties,
            })
        })
        .collect();
    json!({ "oneOf": tables })
}

/// The comment above a key of the default file, as one line.
pub(super) fn sentence(default_file: &str, section: &str, name: &str) -> Option<String> {
    let body = default_file.split(&format!("[{section}]\n")).nth(1)?;
    let mut comment: Vec<&str> = Vec::new();
    for line in body.lines().take_while(|line| !line.starts_with('[')) {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if line.split_once(" = ").is_some_and(|(key, _)| key == name) {
            return (!comment.is_empty()).then(|| comment.join(" "));
        } else {
            comment.clear();
        }
    }
    None
}
