//! Arithmetic on doubles: ADD, MINUS, MULTIPLY, DIVIDE, ROUND.

use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;

/// A double has no more decimals worth printing.
const MOST_DECIMALS: i64 = 20;

pub(super) fn add(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    fold(arguments, 0.0, |sum, number| sum + number)
}

pub(super) fn minus(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    arguments.number_result(arguments.number(0)? - arguments.number(1)?)
}

pub(super) fn multiply(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    fold(arguments, 1.0, |product, number| product * number)
}

pub(super) fn divide(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (dividend, divisor) = (arguments.number(0)?, arguments.number(1)?);
    if divisor == 0.0 {
        return Err(FunctionError::DivisionByZero { function: arguments.function });
    }
    let decimals = decimals(arguments, 2, 3)?;
    arguments.number_result(rounded(dividend / divisor, decimals))
}

pub(super) fn round(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let decimals = decimals(arguments, 1, 0)?;
    arguments.number_result(rounded(arguments.number(0)?, decimals))
}

fn fold(
    arguments: &Arguments<'_>,
    start: f64,
    step: impl Fn(f64, f64) -> f64,
) -> Result<Value, FunctionError> {
    let mut result = start;
    for at in 0..arguments.all().len() {
        result = step(result, arguments.number(at)?);
    }
    arguments.number_result(result)
}

fn decimals(arguments: &Arguments<'_>, at: usize, default: usize) -> Result<usize, FunctionError> {
    if !arguments.given(at) {
        return Ok(default);
    }
    arguments.up_to(at, MOST_DECIMALS, "a number of decimals from 0 to 20")
}

/// Rounded half away from zero in decimal, so that 2.675 becomes 2.68 although the double is below it.
fn rounded(number: f64, decimals: usize) -> f64 {
    if !number.is_finite() {
        return number;
    }
    // The shortest text that reads as the same double, never with an exponent.
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let Some(next) = fraction.as_bytes().get(decimals) else {
        return number;
    };
    let mut digits = format!("0{whole}{}", &fraction[..decimals]).into_bytes();
    if *next >= b'5' {
        // The leading zero takes the last carry.
        for digit in digits.iter_mut().rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                break;
            }
        }
    }
    let point = digits.len() - decimals;
    let digits: String = digits.into_iter().map(char::from).collect();
    let magnitude = format!("{}.{}0", &digits[..point], &digits[point..]).parse().unwrap_or(number.abs());
    f64::copysign(magnitude, number)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_round_in_decimal_and_away_from_zero() {
        for (number, decimals, expected) in [
            (2.675, 2, 2.68),
            (-2.5, 0, -3.0),
            (9.999, 2, 10.0),
            (99.5, 0, 100.0),
            (0.05, 1, 0.1),
            (1e300, 5, 1e300),
            (5e-324, 20, 0.0),
            (1.0 / 3.0, 3, 0.333),
            (7.0, 3, 7.0),
        ] {
            assert_eq!(rounded(number, decimals), expected, "{number} to {decimals}");
        }
        assert!(rounded(f64::NAN, 2).is_nan());
    }
}
