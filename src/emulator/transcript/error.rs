//! What is wrong with a transcript, and where.

use std::fmt;
use std::path::PathBuf;

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    place: Place,
    path: String,
    message: String,
}

impl Fault {
    pub(super) fn new(place: Place, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place, path: path.into(), message: message.into() }
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.place.line
    }

    /// The column, from 1.
    #[must_use]
    pub fn column(&self) -> u64 {
        self.place.column
    }

    /// What is wrong, and what is expected.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place: Place { line, column }, path, message } = self;
        write!(f, "{line}:{column}: ")?;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(message)
    }
}

/// A transcript that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// The file cannot be read.
    #[error("cannot read {}: {reason}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// It is larger than any transcript should be.
    #[error("{}is larger than {limit} bytes, the largest transcript", named(.file))]
    TooLarge {
        /// The file; empty for a text.
        file: PathBuf,
        /// The limit.
        limit: usize,
    },
    /// It is no transcript; each fault has its place.
    #[error("{}", list(.file, .faults))]
    Faulty {
        /// The file; empty for a text.
        file: PathBuf,
        /// What is wrong, in the order of the file.
        faults: Vec<Fault>,
    },
}

impl TranscriptError {
    /// What is wrong where, if the file could be read.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Faulty { faults, .. } => faults,
            _ => &[],
        }
    }

    pub(super) fn of(self, path: &std::path::Path) -> Self {
        match self {
            Self::Faulty { faults, .. } => Self::Faulty { file: path.to_owned(), faults },
            Self::TooLarge { limit, .. } => Self::TooLarge { file: path.to_owned(), limit },
            unreadable @ Self::Unreadable { .. } => unreadable,
        }
    }
}

fn named(file: &std::path::Path) -> String {
    if file.as_os_str().is_empty() { "the transcript ".to_owned() } else { format!("{} ", file.display()) }
}

fn list(file: &std::path::Path, faults: &[Fault]) -> String {
    let file = match file.as_os_str().is_empty() {
        true => "transcript".to_owned(),
        false => file.display().to_string(),
    };
    let lines: Vec<String> = faults.iter().map(|fault| format!("{file}:{fault}")).collect();
    lines.join("\n")
}
