//! Transcripts: conversations in a file, with what each turn is expected to do.
//!
//! `docs/emulate.md` describes the format; [`SCHEMA`] is its JSON schema for editors. What is wrong with
//! a file is told with line and column, all of it at once.

mod calls;
mod dialogue;
mod error;
mod executed;
mod expect;
#[cfg(test)]
mod meeting_tests;
mod node;
mod play;
mod player;
mod read;
mod read_expect;
mod reader;
mod record;
mod recorded;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};

pub use super::counterpart::{Answered, Counterpart, PlayError};
pub use calls::{RecordError, of_calls};
pub use dialogue::Dialogue;
pub(crate) use dialogue::short;
#[cfg(feature = "cli")]
pub(crate) use dialogue::{printable, summary, title};
pub use error::{Fault, TranscriptError};
#[cfg(any(feature = "cli", feature = "testing"))]
pub(crate) use expect::equal;
pub use expect::{Expect, MessageExpect, Messages, Mismatch};
pub use play::{Outcome, Played, Report, play, take_turn};
pub use player::{Player, Talk};
pub use record::Recorder;

use super::session::{Input, Pages, Start};

/// The JSON schema of a transcript.
pub const SCHEMA: &str = include_str!("../../../docs/transcript.schema.json");

/// The largest transcript, in bytes.
pub const LARGEST: usize = 1 << 20;
/// The most turns of a transcript.
pub const MOST_TURNS: usize = 1000;

/// A conversation with what is expected of it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Transcript {
    /// What it shows; its file's name if it does not say.
    pub name: String,
    /// The file it was read from, if any.
    pub file: Option<PathBuf>,
    /// The agent's export, from the transcript's folder.
    pub agent: Option<PathBuf>,
    /// The webhook resource that is called, from the transcript's folder.
    pub webhook: Option<PathBuf>,
    /// What the session begins with.
    pub start: Start,
    /// The pages that it describes by itself.
    pub pages: Pages,
    /// Its turns.
    pub turns: Vec<Step>,
}

/// A turn of a transcript.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Step {
    /// What happens.
    pub input: Input,
    /// What is expected.
    pub expect: Expect,
    /// Its line in the file, from 1; 0 if it was not read from one.
    pub line: u64,
}

impl Transcript {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TranscriptError> {
        if text.len() > LARGEST {
            return Err(TranscriptError::TooLarge { file: PathBuf::new(), limit: LARGEST });
        }
        read::transcript(text)
    }

    /// Whether a turn says which tag is called. Where none does, an agent that is there is executed.
    #[must_use]
    pub fn says_calls(&self) -> bool {
        self.turns.iter().any(|turn| turn.input.tag.is_some())
    }

    /// Reads a file. Files that it names are beside it.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or everything that is wrong with it.
    pub fn read(file: impl AsRef<Path>) -> Result<Self, TranscriptError> {
        use std::io::Read as _;
        let file = file.as_ref();
        let unreadable = |reason: String| TranscriptError::Unreadable { file: file.to_owned(), reason };
        let opened = std::fs::File::open(file).map_err(|error| unreadable(error.to_string()))?;
        let mut bytes = Vec::new();
        let read = opened.take(LARGEST as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(error.to_string()))?;
        if bytes.len() > LARGEST {
            return Err(TranscriptError::TooLarge { file: file.to_owned(), limit: LARGEST });
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            unreadable(format!("it is no UTF-8 from byte {}", error.utf8_error().valid_up_to()))
        })?;
        let mut this = Self::parse(&text).map_err(|error| error.of(file))?;
        if this.name.is_empty() {
            this.name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        this.file = Some(file.to_owned());
        Ok(this)
    }

    /// A file that it names, seen from the working folder.
    #[must_use]
    pub fn beside(&self, named: &Path) -> PathBuf {
        let folder = self.file.as_deref().and_then(Path::parent);
        folder.map_or_else(|| named.to_owned(), |folder| folder.join(named))
    }

    /// The transcript as YAML text, which reads as the same.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        write::yaml(self)
    }
}
