//! What can be wrong with a template, and where.

use std::fmt;

use super::LIMIT;

/// What is wrong with a template, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub(crate) struct TemplateError {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    pub(crate) fault: Fault,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `{{` without `}}`.
    Unclosed,
    /// Braces with something else than a name between them.
    NoName { found: String },
    /// A name that no placeholder has.
    Unknown { name: String, nearest: Option<String> },
    /// More placeholders than are rendered.
    TooMany,
    /// A text that is too large before anything is put in.
    TooLarge { size: usize },
    /// A place where no value can be put.
    Place { place: &'static str },
    /// A body that is no JSON.
    NotJson { cause: String },
    /// A body that ends in the middle of something.
    Unfinished { what: &'static str },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed => f.write_str("`{{` has no `}}`"),
            Self::NoName { found } => write!(
                f,
                "expected the name of a placeholder between `{{{{` and `}}}}`, such as `conversation.id`, found `{found}`"
            ),
            Self::Unknown { name, nearest: Some(nearest) } => {
                write!(f, "there is no placeholder `{name}`; did you mean `{nearest}`?")
            }
            Self::Unknown { name, nearest: None } => write!(f, "there is no placeholder `{name}`"),
            Self::TooMany => write!(f, "expected at most {} placeholders", super::MOST),
            Self::TooLarge { size } => write!(f, "expected less than {LIMIT} bytes, found {size}"),
            Self::Place { place } => write!(f, "a placeholder cannot stand {place}"),
            Self::NotJson { cause } => write!(f, "the body is no JSON: {cause}"),
            Self::Unfinished { what } => write!(f, "the body ends within {what}"),
        }
    }
}

impl TemplateError {
    pub(super) fn new(text: &str, offset: usize, fault: Fault) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, fault }
    }
}

/// What is rendered has become too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is rendered reaches {LIMIT} bytes, from which on nothing is sent")]
pub(crate) struct TooLarge;
