//! Values in XML: in text, in quoted attributes, in CDATA sections; nowhere else.

use super::out::Out;
use super::{Fault, Spot, TooLarge};

/// Where a text stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    within: Within,
    /// The last characters, as long as something that they begin may become longer.
    last: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Text,
    /// After `<`; what it is shows what follows.
    Open,
    Tag,
    /// In an attribute's value that ends with this quote.
    Attribute(char),
    Comment,
    Instruction,
    Cdata,
    /// `<!…` that is neither.
    Declaration,
    /// In the middle of `&name;`.
    Reference,
}

impl State {
    pub(super) fn read(&mut self, text: &str) {
        for character in text.chars() {
            self.step(character);
        }
    }

    fn step(&mut self, character: char) {
        self.last.push(character);
        let begun = |within| (within, true);
        let (within, forget) = match (self.within, character) {
            (Within::Text, '<') => begun(Within::Open),
            (Within::Text, '&') => begun(Within::Reference),
            (Within::Reference, ';') => begun(Within::Text),
            (Within::Reference, '<') => begun(Within::Open),
            (Within::Open, '?') if self.last.len() == 1 => begun(Within::Instruction),
            (Within::Open, '!' | '-' | '[' | 'C' | 'D' | 'A' | 'T') if self.last.starts_with('!') => {
                match self.last.as_str() {
                    "!--" => begun(Within::Comment),
                    "![CDATA[" => begun(Within::Cdata),
                    last if "!--".starts_with(last) || "![CDATA[".starts_with(last) => (Within::Open, false),
                    _ => begun(Within::Declaration),
                }
            }
            (Within::Open, '>') if self.last.starts_with('!') => begun(Within::Text),
            (Within::Open, _) if self.last.starts_with('!') => begun(Within::Declaration),
            (Within::Open | Within::Tag | Within::Declaration, '>') => begun(Within::Text),
            (Within::Open, _) => begun(Within::Tag),
            (Within::Tag, quote @ ('"' | '\'')) => begun(Within::Attribute(quote)),
            (Within::Attribute(quote), end) if quote == end => begun(Within::Tag),
            (Within::Comment, '>') if self.last.ends_with("-->") => begun(Within::Text),
            (Within::Instruction, '>') if self.last.ends_with("?>") => begun(Within::Text),
            (Within::Cdata, '>') if self.last.ends_with("]]>") => begun(Within::Text),
            (within @ (Within::Comment | Within::Instruction | Within::Cdata), _) => (within, false),
            (within, _) => begun(within),
        };
        self.within = within;
        if forget {
            self.last.clear();
        } else if self.last.len() > 16 {
            // No ending is longer than three characters.
            let cut = self.last.len() - 3;
            self.last.drain(..self.last.floor_char_boundary(cut));
        }
    }

    pub(super) fn spot(&self) -> Result<Spot, Fault> {
        let place = match self.within {
            Within::Text => return Ok(Spot::XmlText),
            Within::Attribute(_) => return Ok(Spot::XmlAttribute),
            Within::Cdata => return Ok(Spot::XmlCdata),
            Within::Open | Within::Tag => "in a tag, except within a quoted attribute",
            Within::Comment => "in a comment",
            Within::Instruction => "in a processing instruction",
            Within::Declaration => "in a declaration",
            Within::Reference => "in the middle of `&…;`",
        };
        Err(Fault::Place { place })
    }

    pub(super) fn end(&self) -> Result<(), Fault> {
        let what = match self.within {
            Within::Text => return Ok(()),
            Within::Open | Within::Tag => "a tag",
            Within::Attribute(_) => "an attribute",
            Within::Comment => "a comment",
            Within::Instruction => "a processing instruction",
            Within::Cdata => "a CDATA section",
            Within::Declaration => "a declaration",
            Within::Reference => "`&…;`",
        };
        Err(Fault::Unfinished { what })
    }
}

/// A text between tags.
pub(super) fn put_text(out: &mut Out, text: &str) -> Result<(), TooLarge> {
    out.escaped(text, |character, piece| {
        let Some(escaped) = markup(character) else { return false };
        piece.push_str(escaped);
        true
    })
}

/// A text within quotes, where parsers make a blank of each line break that is not escaped.
pub(super) fn put_attribute(out: &mut Out, text: &str) -> Result<(), TooLarge> {
    out.escaped(text, |character, piece| {
        let escaped = match character {
            '\n' => Some("&#10;"),
            '\t' => Some("&#9;"),
            other => markup(other),
        };
        let Some(escaped) = escaped else { return false };
        piece.push_str(escaped);
        true
    })
}

/// A text in a CDATA section, which is left for it: within, nothing can be escaped.
pub(super) fn put_cdata(out: &mut Out, text: &str) -> Result<(), TooLarge> {
    out.plain("]]>")?;
    put_text(out, text)?;
    out.plain("<![CDATA[")
}

fn markup(character: char) -> Option<&'static str> {
    Some(match character {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        '\r' => "&#13;",
        '\t' | '\n' => return None,
        // XML 1.0 has no way to write these.
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
        _ => return None,
    })
}
