//! Numbers that agents send as text.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a number, or text that holds one: `#[serde(deserialize_with = "number_or_text")]`.
///
/// Agents often pass what the user typed or what a regular expression caught, which is text.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Order {
///     #[serde(deserialize_with = "rejoinder::protocol::decode::number_or_text")]
///     quantity: u32,
/// }
/// let order: Order = serde_json::from_str(r#"{"quantity": " 3 "}"#)?;
/// assert_eq!(order.quantity, 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// If the value is neither, or does not fit `T`.
pub fn number_or_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a number, or text that holds one")]
    enum Either {
        Number(serde_json::Number),
        Text(String),
    }
    let text = match Either::deserialize(deserializer)? {
        Either::Number(number) => whole(&number).unwrap_or_else(|| number.to_string()),
        Either::Text(text) => text,
    };
    text.trim().parse().map_err(|error| D::Error::custom(format!("no such number: {error}")))
}

/// An integral double without its decimals, so that it parses as an integer.
fn whole(number: &serde_json::Number) -> Option<String> {
    let value = number.as_f64().filter(|value| number.is_f64() && value.fract() == 0.0)?;
    // Adding 0 makes 0 of -0, which unsigned types would not read.
    Some(format!("{:.0}", value + 0.0))
}
