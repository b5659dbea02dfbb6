//! Where lines come from: a terminal with history and completion, or standard input as it is.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor};

use super::command::LONGEST;
use super::complete::{Candidates, Completer};

/// The lines.
pub(super) enum Lines {
    Terminal(Box<Editor<Completer, MemHistory>>),
    Input(std::io::StdinLock<'static>),
}

impl Lines {
    pub(super) fn open() -> anyhow::Result<Self> {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() || !std::io::stdout().is_terminal() {
            return Ok(Self::Input(stdin.lock()));
        }
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
        let history = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history)?;
        editor.set_helper(Some(Completer::default()));
        Ok(Self::Terminal(Box::new(editor)))
    }

    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// The next line; `None` at the end.
    pub(super) fn next(
        &mut self,
        prompt: &str,
        candidates: impl FnOnce() -> Candidates,
    ) -> anyhow::Result<Option<String>> {
        match self {
            Self::Terminal(editor) => {
                if let Some(completer) = editor.helper_mut() {
                    completer.candidates = candidates();
                }
                match editor.readline(prompt) {
                    Ok(line) => Ok(Some(line)),
                    // What was begun is thrown away, as shells do.
                    Err(ReadlineError::Interrupted) => Ok(Some(String::new())),
                    Err(ReadlineError::Eof) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }
            Self::Input(input) => {
                let mut line = Vec::new();
                // One byte more than a line may have, so that it is refused and not cut.
                let read = input.by_ref().take(LONGEST as u64 + 2).read_until(b'\n', &mut line)?;
                if read > LONGEST && line.last() != Some(&b'\n') {
                    input.skip_until(b'\n')?;
                }
                Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
            }
        }
    }
}
