//! What must not be seen, shown as `***`.
//!
//! Messages are printed with `{:?}` in a hurry: by a failing test, a panic, a log line written to
//! find something else. A resource holds passwords and tokens, so its `Debug` never shows them.

use std::collections::BTreeMap;
use std::fmt;

use super::Struct;

/// A field whose value is hidden; whether it is set, and the names of members, can be seen.
pub(crate) struct Masked<'a, T>(pub(crate) &'a T);

impl fmt::Debug for Masked<'_, String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "***" })
    }
}

impl fmt::Debug for Masked<'_, BTreeMap<String, String>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, value)| (name, Masked(value)))).finish()
    }
}

impl fmt::Debug for Masked<'_, Struct> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name, format_args!("***")))).finish()
    }
}

/// Words in the names of headers and query parameters that hold secrets.
const SECRET_WORDS: [&str; 8] =
    ["key", "token", "secret", "password", "signature", "sig", "auth", "credential"];

/// Whether what has this name may be a secret, as headers and query parameters are named.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.as_bytes();
    let is_word =
        |word: &[u8]| SECRET_WORDS.iter().any(|secret| word.eq_ignore_ascii_case(secret.as_bytes()));
    let ends_with = |end: &str| {
        let start = name.len().checked_sub(end.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(end.as_bytes()))
    };
    name.split(|byte| !byte.is_ascii_alphanumeric()).any(is_word)
        || SECRET_WORDS.iter().any(|word| word.len() > 3 && ends_with(word))
        || ends_with("apikey")
}

/// A field as `Debug` shows it.
macro_rules! shown {
    ($field:expr) => {
        $field
    };
    ($field:expr, $masked:ident) => {
        &$crate::protocol::masked::Masked($field)
    };
}
pub(crate) use shown;

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "X-Api-Key",
            "apikey",
            "MYAPIKEY",
            "access_token",
            "accessToken",
            "x-sig",
            "Client-Secret",
            "é.password",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["", "monkey", "content-type", "design", "authority", "tokens", "keys"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
