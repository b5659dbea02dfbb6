//! Members whose values are words of a fixed list.

use serde_json::Value;

use super::Violation;
use crate::excerpt::excerpt;
use crate::nearest::nearest;

/// An enumeration as the wire has it.
macro_rules! words {
    ($(#[$about:meta])* $name:ident {
        $($(#[$meaning:meta])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $name { $($(#[$meaning])* $variant),* }

        impl $name {
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),*];

            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub(crate) fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use words;

/// The word that a value is, or what it should have been.
pub(super) fn read<T>(
    field: &str,
    value: &Value,
    words: &[&'static str],
    of_word: impl Fn(&str) -> Option<T>,
) -> Result<T, Violation> {
    let expected = || format!("expected one of {}", words.join(", "));
    match value {
        Value::String(word) => of_word(word).ok_or_else(|| {
            let hint = nearest(word, words.iter().copied());
            let hint = hint.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            Violation::new(field, format!("{}, found {:?}{hint}", expected(), excerpt(word, 100)))
        }),
        other => Err(Violation::new(field, format!("{}, found {}", expected(), super::members::kind(other)))),
    }
}
