//! Phone numbers, checked by the plan of ITU-T E.164 and, for calling code 1, by that of North America.
//!
//! Which blocks a country has given out is not looked at: what passes can be a number, no more.

use serde_json::{Value, json};

use super::FunctionError;
use super::arguments::Arguments;
use super::region::{calling_code, leading_code};
use super::value::scalar_text;

/// What is no text is no phone number either.
pub(super) fn is_phone_number(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let region_code = region_code(arguments)?;
    let text = scalar_text(arguments.value(0));
    Ok(Value::Bool(text.is_some_and(|text| Phone::read(&text, region_code).is_some())))
}

pub(super) fn to_phone_number(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let region_code = region_code(arguments)?;
    let phone = Phone::read(&arguments.text(0)?, region_code)
        .ok_or_else(|| arguments.wrong(0, "a phone number, of the region or with + and the calling code"))?;
    Ok(match phone.national.split_at_checked(3) {
        Some((area, number)) if phone.code == "1" => {
            json!({ "country-code": phone.code, "area-code": area, "number": number })
        }
        // Elsewhere the length of an area code depends on the area.
        _ => json!({ "country-code": phone.code, "number": phone.national }),
    })
}

fn region_code(arguments: &Arguments<'_>) -> Result<&'static str, FunctionError> {
    let region = if arguments.given(1) { arguments.text(1)? } else { "US".into() };
    calling_code(&region).ok_or_else(|| arguments.wrong(1, "a region's code of two letters, such as US"))
}

struct Phone {
    code: &'static str,
    /// The digits behind the calling code.
    national: String,
}

impl Phone {
    fn read(text: &str, region_code: &'static str) -> Option<Self> {
        let text = text.trim();
        let (international, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut digits = String::new();
        for character in rest.chars() {
            match character {
                '0'..='9' if digits.len() < 20 => digits.push(character),
                ' ' | '-' | '.' | '(' | ')' | '/' => {}
                _ => return None,
            }
        }
        let (code, national) = if international {
            let code = leading_code(&digits)?;
            (code, digits.strip_prefix(code)?)
        } else {
            (region_code, without_trunk_prefix(&digits, region_code))
        };
        let plausible = match code {
            "1" => is_north_american(national),
            _ => national.len() >= 4 && (7..=15).contains(&(code.len() + national.len())),
        };
        plausible.then(|| Self { code, national: national.to_owned() })
    }
}

/// The digit that is dialled before a number inside its country.
fn without_trunk_prefix<'d>(digits: &'d str, code: &str) -> &'d str {
    match code {
        // North America dials its own calling code; ten digits are a number already.
        "1" if digits.len() == 11 => digits.strip_prefix('1').unwrap_or(digits),
        "7" if digits.len() == 11 => digits.strip_prefix('8').unwrap_or(digits),
        // There the zero is part of the number.
        "39" | "1" | "7" => digits,
        _ => digits.strip_prefix('0').unwrap_or(digits),
    }
}

/// Area code and exchange begin with 2 to 9.
fn is_north_american(national: &str) -> bool {
    let bytes = national.as_bytes();
    bytes.len() == 10 && matches!(bytes[0], b'2'..=b'9') && matches!(bytes[3], b'2'..=b'9')
}
