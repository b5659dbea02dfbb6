//! Conditions: how they are read, and whether they hold.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::Kind;
use super::field::{self, Field, Operator, Type};
use crate::excerpt::excerpt;
use crate::nearest::nearest;
use crate::zendesk::template::text_of;
use crate::zendesk::{Violation, members, words};

/// The longest value, in bytes of JSON.
const LONGEST_VALUE: usize = 1000;

/// A field compared with a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
    pub(crate) value: Value,
}

/// What conditions are asked of.
pub(crate) trait Facts {
    /// What a field has: nothing, one value, or several that all stand for it, such as a name and a display
    /// name.
    fn values(&self, field: &Field) -> Vec<Cow<'_, Value>>;
    /// Whether a parameter has another value than before.
    fn changed(&self, parameter: &str) -> bool;
}

impl Condition {
    pub(super) fn read(kind: Kind, value: &Value, place: &str) -> Result<Self, Violation> {
        let expected = || {
            let found = members::kind(value);
            let description = format!("expected {{\"field\", \"operator\", \"value\"}}, found {found}");
            Violation::new(place, description)
        };
        let object = value.as_object().ok_or_else(expected)?;
        let field = field(kind, object, place)?;
        let operator = operator(&field, object, place)?;
        let value = object.get("value").cloned().unwrap_or_default();
        let value = if operator.takes_value() { value } else { Value::Null };
        let this = Self { field, operator, value };
        this.check_value(&format!("{place}.value"))?;
        Ok(this)
    }

    pub(super) fn written(&self) -> Value {
        json!({ "field": self.field.to_string(), "operator": self.operator.as_str(), "value": self.value })
    }

    fn check_value(&self, place: &str) -> Result<(), Violation> {
        if !self.operator.takes_value() {
            return Ok(());
        }
        let wrong = |description: String| Err(Violation::new(place, description));
        if matches!(self.value, Value::Null | Value::Array(_) | Value::Object(_)) {
            let found = members::kind(&self.value);
            return wrong(format!("expected a text, a number, true or false, found {found}"));
        }
        let text = text_of(&self.value);
        if text.len() > LONGEST_VALUE {
            return wrong(format!("{} bytes; expected at most {LONGEST_VALUE}", text.len()));
        }
        let of = self.field.of_type();
        if (self.operator.takes_number() || of == Type::Number) && number(&self.value).is_none() {
            return wrong(format!("expected a number, found {:?}", excerpt(&text, 100)));
        }
        if let Type::Word(known) | Type::Words(known) = of
            && !known.contains(&&*text)
        {
            let hint = nearest(&text, known.iter().copied()).map(|meant| format!("; did you mean {meant}?"));
            let (known, hint) = (known.join(", "), hint.unwrap_or_default());
            return wrong(format!("expected one of {known}, found {:?}{hint}", excerpt(&text, 100)));
        }
        Ok(())
    }

    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        let changed = || match &self.field {
            Field::Parameter(name) => facts.changed(name),
            Field::Known(..) => false,
        };
        let found = || facts.values(&self.field);
        let any = |test: &dyn Fn(&Value) -> bool| found().iter().any(|value| test(value));
        match self.operator {
            Operator::Is => any(&|value| same(value, &self.value)),
            Operator::IsNot => !any(&|value| same(value, &self.value)),
            Operator::LessThan => any(&|value| is_less(value, &self.value)),
            Operator::GreaterThan => any(&|value| is_less(&self.value, value)),
            Operator::Includes => any(&|value| self.is_in(value)),
            Operator::NotIncludes => !any(&|value| self.is_in(value)),
            Operator::Present => any(&|value| is_something(value)),
            Operator::NotPresent => !any(&|value| is_something(value)),
            Operator::Changed => changed(),
            Operator::NotChanged => !changed(),
        }
    }

    /// Whether the value is an element of a list, or a part of a text.
    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::Array(list) => list.iter().any(|one| same(one, &self.value)),
            value if matches!(self.field.of_type(), Type::Words(_)) => same(value, &self.value),
            value => lowered(value).contains(&lowered(&self.value)),
        }
    }
}

fn field(kind: Kind, object: &Map<String, Value>, place: &str) -> Result<Field, Violation> {
    let place = format!("{place}.field");
    let wrong = |found: &str, hint: Option<&str>| {
        let hint = hint.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        let description = format!("expected one of {}, found {found}{hint}", field::names(kind));
        Violation::new(place.as_str(), description)
    };
    match object.get("field") {
        Some(Value::String(name)) => {
            Field::of(kind, name).map_err(|hint| wrong(&format!("{:?}", excerpt(name, 100)), hint))
        }
        None => Err(wrong("nothing", None)),
        Some(other) => Err(wrong(members::kind(other), None)),
    }
}

fn operator(field: &Field, object: &Map<String, Value>, place: &str) -> Result<Operator, Violation> {
    let place = format!("{place}.operator");
    let possible = field.of_type().operators();
    let is_possible = |word: &&&str| possible.iter().any(|operator| operator.as_str() == **word);
    let known: Vec<&'static str> = Operator::WORDS.iter().filter(is_possible).copied().collect();
    let of_word = |word: &str| Operator::of_word(word).filter(|operator| possible.contains(operator));
    words::read(&place, object.get("operator").unwrap_or(&Value::Null), &known, of_word)
}

/// The number that a value is, or is the text of.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

fn is_less(one: &Value, other: &Value) -> bool {
    matches!((number(one), number(other)), (Some(one), Some(other)) if one < other)
}

/// Whether two values are the same, as texts whatever their case. Clients send numbers as texts, so a number
/// is compared as one; two texts are not, as `0042` is not `42`.
fn same(found: &Value, wanted: &Value) -> bool {
    if (found.is_number() || wanted.is_number())
        && let (Some(found), Some(wanted)) = (number(found), number(wanted))
    {
        return (found - wanted).abs() < f64::EPSILON * found.abs().max(1.0);
    }
    lowered(found) == lowered(wanted)
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn lowered(value: &Value) -> String {
    text_of(value).to_lowercase()
}
