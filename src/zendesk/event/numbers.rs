//! Integers that no machine number holds.

use std::borrow::Cow;

/// The same JSON with every integer beyond 64 bits as a text, so that none is rounded.
pub(super) fn exact(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut quoted = String::new();
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = behind_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let end = bytes[at..].iter().position(|byte| !b"+-.eE0123456789".contains(byte));
                let end = end.map_or(bytes.len(), |length| at + length);
                let number = &text[at..end];
                let digits = number.strip_prefix('-').unwrap_or(number);
                // What is no JSON number stays wrong.
                let whole = !digits.is_empty()
                    && digits.bytes().all(|byte| byte.is_ascii_digit())
                    && !digits.starts_with('0');
                if whole && number.parse::<i64>().is_err() && number.parse::<u64>().is_err() {
                    quoted.push_str(&text[done..at]);
                    quoted.extend(["\"", number, "\""]);
                    done = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if done == 0 {
        return text.into();
    }
    quoted.push_str(&text[done..]);
    quoted.into()
}

/// Where a string that begins at `at` has ended.
fn behind_string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::exact;

    #[test]
    fn only_integers_beyond_64_bits_become_texts() {
        for (text, expected) in [
            ("18446744073709551615", None),
            ("-9223372036854775808", None),
            ("18446744073709551616", Some("\"18446744073709551616\"")),
            ("-9223372036854775809", Some("\"-9223372036854775809\"")),
            (r#"{"a":[1, 99999999999999999999],"b":2}"#, Some(r#"{"a":[1, "99999999999999999999"],"b":2}"#)),
            (r#"{"a \" 99999999999999999999":"99999999999999999999"}"#, None),
            ("99999999999999999999.5", None),
            ("1e99", None),
            ("\"unended 99999999999999999999", None),
            ("099999999999999999999", None),
            ("\"\\", None),
            ("-", None),
            ("é", None),
        ] {
            assert_eq!(exact(text), expected.unwrap_or(text), "{text}");
        }
    }
}
