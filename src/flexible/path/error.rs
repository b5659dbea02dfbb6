//! Why a text is no path, and why an answer is not looked through.

/// A text that is no path into an answer, or one that could cost too much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Nothing.
    #[error("the path is empty; expected one such as $.order.status or order_status")]
    Empty,
    /// More text than a path needs.
    #[error("the path is {length} bytes long; expected at most {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// The most allowed.
        limit: usize,
    },
    /// A blank where none may stand.
    #[error("`{path}` has a blank outside brackets and quotes; write a name with blanks as $['two words']")]
    Blank {
        /// The path.
        path: String,
    },
    /// No JSONPath.
    #[error("`{path}` is no JSONPath{hint}: {cause}")]
    Syntax {
        /// The path.
        path: String,
        /// How it may have been meant.
        hint: String,
        /// What is wrong.
        cause: String,
    },
    /// Something that multiplies work.
    #[error("`{path}` {cause}")]
    TooCostly {
        /// The path.
        path: String,
        /// What is too much.
        cause: &'static str,
    },
}

/// An answer that a path cannot be led through within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is nested and named so that its paths would take more than {limit} bytes")]
pub struct TooComplex {
    pub(super) limit: usize,
}
