//! A call's arguments, read as what the function wants.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::convert::parse_number;
use super::value::{kind, scalar_text};
use super::{FunctionError, World};

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    pub(super) function: &'static str,
    pub(super) world: &'a dyn World,
    values: &'a [Value],
}

impl<'a> Arguments<'a> {
    pub(super) fn new(function: &'static str, values: &'a [Value], world: &'a dyn World) -> Self {
        Self { function, world, values }
    }

    pub(super) fn all(&self) -> &'a [Value] {
        self.values
    }

    /// Those from the second on.
    pub(super) fn rest(&self) -> &'a [Value] {
        self.values.get(1..).unwrap_or_default()
    }

    /// An argument; one left out is null.
    pub(super) fn value(&self, at: usize) -> &'a Value {
        self.values.get(at).unwrap_or(&Value::Null)
    }

    /// An argument that may be left out; null counts as left out.
    pub(super) fn given(&self, at: usize) -> bool {
        !self.value(at).is_null()
    }

    pub(super) fn number(&self, at: usize) -> Result<f64, FunctionError> {
        match self.value(at) {
            Value::Number(number) => {
                number.as_f64().ok_or(FunctionError::NumberRange { function: self.function })
            }
            Value::String(text) => {
                parse_number(text).ok_or_else(|| self.wrong(at, "a number, or the text of one"))
            }
            _ => Err(self.wrong(at, "a number")),
        }
    }

    /// A number without a fraction.
    pub(super) fn whole(&self, at: usize) -> Result<i64, FunctionError> {
        let number = self.number(at)?;
        if number.fract() == 0.0 {
            // Saturates, and every function bounds what it takes far below.
            Ok(number as i64)
        } else {
            Err(self.wrong(at, "a whole number"))
        }
    }

    /// A whole number from 0 to `most`.
    pub(super) fn up_to(&self, at: usize, most: i64, expected: &'static str) -> Result<usize, FunctionError> {
        let number = self.whole(at)?;
        if (0..=most).contains(&number) {
            usize::try_from(number).map_err(|_| self.wrong(at, expected))
        } else {
            Err(self.wrong(at, expected))
        }
    }

    /// A text; numbers and booleans are read as theirs.
    pub(super) fn text(&self, at: usize) -> Result<Cow<'a, str>, FunctionError> {
        scalar_text(self.value(at)).ok_or_else(|| self.wrong(at, "a text"))
    }

    /// A list; null is an empty one.
    pub(super) fn list(&self, at: usize) -> Result<&'a [Value], FunctionError> {
        match self.value(at) {
            Value::Array(elements) => Ok(elements),
            Value::Null => Ok(&[]),
            _ => Err(self.wrong(at, "a list")),
        }
    }

    /// An object, or nothing for null.
    pub(super) fn object(&self, at: usize) -> Result<Option<&'a Map<String, Value>>, FunctionError> {
        match self.value(at) {
            Value::Object(members) => Ok(Some(members)),
            Value::Null => Ok(None),
            _ => Err(self.wrong(at, "an object")),
        }
    }

    /// The error of an argument that is something else.
    pub(super) fn wrong(&self, at: usize, expected: &'static str) -> FunctionError {
        FunctionError::Argument {
            function: self.function,
            position: at + 1,
            found: kind(self.value(at)),
            expected,
        }
    }

    /// The text as a result, if it is not too long.
    pub(super) fn text_result(&self, text: String) -> Result<Value, FunctionError> {
        self.fits(text.len())?;
        Ok(Value::String(text))
    }

    /// Whether a text of so many bytes may be a result.
    pub(super) fn fits(&self, bytes: usize) -> Result<(), FunctionError> {
        if bytes > super::LONGEST_TEXT {
            return Err(FunctionError::TextTooLong { function: self.function });
        }
        Ok(())
    }

    /// The list as a result, if it is not too long.
    pub(super) fn list_result(&self, elements: Vec<Value>) -> Result<Value, FunctionError> {
        if elements.len() > super::LONGEST_LIST {
            return Err(FunctionError::ListTooLong { function: self.function });
        }
        Ok(Value::Array(elements))
    }

    /// The number as a result, integral if it can be.
    pub(super) fn number_result(&self, number: f64) -> Result<Value, FunctionError> {
        super::value::number(number).ok_or(FunctionError::NumberRange { function: self.function })
    }
}
