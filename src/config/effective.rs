//! The configuration as it is in force: every value with its origin, secrets masked.

use std::fmt::Write as _;

use super::reader::{Key, KeyType};
use super::source::{self, Node, Value};
use super::store::masked;

/// Writes the tree as TOML, each value with where it comes from.
pub(super) fn render(root: &Node, keys: &[Key]) -> String {
    let mut text = String::new();
    let Value::Table(sections) = &root.value else {
        return text;
    };
    // What stands outside a section comes first: below a header it would belong to that.
    for (name, node) in sections.iter().filter(|(_, node)| !matches!(node.value, Value::Table(_))) {
        let _ = writeln!(text, "{name} = {}  # {}", value(node, name, keys), node.origin);
    }
    for (name, node) in sections {
        section(&mut text, name, node, keys);
    }
    text
}

/// A section with its members, and those below it, such as `[server.tls]` after `[server]`.
fn section(text: &mut String, name: &str, node: &Node, keys: &[Key]) {
    let Value::Table(members) = &node.value else {
        return;
    };
    let separator = if text.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{separator}[{name}]");
    let table_type = type_of(name, keys);
    let is_section = |key: &str, node: &Node| {
        let path = format!("{name}.{key}");
        matches!(node.value, Value::Table(_)) && table_type.is_none() && type_of(&path, keys).is_none()
    };
    for (key, node) in members.iter().filter(|(key, node)| !is_section(key, node)) {
        let path = member(name, key, table_type);
        let value = value(node, &path, keys);
        let _ = writeln!(text, "{} = {value}  # {}", source::key(key), node.origin);
    }
    for (key, node) in members.iter().filter(|(key, node)| is_section(key, node)) {
        section(text, &format!("{name}.{key}"), node, keys);
    }
}

fn type_of(path: &str, keys: &[Key]) -> Option<KeyType> {
    keys.iter().find(|key| key.path == path).map(|key| key.key_type)
}

/// The path of a table's member, as [`Key::path`] has it.
fn member(table: &str, key: &str, table_type: Option<KeyType>) -> String {
    match table_type {
        Some(KeyType::Table | KeyType::TextTable) => format!("{table}.*"),
        _ => format!("{table}.{key}"),
    }
}

fn value(node: &Node, path: &str, keys: &[Key]) -> String {
    let key_type = type_of(path, keys);
    let is_entry = path.strip_suffix(".*").and_then(|table| type_of(table, keys)) == Some(KeyType::Table);
    let list = |elements: &[Node], path: &str| {
        let elements: Vec<_> = elements.iter().map(|element| value(element, path, keys)).collect();
        format!("[{}]", elements.join(", "))
    };
    match (&node.value, key_type) {
        // A list of secrets is masked element by element, its references kept.
        (Value::List(elements), Some(KeyType::SecretList)) => list(elements, path),
        (Value::Text(text) | Value::Raw(text), Some(KeyType::SecretUrl)) => {
            toml::Value::from(masked(text)).to_string()
        }
        (Value::Text(text) | Value::Raw(text), Some(KeyType::SecretOrNone)) if text.is_empty() => {
            "\"\"".to_owned()
        }
        (Value::Text(_), Some(KeyType::Secret | KeyType::SecretOrNone | KeyType::SecretList)) => {
            "\"***\"".to_owned()
        }
        (
            Value::Raw(text),
            Some(
                KeyType::TextList
                | KeyType::SecretList
                | KeyType::TableList
                | KeyType::TextTable
                | KeyType::Table,
            ),
        ) => unpacked(node, text, path, keys),
        (Value::Raw(text), None) if is_entry => unpacked(node, text, path, keys),
        (Value::Raw(text), Some(KeyType::Bool | KeyType::Integer)) => text.clone(),
        (Value::Raw(_), Some(KeyType::Secret | KeyType::SecretOrNone)) => "\"***\"".to_owned(),
        (Value::Text(text) | Value::Raw(text), _) => toml::Value::from(text.as_str()).to_string(),
        (Value::Bool(flag), _) => flag.to_string(),
        (Value::Other(text), _) => text.clone(),
        (Value::List(elements), _) => list(elements, &format!("{path}[]")),
        (Value::Table(members), _) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, node)| {
                    let path = member(path, key, key_type);
                    format!("{} = {}", source::key(key), value(node, &path, keys))
                })
                .collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
    }
}

/// A list or table that the environment gave as TOML text.
fn unpacked(node: &Node, text: &str, path: &str, keys: &[Key]) -> String {
    match source::parse_value(text, &node.origin) {
        Ok(parsed) => value(&parsed, path, keys),
        Err(_) => "\"***\"".to_owned(),
    }
}
