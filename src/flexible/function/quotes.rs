//! Where quoted texts begin and end.

/// Follows a text character by character, and knows what is within quotes.
///
/// A quote with a backslash before it begins a text, too, as the platform's own components write arguments of
/// conditions: `SUBSTITUTE($flow.x, \\"\\s+\\", \\"\\")`. That text ends at the next such quote.
#[derive(Debug, Default)]
pub(in crate::flexible) struct Quotes {
    /// The quote that is open, and whether it has a backslash before it.
    open: Option<(char, bool)>,
    backslash: bool,
}

impl Quotes {
    /// Whether the next character is within quotes or is one.
    pub(in crate::flexible) fn hold(&mut self, character: char) -> bool {
        let after_backslash = std::mem::take(&mut self.backslash);
        match self.open {
            Some((open, escaped)) => {
                if character == open && escaped == after_backslash {
                    self.open = None;
                } else {
                    self.backslash = character == '\\' && !after_backslash;
                }
                true
            }
            None if matches!(character, '"' | '\'') => {
                self.open = Some((character, after_backslash));
                true
            }
            None => {
                self.backslash = character == '\\';
                false
            }
        }
    }
}
