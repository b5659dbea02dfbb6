//! Values in Salesforce's query language, which a URL carries as its parameter `q`.
//!
//! The platform percent-encodes them and nothing more, so that a quote in a value would end the
//! text it stands in. Here such a value is escaped, and outside quotes only plain ones are put in.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// How a value stands in SOQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Soql {
    /// Inside a text in quotes.
    Quoted,
    /// Anywhere else.
    Bare,
}

/// Where a value stands that follows `query` in an address with this path, if that is SOQL.
pub(super) fn place(path: &str, query: &str) -> Option<Soql> {
    let path = path.trim_end_matches('/');
    let salesforce =
        path.contains("/services/data/") && (path.ends_with("/query") || path.ends_with("/queryAll"));
    let soql = query.rsplit('&').next()?.strip_prefix("q=")?;
    if !salesforce {
        return None;
    }
    let soql = percent_decode_str(soql).decode_utf8_lossy();
    let mut quoted = false;
    let mut characters = soql.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted => {
                characters.next();
            }
            '\'' => quoted = !quoted,
            _ => {}
        }
    }
    Some(if quoted { Soql::Quoted } else { Soql::Bare })
}

/// The text as the inside of a SOQL text in quotes.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\'', '"', '\n', '\r', '\t', '\u{8}', '\u{c}']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\\' | '\'' | '"' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a value means itself outside quotes: a number, a boolean, a date or time.
pub(super) fn is_plain(text: &str) -> bool {
    let number = text.parse::<f64>().is_ok_and(f64::is_finite);
    let date = text.len() >= 10
        && text.as_bytes().iter().take(4).all(u8::is_ascii_digit)
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b':' | b'.' | b'+' | b'T' | b'Z'));
    number || date || matches!(text, "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soql_is_known_by_its_address_and_quotes_by_their_number() {
        const PATH: &str = "/services/data/v64.0/query";
        for (path, query, expected) in [
            (PATH, "q=SELECT Id FROM Contact WHERE Email = '", Some(Soql::Quoted)),
            (PATH, "q=SELECT+Id+FROM+Contact+WHERE+Email=%27", Some(Soql::Quoted)),
            (PATH, "q=SELECT Id FROM Contact WHERE Name = 'O\\'", Some(Soql::Quoted)),
            (PATH, "q=SELECT Id FROM Contact WHERE Name = 'x' LIMIT ", Some(Soql::Bare)),
            (PATH, "batch=1&q=SELECT Id FROM A WHERE b = '", Some(Soql::Quoted)),
            (PATH, "q=SELECT&other=", None),
            ("/services/data/v64.0/queryAll/", "q=", Some(Soql::Bare)),
            ("/search", "q=", None),
        ] {
            assert_eq!(place(path, query), expected, "{query}");
        }
    }

    #[test]
    fn values_cannot_leave_their_quotes() {
        assert_eq!(escape("plain"), "plain");
        assert_eq!(escape("' OR Name LIKE '%"), "\\' OR Name LIKE \\'%");
        assert_eq!(escape("\\' OR 1 = 1"), "\\\\\\' OR 1 = 1");
        for plain in ["5", "-1.5", "true", "2026-11-24", "2026-11-24T10:00:00Z"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["", "5 OR 1=1", "Name", "NaN", "inf", "2026-11-24'", "1); --"] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
