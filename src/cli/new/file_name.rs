//! The file names of agent exports: display names with what is unsafe percent-encoded.

/// The file name, without an ending, of a resource with that display name.
///
/// Bytes other than ASCII letters, digits, spaces, `-`, `_` and inner dots are encoded, in lower-case hex.
pub(in super::super) fn file_name(display_name: &str) -> String {
    let mut name = String::new();
    for (at, byte) in display_name.bytes().enumerate() {
        match byte {
            // A dot in front would hide the file.
            b'.' if at > 0 => name.push('.'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b' ' | b'-' | b'_' => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_encoded_as_agent_exports_do() {
        for (display_name, expected) in [
            ("Salesforce query", "Salesforce query"),
            ("authentication:send_otp", "authentication%3asend_otp"),
            ("Don't", "Don%27t"),
            ("정", "%ec%a0%95"),
            ("a/b\\c", "a%2fb%5cc"),
            ("../x", "%2e.%2fx"),
            ("50%", "50%25"),
        ] {
            assert_eq!(file_name(display_name), expected);
        }
    }
}
