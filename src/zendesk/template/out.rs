//! The text that is rendered, which must not grow beyond a bound.

use super::TooLarge;

/// A text below a limit.
#[derive(Debug)]
pub(super) struct Out {
    text: String,
    limit: usize,
}

impl Out {
    /// An empty one that stays smaller than `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// Adds a text as it is.
    pub(super) fn plain(&mut self, text: &str) -> Result<(), TooLarge> {
        if self.text.len() + text.len() >= self.limit {
            return Err(TooLarge);
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Adds a text of which `escape` replaces some characters.
    pub(super) fn escaped(
        &mut self,
        text: &str,
        escape: impl Fn(char, &mut String) -> bool,
    ) -> Result<(), TooLarge> {
        let mut piece = String::new();
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            piece.clear();
            if escape(character, &mut piece) {
                self.plain(&text[plain..at])?;
                self.plain(&piece)?;
                plain = at + character.len_utf8();
            }
        }
        self.plain(&text[plain..])
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
