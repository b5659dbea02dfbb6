//! Takes typed settings out of a tree, collecting every fault instead of stopping at the first.
//!
//! A key exists because something reads it here: unknown keys, the schema and the masking of
//! secrets all follow from what was read.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::secret::{self, Secret, SecretOrigin};
use super::source::{self, Node, Value};
use super::value::{self, Bind};
use super::{Fault, Sources};

/// What a key takes, for the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    Text,
    Bool,
    Integer,
    Ratio,
    Duration,
    Size,
    Secret,
    /// An address that may hold a password, or nothing.
    SecretUrl,
    /// A secret, or nothing.
    SecretOrNone,
    Choice(&'static [&'static str]),
    TextList,
    SecretList,
    TableList,
    /// Keys that the user chooses, each with a text.
    TextTable,
    /// Keys that the user chooses, each with a table.
    Table,
    /// A text, a number, or a table that stands for a JSON document.
    Document,
}

/// A key that was read.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// Its path, such as `server.bind`; `[]` stands for any element of a list, `*` for any key of a
    /// table whose keys the user chooses.
    pub(crate) path: String,
    pub(crate) key_type: KeyType,
    /// Whether it may be left out where it has no default.
    pub(crate) optional: bool,
}

/// What all readers of one tree share.
pub(crate) struct Reading<'s> {
    pub(crate) sources: &'s Sources,
    pub(crate) faults: RefCell<Vec<Fault>>,
    pub(crate) keys: RefCell<Vec<Key>>,
    /// The secrets that are kept elsewhere, by the path of their key.
    pub(crate) references: RefCell<Vec<(String, Secret)>>,
    /// All of them, wherever they are kept.
    pub(crate) known_secrets: RefCell<Vec<Secret>>,
    /// Where relative files of secrets stand.
    pub(crate) folder: Option<PathBuf>,
}

/// A reader of one table.
pub(crate) struct Reader<'r, 's> {
    pub(super) reading: &'r Reading<'s>,
    pub(super) node: &'r Node,
    /// The table's path as faults tell it, empty or with a dot behind it.
    pub(super) prefix: String,
    /// The same as [`Key::path`] has it.
    pub(super) pattern: String,
    known: RefCell<Vec<&'static str>>,
    ignore_rest: Cell<bool>,
    optional: Cell<bool>,
}

impl<'r, 's> Reader<'r, 's> {
    pub(crate) fn new(reading: &'r Reading<'s>, node: &'r Node) -> Self {
        Reader::of_table(reading, node, String::new(), String::new())
    }

    pub(super) fn of_table(
        reading: &'r Reading<'s>,
        node: &'r Node,
        prefix: String,
        pattern: String,
    ) -> Self {
        Self {
            reading,
            node,
            prefix,
            pattern,
            known: RefCell::default(),
            ignore_rest: Cell::default(),
            optional: Cell::default(),
        }
    }

    /// Reads a table below this one.
    pub(crate) fn section<T>(&self, key: &'static str, read: impl FnOnce(&Self) -> T) -> T {
        self.known.borrow_mut().push(key);
        let node = self.node.get(&[key]).unwrap_or(self.node);
        if !matches!(node.value, Value::Table(_)) {
            self.fault(node, key, format!("expected a table [{key}], found {}", node.value.kind()));
        }
        let reader = Reader::of_table(
            self.reading,
            node,
            format!("{}{key}.", self.prefix),
            format!("{}{key}.", self.pattern),
        );
        let read = read(&reader);
        reader.refuse_unknown();
        read
    }

    /// Refuses the keys that nobody read. Called by itself for sections.
    pub(crate) fn refuse_unknown(&self) {
        let Value::Table(members) = &self.node.value else {
            return;
        };
        if self.ignore_rest.get() {
            return;
        }
        let known = self.known.borrow();
        for (key, node) in members {
            if known.contains(&key.as_str()) {
                continue;
            }
            let hint = match crate::nearest::nearest(key, known.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("known here are {}", known.join(", ")),
            };
            self.fault(node, key, format!("this key is unknown; {hint}"));
        }
    }

    pub(super) fn fault(&self, node: &Node, key: &str, message: String) {
        let path = format!("{}{key}", self.prefix);
        self.reading.faults.borrow_mut().push(Fault { origin: node.origin.clone(), path, message });
    }

    /// The node of a key; a missing one is a fault.
    pub(super) fn take(&self, key: &'static str, key_type: KeyType) -> Option<&'r Node> {
        self.known.borrow_mut().push(key);
        let path = format!("{}{key}", self.pattern);
        self.reading.keys.borrow_mut().push(Key { path, key_type, optional: self.optional.get() });
        let node = self.node.get(&[key]);
        if node.is_none() {
            self.fault(self.node, key, "this key is missing".to_owned());
        }
        node
    }

    fn scalar<T: Default>(
        &self,
        key: &'static str,
        key_type: KeyType,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        let Some(node) = self.take(key, key_type) else {
            return T::default();
        };
        let parsed = match &node.value {
            Value::Text(text) | Value::Raw(text) | Value::Other(text) => parse(text),
            Value::Bool(flag) => parse(if *flag { "true" } else { "false" }),
            other => parse("").map_err(|error| format!("{error}, which is {}", other.kind())),
        };
        parsed.unwrap_or_else(|message| {
            self.fault(node, key, message);
            T::default()
        })
    }

    pub(crate) fn text(&self, key: &'static str) -> String {
        let Some(node) = self.take(key, KeyType::Text) else {
            return String::new();
        };
        match &node.value {
            Value::Text(text) | Value::Raw(text) => text.clone(),
            other => {
                self.fault(node, key, format!("expected text in quotes, found {}", other.kind()));
                String::new()
            }
        }
    }

    pub(crate) fn flag(&self, key: &'static str) -> bool {
        self.scalar(key, KeyType::Bool, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(format!("expected true or false, found {other:?}")),
        })
    }

    pub(crate) fn integer(&self, key: &'static str, range: std::ops::RangeInclusive<usize>) -> usize {
        self.scalar(key, KeyType::Integer, |text| {
            text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
                format!("expected a whole number from {} to {}, found {text:?}", range.start(), range.end())
            })
        })
    }

    /// A number from 0 to 1.
    pub(crate) fn ratio(&self, key: &'static str) -> f64 {
        self.scalar(key, KeyType::Ratio, |text| {
            let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
            number.ok_or_else(|| format!("expected a number from 0 to 1, found {text:?}"))
        })
    }

    /// A variable of the environment that is not ours, unless it is empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&'r str> {
        let mut variables = self.reading.sources.environment.iter();
        let found = variables.find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn duration(&self, key: &'static str, range: std::ops::RangeInclusive<Duration>) -> Duration {
        self.scalar(key, KeyType::Duration, |text| value::duration(text, &range))
    }

    pub(crate) fn size(&self, key: &'static str, range: std::ops::RangeInclusive<usize>) -> usize {
        self.scalar(key, KeyType::Size, |text| value::size(text, &range))
    }

    pub(crate) fn bind(&self, key: &'static str) -> Bind {
        self.scalar(key, KeyType::Text, str::parse)
    }

    /// An address, or none where the text is empty.
    pub(crate) fn optional_bind(&self, key: &'static str) -> Option<Bind> {
        self.scalar(key, KeyType::Text, |text| match text {
            "" => Ok(None),
            address => address.parse().map(Some),
        })
    }

    pub(crate) fn choice<T: Default + Copy>(
        &self,
        key: &'static str,
        words: &'static [&'static str],
        values: &[T],
    ) -> T {
        self.scalar(key, KeyType::Choice(words), |text| {
            let index = words
                .iter()
                .position(|word| *word == text)
                .ok_or_else(|| format!("expected one of {}, found {text:?}", value::quoted(words)))?;
            Ok(values[index])
        })
    }

    /// The elements of a list; from the environment it is read as TOML text.
    pub(super) fn list(&self, key: &'static str, key_type: KeyType) -> Vec<Node> {
        let Some(node) = self.take(key, key_type) else {
            return Vec::new();
        };
        let parsed;
        let value = match &node.value {
            Value::Raw(text) => match source::parse_value(text, &node.origin) {
                Ok(node) => {
                    parsed = node;
                    &parsed.value
                }
                Err(error) => {
                    self.fault(
                        node,
                        key,
                        format!("expected a list as TOML text, such as [\"a\", \"b\"]: {error}"),
                    );
                    return Vec::new();
                }
            },
            value => value,
        };
        match value {
            Value::List(elements) => elements.clone(),
            other => {
                self.fault(node, key, format!("expected a list in [ ], found {}", other.kind()));
                Vec::new()
            }
        }
    }

    pub(crate) fn texts(&self, key: &'static str) -> Vec<String> {
        let mut texts = Vec::new();
        for node in self.list(key, KeyType::TextList) {
            match node.value {
                Value::Text(text) => texts.push(text),
                ref other => {
                    self.fault(
                        &node,
                        key,
                        format!("expected text in quotes in the list, found {}", other.kind()),
                    );
                }
            }
        }
        texts
    }

    pub(crate) fn secret(&self, key: &'static str) -> Secret {
        let node = self.take(key, KeyType::Secret);
        node.and_then(|node| self.resolve(node, key)).unwrap_or_default()
    }

    /// A secret, or none where the text is empty.
    pub(crate) fn secret_or_none(&self, key: &'static str) -> Option<Secret> {
        self.unless_empty(key, KeyType::SecretOrNone)
    }

    /// An address that may hold a password, or none where the text is empty.
    pub(crate) fn secret_url(&self, key: &'static str) -> Option<Secret> {
        self.unless_empty(key, KeyType::SecretUrl)
    }

    fn unless_empty(&self, key: &'static str, key_type: KeyType) -> Option<Secret> {
        let node = self.take(key, key_type)?;
        match &node.value {
            Value::Text(text) | Value::Raw(text) if text.is_empty() => None,
            _ => self.resolve(node, key),
        }
    }

    /// The folder of the configuration file.
    pub(crate) fn folder(&self) -> Option<&'r Path> {
        self.reading.folder.as_deref()
    }

    pub(crate) fn secrets(&self, key: &'static str) -> Vec<Secret> {
        let nodes = self.list(key, KeyType::SecretList);
        if nodes.is_empty() {
            self.refuse(key, "expected at least one value");
        }
        nodes.iter().filter_map(|node| self.resolve(node, key)).collect()
    }

    fn resolve(&self, node: &Node, key: &str) -> Option<Secret> {
        let reading = self.reading;
        let secret = secret::resolve(node, &reading.sources.environment, reading.folder.as_deref());
        let secret = secret.map_err(|message| self.fault(node, key, message)).ok()?;
        reading.known_secrets.borrow_mut().push(secret.clone());
        if *secret.origin() != SecretOrigin::Settings {
            reading.references.borrow_mut().push((format!("{}{key}", self.prefix), secret.clone()));
        }
        Some(secret)
    }

    /// Reads a key that may be left out: `reader.optional("reply", Reader::text)`.
    pub(crate) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Self, &'static str) -> T,
    ) -> Option<T> {
        if self.node.get(&[key]).is_none() {
            self.known.borrow_mut().push(key);
            return None;
        }
        self.optional.set(true);
        let value = read(self, key);
        self.optional.set(false);
        Some(value)
    }

    /// Reports a fault that only the meaning of a value shows.
    pub(crate) fn refuse(&self, key: &'static str, message: impl Into<String>) {
        let node = self.node.get(&[key]).unwrap_or(self.node);
        self.fault(node, key, message.into());
    }

    /// Passes over the keys that nobody read: without a valid kind, nobody can tell which are known.
    pub(crate) fn ignore_rest(&self) {
        self.ignore_rest.set(true);
    }
}
