//! The scanner: checks JSON grammar in one pass over the text and builds nothing.
//!
//! Nesting is followed by a bit stack instead of recursion, so that a hostile body cannot
//! exhaust the thread's stack. Strings are read eight bytes at a time.

use super::bytes::{after_blanks, plain_string, plain_until};
use super::{Fault, Reason, Span, Text};

/// Objects and lists may be nested this deep, the outermost counted.
///
/// Protobuf's own parser stops at 100 messages; ours counts JSON levels.
pub(crate) const MAX_DEPTH: usize = 100;

type Result<T> = std::result::Result<T, Fault>;

#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    /// Containers open at `pos`.
    depth: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), pos: 0, depth: 0 }
    }

    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// The byte that the next value starts with, after white space.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Result<u8> {
        self.white_space();
        self.byte().ok_or_else(|| self.ended())
    }

    pub(crate) fn fault<T>(&self, reason: Reason) -> Result<T> {
        Err(Fault::new(reason, self.pos))
    }

    /// Nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.white_space();
        match self.byte() {
            None => Ok(()),
            Some(b'/') => self.fault(Reason::Comment),
            Some(_) => self.fault(Reason::Trailing),
        }
    }

    /// Opens the object at `pos`.
    pub(crate) fn open_object(&mut self) -> Result<()> {
        self.open(b'{', "an object")
    }

    /// Opens the list at `pos`.
    pub(crate) fn open_array(&mut self) -> Result<()> {
        self.open(b'[', "a list")
    }

    fn open(&mut self, bracket: u8, expected: &'static str) -> Result<()> {
        if self.peek()? != bracket {
            return self.unexpected(expected);
        }
        self.deeper()?;
        self.pos += 1;
        Ok(())
    }

    /// The next key of the open object, its colon passed; `None` once the object is closed.
    #[inline(always)]
    pub(crate) fn key(&mut self, first: bool) -> Result<Option<Text>> {
        match self.plain_key(first) {
            Some(key) => Ok(Some(key)),
            None => self.any_key(first),
        }
    }

    /// A key as nearly all are: where one is expected, without escapes, followed by its colon.
    #[inline(always)]
    fn plain_key(&mut self, first: bool) -> Option<Text> {
        let bytes = self.bytes;
        let mut pos = after_blanks(bytes, self.pos);
        if !first {
            if bytes.get(pos) != Some(&b',') {
                return None;
            }
            pos = after_blanks(bytes, pos + 1);
        }
        let (text, end) = plain_string(bytes, pos)?;
        pos = after_blanks(bytes, end);
        if bytes.get(pos) != Some(&b':') {
            return None;
        }
        self.pos = pos + 1;
        Some(text)
    }

    fn any_key(&mut self, first: bool) -> Result<Option<Text>> {
        if !self.next_member(b'}', first, "',' or '}'", "a name in quotes or '}'")? {
            return Ok(None);
        }
        if self.peek()? != b'"' {
            return self.unexpected("a name in quotes");
        }
        let key = self.string()?;
        self.colon()?;
        Ok(Some(key))
    }

    /// Whether the open list has another element; closes it if not.
    #[inline(always)]
    pub(crate) fn element(&mut self, first: bool) -> Result<bool> {
        self.next_member(b']', first, "',' or ']'", "a value or ']'")
    }

    #[inline(always)]
    fn next_member(
        &mut self,
        close: u8,
        first: bool,
        separator: &'static str,
        start: &'static str,
    ) -> Result<bool> {
        let byte = self.peek()?;
        if byte == close {
            self.pos += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if first {
            if byte == b',' {
                return self.unexpected(start);
            }
            return Ok(true);
        }
        if byte != b',' {
            return self.unexpected(separator);
        }
        self.pos += 1;
        Ok(true)
    }

    #[inline]
    fn colon(&mut self) -> Result<()> {
        if self.peek()? != b':' {
            return self.unexpected("':'");
        }
        self.pos += 1;
        Ok(())
    }

    /// Passes any value and tells where it stands.
    #[inline(always)]
    pub(crate) fn value(&mut self) -> Result<Span> {
        self.white_space();
        let start = self.pos;
        match plain_string(self.bytes, start) {
            Some((_, end)) => self.pos = end,
            None => self.skip()?,
        }
        Ok(Span { start: start as u32, end: self.pos as u32 })
    }

    /// Passes any value, checking its grammar.
    fn skip(&mut self) -> Result<()> {
        let floor = self.depth;
        // One bit a level: 1 for an object. MAX_DEPTH is below 128, so it always fits.
        let mut objects: u128 = 0;
        loop {
            let mut opened = false;
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                bracket @ (b'{' | b'[') => {
                    self.deeper()?;
                    self.pos += 1;
                    objects = (objects << 1) | u128::from(bracket == b'{');
                    opened = true;
                }
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => return self.unexpected("a JSON value"),
            }
            loop {
                if self.depth == floor {
                    return Ok(());
                }
                let more = if objects & 1 == 1 { self.key(opened)?.is_some() } else { self.element(opened)? };
                if more {
                    break;
                }
                objects >>= 1;
                opened = false;
            }
        }
    }

    #[inline(always)]
    fn deeper(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return self.fault(Reason::TooDeep { limit: MAX_DEPTH });
        }
        self.depth += 1;
        Ok(())
    }

    /// Passes the string at `pos`, which must start with its quote.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text> {
        if let Some((text, end)) = plain_string(self.bytes, self.pos) {
            self.pos = end;
            return Ok(text);
        }
        let start = self.pos + 1;
        let mut escaped = false;
        self.pos = start;
        loop {
            self.pos = plain_until(self.bytes, self.pos);
            match self.byte() {
                None => return Err(self.ended()),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return self.fault(Reason::ControlCharacter),
            }
        }
        let span = Span { start: start as u32, end: self.pos as u32 };
        self.pos += 1;
        Ok(Text { span, escaped })
    }

    fn escape(&mut self) -> Result<()> {
        match self.bytes.get(self.pos + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.pos += 2,
            Some(b'u') => match self.bytes.get(self.pos + 2..self.pos + 6) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => self.pos += 6,
                Some(_) => return self.fault(Reason::Escape),
                None => return Err(self.ended()),
            },
            Some(_) => return self.fault(Reason::Escape),
            None => return Err(self.ended()),
        }
        Ok(())
    }

    /// Passes the number at `pos`.
    pub(crate) fn number(&mut self) -> Result<()> {
        let start = self.pos;
        let malformed = || Err(Fault::new(Reason::Number, start));
        if self.byte() == Some(b'-') {
            self.pos += 1;
        }
        match self.byte() {
            Some(b'0') => self.pos += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return malformed(),
        }
        let mut exponent = false;
        if self.byte() == Some(b'.') {
            self.pos += 1;
            if !self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
                return malformed();
            }
            self.digits();
        }
        if let Some(b'e' | b'E') = self.byte() {
            exponent = true;
            self.pos += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.pos += 1;
            }
            if !self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
                return malformed();
            }
            self.digits();
        }
        if self.byte().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            return malformed();
        }
        // A double holds any number of up to 308 digits; only the others are worth a parse.
        if exponent || self.pos - start > 300 {
            let value = self.text[start..self.pos].parse::<f64>();
            if !value.is_ok_and(f64::is_finite) {
                return Err(Fault::new(Reason::NumberTooLarge, start));
            }
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.pos += 1;
        }
    }

    /// Passes `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &'static str) -> Result<()> {
        let rest = &self.bytes[self.pos..];
        if rest.starts_with(word.as_bytes()) && !rest.get(word.len()).is_some_and(u8::is_ascii_alphanumeric) {
            self.pos += word.len();
            return Ok(());
        }
        if word.as_bytes().starts_with(rest) {
            return Err(self.ended());
        }
        self.unexpected("a JSON value")
    }

    #[inline(always)]
    fn white_space(&mut self) {
        self.pos = after_blanks(self.bytes, self.pos);
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn ended(&self) -> Fault {
        let blank = self.bytes.iter().all(u8::is_ascii_whitespace);
        let reason = if blank { Reason::Empty } else { Reason::Truncated };
        Fault::new(reason, self.bytes.len())
    }

    pub(crate) fn unexpected<T>(&self, expected: &'static str) -> Result<T> {
        let rest = &self.text[self.pos..];
        if rest.starts_with("//") || rest.starts_with("/*") {
            return self.fault(Reason::Comment);
        }
        let word: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).take(12).collect();
        let found = match rest.chars().next() {
            None => return Err(self.ended()),
            Some(_) if word.len() > 1 => format!("`{word}`"),
            Some(first) => format!("{first:?}"),
        };
        self.fault(Reason::Unexpected { expected, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<()> {
        let mut scanner = Scanner::new(text);
        scanner.value()?;
        scanner.end()
    }

    #[test]
    fn accepts_every_kind_of_value() {
        for text in [
            "null",
            "true",
            " false ",
            "0",
            "-0",
            "-12.5e+3",
            "1E9",
            "\"\"",
            "\"a\\u00e9\\n\"",
            "[]",
            "{}",
            "[1,[2,{}]]",
            "{\"a\":{\"b\":[]}}",
            "\"日本語 ok\"",
            "[ 1 , 2 ]",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_json_and_names_the_byte() {
        for (text, offset) in [
            ("", 0),
            ("[", 1),
            ("[1,]", 3),
            ("{\"a\":1,}", 7),
            ("{,}", 1),
            ("{a:1}", 1),
            ("01", 0),
            ("1.", 0),
            ("+1", 0),
            (".5", 0),
            ("1e", 0),
            ("nul", 3),
            ("nulls", 0),
            ("NaN", 0),
            ("'a'", 0),
            ("\"a", 2),
            ("\"\n\"", 1),
            ("\"\\x\"", 1),
            ("\"\\u12g4\"", 1),
            ("[1 2]", 3),
            ("{\"a\" 1}", 5),
            ("[1]x", 3),
            ("1e999", 0),
            ("// a", 0),
            ("1 /* */", 2),
            ("[}", 1),
            ("{]", 1),
            ("0x10", 0),
            ("Infinity", 0),
            ("-", 0),
            ("tru", 3),
        ] {
            let fault = check(text).expect_err(text);
            let (reason, at) = fault.into_parts();
            assert_eq!(at, offset, "{text}: {reason}");
        }
    }

    #[test]
    fn a_hundred_levels_pass_and_one_more_does_not() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(check(&nested(MAX_DEPTH)), Ok(()));
        let fault = check(&nested(MAX_DEPTH + 1)).expect_err("too deep");
        assert_eq!(fault, Fault::new(Reason::TooDeep { limit: 100 }, 100));
        assert!(check(&"[{\"a\":".repeat(500_000)).is_err());
    }
}
