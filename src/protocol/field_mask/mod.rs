//! `google.protobuf.FieldMask`: which fields of a message a change is about.
//!
//! A path names fields from the outside in, joined by dots, in either spelling:
//! `genericWebService.uri` or `generic_web_service.uri`. Behind a map's field comes a key, in
//! backticks if it holds dots: `` genericWebService.requestHeaders.`X.Y` ``. Lists are changed whole.

mod apply;
mod parse;

use super::schema::{Field, Message};

/// The fields that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldMask {
    /// `None` is every field.
    paths: Option<Vec<Vec<Step>>>,
}

/// One step of a path.
#[derive(Debug, Clone)]
enum Step {
    /// A field of a message, and whether it belongs to the message's oneof group.
    Field { of: &'static Message, field: &'static Field, grouped: bool },
    /// A key of a map.
    Key(String),
}

/// A text that is no mask of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?}: {reason}")]
pub(crate) struct MaskError {
    /// The path as it was written.
    pub(crate) path: String,
    reason: String,
}

impl FieldMask {
    /// Every field.
    pub(crate) const ALL: Self = Self { paths: None };

    /// Whether it is about the whole field at `path` (JSON names joined by dots, no keys), or about
    /// something that holds it.
    pub(crate) fn covers(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.iter().any(|steps| starts_with(path, steps)))
    }

    /// Whether a path of it ends at exactly this field, or within the map that it is.
    pub(crate) fn names(&self, path: &str) -> bool {
        let named = |steps: &Vec<Step>| {
            let fields = steps.iter().take_while(|step| matches!(step, Step::Field { .. }));
            fields.map(Step::name).eq(path.split('.'))
        };
        self.paths.as_ref().is_some_and(|paths| paths.iter().any(named))
    }

    /// Whether it is about this key of the map at `path`.
    pub(crate) fn covers_key(&self, path: &str, key: &str) -> bool {
        let named = |steps: &Vec<Step>| match steps.split_last() {
            Some((Step::Key(last), before)) => {
                last == key && before.iter().map(Step::name).eq(path.split('.'))
            }
            _ => false,
        };
        self.covers(path) || self.paths.as_ref().is_some_and(|paths| paths.iter().any(named))
    }
}

/// Whether these steps are the path or the beginning of it.
fn starts_with(path: &str, steps: &[Step]) -> bool {
    let mut names = path.split('.');
    steps.iter().all(|step| names.next() == Some(step.name()))
}

impl Step {
    fn name(&self) -> &str {
        match self {
            Self::Field { field, .. } => field.json,
            Self::Key(key) => key,
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        matches!(self, Self::Key(_)) == matches!(other, Self::Key(_)) && self.name() == other.name()
    }
}

impl Eq for Step {}

#[cfg(test)]
mod tests;
