//! RAND and UUID.

use serde_json::Value;

use super::arguments::Arguments;
use super::{FunctionError, World};

pub(super) fn rand(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    arguments.number_result(fraction(arguments.world))
}

/// Version 4 of RFC 9562.
pub(super) fn uuid(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let bits = || u128::from((fraction(arguments.world) * 4_294_967_296.0) as u32);
    // A double has 53 random bits, so it takes four.
    let random = bits() << 96 | bits() << 64 | bits() << 32 | bits();
    let uuid = random & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let digits = format!("{uuid:032x}");
    arguments.text_result(format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    ))
}

/// The world's random number, held to what it should be.
fn fraction(world: &dyn World) -> f64 {
    let random = world.random();
    if (0.0..1.0).contains(&random) { random } else { 0.0 }
}
