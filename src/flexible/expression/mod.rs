//! `$sys.func.NAME(args)`: calls of system functions, nested, with references and plain values.

mod error;
mod parse;

use std::borrow::Cow;

use serde_json::Value;

use super::condition::Condition;
use super::function::Function;
use super::reference::Reference;
use super::scope::Scope;
use super::template::{Problem, Template};

pub use error::ExpressionError;
pub(super) use parse::parse_call;

/// What an argument of a function is, and what is not plain text in a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Literal(Value),
    Reference(Reference),
    List(Vec<Self>),
    /// A text in quotes with references or calls in it.
    Text(Template),
    /// The condition of an IF. What it refers to is read as values, never as more of its text.
    Condition(Condition),
    Call {
        function: Function,
        arguments: Vec<Self>,
        text: String,
    },
}

/// How every call of a function begins.
const CALL: &str = "$sys.func.";

/// Whether the text begins with a function call.
pub(super) fn begins(text: &str) -> bool {
    text.get(..CALL.len()).is_some_and(|start| start.eq_ignore_ascii_case(CALL))
}

/// How far the call at the start of `text` reaches, whatever is wrong with it.
pub(super) fn extent(text: &str) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if depth > 0 => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') if depth <= 1 => return at + 1,
            (None, ')') => depth -= 1,
            (None, _) if depth == 0 && !(character.is_ascii_alphanumeric() || "$._".contains(character)) => {
                return at;
            }
            (None, _) => {}
        }
    }
    text.len()
}

impl Expression {
    /// Its value; `None` if something in it leads to nothing, which is told to `problems`.
    pub(super) fn value<'v>(
        &'v self,
        scope: &'v Scope<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Cow<'v, Value>> {
        match self {
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Reference(reference) => {
                let value = scope.resolve(reference);
                if value.is_none() {
                    problems.push(Problem::Unresolved { reference: reference.text().to_owned() });
                }
                value
            }
            Self::Text(template) => match template.whole() {
                Some(whole) => whole.value(scope, problems),
                None => Some(Cow::Owned(Value::String(template.render(scope, problems)))),
            },
            Self::List(items) => {
                let items: Option<Vec<Value>> =
                    items.iter().map(|item| item.value(scope, problems).map(Cow::into_owned)).collect();
                items.map(|items| Cow::Owned(Value::Array(items)))
            }
            Self::Condition(condition) => Some(Cow::Owned(condition.holds(scope, problems).into())),
            Self::Call { function, arguments, .. } => {
                let absent_is_null = scope.unresolved_is_empty();
                let value = |argument: &'v Self, problems: &mut Vec<Problem>| {
                    argument.value(scope, problems).or(absent_is_null.then_some(Cow::Owned(Value::Null)))
                };
                // Only the branch that is chosen needs a value.
                if let (true, [condition, yes, no]) = (is_if(*function), arguments.as_slice())
                    && let Value::Bool(holds) = *value(condition, problems)?
                {
                    return value(if holds { yes } else { no }, problems);
                }
                let values: Option<Vec<Value>> =
                    arguments.iter().map(|each| value(each, problems).map(Cow::into_owned)).collect();
                match function.call(&values?, scope.world()) {
                    Ok(value) => Some(Cow::Owned(value)),
                    Err(error) => {
                        problems.push(Problem::Function { message: error.to_string() });
                        None
                    }
                }
            }
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Call { text, .. } => text,
            Self::Reference(reference) => reference.text(),
            Self::Literal(_) | Self::List(_) | Self::Text(_) | Self::Condition(_) => "",
        }
    }

    /// The references in it.
    pub(super) fn references<'e>(&'e self, found: &mut Vec<&'e Reference>) {
        match self {
            Self::Literal(_) => {}
            Self::Reference(reference) => found.push(reference),
            Self::Text(template) => found.extend(template.references()),
            Self::Condition(condition) => condition.references(found),
            Self::List(items) | Self::Call { arguments: items, .. } => {
                items.iter().for_each(|item| item.references(found));
            }
        }
    }
}

fn is_if(function: Function) -> bool {
    function.name() == "IF"
}
