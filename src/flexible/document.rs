//! A JSON value whose texts may hold references and function calls: what an agent sets and says.

use serde_json::{Map, Value};

use super::expression::ExpressionError;
use super::scope::Scope;
use super::template::{Problem, Template};

/// The largest value that comes of a document, in bytes of JSON, roughly: 64 KiB.
///
/// Values that hold each other would otherwise double from turn to turn.
pub const LARGEST_DOCUMENT: usize = 64 * 1024;

/// A JSON value with references in its texts, parsed once.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A value in which nothing is put.
    Fixed(Value),
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
}

impl Document {
    /// Parses the texts of a value; calls that cannot be understood stay as they are written.
    #[must_use]
    pub fn lenient(value: &Value, faults: &mut Vec<ExpressionError>) -> Self {
        match value {
            Value::String(text) if text.contains('$') => {
                let template = Template::lenient(text, faults);
                if template.is_plain() { Self::Fixed(value.clone()) } else { Self::Text(template) }
            }
            Value::Array(items) => {
                let items: Vec<Self> = items.iter().map(|item| Self::lenient(item, faults)).collect();
                let fixed = items.iter().all(|item| matches!(item, Self::Fixed(_)));
                if fixed { Self::Fixed(value.clone()) } else { Self::List(items) }
            }
            Value::Object(members) => {
                let members: Vec<(String, Self)> = members
                    .iter()
                    .map(|(name, member)| (name.clone(), Self::lenient(member, faults)))
                    .collect();
                let fixed = members.iter().all(|(_, member)| matches!(member, Self::Fixed(_)));
                if fixed { Self::Fixed(value.clone()) } else { Self::Object(members) }
            }
            _ => Self::Fixed(value.clone()),
        }
    }

    /// The value, typed: a text that is one reference or call keeps the type of what it leads to, and is
    /// null if that is nothing. `None` if it is larger than [`LARGEST_DOCUMENT`].
    pub fn value(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Option<Value> {
        self.build(scope, problems, true, &mut LARGEST_DOCUMENT.clone())
    }

    /// The value in which every text stays a text. `None` if it is larger than [`LARGEST_DOCUMENT`].
    pub fn text(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Option<Value> {
        self.build(scope, problems, false, &mut LARGEST_DOCUMENT.clone())
    }

    /// The document with everything put in that has a value by now, every text staying a text.
    #[must_use]
    pub fn settle(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Self {
        match self {
            Self::Fixed(_) => self.clone(),
            Self::Text(template) => Self::Text(template.settle(scope, problems)),
            Self::List(items) => Self::List(items.iter().map(|item| item.settle(scope, problems)).collect()),
            Self::Object(members) => Self::Object(
                members.iter().map(|(name, member)| (name.clone(), member.settle(scope, problems))).collect(),
            ),
        }
    }

    fn build(
        &self,
        scope: &Scope<'_>,
        problems: &mut Vec<Problem>,
        typed: bool,
        left: &mut usize,
    ) -> Option<Value> {
        let value = match self {
            Self::Fixed(value) => value.clone(),
            Self::Text(template) => match template.whole().filter(|_| typed) {
                Some(whole) => whole.value(scope, problems).map_or(Value::Null, std::borrow::Cow::into_owned),
                None => Value::String(template.render(scope, problems)),
            },
            Self::List(items) => {
                let mut built = Vec::with_capacity(items.len());
                for item in items {
                    built.push(item.build(scope, problems, typed, left)?);
                }
                return Some(Value::Array(built));
            }
            Self::Object(members) => {
                let mut built = Map::new();
                for (name, member) in members {
                    built.insert(name.clone(), member.build(scope, problems, typed, left)?);
                }
                return Some(Value::Object(built));
            }
        };
        *left = left.checked_sub(size(&value))?;
        Some(value)
    }
}

/// How large a value is as JSON, roughly.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Value::Object(members) => {
            members.iter().map(|(name, member)| name.len() + size(member) + 4).sum::<usize>() + 2
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}
