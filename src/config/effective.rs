//! The configuration as it is in force: every value with its origin, secrets masked.

use std::fmt::Write as _;

use super::reader::{Key, KeyType};
use super::source::{Node, Value};

/// Writes the tree as TOML, each value with where it comes from.
pub(super) fn render(root: &Node, keys: &[Key]) -> String {
    let mut text = String::new();
    let Value::Table(sections) = &root.value else {
        return text;
    };
    for (name, section) in sections {
        let Value::Table(members) = &section.value else {
            continue;
        };
        let separator = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{separator}[{name}]");
        for (key, node) in members {
            let path = format!("{name}.{key}");
            let value = value(node, &path, keys);
            let _ = writeln!(text, "{key} = {value}  # {}", node.origin);
        }
    }
    text
}

fn value(node: &Node, path: &str, keys: &[Key]) -> String {
    let key_type = keys.iter().find(|key| key.path == path).map(|key| key.key_type);
    let list = |elements: &[Node], path: &str| {
        let elements: Vec<_> = elements.iter().map(|element| value(element, path, keys)).collect();
        format!("[{}]", elements.join(", "))
    };
    match (&node.value, key_type) {
        // A list of secrets is masked element by element, its references kept.
        (Value::List(elements), Some(KeyType::SecretList)) => list(elements, path),
        (Value::Text(_), Some(KeyType::Secret | KeyType::SecretList)) => "\"***\"".to_owned(),
        (Value::Raw(text), Some(KeyType::TextList | KeyType::SecretList | KeyType::TableList)) => {
            match super::source::parse_value(text, &node.origin) {
                Ok(parsed) => value(&parsed, path, keys),
                Err(_) => "\"***\"".to_owned(),
            }
        }
        (Value::Raw(text), Some(KeyType::Bool | KeyType::Integer)) => text.clone(),
        (Value::Raw(_), Some(KeyType::Secret)) => "\"***\"".to_owned(),
        (Value::Text(text) | Value::Raw(text), _) => toml::Value::from(text.as_str()).to_string(),
        (Value::Bool(flag), _) => flag.to_string(),
        (Value::Other(text), _) => text.clone(),
        (Value::List(elements), _) => list(elements, &format!("{path}[]")),
        (Value::Table(members), _) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, node)| format!("{key} = {}", value(node, &format!("{path}.{key}"), keys)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}
