//! Entity types: the value that a text stands for.

mod composite;
mod conjunction;
mod listed;

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;
use serde_json::Value;

use super::languages::{Languages, key};
use super::said::{Said, folded};
use super::system;
use super::template::Patience;
use crate::emulator::package::{EntityKind, EntityType};
use listed::Listed;

pub(super) use listed::MOST_PATTERNS;

/// How deep values may be put together from others.
const DEEPEST: usize = 8;

/// The entity types of an agent, by name.
#[derive(Debug, Default)]
pub(super) struct Entities(HashMap<String, Type>);

#[derive(Debug)]
struct Type {
    regexp: bool,
    expands: bool,
    values: HashMap<String, Listed>,
    excluded: HashMap<String, HashSet<String>>,
}

/// When and in which language a text is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances<'c> {
    pub(super) languages: &'c Languages,
    /// On the agent's clock.
    pub(super) now: DateTime,
}

/// A value, and how it was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resolved {
    pub(super) value: Value,
    /// Whether any text would have been one.
    pub(super) free: bool,
}

/// Whether it is a regular expression that is read here.
pub(super) fn is_regex(pattern: &str) -> bool {
    listed::compiled(pattern).is_some()
}

impl Entities {
    pub(super) fn new(types: &[EntityType]) -> Self {
        let mut by_name = HashMap::new();
        for one in types {
            by_name.entry(one.display_name.clone()).or_insert_with(|| Type::new(one));
        }
        Self(by_name)
    }

    /// The value of the type that all of `text` stands for.
    pub(super) fn resolve(
        &self,
        name: &str,
        text: &str,
        circumstances: Circumstances<'_>,
        patience: &mut Patience,
    ) -> Option<Resolved> {
        self.within(name, text, circumstances, patience, 0)
    }

    fn within(
        &self,
        name: &str,
        text: &str,
        circumstances: Circumstances<'_>,
        patience: &mut Patience,
        depth: usize,
    ) -> Option<Resolved> {
        let name = name.strip_prefix('@').unwrap_or(name);
        if text.trim().is_empty() || depth >= DEEPEST || !patience.spend() {
            return None;
        }
        let own = self.0.get(name);
        let found = own.and_then(|own| own.find(text, circumstances, patience, self, depth));
        let found = found.map(|value| Resolved { value, free: false });
        found.or_else(|| {
            let system = name
                .strip_prefix("sys.")
                .filter(|_| !own.is_some_and(|own| own.excludes(text, circumstances)))?;
            system::resolve(system, text, circumstances)
        })
    }

    /// The list of values that `text` stands for: one, or several with commas or an "and" between.
    pub(super) fn resolve_list(
        &self,
        name: &str,
        text: &str,
        circumstances: Circumstances<'_>,
        patience: &mut Patience,
    ) -> Option<Resolved> {
        let several = conjunction::split(text);
        if several.len() > 1 && !self.is_free(name) {
            let all: Option<Vec<Value>> = several
                .iter()
                .map(|one| Some(self.resolve(name, one, circumstances, patience)?.value))
                .collect();
            if let Some(values) = all {
                return Some(Resolved { value: values.into(), free: false });
            }
        }
        let Resolved { value, free } = self.resolve(name, text, circumstances, patience)?;
        Some(Resolved { value: vec![value].into(), free })
    }

    /// Whether any text is a value of it.
    pub(super) fn is_free(&self, name: &str) -> bool {
        let name = name.strip_prefix('@').unwrap_or(name);
        name.strip_prefix("sys.").is_some_and(system::is_free)
    }

    /// Whether its author lets it take other values than those that are listed.
    pub(super) fn expands(&self, name: &str) -> bool {
        self.0.get(name.strip_prefix('@').unwrap_or(name)).is_some_and(|own| own.expands)
    }

    /// Whether something is known of it: the agent's own, or one of the platform's.
    pub(super) fn knows(&self, name: &str) -> bool {
        let name = name.strip_prefix('@').unwrap_or(name);
        self.0.contains_key(name) || name.strip_prefix("sys.").is_some_and(system::is_known)
    }

    /// The value that these keys of a telephone stand for.
    pub(super) fn keys(&self, name: &str, digits: &str, languages: &Languages) -> Option<Value> {
        let own = self.0.get(name.strip_prefix('@').unwrap_or(name))?;
        languages.first(&own.values)?.by_keys(digits)
    }
}

impl Type {
    fn new(one: &EntityType) -> Self {
        let values = one.entities.iter().filter(|(_, entities)| !entities.is_empty());
        let excluded = one.excluded_phrases.iter().map(|(language, phrases)| {
            (key(language), phrases.iter().map(|phrase| folded(phrase)).collect())
        });
        Self {
            regexp: one.kind == EntityKind::Regexp,
            expands: one.expands(),
            values: values.map(|(language, all)| (key(language), Listed::new(&one.kind, all))).collect(),
            excluded: excluded.collect(),
        }
    }

    fn excludes(&self, text: &str, circumstances: Circumstances<'_>) -> bool {
        let excluded = circumstances.languages.first(&self.excluded);
        excluded.is_some_and(|excluded| excluded.contains(&folded(text)))
    }

    fn find(
        &self,
        text: &str,
        circumstances: Circumstances<'_>,
        patience: &mut Patience,
        all: &Entities,
        depth: usize,
    ) -> Option<Value> {
        let values = circumstances.languages.first(&self.values)?;
        if self.excludes(text, circumstances) {
            return None;
        }
        let said = Said::new(text);
        if self.regexp {
            return values
                .by_pattern(text.trim(), patience)
                .or_else(|| values.by_pattern(said.text(), patience));
        }
        values.by_word(&said).or_else(|| {
            values.put_together(&said, patience, &mut |name, text, patience| {
                Some(all.within(name, text, circumstances, patience, depth + 1)?.value)
            })
        })
    }
}

#[cfg(test)]
mod tests;
