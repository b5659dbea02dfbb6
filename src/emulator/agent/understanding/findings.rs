//! What is odd about the intents and entity types of an agent.

use std::collections::HashSet;

use super::entity::{Entities, MOST_PATTERNS, is_regex};
use crate::emulator::package::{AgentPackage, Entity, EntityKind, EntityType, Intent};
use crate::protocol::inspect::Finding;

/// Everything that will not be understood as it was meant.
pub(super) fn of(package: &AgentPackage, entities: &Entities) -> Vec<Finding> {
    let mut found = Findings { compiled: 0, entities, found: Vec::new(), seen: HashSet::new() };
    for intent in &package.intents {
        found.intent(intent);
    }
    for one in &package.entity_types {
        found.entity_type(one);
    }
    for flow in &package.flows {
        for page in &flow.pages {
            for parameter in &page.form.parameters {
                let place = format!(
                    "flow {}, page {}, form parameter {}",
                    flow.display_name, page.display_name, parameter.display_name
                );
                found.reference(&parameter.entity_type, &place);
            }
        }
    }
    found.found
}

/// The most regular expressions that are tried out while an agent is read.
const MOST_COMPILED: usize = 1000;

struct Findings<'f> {
    compiled: usize,
    entities: &'f Entities,
    found: Vec<Finding>,
    seen: HashSet<(&'static str, String)>,
}

impl Findings<'_> {
    /// Each is told once of a place.
    fn add(&mut self, code: &'static str, place: &str, message: impl FnOnce() -> String) {
        if self.seen.insert((code, place.to_owned())) {
            self.found.push(Finding { code, place: place.to_owned(), message: message() });
        }
    }

    fn intent(&mut self, intent: &Intent) {
        let place = format!("intent {}", intent.display_name);
        for parameter in &intent.parameters {
            self.reference(&parameter.entity_type, &format!("{place}, parameter {}", parameter.id));
        }
        let parts = intent.training_phrases.values().flatten().flat_map(|phrase| &phrase.parts);
        let known: HashSet<&str> = intent.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
        for id in parts.filter_map(|part| part.parameter_id.as_deref()).filter(|id| !id.is_empty()) {
            if !known.contains(id) {
                self.add("phrase_parameter_unknown", &place, || {
                    format!("a phrase has a part for the parameter {id:?}, which the intent lacks; the part is taken as text")
                });
            }
        }
    }

    fn entity_type(&mut self, one: &EntityType) {
        let place = format!("entity type {}", one.display_name);
        if let EntityKind::Unknown(kind) = &one.kind {
            self.add("entity_kind_unknown", &place, || {
                format!("the kind {kind:?} is not known; it is read as KIND_MAP")
            });
        }
        for part in one.parts() {
            self.reference(part, &place);
        }
        if one.kind == EntityKind::Regexp {
            one.entities.values().for_each(|entities| self.patterns(entities, &place));
        }
    }

    fn patterns(&mut self, entities: &[Entity], place: &str) {
        if entities.len() > MOST_PATTERNS {
            self.add("regexp_too_many", place, || {
                format!("{} regular expressions in one language; those after the first {MOST_PATTERNS} are not looked at", entities.len())
            });
        }
        for entity in entities.iter().take(MOST_PATTERNS) {
            // Compiling costs time, which a hostile agent is not given without end.
            if self.compiled >= MOST_COMPILED {
                return;
            }
            self.compiled += 1;
            if !is_regex(&entity.value) {
                self.add("regexp_invalid", place, || {
                    let pattern = crate::excerpt::excerpt(&entity.value, 80);
                    format!("{pattern:?} is no regular expression that is read here, or too large a one; it matches nothing")
                });
            }
        }
    }

    fn reference(&mut self, entity_type: &str, place: &str) {
        let name = entity_type.strip_prefix('@').unwrap_or(entity_type);
        if self.entities.knows(name) {
            return;
        }
        match name.starts_with("sys.") {
            true => self.add("system_type_unknown", place, || {
                format!("@{name} is not known here; any text is taken for its value")
            }),
            false => self.add("entity_type_unknown", place, || {
                format!("the agent has no entity type {name:?}; nothing is a value of it")
            }),
        }
    }
}
