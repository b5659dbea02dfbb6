//! Members of events, read as leniently as they are written.

use std::fmt;
use std::ops::Deref;

use serde_json::Value;

/// A text, or a number or truth value as the text that it is.
///
/// Ids are such texts: Zendesk sends them in quotes or not, in one event either way.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// Whether it is this word, in capitals or not: `OPEN` is `open`.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.0.eq_ignore_ascii_case(word)
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// What a member of an event can be read as, whatever it is.
pub(super) trait Member {
    fn read(value: Option<&Value>) -> Self;
}

impl Member for Option<Text> {
    fn read(value: Option<&Value>) -> Self {
        let text = match value? {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            // Of a list or an object its JSON.
            other => other.to_string(),
        };
        Some(Text(text))
    }
}

impl Member for Vec<Text> {
    fn read(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Array(items)) => items.iter().filter_map(|item| Option::read(Some(item))).collect(),
            other => Option::<Text>::read(other).into_iter().collect(),
        }
    }
}

impl Member for Option<bool> {
    fn read(value: Option<&Value>) -> Self {
        let text = Option::<Text>::read(value)?;
        if text.is("true") {
            return Some(true);
        }
        text.is("false").then_some(false)
    }
}

/// Declares what a JSON object is read as: each member under its own name.
macro_rules! members {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $member:ident $(= $word:literal)?: $type:ty,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        #[expect(missing_docs, reason = "members are called as Zendesk's documentation calls them")]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])* pub $member: $type,)+
        }

        impl $name {
            /// None where there is no object.
            pub(super) fn read(value: Option<&serde_json::Value>) -> Option<Self> {
                Some(Self::of(value?.as_object()?))
            }

            pub(super) fn of(members: &serde_json::Map<String, serde_json::Value>) -> Self {
                Self {
                    $($member: $crate::zendesk::event::member::Member::read(
                        members.get($crate::zendesk::event::member::members!(@name $member $($word)?))
                    ),)+
                }
            }
        }

        impl $crate::zendesk::event::member::Member for Option<$name> {
            fn read(value: Option<&serde_json::Value>) -> Self {
                $name::read(value)
            }
        }
    };
    (@name $member:ident) => { stringify!($member) };
    (@name $member:ident $word:literal) => { $word };
}
pub(super) use members;
