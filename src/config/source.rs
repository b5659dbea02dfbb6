//! Where settings come from, and how one overlays another.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Fault;

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File { path: String, line: usize },
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Bool(bool),
    /// A number or date, as written.
    Other(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    /// From the environment or a flag: what it is depends on what is wanted.
    Raw(String),
}

impl Value {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Raw(_) => "text",
            Self::Bool(_) => "true or false",
            Self::Other(_) => "a number or date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// Puts `upper` over this: tables member by member, everything else whole.
    pub(crate) fn overlay(&mut self, upper: Self) {
        match (&mut self.value, upper.value) {
            (Value::Table(members), Value::Table(upper_members)) => {
                self.origin = upper.origin;
                for (key, node) in upper_members {
                    match members.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, known)) => known.overlay(node),
                        None => members.push((key, node)),
                    }
                }
            }
            (value, upper_value) => {
                *value = upper_value;
                self.origin = upper.origin;
            }
        }
    }

    /// Sets one value by its path, such as `["server", "bind"]`.
    pub(crate) fn set(&mut self, path: &[&str], value: Value, origin: Origin) {
        let mut node = Self { value, origin };
        for key in path.iter().rev() {
            let origin = node.origin.clone();
            node = Self { value: Value::Table(vec![((*key).to_owned(), node)]), origin };
        }
        self.overlay(node);
    }

    pub(crate) fn get(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| match &node.value {
            Value::Table(members) => members.iter().find(|(known, _)| known == key).map(|(_, node)| node),
            _ => None,
        })
    }
}

/// Reads TOML text; `name` is the file's name in messages.
pub(crate) fn parse(name: &str, text: &str, faults: &mut Vec<Fault>) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let origin = Origin::File { path: name.to_owned(), line };
        faults.push(Fault { origin, path: String::new(), message: error.message().to_owned() });
    }
    let origin = |start| match name {
        "" => Origin::Default,
        name => Origin::File { path: name.to_owned(), line: line_of(text, start) },
    };
    table_node(table.get_ref(), table.span().start, &origin)
}

/// Reads the TOML text of one value, as the environment gives lists and tables.
pub(crate) fn parse_value(text: &str, origin: &Origin) -> Result<Node, String> {
    let value = DeValue::parse(text).map_err(|error| error.message().to_owned())?;
    Ok(node(&value, &|_| origin.clone()))
}

/// A key as TOML writes it: in quotes where it needs them.
pub(crate) fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        toml::Value::from(name).to_string()
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn table_node(table: &DeTable<'_>, start: usize, origin: &dyn Fn(usize) -> Origin) -> Node {
    let members = table.iter().map(|(key, value)| {
        let mut member = node(value, origin);
        // A table's own place is its key; that is also where a typing mistake would be.
        member.origin = origin(key.span().start);
        (key.get_ref().to_string(), member)
    });
    Node { value: Value::Table(members.collect()), origin: origin(start) }
}

fn node(value: &Spanned<DeValue<'_>>, origin: &dyn Fn(usize) -> Origin) -> Node {
    let start = value.span().start;
    let plain = match value.get_ref() {
        DeValue::Table(table) => return table_node(table, start, origin),
        DeValue::Array(elements) => {
            Value::List(elements.iter().map(|element| node(element, origin)).collect())
        }
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Integer(number) => Value::Other(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Other(number.as_str().to_owned()),
        DeValue::Datetime(date) => Value::Other(date.to_string()),
    };
    Node { value: plain, origin: origin(start) }
}
