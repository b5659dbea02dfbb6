//! Comparisons of conditions.

use serde_json::Value;

use super::convert::parse_number;
use super::value::{identity_key, text_of};

#[derive(Clone, Copy, PartialEq)]
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
pub(super) const OPERATORS: [(&str, Operator); 8] = [
    ("!=", Operator::NotEquals),
    ("<=", Operator::LessEquals),
    (">=", Operator::GreaterEquals),
    ("==", Operator::Equals),
    ("=", Operator::Equals),
    ("<", Operator::Less),
    (">", Operator::Greater),
    (":", Operator::Has),
];

/// Whether a comparison holds, its right side cast to the type of its left side.
pub(super) fn compare(left: &Value, operator: Operator, right: &Value) -> bool {
    let order = match (left, right) {
        (Value::Null, _) | (_, Value::Null) => {
            let both = left.is_null() && right.is_null();
            return match operator {
                Operator::Equals | Operator::Has => both,
                Operator::NotEquals => !both,
                _ => false,
            };
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
        (Value::Bool(left), right) => match &*text_of(right) {
            "true" => Some(left.cmp(&true)),
            "false" => Some(left.cmp(&false)),
            _ => None,
        },
        (Value::Array(_) | Value::Object(_), right) => {
            let equal = identity_key(left) == identity_key(right);
            return match operator {
                Operator::Equals | Operator::Has => equal,
                Operator::NotEquals => !equal,
                _ => false,
            };
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
