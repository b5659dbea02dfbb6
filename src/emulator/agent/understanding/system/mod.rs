//! The platform's own entity types, `@sys.…`, as far as they can be told without understanding language.
//!
//! All of a text is the value or none of it. What is written in digits, by a pattern or with a well-known
//! word is recognised; names of people, places and things can be any text.

mod calendar;
mod contact;
mod date;
mod moment;
mod number;
mod period;
mod quantity;
mod time;
mod words;

use serde_json::{Value, json};

use super::entity::{Circumstances, Resolved};
use super::said::Said;

/// How a type is found in a text.
enum Kind {
    /// In some texts.
    Recognised(fn(&Said, Circumstances<'_>) -> Option<Value>),
    /// Any text is one.
    Free(fn(&str) -> Value),
}

/// The type of this name, without `sys.`.
fn kind(name: &str) -> Option<Kind> {
    use Kind::{Free, Recognised};
    Some(match name {
        "number" => Recognised(number::number),
        "number-integer" | "cardinal" => Recognised(number::integer),
        "ordinal" => Recognised(number::ordinal),
        "percentage" => Recognised(number::percentage),
        "number-sequence" => Recognised(number::sequence),
        "phone-number" => Recognised(contact::phone_number),
        "email" => Recognised(contact::email),
        "url" => Recognised(contact::url),
        "zip-code" => Recognised(contact::zip_code),
        "flight-number" => Recognised(contact::flight_number),
        "date" => Recognised(moment::date),
        "time" => Recognised(moment::time),
        "date-time" => Recognised(moment::date_time),
        "date-period" => Recognised(period::dates),
        "time-period" => Recognised(period::times),
        "duration" => Recognised(quantity::duration),
        "unit-currency" => Recognised(quantity::currency),
        "temperature" => Recognised(quantity::temperature),
        "unit-area" | "unit-information" | "unit-length" | "unit-speed" | "unit-volume" | "unit-weight" => {
            Recognised(quantity::any_unit)
        }
        "person" => Free(|text| json!({ "name": text, "original": text })),
        "location" => Free(|text| json!({ "original": text })),
        "any" | "address" | "color" | "currency-name" | "geo-city" | "geo-country" | "geo-state"
        | "given-name" | "language" | "last-name" | "music-artist" | "music-genre" => {
            Free(|text| text.into())
        }
        _ => return None,
    })
}

/// Whether this version knows it; what it does not know is like `any`.
pub(super) fn is_known(name: &str) -> bool {
    kind(name).is_some()
}

/// Whether any text is one of these.
pub(super) fn is_free(name: &str) -> bool {
    !matches!(kind(name), Some(Kind::Recognised(_)))
}

/// The value that all of `text` stands for.
pub(super) fn resolve(name: &str, text: &str, circumstances: Circumstances<'_>) -> Option<Resolved> {
    match kind(name) {
        Some(Kind::Recognised(find)) => {
            Some(Resolved { value: find(&Said::new(text), circumstances)?, free: false })
        }
        Some(Kind::Free(take)) => Some(Resolved { value: take(text.trim()), free: true }),
        None => Some(Resolved { value: text.trim().into(), free: true }),
    }
}

#[cfg(test)]
mod tests;
