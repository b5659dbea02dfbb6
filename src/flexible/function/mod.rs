//! The platform's system functions, `$sys.func.NAME(argument, …)`: what each one answers.
//!
//! Only their evaluation is here: the caller reads the expression, resolves the references and the
//! inner functions, and hands over values. Time and chance come from a [`World`]. Every number is a
//! double, as everywhere in a conversation, and an integral one prints without a fraction. Results are
//! bounded: a text has at most 64 KiB, a list 10,000 elements.
//!
//! | name | arguments | result |
//! |---|---|---|
//! | `ADD` | number, … | their sum |
//! | `ADD_DATE` | date, number, unit | the date moved by so many units |
//! | `APPEND` | list, value, … | the list with the values, or their elements, behind it |
//! | `CONCATENATE` | value, … | their texts in a row |
//! | `CONTAIN` | list, value | whether the list has the value |
//! | `COUNT` | list | how many elements it has |
//! | `DIVIDE` | number, number, decimals = 3 | their quotient, rounded |
//! | `FILTER` | value, path | the list of what the `JSONPath` finds |
//! | `FORMAT_DATE` | date, pattern, language = "en" | the date as text |
//! | `GET` | list, index | an element, counted from 0 |
//! | `GET_FIELD` | object, name | a member |
//! | `IDENTITY` | value | the value as it is |
//! | `IF` | condition, value, value | the first value if the condition holds, else the second |
//! | `IS_CREDIT_CARD_NUMBER` | text | whether its check digit is right |
//! | `IS_DATE` | text, pattern, language = "en" | whether it is a date written so |
//! | `IS_FUTURE_DATE` | date | whether it is yet to come |
//! | `IS_PAST_DATE` | date | whether it has passed |
//! | `IS_PHONE_NUMBER` | text, region = "US" | whether it can be a phone number |
//! | `JOIN` | delimiter, list, last delimiter | the elements' texts with delimiters between |
//! | `LEN` | text | how many characters it has |
//! | `LOWER` | text | in lower case |
//! | `MATCH` | list, value | the value's first index, or -1 |
//! | `MID` | text, start, count | so many characters, the first being 1 |
//! | `MINUS` | number, number | their difference |
//! | `MULTIPLY` | number, … | their product |
//! | `NESTED_FIELD` | object, name, … | a member of a member; at most 10 names |
//! | `NOW` | | the date and time now |
//! | `RAND` | | a random number, 0 or more and below 1 |
//! | `REMOVE` | list, value, … | the list without the values, or their elements |
//! | `ROUND` | number, decimals = 0 | the number, rounded |
//! | `SPLIT` | text, pattern | the list of the pieces between |
//! | `SUBSTITUTE` | text, pattern, new | the text with all that the pattern finds as new |
//! | `TO_NUMBER` | text | the number it is the text of |
//! | `TO_OBJECT` | text | the object it is the JSON text of |
//! | `TO_PHONE_NUMBER` | text, region = "US" | the parts of a phone number |
//! | `TO_TEXT` | value | its text |
//! | `UNIQUE` | list | the list without repetitions |
//! | `UPPER` | text | in upper case |
//! | `URL_ENCODE` | text | percent-encoded for a URL |
//! | `UUID` | | a random UUID |
//!
//! What the platform documents of them, and what is our choice, is in `docs/system-functions.md`.

mod arguments;
mod card;
mod chance;
mod comparison;
mod condition;
mod convert;
mod date;
mod error;
mod filter;
mod list;
mod logic;
mod moment;
mod names;
mod number;
mod object;
mod pattern;
mod phone;
mod region;
mod text;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use arguments::Arguments;

pub use condition::{Condition, ConditionError};
pub(crate) use names::Names;
pub(super) use value::kind;

pub use error::{Arity, FunctionError, UnknownFunction};

/// The longest text that a function answers, in bytes.
pub const LONGEST_TEXT: usize = 64 * 1024;

/// The longest list that a function answers, in elements.
pub const LONGEST_LIST: usize = 10_000;

/// What functions may know of the world.
pub trait World {
    /// The time.
    fn now(&self) -> jiff::Timestamp;
    /// A number from 0 inclusive to 1 exclusive, another one each time.
    fn random(&self) -> f64;
    /// The agent's time zone.
    fn time_zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
}

/// A function that the platform documents.
#[derive(Clone, Copy)]
pub struct Function {
    name: &'static str,
    arity: Arity,
    evaluate: fn(&Arguments<'_>) -> Result<Value, FunctionError>,
}

impl Function {
    /// The function of that name, in either letter case.
    ///
    /// # Errors
    ///
    /// When there is none; the error holds the nearest name.
    pub fn find(name: &str) -> Result<Self, UnknownFunction> {
        FUNCTIONS
            .iter()
            .find(|function| function.name.eq_ignore_ascii_case(name))
            .copied()
            .ok_or_else(|| UnknownFunction::new(name))
    }

    /// All of them, by name.
    #[must_use]
    pub fn all() -> &'static [Self] {
        FUNCTIONS
    }

    /// The name in capitals, as the documentation writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// How many arguments it takes.
    #[must_use]
    pub fn arity(self) -> Arity {
        self.arity
    }

    /// What it answers.
    ///
    /// # Errors
    ///
    /// When the number of arguments or the type of one is wrong, or there is no result within the bounds.
    pub fn call(self, arguments: &[Value], world: &dyn World) -> Result<Value, FunctionError> {
        if !self.arity.allows(arguments.len()) {
            return Err(FunctionError::Count {
                function: self.name,
                expected: self.arity,
                found: arguments.len(),
            });
        }
        (self.evaluate)(&Arguments::new(self.name, arguments, world))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Function({})", self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Function {}

type Evaluate = fn(&Arguments<'_>) -> Result<Value, FunctionError>;

const fn exactly(name: &'static str, count: usize, evaluate: Evaluate) -> Function {
    Function { name, arity: Arity::between(count, count), evaluate }
}

/// The last argument may be left out.
const fn with_default(name: &'static str, most: usize, evaluate: Evaluate) -> Function {
    Function { name, arity: Arity::between(most - 1, most), evaluate }
}

const fn at_least(name: &'static str, least: usize, evaluate: Evaluate) -> Function {
    Function { name, arity: Arity::at_least(least), evaluate }
}

static FUNCTIONS: &[Function] = &[
    at_least("ADD", 1, number::add),
    exactly("ADD_DATE", 3, date::add_date),
    at_least("APPEND", 2, list::append),
    at_least("CONCATENATE", 1, text::concatenate),
    exactly("CONTAIN", 2, list::contain),
    exactly("COUNT", 1, list::count),
    with_default("DIVIDE", 3, number::divide),
    exactly("FILTER", 2, filter::filter),
    with_default("FORMAT_DATE", 3, date::format_date),
    exactly("GET", 2, list::get),
    exactly("GET_FIELD", 2, object::get_field),
    exactly("IDENTITY", 1, convert::identity),
    exactly("IF", 3, logic::choose),
    exactly("IS_CREDIT_CARD_NUMBER", 1, card::is_credit_card_number),
    with_default("IS_DATE", 3, date::is_date),
    exactly("IS_FUTURE_DATE", 1, date::is_future_date),
    exactly("IS_PAST_DATE", 1, date::is_past_date),
    with_default("IS_PHONE_NUMBER", 2, phone::is_phone_number),
    with_default("JOIN", 3, text::join),
    exactly("LEN", 1, text::len),
    exactly("LOWER", 1, text::lower),
    exactly("MATCH", 2, list::index_of),
    exactly("MID", 3, text::mid),
    exactly("MINUS", 2, number::minus),
    at_least("MULTIPLY", 1, number::multiply),
    Function { name: "NESTED_FIELD", arity: Arity::between(2, 11), evaluate: object::nested_field },
    exactly("NOW", 0, date::now),
    exactly("RAND", 0, chance::rand),
    at_least("REMOVE", 2, list::remove),
    with_default("ROUND", 2, number::round),
    exactly("SPLIT", 2, text::split),
    exactly("SUBSTITUTE", 3, text::substitute),
    exactly("TO_NUMBER", 1, convert::to_number),
    exactly("TO_OBJECT", 1, convert::to_object),
    with_default("TO_PHONE_NUMBER", 2, phone::to_phone_number),
    exactly("TO_TEXT", 1, convert::to_text),
    exactly("UNIQUE", 1, list::unique),
    exactly("UPPER", 1, text::upper),
    exactly("URL_ENCODE", 1, text::url_encode),
    exactly("UUID", 0, chance::uuid),
];
