//! JSON text, read where it lies.
//!
//! The agent's turn is short, so a body is checked once, in place, without a tree: [`Scanner`]
//! walks the text and remembers byte ranges ([`Span`]). What a handler asks for is decoded from
//! its span later. [`strict`] looks into every value for what the scanner leaves to the reader,
//! and [`place`] turns a byte offset into something a person can find.

mod bytes;
mod place;
mod scan;
pub(crate) mod strict;

pub use place::Place;
pub(crate) use scan::{MAX_DEPTH, Scanner};

/// A byte range of the text: `start` is its first byte, `end` the one behind its last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

/// A JSON string as it stands in the text, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) span: Span,
    /// Whether it holds a backslash, so that it must be decoded before it is compared.
    pub(crate) escaped: bool,
}

/// Whether a text stands for itself in a JSON string, between its quotes.
pub(crate) fn is_plain(text: &str) -> bool {
    bytes::plain_until(text.as_bytes(), 0) == text.len()
}

/// Why a text was refused, and at which byte.
///
/// Boxed, so that the results of the scanner, which hardly ever are faults, fit into registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(Box<(Reason, usize)>);

impl Fault {
    #[cold]
    pub(crate) fn new(reason: Reason, offset: usize) -> Self {
        Self(Box::new((reason, offset)))
    }

    pub(crate) fn into_parts(self) -> (Reason, usize) {
        *self.0
    }
}

/// What is wrong, without the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing but white space.
    #[error("the body is empty; a JSON object is expected")]
    Empty,
    /// The text ends in the middle of a value.
    #[error("the text ends here, before its JSON is complete")]
    Truncated,
    /// A character that cannot stand there.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What could stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A comment, which JSON does not have.
    #[error("JSON has no comments")]
    Comment,
    /// A byte order mark before the text.
    #[error("the text starts with a byte order mark; send UTF-8 without one")]
    ByteOrderMark,
    /// Bytes that are not UTF-8.
    #[error("the text is not UTF-8 from here on")]
    NotUtf8,
    /// More text behind the value.
    #[error("the JSON value is complete before this text")]
    Trailing,
    /// A tab, line break or the like inside a string.
    #[error("a control character in a string must be written as an escape such as \\n")]
    ControlCharacter,
    /// A backslash sequence that JSON does not have.
    #[error("this is no JSON escape; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX")]
    Escape,
    /// Half of a surrogate pair.
    #[error("a \\u escape names half of a surrogate pair, which is no character")]
    LoneSurrogate,
    /// A number such as `01`, `1.` or `+1`.
    #[error("this is no JSON number")]
    Number,
    /// A number that a double cannot hold.
    #[error("this number is too large: ProtoJSON numbers are doubles, at most about 1.8e308")]
    NumberTooLarge,
    /// Deeper nesting than the limit.
    #[error("nested more than {limit} levels deep")]
    TooDeep {
        /// The deepest level accepted.
        limit: usize,
    },
    /// Text longer than offsets can count.
    #[error("the text is {size} bytes long; at most {limit} can be read")]
    TooLong {
        /// Its length in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A value of another JSON type than its field has.
    #[error("`{field}` must be {expected}, found {found}")]
    WrongType {
        /// The field's JSON name.
        field: &'static str,
        /// What the field takes.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// The same member twice in one object.
    #[error("`{name}` stands twice in one object")]
    Duplicate {
        /// The member's name.
        name: String,
    },
    /// Two members of one group of which only one may be set.
    #[error("`{second}` and `{first}` exclude each other; send one of them")]
    Exclusive {
        /// The member that came first.
        first: &'static str,
        /// The member that came second.
        second: &'static str,
    },
    /// A null in a list of something else than values.
    #[error("`{field}` holds null; its elements must be {expected}")]
    NullElement {
        /// The list's JSON name.
        field: &'static str,
        /// What its elements are.
        expected: &'static str,
    },
    /// Something else.
    #[error("{message}")]
    Other {
        /// What.
        message: String,
    },
}
