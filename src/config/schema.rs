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
    for key in keys.iter().filter(|key| !key.path.contains(['[', '*'])) {
        let mut property = of_type(key, keys);
        if let Some(sentence) = sentence(default_file, &key.path) {
            property["description"] = sentence.into();
        }
        let (sections, name) = key.path.rsplit_once('.').unwrap_or(("", &key.path));
        let mut properties = &mut root["properties"];
        for section in sections.split('.').filter(|section| !section.is_empty()) {
            if properties.get(section).is_none() {
                properties[section] =
                    json!({ "type": "object", "additionalProperties": false, "properties": {} });
            }
            properties = &mut properties[section]["properties"];
        }
        properties[name] = property;
    }
    root
}

fn of_type(key: &Key, keys: &[Key]) -> Value {
    let secret = json!({ "anyOf": [
        { "type": "string", "minLength": 1 },
        {
            "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
            "properties": {
                "env": { "type": "string", "description": "The environment variable that holds it." },
                "file": { "type": "string", "description": "The file that holds it, beside rejoinder.toml unless absolute." },
                "secret": {
                    "type": "string", "pattern": "^projects/[^/]+/(locations/[^/]+/)?secrets/[^/]+/versions/[^/]+$",
                    "description": "Its version in Secret Manager.",
                },
            },
        },
    ] });
    match key.key_type {
        KeyType::Text => json!({ "type": "string" }),
        KeyType::Bool => json!({ "type": "boolean" }),
        KeyType::Integer => json!({ "type": "integer", "minimum": 0 }),
        KeyType::Ratio => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        KeyType::Duration => json!({ "type": "string", "pattern": "^[0-9.]+ ?(ms|s|m|min|h|d)$" }),
        KeyType::Size => {
            json!({ "type": ["string", "integer"], "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)?$" })
        }
        KeyType::Choice(words) => json!({ "enum": words }),
        KeyType::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        KeyType::Secret => secret,
        KeyType::SecretUrl | KeyType::SecretOrNone => {
            let mut secret = secret;
            secret["anyOf"][0] = json!({ "type": "string" });
            secret
        }
        KeyType::SecretList => json!({ "type": "array", "minItems": 1, "items": secret }),
        KeyType::TableList => json!({ "type": "array", "items": items(&key.path, keys) }),
        KeyType::TextTable => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        KeyType::Table => json!({ "type": "object", "additionalProperties": entry(&key.path, keys) }),
        KeyType::Document => json!({ "type": ["string", "integer", "object"] }),
    }
}

/// The tables of a table whose keys the user chooses.
fn entry(path: &str, keys: &[Key]) -> Value {
    let prefix = format!("{path}.*.");
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in keys {
        let Some(name) = key.path.strip_prefix(&prefix).filter(|name| !name.contains(['.', '['])) else {
            continue;
        };
        // Several samples may have it; in none of them may it be left out unless it is optional.
        if properties.insert(name.to_owned(), of_type(key, keys)).is_none() && !key.optional {
            required.push(name);
        }
    }
    json!({
        "type": "object", "additionalProperties": false,
        "required": required, "properties": properties,
    })
}

/// The tables of a list, told apart by their `kind`.
fn items(path: &str, keys: &[Key]) -> Value {
    let prefix = format!("{path}[].");
    let mut kinds: Vec<(Map<String, Value>, Vec<&str>)> = Vec::new();
    for key in keys {
        // What has a list in its name belongs to a list inside of a table.
        let Some(name) = key.path.strip_prefix(&prefix).filter(|name| !name.contains('[')) else {
            continue;
        };
        if let KeyType::Choice(words) = key.key_type
            && name == "kind"
        {
            // Every table starts with its kind; which one, its place among the words tells.
            let word = words.get(kinds.len()).copied().unwrap_or_default();
            let kind = Map::from_iter([("kind".to_owned(), json!({ "const": word }))]);
            kinds.push((kind, vec!["kind"]));
        } else if let Some((table, required)) = kinds.last_mut() {
            table.insert(name.to_owned(), of_type(key, keys));
            if !key.optional {
                required.push(name);
            }
        }
    }
    let tables: Vec<Value> = kinds
        .into_iter()
        .map(|(properties, required)| {
            json!({
                "type": "object", "additionalProperties": false,
                "required": required, "properties": properties,
            })
        })
        .collect();
    json!({ "oneOf": tables })
}

/// The comment above a key or a section's header in the default file, as one line.
pub(super) fn sentence(default_file: &str, path: &str) -> Option<String> {
    let mut section = "";
    let mut comment: Vec<&str> = Vec::new();
    for line in default_file.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
            continue;
        }
        let header = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let here = if let Some(name) = header {
            section = name;
            name.to_owned()
        } else {
            let key = line.split_once(" = ").map_or("", |(key, _)| key);
            if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
        };
        if here == path {
            return (!comment.is_empty()).then(|| comment.join(" "));
        }
        comment.clear();
    }
    None
}
