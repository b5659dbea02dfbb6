//! The language of conditions: `$session.params.age >= 18 AND NOT $session.params.member = true`.
//!
//! A comparison casts its right side to the type of its left side; `:` searches a text within a text.
//! Which of AND and OR binds tighter is not documented, so a mix of both needs parentheses. A condition
//! is read once and asked as often as wanted; what it refers to is kept as it is written, for others to read.

mod read;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::Value;

use super::comparison::{Operator, compare};

pub use read::ConditionError;

/// A condition, read once.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    term: Term,
    given: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Term {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Constant(bool),
    /// What is given stands alone.
    Bare(usize),
    Compare(Operand, Operator, Operand),
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Literal(Value),
    /// A number without quotes, and how it is written: for a text `007` is not `7`.
    Number(Value, String),
    /// A reference or call, by its place in `given`.
    Given(usize),
}

impl Condition {
    /// The references and calls in it, as they are written, `$` included: `$session.params.age`,
    /// `$sys.func.LEN("a")`.
    #[must_use]
    pub fn given(&self) -> &[String] {
        &self.given
    }

    /// Whether it holds, `value_of` giving the value of each of the [`given`](Self::given) by its place.
    ///
    /// Null is what has no value; `None` is a function that failed, with which no comparison holds.
    pub fn holds<'v>(&'v self, value_of: &mut dyn FnMut(usize) -> Option<Cow<'v, Value>>) -> bool {
        self.term.holds(value_of)
    }

    /// The given that stand alone, without a comparison.
    pub(in crate::flexible) fn bare(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.term.each(&mut |term| {
            if let Term::Bare(given) = term {
                found.push(*given);
            }
        });
        found
    }

    /// The given that are compared with a text, and the text.
    pub(in crate::flexible) fn compared_with_text(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        self.term.each(&mut |term| {
            if let Term::Compare(Operand::Given(given), _, Operand::Literal(Value::String(text))) = term {
                found.push((*given, text.as_str()));
            }
        });
        found
    }
}

impl Term {
    fn holds<'v>(&'v self, value_of: &mut dyn FnMut(usize) -> Option<Cow<'v, Value>>) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.holds(value_of)),
            Self::Any(terms) => terms.iter().any(|term| term.holds(value_of)),
            Self::Not(term) => !term.holds(value_of),
            Self::Constant(holds) => *holds,
            Self::Bare(given) => match value_of(*given).as_deref() {
                Some(Value::Bool(holds)) => *holds,
                Some(Value::String(text)) => text == "true",
                _ => false,
            },
            Self::Compare(left, operator, right) => {
                let Some(left) = left.value(value_of) else { return false };
                if let Self::Compare(_, _, Operand::Number(_, written)) = self
                    && left.as_str() == Some(written)
                {
                    return compare(&left, *operator, &Value::String(written.clone()));
                }
                right.value(value_of).is_some_and(|right| compare(&left, *operator, &right))
            }
        }
    }

    fn each<'t>(&'t self, see: &mut dyn FnMut(&'t Self)) {
        see(self);
        match self {
            Self::All(terms) | Self::Any(terms) => terms.iter().for_each(|term| term.each(see)),
            Self::Not(term) => term.each(see),
            Self::Constant(_) | Self::Bare(_) | Self::Compare(..) => {}
        }
    }
}

impl Operand {
    fn value<'v>(
        &'v self,
        value_of: &mut dyn FnMut(usize) -> Option<Cow<'v, Value>>,
    ) -> Option<Cow<'v, Value>> {
        match self {
            Self::Literal(value) | Self::Number(value, _) => Some(Cow::Borrowed(value)),
            Self::Given(given) => value_of(*given),
        }
    }
}
