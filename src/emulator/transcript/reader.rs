//! Reads the tree of a transcript key by key, and remembers everything that is wrong.

use std::time::Duration;

use serde_json::Value;

use super::error::{Fault, Place};
use super::node::{Content, Node};
use crate::emulator::session::meant;
use crate::nearest::nearest;
use crate::protocol::Struct;

/// Everything that is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

/// The most faults that are told.
const MOST: usize = 50;

impl Faults {
    pub(super) fn add(&mut self, place: Place, path: &str, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(Fault::new(place, path, message));
        }
    }

    /// In the order of the file.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.0.sort_by_key(|fault| (fault.line(), fault.column()));
        self.0
    }
}

/// A mapping whose keys are known.
pub(super) struct Table<'n> {
    path: String,
    pub(super) place: Place,
    members: Vec<(&'n str, &'n Node)>,
}

impl<'n> Table<'n> {
    /// The mapping that `node` is; unknown keys of it are refused.
    pub(super) fn of(node: &'n Node, path: &str, known: &[&str], faults: &mut Faults) -> Option<Self> {
        let Content::Table(members) = &node.content else {
            faults.add(node.place, path, format!("expected a mapping, found {}", node.kind()));
            return None;
        };
        for (key, _) in members.iter().filter(|(key, _)| !known.contains(&key.name.as_str())) {
            let meant = match nearest(&key.name, known.iter().copied()) {
                Some(near) => meant(Some(near)),
                None => format!("; expected one of {}", known.join(", ")),
            };
            faults.add(key.place, path, format!("unknown key {:?}{meant}", key.name));
        }
        Some(Self {
            path: path.to_owned(),
            place: node.place,
            members: members.iter().map(|(key, node)| (key.name.as_str(), node)).collect(),
        })
    }

    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn refuse(&self, message: impl Into<String>, faults: &mut Faults) {
        faults.add(self.place, &self.path, message);
    }

    /// The value of a key that is there.
    pub(super) fn node(&self, name: &str) -> Option<&'n Node> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, node)| *node)
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        faults: &mut Faults,
        read: impl FnOnce(&'n Node) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(name)?;
        let value = read(node);
        if value.is_none() {
            let found = match &node.content {
                Content::Scalar(Value::Null) | Content::List(_) | Content::Table(_) => node.kind().to_owned(),
                Content::Scalar(value) => value.to_string(),
            };
            faults.add(node.place, &self.path(name), format!("expected {expected}, found {found}"));
        }
        value
    }

    /// A text; a number is one where its digits are meant, such as those of a phone.
    pub(super) fn text(&self, name: &str, faults: &mut Faults) -> Option<String> {
        self.read(name, "a text; quote what YAML takes for something else", faults, |node| {
            match &node.content {
                Content::Scalar(Value::String(text)) => Some(text.clone()),
                _ => None,
            }
        })
    }

    /// A text that is not empty.
    pub(super) fn name(&self, name: &str, faults: &mut Faults) -> Option<String> {
        let text = self.text(name, faults)?;
        if text.is_empty() {
            let place = self.node(name).map_or(self.place, |node| node.place);
            faults.add(place, &self.path(name), "expected a text that is not empty");
        }
        Some(text)
    }

    pub(super) fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        self.optional_flag(name, faults).unwrap_or_default()
    }

    pub(super) fn optional_flag(&self, name: &str, faults: &mut Faults) -> Option<bool> {
        self.read(name, "true or false", faults, |node| match &node.content {
            Content::Scalar(Value::Bool(flag)) => Some(*flag),
            _ => None,
        })
    }

    pub(super) fn whole_number(&self, name: &str, faults: &mut Faults) -> Option<u64> {
        self.read(name, "a whole number of 0 or more", faults, |node| match &node.content {
            Content::Scalar(value) => value.as_u64(),
            _ => None,
        })
    }

    pub(super) fn ratio(&self, name: &str, faults: &mut Faults) -> Option<f64> {
        self.read(name, "a number from 0 to 1", faults, |node| match &node.content {
            Content::Scalar(value) => value.as_f64().filter(|ratio| (0.0..=1.0).contains(ratio)),
            _ => None,
        })
    }

    pub(super) fn duration(&self, name: &str, faults: &mut Faults) -> Option<Duration> {
        self.read(name, "a time such as 500ms or 2s", faults, |node| match &node.content {
            Content::Scalar(Value::String(text)) => humantime::parse_duration(text).ok(),
            _ => None,
        })
    }

    /// Parameters by name; any JSON value, null included.
    pub(super) fn values(&self, name: &str, faults: &mut Faults) -> Struct {
        self.read(name, "a mapping of names to values", faults, |node| match node.json() {
            Value::Object(values) => Some(values),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// The members of a mapping in the order of the file.
    pub(super) fn ordered(&self, name: &str, faults: &mut Faults) -> Vec<(String, Value)> {
        self.read(name, "a mapping of names to values", faults, |node| match &node.content {
            Content::Table(members) => {
                Some(members.iter().map(|(key, node)| (key.name.clone(), node.json())).collect())
            }
            _ => None,
        })
        .unwrap_or_default()
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&self, name: &str, faults: &mut Faults) -> Vec<String> {
        let text = |node: &Node| match &node.content {
            Content::Scalar(Value::String(text)) => Some(text.clone()),
            _ => None,
        };
        self.read(name, "a text, or a list of texts", faults, |node| match &node.content {
            Content::List(nodes) => nodes.iter().map(text).collect(),
            _ => text(node).map(|text| vec![text]),
        })
        .unwrap_or_default()
    }

    /// A list of anything.
    pub(super) fn list(&self, name: &str, faults: &mut Faults) -> &'n [Node] {
        self.read(name, "a list", faults, |node| match &node.content {
            Content::List(nodes) => Some(nodes.as_slice()),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// A mapping whose keys the user chooses.
    pub(super) fn entries(&self, name: &str, faults: &mut Faults) -> Vec<(&'n str, Place, &'n Node)> {
        self.read(name, "a mapping", faults, |node| match &node.content {
            Content::Table(members) => {
                Some(members.iter().map(|(key, node)| (key.name.as_str(), key.place, node)).collect())
            }
            _ => None,
        })
        .unwrap_or_default()
    }
}
