//! Why a function has no answer. Values are people's data: messages name types and places only.

use std::fmt;

use super::condition::ConditionError;
use super::{FUNCTIONS, LONGEST_LIST, LONGEST_TEXT};
use crate::excerpt::excerpt;
use crate::nearest::nearest;

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arity {
    least: usize,
    most: Option<usize>,
}

impl Arity {
    pub(super) const fn between(least: usize, most: usize) -> Self {
        Self { least, most: Some(most) }
    }

    pub(super) const fn at_least(least: usize) -> Self {
        Self { least, most: None }
    }

    /// The fewest.
    #[must_use]
    pub fn least(self) -> usize {
        self.least
    }

    /// The most; `None` when there may be any number.
    #[must_use]
    pub fn most(self) -> Option<usize> {
        self.most
    }

    /// Whether that many will do.
    #[must_use]
    pub fn allows(self, count: usize) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }
}

impl fmt::Display for Arity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
        match (self.least, self.most) {
            (least, None) => write!(formatter, "at least {least} {}", plural(least)),
            (0, Some(0)) => formatter.write_str("no arguments"),
            (least, Some(most)) if least == most => write!(formatter, "{least} {}", plural(least)),
            (least, Some(most)) if least + 1 == most => write!(formatter, "{least} or {most} arguments"),
            (least, Some(most)) => write!(formatter, "{least} to {most} arguments"),
        }
    }
}

/// A name that is no system function's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFunction {
    /// The name as written, shortened if it is long.
    pub name: String,
    /// The function that was probably meant.
    pub nearest: Option<&'static str>,
}

impl UnknownFunction {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: excerpt(name, 64).into_owned(),
            nearest: nearest(name, FUNCTIONS.iter().map(|function| function.name())),
        }
    }
}

impl fmt::Display for UnknownFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "there is no system function {:?}", self.name)?;
        match self.nearest {
            Some(nearest) => write!(formatter, "; did you mean {nearest}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownFunction {}

/// Why a function has no answer to its arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// Too many or too few arguments.
    #[error("{function} takes {expected}, found {found}")]
    Count {
        /// The function's name.
        function: &'static str,
        /// How many it takes.
        expected: Arity,
        /// How many there were.
        found: usize,
    },
    /// An argument that the function cannot use.
    #[error("argument {position} of {function} is {found}, expected {expected}")]
    Argument {
        /// The function's name.
        function: &'static str,
        /// Which argument, the first being 1.
        position: usize,
        /// The type of what was found.
        found: &'static str,
        /// What would have done.
        expected: &'static str,
    },
    /// A date pattern with a letter that has no meaning.
    #[error(
        "argument {position} of {function} is a pattern with the letter {letter:?} {count} times, which has \
         no meaning; put text in single quotes"
    )]
    Pattern {
        /// The function's name.
        function: &'static str,
        /// Which argument, the first being 1.
        position: usize,
        /// The letter.
        letter: char,
        /// How many times it stands in a row.
        count: usize,
    },
    /// A condition that cannot be read.
    #[error("argument 1 of {function} is no condition: {problem}")]
    Condition {
        /// The function's name.
        function: &'static str,
        /// What is wrong with it.
        problem: ConditionError,
    },
    /// A divisor of 0.
    #[error("argument 2 of {function} is 0, and nothing can be divided by 0")]
    DivisionByZero {
        /// The function's name.
        function: &'static str,
    },
    /// A result too large for a double.
    #[error("the result of {function} is too large for a number")]
    NumberRange {
        /// The function's name.
        function: &'static str,
    },
    /// A result outside of the years that there are.
    #[error("the result of {function} is outside of the years -9999 to 9999")]
    DateRange {
        /// The function's name.
        function: &'static str,
    },
    /// A result that is too long a text.
    #[error("the result of {function} is a text of over {LONGEST_TEXT} bytes")]
    TextTooLong {
        /// The function's name.
        function: &'static str,
    },
    /// A result that is too long a list.
    #[error("the result of {function} is a list of over {LONGEST_LIST} elements")]
    ListTooLong {
        /// The function's name.
        function: &'static str,
    },
}
