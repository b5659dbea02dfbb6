//! The second look: what the scanner leaves to whoever reads a value.
//!
//! Duplicate names and lone surrogates need decoding and memory, so the hot path looks for them
//! only in what it reads. Reading a whole message looks everywhere.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Fault, Reason, Scanner, Text};

/// Refuses duplicate names and lone surrogates anywhere in `text`, which must be valid JSON.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    let mut scanner = Scanner::new(text);
    value(text, &mut scanner)?;
    scanner.end()
}

// Recursion is bounded by the scanner's nesting limit.
fn value<'a>(text: &'a str, scanner: &mut Scanner<'a>) -> Result<(), Fault> {
    match scanner.peek()? {
        b'{' => {
            scanner.open_object()?;
            let mut names = HashSet::new();
            let mut first = true;
            while let Some(key) = scanner.key(first)? {
                first = false;
                let name = decode(text, key)?;
                if names.contains(&name) {
                    let offset = key.span.start as usize;
                    return Err(Fault::new(Reason::Duplicate { name: name.into_owned() }, offset));
                }
                names.insert(name);
                value(text, scanner)?;
            }
        }
        b'[' => {
            scanner.open_array()?;
            let mut first = true;
            while scanner.element(first)? {
                first = false;
                value(text, scanner)?;
            }
        }
        b'"' => {
            let string = scanner.string()?;
            decode(text, string)?;
        }
        _ => {
            scanner.value()?;
        }
    }
    Ok(())
}

/// The characters that a JSON string stands for.
pub(crate) fn decode(text: &str, string: Text) -> Result<Cow<'_, str>, Fault> {
    let raw = string.span.of(text);
    if !string.escaped {
        return Ok(Cow::Borrowed(raw));
    }
    let quoted = &text[string.span.start as usize - 1..string.span.end as usize + 1];
    match serde_json::from_str::<String>(quoted) {
        Ok(decoded) => Ok(Cow::Owned(decoded)),
        // The scanner has checked the grammar; only surrogates are left to go wrong.
        Err(_) => Err(Fault::new(Reason::LoneSurrogate, string.span.start as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_duplicates_and_surrogates_at_any_depth() {
        assert_eq!(check(r#"{"a":[{"b":1,"c":"😀\ud83d\ude00"}],"b":2}"#), Ok(()));
        let fault = check(r#"{"a":[{"b":1,"\u0062":2}]}"#).expect_err("twice");
        assert_eq!(fault.into_parts().0, Reason::Duplicate { name: "b".to_owned() });
        for text in [r#"["\ud83d"]"#, r#"{"\ude00":1}"#, r#"["\ud83dx"]"#] {
            assert_eq!(check(text).expect_err(text).into_parts().0, Reason::LoneSurrogate);
        }
    }
}
