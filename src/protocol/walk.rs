//! The one pass over a message's text: grammar, types, duplicates and groups, nothing built.
//!
//! What is found on the way is left as spans: the fields that have a [`Slot`], and the members of
//! the session parameters, which nearly every handler reads.

mod export;

use super::field::{enum_number, read_bytes, read_float};
use super::json::{Fault, Reason, Scanner, Span, Text, strict};
use super::schema::{Field, Kind, Message, Slot};
use super::time::{Duration, Timestamp};

/// A member of an object: where its name and its value stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) name: Text,
    pub(crate) value: Span,
}

/// What a walk leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Found {
    slots: [Option<Span>; Slot::COUNT],
    /// A bit for each slot whose value is text with an escape.
    escaped: u32,
    /// The members of `sessionInfo.parameters`.
    pub(crate) parameters: Vec<Member>,
    /// Where the names of unknown fields stand, if they were asked for.
    pub(crate) unknown: Option<Vec<Text>>,
}

impl Found {
    /// Notes unknown fields too.
    pub(crate) fn with_unknown() -> Self {
        Self { unknown: Some(Vec::new()), ..Self::default() }
    }

    pub(crate) fn slot(&self, slot: Slot) -> Option<Span> {
        self.slots[slot as usize]
    }

    /// The text in a slot for text.
    pub(crate) fn text(&self, slot: Slot) -> Option<Text> {
        let quoted = self.slot(slot)?;
        let span = Span { start: quoted.start + 1, end: quoted.end - 1 };
        Some(Text { span, escaped: self.escaped & (1 << slot as u32) != 0 })
    }
}

/// Checks the text of one message.
pub(crate) fn walk(text: &str, message: &'static Message, found: &mut Found) -> Result<(), Fault> {
    whole(text, message, found, false)
}

/// Checks the text of one message whose fields may have the forms of agent exports, too.
pub(crate) fn walk_export(text: &str, message: &'static Message, found: &mut Found) -> Result<(), Fault> {
    whole(text, message, found, true)
}

fn whole(text: &str, message: &'static Message, found: &mut Found, exports: bool) -> Result<(), Fault> {
    let limit = u32::MAX as usize;
    if text.len() > limit {
        return Err(Fault::new(Reason::TooLong { size: text.len(), limit }, 0));
    }
    if text.starts_with('\u{feff}') {
        return Err(Fault::new(Reason::ByteOrderMark, 0));
    }
    let mut walk = Walk { text, scanner: Scanner::new(text), found, exports };
    if walk.scanner.peek()? != b'{' {
        return walk.scanner.unexpected("an object, which every message is");
    }
    walk.message(message)?;
    walk.scanner.end()
}

struct Walk<'a, 'f> {
    text: &'a str,
    scanner: Scanner<'a>,
    found: &'f mut Found,
    /// Whether agent exports' forms are taken beside those of ProtoJSON.
    exports: bool,
}

impl Walk<'_, '_> {
    // Recursion follows the schema, which is a handful of levels deep, never the input.
    fn message(&mut self, message: &'static Message) -> Result<(), Fault> {
        self.scanner.open_object()?;
        let mut first = true;
        let mut seen: u64 = 0;
        let mut chosen: Option<&'static Field> = None;
        while let Some(name) = self.scanner.key(first)? {
            first = false;
            let Some((bit, field, grouped)) = self.field(message, name)? else {
                if let Some(unknown) = &mut self.found.unknown {
                    unknown.push(name);
                }
                self.scanner.value()?;
                continue;
            };
            let offset = name.span.start as usize;
            if seen & (1 << bit) != 0 {
                let name = field.json.to_owned();
                return Err(Fault::new(Reason::Duplicate { name }, offset));
            }
            seen |= 1 << bit;
            let present = self.value(field)?;
            if grouped && present {
                if let Some(first) = chosen {
                    let reason = Reason::Exclusive { first: first.json, second: field.json };
                    return Err(Fault::new(reason, offset));
                }
                chosen = Some(field);
            }
        }
        Ok(())
    }

    fn field(
        &self,
        message: &'static Message,
        name: Text,
    ) -> Result<Option<(usize, &'static Field, bool)>, Fault> {
        let decoded;
        let name = if name.escaped {
            decoded = strict::decode(self.text, name)?;
            &*decoded
        } else {
            name.span.of(self.text)
        };
        Ok(message.field(name))
    }

    /// Passes a field's value; tells whether it is there at all (null is not).
    fn value(&mut self, field: &'static Field) -> Result<bool, Fault> {
        let first = self.scanner.peek()?;
        let start = self.scanner.pos();
        if first == b'n' && !matches!(field.kind, Kind::Value) {
            self.scanner.word("null")?;
            return Ok(false);
        }
        if field.slot == Some(Slot::Parameters) {
            self.parameters(field)?;
        } else {
            self.typed(field, field.kind, first)?;
        }
        if let Some(slot) = field.slot {
            let span = Span { start: start as u32, end: self.scanner.pos() as u32 };
            self.found.slots[slot as usize] = Some(span);
        }
        Ok(true)
    }

    fn typed(&mut self, field: &'static Field, kind: Kind, first: u8) -> Result<(), Fault> {
        let start = self.scanner.pos();
        match (kind, first) {
            (Kind::Value, _) | (Kind::Struct, b'{') | (Kind::Bool, b't' | b'f') => {
                self.scanner.value()?;
            }
            (Kind::Message(message), b'{') => self.message(message)?,
            (Kind::Map(kind), b'{') => self.map(field, *kind)?,
            (Kind::Repeated(kind), b'[') => self.repeated(field, *kind)?,
            (Kind::Enum(_) | Kind::Float, b'-' | b'0'..=b'9') => {
                self.scanner.number()?;
                let text = &self.text[start..self.scanner.pos()];
                let fits = match kind {
                    Kind::Enum(_) => enum_number(text).is_some(),
                    // Without an exponent, a float holds any number this short.
                    _ => (text.len() < 38 && !text.contains(['e', 'E'])) || read_float(text).is_some(),
                };
                if !fits {
                    return self.wrong(field, kind, "a number out of range", start);
                }
            }
            (
                Kind::String | Kind::Enum(_) | Kind::Float | Kind::Bytes | Kind::Duration | Kind::Timestamp,
                b'"',
            ) => {
                let text = self.scanner.string()?;
                if text.escaped
                    && let Some(slot) = field.slot
                {
                    self.found.escaped |= 1 << slot as u32;
                }
                let plain = matches!(kind, Kind::String | Kind::Enum(_));
                let fits = (plain && !text.escaped) || {
                    let decoded = strict::decode(self.text, text)?;
                    match kind {
                        Kind::Float => read_float(&decoded).is_some(),
                        Kind::Bytes => read_bytes(&decoded).is_some(),
                        Kind::Duration => decoded.parse::<Duration>().is_ok(),
                        Kind::Timestamp => decoded.parse::<Timestamp>().is_ok(),
                        _ => true,
                    }
                };
                if !fits {
                    return self.wrong(field, kind, "other text", start);
                }
            }
            (Kind::Map(kind), b'[') if self.exports => self.entries(field, *kind)?,
            (Kind::Duration | Kind::Timestamp, b'{') if self.exports => {
                self.seconds_and_nanos(field, kind)?
            }
            _ => {
                // Bad grammar is the better message, if that is what it is.
                self.scanner.value()?;
                return self.wrong(field, kind, json_type(first), start);
            }
        }
        Ok(())
    }

    fn repeated(&mut self, field: &'static Field, kind: Kind) -> Result<(), Fault> {
        self.scanner.open_array()?;
        let mut first = true;
        while self.scanner.element(first)? {
            first = false;
            let byte = self.scanner.peek()?;
            if byte == b'n' {
                let reason = Reason::NullElement { field: field.json, expected: kind.expected() };
                return self.scanner.fault(reason);
            }
            self.typed(field, kind, byte)?;
        }
        Ok(())
    }

    fn map(&mut self, field: &'static Field, kind: Kind) -> Result<(), Fault> {
        self.scanner.open_object()?;
        let mut first = true;
        while self.scanner.key(first)?.is_some() {
            first = false;
            let byte = self.scanner.peek()?;
            self.typed(field, kind, byte)?;
        }
        Ok(())
    }

    fn parameters(&mut self, field: &'static Field) -> Result<(), Fault> {
        let first = self.scanner.peek()?;
        if first != b'{' {
            return self.typed(field, field.kind, first);
        }
        self.scanner.open_object()?;
        self.found.parameters.reserve(16);
        let mut first = true;
        while let Some(name) = self.scanner.key(first)? {
            first = false;
            let value = self.scanner.value()?;
            self.found.parameters.push(Member { name, value });
        }
        Ok(())
    }

    fn wrong(
        &self,
        field: &'static Field,
        kind: Kind,
        found: &'static str,
        offset: usize,
    ) -> Result<(), Fault> {
        let reason = Reason::WrongType { field: field.json, expected: kind.expected(), found };
        Err(Fault::new(reason, offset))
    }
}

/// The name of a value's type, by its first byte.
pub(crate) fn json_type(first: u8) -> &'static str {
    match first {
        b'{' => "an object",
        b'[' => "a list",
        b'"' => "text",
        b't' | b'f' => "true or false",
        b'n' => "null",
        _ => "a number",
    }
}
