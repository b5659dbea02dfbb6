//! The configuration as it is in force: every value with its origin, secrets masked.

use std::fmt::Write as _;

use super::reader::{Key, KeyType};
use super::source::{self, Node, Value};
use super::store::masked;

/// A setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The name of its section; empty for what stands outside of all.
    pub(crate) section: String,
    pub(crate) key: String,
    /// TOML, with secrets masked.
    pub(crate) value: String,
    /// Where it was written.
    pub(crate) origin: String,
}

/// What the tree is written as, in order.
enum Line<'l> {
    /// The header of a section.
    Section(&'l str),
    Setting(Setting),
}

/// Writes the tree as TOML, each value with where it comes from.
pub(super) fn render(root: &Node, keys: &[Key]) -> String {
    let mut text = String::new();
    walk(root, keys, &mut |line| match line {
        Line::Section(name) => {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{separator}[{name}]");
        }
        Line::Setting(Setting { key, value, origin, .. }) => {
            let _ = writeln!(text, "{key} = {value}  # {origin}");
        }
    });
    text
}

/// Every setting, in the same order.
pub(super) fn settings(root: &Node, keys: &[Key]) -> Vec<Setting> {
    let mut settings = Vec::new();
    walk(root, keys, &mut |line| {
        if let Line::Setting(setting) = line {
            settings.push(setting);
        }
    });
    settings
}

fn walk(root: &Node, keys: &[Key], tell: &mut dyn FnMut(Line<'_>)) {
    let Value::Table(sections) = &root.value else {
        return;
    };
    // What stands outside a section comes first: below a header it would belong to that.
    for (name, node) in sections.iter().filter(|(_, node)| !matches!(node.value, Value::Table(_))) {
        tell(Line::Setting(setting("", name.clone(), value(node, name, keys), node)));
    }
    for (name, node) in sections {
        section(name, node, keys, tell);
    }
}

fn setting(section: &str, key: String, value: String, node: &Node) -> Setting {
    Setting { section: section.to_owned(), key, value, origin: node.origin.to_string() }
}

/// A section with its members, and those below it, such as `[server.tls]` after `[server]`.
fn section(name: &str, node: &Node, keys: &[Key], tell: &mut dyn FnMut(Line<'_>)) {
    let Value::Table(members) = &node.value else {
        return;
    };
    tell(Line::Section(name));
    let table_type = type_of(name, keys);
    let is_section = |key: &str, node: &Node| {
        let path = format!("{name}.{key}");
        matches!(node.value, Value::Table(_)) && table_type.is_none() && type_of(&path, keys).is_none()
    };
    for (key, node) in members.iter().filter(|(key, node)| !is_section(key, node)) {
        let path = member(name, key, table_type);
        let value = value(node, &path, keys);
        tell(Line::Setting(setting(name, source::key(key), value, node)));
    }
    for (key, node) in members.iter().filter(|(key, node)| is_section(key, node)) {
        section(&format!("{name}.{key}"), node, keys, tell);
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
