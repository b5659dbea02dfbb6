//! Comparisons of conditions.

use serde_json::Value;

use super::convert::parse_number;
use super::value::{identity_key, text_of};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operator {
    Has,
    Equals,
    NotEquals,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
}

/// Longer ones first.
pub(super) const OPERATORS: [(&str, Operator); 7] = [
    ("!=", Operator::NotEquals),
    ("<=", Operator::LessEquals),
    (">=", Operator::GreaterEquals),
    ("=", Operator::Equals),
    ("<", Operator::Less),
    (">", Operator::Greater),
    (":", Operator::Has),
];

/// Whether a comparison holds, its right side cast to the type of its left side.
pub(super) fn compare(left: &Value, operator: Operator, right: &Value) -> bool {
    let order = match (left, right) {
        (Value::Null, _) | (_, Value::Null) => {
            // The right side takes the type of the left one: what is not set is the text "null", too.
            let both = left.is_null() && (right.is_null() || right == "null");
            return equality(both, operator);
        }
        (Value::Number(left), right) => {
            let right = match right {
                Value::Number(right) => right.as_f64(),
                Value::String(right) => parse_number(right),
                _ => None,
            };
            left.as_f64().zip(right).and_then(|(left, right)| left.partial_cmp(&right))
        }
        (Value::String(left), right) => {
            let right = text_of(right);
            if operator == Operator::Has {
                return left.contains(&*right);
            }
            Some(left.as_str().cmp(&right))
        }
        (Value::Bool(left), right) => {
            let right = text_of(right);
            return equality(right.eq_ignore_ascii_case(if *left { "true" } else { "false" }), operator);
        }
        (Value::Array(_) | Value::Object(_), right) => {
            let read = right.as_str().and_then(|text| serde_json::from_str(text).ok());
            let right = read.as_ref().unwrap_or(right);
            return equality(identity_key(left) == identity_key(right), operator);
        }
    };
    match operator {
        Operator::Equals | Operator::Has => order.is_some_and(|order| order.is_eq()),
        Operator::NotEquals => order.is_none_or(|order| order.is_ne()),
        Operator::Less => order.is_some_and(|order| order.is_lt()),
        Operator::LessEquals => order.is_some_and(|order| order.is_le()),
        Operator::Greater => order.is_some_and(|order| order.is_gt()),
        Operator::GreaterEquals => order.is_some_and(|order| order.is_ge()),
    }
}

/// What has no order is equal or not.
fn equality(equal: bool, operator: Operator) -> bool {
    match operator {
        Operator::Equals | Operator::Has => equal,
        Operator::NotEquals => !equal,
        Operator::Less | Operator::LessEquals | Operator::Greater | Operator::GreaterEquals => false,
    }
}
