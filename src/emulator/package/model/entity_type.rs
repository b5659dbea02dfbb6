//! Entity types: what the values of parameters are.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Deserializer};

use super::exported::exported;

exported! {
    /// What the values of some parameters are.
    pub struct EntityType {
        /// Its id.
        name: String,
        /// What people and parameters call it, without the `@`. Beginning with `sys.` it extends a
        /// type of the platform.
        display_name: String,
        /// How values are found.
        kind: EntityKind,
        /// `AUTO_EXPANSION_MODE_DEFAULT` where values beside the listed ones are taken, too.
        auto_expansion_mode: String,
        /// Whether values are found in spite of small mistakes.
        enable_fuzzy_extraction: bool,
        /// Whether its values are kept out of logs.
        redact: bool,
    }
    beside {
        /// Its values, by language.
        entities: BTreeMap<String, Vec<Entity>>,
        /// What is no value of it, by language.
        excluded_phrases: BTreeMap<String, Vec<String>>,
        /// The file that it is from.
        file: String,
    }
}

exported! {
    /// One value of an entity type.
    pub struct Entity {
        /// The value; of a list it may hold references to other types, such as `@size:small`.
        value: String,
        /// What users say for it.
        synonyms: Vec<String>,
        /// The language it is for.
        language_code: String,
        /// The keys that mean it on a telephone.
        dtmf_pattern: String,
    }
}

/// How the values of an entity type are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityKind {
    /// Any synonym stands for its value.
    #[default]
    Map,
    /// What is said is the value; it may be put together from other types.
    List,
    /// A regular expression (RE2) finds it.
    Regexp,
    /// A kind that this version does not know.
    Unknown(String),
}

impl<'de> Deserialize<'de> for EntityKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(deserializer)?.as_str() {
            "KIND_UNSPECIFIED" | "KIND_MAP" => Self::Map,
            "KIND_LIST" => Self::List,
            "KIND_REGEXP" => Self::Regexp,
            other => Self::Unknown(other.to_owned()),
        })
    }
}

impl EntityType {
    /// Whether values beside the listed ones are taken, too.
    #[must_use]
    pub fn expands(&self) -> bool {
        self.auto_expansion_mode == "AUTO_EXPANSION_MODE_DEFAULT"
    }

    /// The entity types that its values are put together from, without the `@`, each once.
    ///
    /// Only lists have any: `@size:small pizza` names `size`.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        if self.kind != EntityKind::List {
            return found;
        }
        for entity in self.entities.values().flatten() {
            for (at, _) in entity.value.match_indices('@') {
                let name = &entity.value[at + 1..];
                let end = name
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
                    .unwrap_or(name.len());
                let name = name[..end].trim_end_matches('.');
                if !name.is_empty() && known.insert(name) {
                    found.push(name);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_lists_are_known() {
        let entity = |value: &str| Entity { value: value.to_owned(), ..Entity::default() };
        let entities = ["@size:small @crust", "@size", "a@b.", "@", "@sys.date:day"].map(entity).to_vec();
        let mut list = EntityType {
            kind: EntityKind::List,
            entities: [("en".to_owned(), entities)].into(),
            ..EntityType::default()
        };
        assert_eq!(list.parts(), ["size", "crust", "b", "sys.date"]);
        list.kind = EntityKind::Map;
        assert!(list.parts().is_empty());
    }
}
