//! `IS_CREDIT_CARD_NUMBER`: the check digit of ISO/IEC 7812.

use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;
use super::value::scalar_text;

pub(super) fn is_credit_card_number(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(scalar_text(arguments.value(0)).is_some_and(|text| checks(&text))))
}

fn checks(text: &str) -> bool {
    let mut digits = Vec::new();
    for character in text.chars() {
        match character {
            ' ' | '-' => {}
            digit => match digit.to_digit(10) {
                Some(digit) if digits.len() < 19 => digits.push(digit),
                _ => return false,
            },
        }
    }
    // Every second digit from the right is doubled, and a sum of digits is a number modulo 9.
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| match at % 2 {
            1 if digit > 4 => 2 * digit - 9,
            1 => 2 * digit,
            _ => digit,
        })
        .sum();
    digits.len() >= 12 && sum.is_multiple_of(10)
}
