//! Reads tables below a table: those of a list, and those whose keys the user chooses.

use super::reader::{KeyType, Reader};
use super::source::{self, Node, Value};

impl<'s> Reader<'_, 's> {
    /// Reads each table of a list.
    pub(crate) fn tables<T>(&self, key: &'static str, mut read: impl FnMut(&Reader<'_, 's>) -> T) -> Vec<T> {
        let mut items = Vec::new();
        for node in &self.list(key, KeyType::TableList) {
            if matches!(node.value, Value::Table(_)) {
                let reader = Reader::of_table(
                    self.reading,
                    node,
                    format!("{}{key}[].", self.prefix),
                    format!("{}{key}[].", self.pattern),
                );
                items.push(read(&reader));
                reader.refuse_unknown();
            } else {
                let message = format!("expected a table in {{ }} in the list, found {}", node.value.kind());
                self.fault(node, key, message);
            }
        }
        items
    }

    /// The members of a table whose keys the user chooses; from the environment it is TOML text.
    fn members(&self, key: &'static str, key_type: KeyType) -> Vec<(String, Node)> {
        let Some(node) = self.take(key, key_type) else {
            return Vec::new();
        };
        match self.unpacked(node, key) {
            Some(Node { value: Value::Table(members), .. }) => members,
            Some(other) => {
                self.fault(node, key, format!("expected a table, found {}", other.value.kind()));
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// What the environment gives as TOML text, as the value that it says.
    fn unpacked(&self, node: &Node, key: &str) -> Option<Node> {
        let Value::Raw(text) = &node.value else {
            return Some(node.clone());
        };
        let parsed = source::parse_value(text, &node.origin);
        let message = |error| format!("expected a table as TOML text, such as {{ a = \"b\" }}: {error}");
        parsed.map_err(|error| self.fault(node, key, message(error))).ok()
    }

    /// Reads a table of texts whose keys the user chooses.
    pub(crate) fn text_entries(&self, key: &'static str) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (name, node) in self.members(key, KeyType::TextTable) {
            match node.value {
                Value::Text(text) | Value::Raw(text) => texts.push((name, text)),
                ref other => {
                    let message = format!("expected text in quotes, found {}", other.kind());
                    self.fault(&node, &member(key, &name), message);
                }
            }
        }
        texts
    }

    /// Reads a table of tables whose keys the user chooses, such as `[routes."weather"]`.
    pub(crate) fn entries<T>(
        &self,
        key: &'static str,
        mut read: impl FnMut(&str, &Reader<'_, 's>) -> T,
    ) -> Vec<(String, T)> {
        let mut entries = Vec::new();
        for (name, node) in self.members(key, KeyType::Table) {
            let path = member(key, &name);
            let Some(node) = self.unpacked(&node, &path) else {
                continue;
            };
            if matches!(node.value, Value::Table(_)) {
                let reader = Reader::of_table(
                    self.reading,
                    &node,
                    format!("{}{path}.", self.prefix),
                    format!("{}{key}.*.", self.pattern),
                );
                let entry = read(&name, &reader);
                reader.refuse_unknown();
                entries.push((name, entry));
            } else {
                self.fault(&node, &path, format!("expected a table, found {}", node.value.kind()));
            }
        }
        entries
    }

    /// Reads a text, a number, or a table that stands for a JSON document.
    pub(crate) fn document(&self, key: &'static str) -> Option<serde_json::Value> {
        self.take(key, KeyType::Document).map(json)
    }

    /// Reports a fault of one member of a table whose keys the user chooses.
    pub(crate) fn refuse_entry(&self, key: &'static str, name: &str, message: impl Into<String>) {
        let node = self.node.get(&[key, name]).or_else(|| self.node.get(&[key])).unwrap_or(self.node);
        self.fault(node, &member(key, name), message.into());
    }
}

/// TOML as JSON; a date becomes its text.
fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Text(text) | Value::Raw(text) => text.as_str().into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Other(text) => {
            let number = serde_json::from_str::<serde_json::Number>(&text.replace('_', ""));
            number.map_or_else(|_| text.as_str().into(), serde_json::Value::Number)
        }
        Value::List(items) => items.iter().map(json).collect(),
        Value::Table(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), json(member)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// `routes.weather`, or `routes."order status"`.
fn member(table: &str, name: &str) -> String {
    format!("{table}.{}", source::key(name))
}
