//! Values that are put together from others: `@sys.number:amount @product`.

use serde_json::{Map, Value};

use crate::emulator::agent::understanding::said::Said;
use crate::emulator::agent::understanding::template::{Patience, Template};

/// A value with references to other entity types.
#[derive(Debug)]
pub(super) struct Composite {
    template: Template,
    references: Vec<Reference>,
}

#[derive(Debug)]
struct Reference {
    entity_type: String,
    /// Under which name its value is told.
    alias: Option<String>,
}

impl Composite {
    /// Nothing, where there is no reference in the text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (mut template, mut references) = (Template::default(), Vec::new());
        let mut left = text;
        while let Some((piece, reference, rest)) = next(left) {
            template.piece(piece);
            template.gap(references.len());
            references.push(reference);
            left = rest;
        }
        template.piece(left);
        (!references.is_empty()).then(|| Self { template: template.finished(), references })
    }

    /// Whether it is a reference and nothing else.
    pub(super) fn is_reference(&self) -> bool {
        self.template.is_gap()
    }

    /// What `said` stands for: the value of a sole reference, an object of those that have a name, or
    /// else what was said.
    pub(super) fn value(
        &self,
        said: &Said,
        patience: &mut Patience,
        resolve: &mut dyn FnMut(&str, &str, &mut Patience) -> Option<Value>,
    ) -> Option<Value> {
        let mut fill = |gap: usize, text: &str, patience: &mut Patience| {
            resolve(&self.references[gap].entity_type, text, patience)
        };
        let mut values = self.template.filled(said, patience, &mut fill)?;
        let named = self.references.iter().any(|reference| reference.alias.is_some());
        if self.is_reference() && !named {
            return values.pop().map(|(_, _, value)| value);
        }
        if !named {
            return Some(said.text().into());
        }
        let mut object = Map::new();
        for (gap, _, value) in values {
            let Some(alias) = &self.references[gap].alias else { continue };
            match object.get_mut(alias) {
                None => drop(object.insert(alias.clone(), value)),
                // The same name twice is a list.
                Some(Value::Array(values)) if values.len() > 1 => values.push(value),
                Some(first) => *first = vec![first.take(), value].into(),
            }
        }
        object.insert("original".to_owned(), said.text().into());
        Some(object.into())
    }
}

/// The text before the next reference, that reference, and the text behind it.
fn next(text: &str) -> Option<(&str, Reference, &str)> {
    for (at, _) in text.match_indices('@') {
        // In an address of mail it is none.
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let behind = &text[at + 1..];
        let name = name(behind);
        if name.is_empty() {
            continue;
        }
        let mut rest = &behind[name.len()..];
        let mut alias = None;
        if let Some(word) = rest.strip_prefix(':').map(self::name).filter(|word| !word.is_empty()) {
            alias = Some(word.to_owned());
            rest = &rest[1 + word.len()..];
        }
        return Some((&text[..at], Reference { entity_type: name.to_owned(), alias }, rest));
    }
    None
}

/// The name that a text begins with.
fn name(text: &str) -> &str {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}
