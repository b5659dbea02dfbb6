//! A text as it is compared: letter case, spaces and the stop at its end mean nothing.

use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;

/// What was said, beside the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// In Unicode's NFC, trimmed, with one space where there is any, without a stop at the end.
    text: String,
    /// The same in one letter case.
    folded: String,
    /// Where in `text` each byte of `folded` is from; one more for the end.
    origin: Vec<usize>,
}

impl Said {
    pub(super) fn new(text: &str) -> Self {
        let mut tidy = tidied(text);
        let end = tidy.trim_end_matches(STOPS).trim_end().len();
        // Of "?!" something must be left.
        if end > 0 {
            tidy.truncate(end);
        }
        let (mut folded, mut origin) =
            (String::with_capacity(tidy.len()), Vec::with_capacity(tidy.len() + 1));
        for (at, character) in tidy.char_indices() {
            fold_into(&mut folded, character);
            origin.resize(folded.len(), at);
        }
        origin.push(tidy.len());
        Self { text: tidy, folded, origin }
    }

    /// The text, tidied.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text as it is compared.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// What was said at these places of the compared text, trimmed; nothing where they cut a character.
    pub(super) fn original(&self, range: Range<usize>) -> Option<&str> {
        let (start, end) = (*self.origin.get(range.start)?, *self.origin.get(range.end)?);
        self.text.get(start..end).map(str::trim)
    }
}

/// What may stand at the end of a sentence.
const STOPS: [char; 7] = ['.', '?', '!', '…', '。', '？', '！'];
/// What may stand before one.
const OPENING: [char; 2] = ['¿', '¡'];

/// In NFC, trimmed, with one space where there is any.
fn tidied(text: &str) -> String {
    let mut tidy = spaced(text);
    if tidy.ends_with(' ') {
        tidy.pop();
    }
    let start = tidy.len() - tidy.trim_start_matches([' ', OPENING[0], OPENING[1]]).len();
    if start < tidy.len() {
        tidy.drain(..start);
    }
    tidy
}

/// In NFC, with one space where there is any, also at the ends.
fn spaced(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let mut spaced = String::with_capacity(composed.len());
    for character in composed.chars() {
        match character {
            space if space.is_whitespace() => {
                if !spaced.ends_with(' ') {
                    spaced.push(' ');
                }
            }
            // What telephones write for an apostrophe.
            '\u{2019}' => spaced.push('\''),
            other => spaced.push(other),
        }
    }
    spaced
}

/// In one letter case: by way of capitals, so that `ß` is `ss`, and every sigma is one.
fn fold_into(folded: &mut String, character: char) {
    if character.is_ascii() {
        folded.push(character.to_ascii_lowercase());
    } else {
        character.to_uppercase().flat_map(char::to_lowercase).for_each(|lower| folded.push(lower));
    }
}

/// A piece of a phrase as it is compared; spaces at its ends count.
pub(super) fn folded_piece(text: &str) -> String {
    let mut folded = String::new();
    spaced(text).chars().for_each(|character| fold_into(&mut folded, character));
    folded
}

/// A whole text as it is compared.
pub(super) fn folded(text: &str) -> String {
    Said::new(text).folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_taken_away() {
        for (text, same) in [
            ("  Where   is my\torder?! ", "where is my order"),
            ("STRASSE", "straße"),
            ("cafe\u{301}", "Café"),
            ("I\u{2019}d like it.", "i'd like it"),
            ("¿Dónde está?", "dónde está"),
            ("ΟΔΟΣ", "οδος"),
            ("你好。", "你好"),
            ("?!", "?!"),
            ("", " "),
        ] {
            assert_eq!(folded(text), folded(same), "{text:?}");
        }
        assert_ne!(folded("is it"), folded("isit"));
        assert_eq!(Said::new(" Jane  Doe. ").text(), "Jane Doe");
    }

    #[test]
    fn what_was_said_is_found_again() {
        let said = Said::new("In der Großen Straße 5");
        let at = said.folded().find("strasse").expect("there");
        assert_eq!(said.original(at..at + 7), Some("Straße"));
        assert_eq!(said.original(0..said.folded().len()), Some("In der Großen Straße 5"));
        assert_eq!(said.original(0..1000), None);
    }
}
