//! One JSON file of a package.

use serde::de::DeserializeOwned;

use super::{PackageFault, Result};
use crate::protocol::json::{Fault, strict};
use crate::protocol::{ParseError, Place, Reason};

/// Reads a file as a `T`; `kind` is what it should be.
///
/// Duplicate members, half surrogates and deep nesting are refused anywhere in it.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], kind: &'static str, file: &str) -> Result<T> {
    text(bytes).and_then(parse).map_err(|error| PackageFault::Json { kind, error }.of(file))
}

/// How many values a JSON text holds, near enough: an empty list counts like one of a single value.
pub(super) fn values(bytes: &[u8]) -> usize {
    let (mut count, mut in_text, mut escaped) = (1, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' | b',' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// The text of a file; the byte order mark that some editors write is passed over.
fn text(bytes: &[u8]) -> Result<&str, ParseError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| ParseError {
        reason: Reason::NotUtf8,
        place: Place::at(&String::from_utf8_lossy(bytes), error.valid_up_to()),
    })
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ParseError> {
    let limit = u32::MAX as usize;
    if text.len() > limit {
        return Err(ParseError::new(text, Fault::new(Reason::TooLong { size: text.len(), limit }, 0)));
    }
    strict::check(text).map_err(|fault| ParseError::new(text, fault))?;
    if !text.trim_ascii_start().starts_with('{') {
        let reason = Reason::Other { message: "expected an object".to_owned() };
        return Err(ParseError::new(text, Fault::new(reason, 0)));
    }
    serde_json::from_str(text).map_err(|error| {
        let mut message = error.to_string();
        // The place is told in our own words, with the members on the way.
        if let Some(at) = message.rfind(" at line ") {
            message.truncate(at);
        }
        let offset = offset(text, error.line(), error.column());
        ParseError::new(text, Fault::new(Reason::Other { message }, offset))
    })
}

/// The byte at a line and column, which are counted from 1; it is the last byte of what was read.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    start + column.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::package::Page;

    #[test]
    fn values_are_counted_outside_of_texts() {
        for (text, expected) in [("{}", 2), (r#"{"a":"[[,{","b":"\",[","c":[1,2]}"#, 6), ("", 1), ("[[[", 4)]
        {
            assert_eq!(values(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn faults_are_told_with_their_place() {
        for (text, expected) in [
            (&b"{\"displayName\": 1}"[..], "invalid type: integer `1`, expected a string"),
            (b"{\n \"form\": {\"parameters\": [{\"required\": \"yes\"}]}}", "in form.parameters[0].required"),
            (b"{\"displayName\": \"a\", \"displayName\": \"b\"}", "`displayName` stands twice"),
            (b"{\"description\": \"\xff\"}", "not UTF-8"),
            (b"{\"description\": \"\\ud800\"}", "surrogate"),
            (b"[]", "expected an object"),
            (b"", "empty"),
            (b"{", "the text ends here"),
            (
                b"{\"transitionRoutes\": [{\"targetPage\": \"a\", \"targetFlow\": \"b\"}]}",
                "exclude each other",
            ),
        ] {
            let error = read::<Page>(text, "page", "p.json").expect_err("refused").to_string();
            assert!(error.starts_with("p.json: this is no page: ") && error.contains(expected), "{error}");
        }
        let deep = format!("{{\"x\": {}1{}}}", "[".repeat(500), "]".repeat(500));
        let error = read::<Page>(deep.as_bytes(), "page", "p.json").expect_err("refused").to_string();
        assert!(error.contains("nested more than 100 levels deep"), "{error}");
        let page: Page = read(b"\xef\xbb\xbf{\"displayName\": \"a\"}", "page", "p.json").expect("a page");
        assert_eq!(page.display_name, "a");
    }
}
