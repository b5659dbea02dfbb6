//! Why a value could not be read as what a handler asked for.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::protocol::json::{Fault, Reason};

/// A value that is not what was asked for. Values themselves are never quoted: they may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is not there.
    Missing {
        /// Its path from the value that was read, as in `order.items[0].sku`.
        path: String,
    },
    /// It is something else.
    Wrong {
        /// Its path; empty for the value itself.
        path: String,
        /// What was asked for.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Its name stands twice.
    Duplicate {
        /// The name.
        name: String,
    },
    /// The type that reads it refused it in its own words.
    Refused {
        /// Its path; empty for the value itself.
        path: String,
        /// Those words.
        message: String,
    },
}

impl DecodeError {
    pub(crate) fn fault(fault: Fault) -> Self {
        match fault.into_parts().0 {
            Reason::Duplicate { name } => Self::Duplicate { name },
            reason => Self::Refused { path: String::new(), message: reason.to_string() },
        }
    }

    /// The same error, seen from one level further out.
    pub(crate) fn within(mut self, step: &str) -> Self {
        match &mut self {
            Self::Missing { path } | Self::Wrong { path, .. } | Self::Refused { path, .. } => {
                if !path.is_empty() && !path.starts_with('[') {
                    path.insert(0, '.');
                }
                path.insert_str(0, step);
            }
            Self::Duplicate { .. } => {}
        }
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |path: &str| {
            if path.is_empty() { "it".to_owned() } else { format!("`{path}`") }
        };
        match self {
            Self::Missing { path } => write!(f, "{} is missing", named(path)),
            Self::Wrong { path, expected, found } => {
                write!(f, "{} must be {expected}, found {found}", named(path))
            }
            Self::Duplicate { name } => write!(f, "`{name}` stands twice in one object"),
            Self::Refused { path, message } => write!(f, "{}: {message}", named(path)),
        }
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Refused { path: String::new(), message: message.to_string() }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Wrong {
            path: String::new(),
            expected: in_words(&expected.to_string()),
            found: kind(found).to_owned(),
        }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Signed(_) | Unexpected::Unsigned(_) => "a whole number out of its range",
            Unexpected::Float(_) => "a number that is not whole",
            other => kind(other),
        };
        Self::Wrong {
            path: String::new(),
            expected: in_words(&expected.to_string()),
            found: found.to_owned(),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing { path: field.to_owned() }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Duplicate { name: field.to_owned() }
    }
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

/// Rust's type names, in the words of somebody who writes an agent.
fn in_words(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => {
            format!("a whole number of 0 or more ({expected})")
        }
        "i8" | "i16" | "i32" | "i64" | "isize" => format!("a whole number ({expected})"),
        "f32" | "f64" => "a number".to_owned(),
        "a string" | "a borrowed string" => "text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        other => other
            .strip_prefix("struct ")
            .map_or_else(|| other.to_owned(), |name| format!("an object ({name})")),
    }
}
