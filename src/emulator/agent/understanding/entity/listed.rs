//! The values of an entity type in one language.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::composite::Composite;
use crate::emulator::agent::understanding::said::{Said, folded};
use crate::emulator::agent::understanding::template::Patience;
use crate::emulator::package::{Entity, EntityKind};

/// The largest compiled regular expression, in bytes.
const LARGEST_REGEX: usize = 1 << 20;
/// The most regular expressions of a type in a language; the platform allows fewer.
pub(in crate::emulator::agent::understanding) const MOST_PATTERNS: usize = 100;
/// Compiling one is as much work as so many other attempts.
const REGEX_WORK: u32 = 100;

/// The values, ready to be found.
#[derive(Debug, Default)]
pub(super) struct Listed {
    by_word: HashMap<String, String>,
    composites: Vec<Composite>,
    patterns: Vec<Pattern>,
    by_keys: HashMap<String, String>,
}

/// A regular expression that is compiled when it is first asked.
#[derive(Debug)]
struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Listed {
    pub(super) fn new(kind: &EntityKind, entities: &[Entity]) -> Self {
        let mut this = Self::default();
        for entity in entities {
            if !entity.dtmf_pattern.is_empty() {
                this.by_keys.entry(entity.dtmf_pattern.clone()).or_insert_with(|| entity.value.clone());
            }
            match kind {
                EntityKind::Regexp if this.patterns.len() >= MOST_PATTERNS => {}
                EntityKind::Regexp => {
                    let compiled = OnceLock::new();
                    this.patterns.push(Pattern { text: entity.value.clone(), compiled });
                }
                _ => this.add(entity, *kind == EntityKind::List),
            }
        }
        this
    }

    /// A value with its synonyms, itself among them.
    fn add(&mut self, entity: &Entity, is_list: bool) {
        // A list's values may hold references, a map's be nothing but one.
        let composite = |text: &str| Composite::read(text).filter(|read| is_list || read.is_reference());
        if let Some(composite) = composite(&entity.value) {
            self.composites.push(composite);
            return;
        }
        for word in entity.synonyms.iter().chain([&entity.value]) {
            self.by_word.entry(folded(word)).or_insert_with(|| entity.value.clone());
        }
    }

    pub(super) fn by_word(&self, said: &Said) -> Option<Value> {
        self.by_word.get(said.folded()).map(|value| value.as_str().into())
    }

    pub(super) fn by_keys(&self, digits: &str) -> Option<Value> {
        self.by_keys.get(digits).map(|value| value.as_str().into())
    }

    /// The text itself, if all of it is so.
    pub(super) fn by_pattern(&self, text: &str, patience: &mut Patience) -> Option<Value> {
        let matches =
            self.patterns.iter().any(|pattern| patience.spend_as(REGEX_WORK) && pattern.is_match(text));
        matches.then(|| text.into())
    }

    pub(super) fn put_together(
        &self,
        said: &Said,
        patience: &mut Patience,
        resolve: &mut dyn FnMut(&str, &str, &mut Patience) -> Option<Value>,
    ) -> Option<Value> {
        self.composites.iter().find_map(|composite| composite.value(said, patience, resolve))
    }
}

impl Pattern {
    /// One that is no regular expression matches nothing; the agent's findings tell of it.
    fn is_match(&self, text: &str) -> bool {
        self.compiled.get_or_init(|| compiled(&self.text)).as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// A regular expression for all of a text.
pub(in crate::emulator::agent::understanding) fn compiled(pattern: &str) -> Option<Regex> {
    let whole = format!("^(?:{pattern})$");
    RegexBuilder::new(&whole).size_limit(LARGEST_REGEX).dfa_size_limit(LARGEST_REGEX).build().ok()
}
