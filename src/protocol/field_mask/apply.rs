//! Taking from one message what a mask names, into another.

use serde_json::Value;

use super::{FieldMask, Step};
use crate::protocol::Struct;

impl FieldMask {
    /// Sets in `target` what the mask names as it is in `source`; what is not there is removed.
    ///
    /// Both are messages as they are written: JSON names, nothing that has its default value.
    pub(crate) fn apply(&self, target: &mut Struct, source: &Struct) {
        let Some(paths) = &self.paths else {
            target.clone_from(source);
            return;
        };
        for steps in paths {
            set(target, Some(source), steps);
        }
    }
}

fn set(target: &mut Struct, source: Option<&Struct>, steps: &[Step]) {
    let Some((step, below)) = steps.split_first() else { return };
    let name = match step {
        Step::Field { field, .. } => field.json.to_owned(),
        Step::Key(key) => spelled(key, source, target),
    };
    let value = source.and_then(|source| source.get(&name));
    if let Step::Field { of, grouped: true, .. } = step
        && value.is_some()
    {
        // Choosing a member of a group drops the other.
        for other in of.oneof.iter().filter(|other| other.json != name) {
            target.remove(other.json);
        }
    }
    if below.is_empty() {
        match value {
            Some(value) => drop(target.insert(name, value.clone())),
            None => drop(target.remove(&name)),
        }
        return;
    }
    let value = value.and_then(Value::as_object);
    if value.is_none() && !target.contains_key(&name) {
        return;
    }
    if let Value::Object(inner) = target.entry(name).or_insert_with(|| Struct::new().into()) {
        set(inner, value, below);
    }
}

/// The key as a map has it. Google's clients write `order_status` as `orderStatus` in a mask, because
/// they take every part of a path for a field's name.
fn spelled(key: &str, source: Option<&Struct>, target: &Struct) -> String {
    let keys = || source.into_iter().flat_map(Struct::keys).chain(target.keys());
    if keys().any(|known| known == key) {
        return key.to_owned();
    }
    keys().find(|known| camel_case(known) == key).map_or_else(|| key.to_owned(), Clone::clone)
}

fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            camel.extend(character.to_uppercase());
        } else {
            camel.push(character);
        }
    }
    camel
}
