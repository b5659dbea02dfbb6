//! Form parameters: whether a text is the value of one.

use serde_json::Value;

use super::Hearing;
use super::question::{Asked, Meaning, Understood};

impl Hearing<'_> {
    /// The asked parameter; `free` for those of which any text is a value.
    pub(super) fn prompted(&mut self, text: &str, free: bool) -> Option<Meaning> {
        let asked = self.question.prompted?;
        let value = (self.parts.entities.is_free(asked.entity_type) == free).then(|| self.value(asked, text));
        value.flatten().map(|value| filled(asked, text, value))
    }

    /// Another parameter of the form; not those of which any text is a value.
    pub(super) fn others(&mut self, text: &str) -> Option<Meaning> {
        self.question.others.iter().find_map(|asked| {
            let free = self.parts.entities.is_free(asked.entity_type);
            let value = (!free).then(|| self.value(*asked, text)).flatten()?;
            Some(filled(*asked, text, value))
        })
    }

    /// The asked parameter with the text itself, where its type takes more than is listed.
    pub(super) fn expanded(&mut self, text: &str) -> Option<Meaning> {
        let asked = self.question.prompted.filter(|_| self.question.expand)?;
        let value: Value = match asked.is_list {
            true => vec![text.trim()].into(),
            false => text.trim().into(),
        };
        self.parts.entities.expands(asked.entity_type).then(|| filled(asked, text, value))
    }

    /// What `text` is as a value of this parameter.
    pub(super) fn value(&mut self, asked: Asked<'_>, text: &str) -> Option<Value> {
        let (entities, circumstances) = (&self.parts.entities, self.circumstances);
        let found = match asked.is_list {
            true => entities.resolve_list(asked.entity_type, text, circumstances, &mut self.patience),
            false => entities.resolve(asked.entity_type, text, circumstances, &mut self.patience),
        };
        found.map(|found| found.value)
    }
}

/// A form of which one parameter was filled.
pub(super) fn filled(asked: Asked<'_>, text: &str, value: Value) -> Meaning {
    let original = text.trim().to_owned();
    Meaning::Filled(vec![Understood { name: asked.name.to_owned(), original, value }])
}
