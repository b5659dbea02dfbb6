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
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| SECRET_WORDS.contains(&word))
        || SECRET_WORDS.iter().any(|word| word.len() > 3 && name.ends_with(word))
        || name.ends_with("apikey")
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
