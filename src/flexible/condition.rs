//! A condition with what it refers to, read once.

use std::borrow::Cow;

use serde_json::Value;

use super::expression::{self, Expression, ExpressionError};
use super::function::{self, ConditionError};
use super::reference::Reference;
use super::scope::Scope;
use super::template::Problem;

/// A condition that is asked of a [`Scope`], such as `$session.params.age >= 18`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    condition: function::Condition,
    given: Vec<Given>,
}

/// What a condition refers to.
#[derive(Debug, Clone, PartialEq)]
enum Given {
    Value(Expression),
    /// No reference: it never has a value.
    Nothing,
    /// A call that cannot be understood: no comparison with it holds.
    Broken(ExpressionError),
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// When the text is none. A call in it that cannot be understood is among the [`faults`](Self::faults).
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let condition = function::Condition::parse(text)?;
        let given = condition.given().iter().map(|text| {
            if expression::begins(text) {
                match expression::parse_call(text) {
                    Ok((call, _)) => Given::Value(call),
                    Err(error) => Given::Broken(error),
                }
            } else {
                Reference::parse(text)
                    .map_or(Given::Nothing, |found| Given::Value(Expression::Reference(found)))
            }
        });
        Ok(Self { given: given.collect(), condition })
    }

    /// Whether it holds. That something is not set is what conditions ask, so it is no problem; that a
    /// function fails is.
    pub fn holds(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> bool {
        self.condition.holds(&mut |at| match &self.given[at] {
            Given::Value(Expression::Reference(reference)) => {
                Some(scope.resolve(reference).unwrap_or(Cow::Owned(Value::Null)))
            }
            Given::Value(call) => {
                let mut met = Vec::new();
                let value = call.value(scope, &mut met);
                if value.is_none() {
                    problems.extend(met);
                }
                value
            }
            Given::Nothing => Some(Cow::Owned(Value::Null)),
            Given::Broken(error) => {
                problems.push(Problem::Function { message: error.to_string() });
                None
            }
        })
    }

    /// The calls in it that cannot be understood.
    pub fn faults(&self) -> impl Iterator<Item = &ExpressionError> {
        self.given.iter().filter_map(|given| match given {
            Given::Broken(error) => Some(error),
            Given::Value(_) | Given::Nothing => None,
        })
    }

    /// What its author probably meant otherwise, in sentences.
    #[must_use]
    pub fn slips(&self) -> Vec<String> {
        let mut slips = Vec::new();
        let texts = self.condition.given();
        for (text, given) in texts.iter().zip(&self.given) {
            if *given == Given::Nothing {
                let meant = if text.eq_ignore_ascii_case("$page.params") {
                    "; did you mean `$page.params.status`?"
                } else {
                    ""
                };
                slips.push(format!("`{text}` is no reference and never has a value{meant}"));
            }
        }
        for at in self.condition.bare() {
            slips.push(format!("`{}` stands without a comparison; write `= true`", texts[at]));
        }
        for (at, text) in self.condition.compared_with_text() {
            let status = texts[at].to_ascii_lowercase();
            if status == "$page.params.status" && text.eq_ignore_ascii_case("FINAL") && text != "FINAL" {
                slips.push(format!("`{}` is \"FINAL\" in capitals, never {text:?}", texts[at]));
            }
        }
        slips
    }

    /// The references in it.
    pub(super) fn references<'c>(&'c self, found: &mut Vec<&'c Reference>) {
        for given in &self.given {
            if let Given::Value(expression) = given {
                expression.references(found);
            }
        }
    }
}
