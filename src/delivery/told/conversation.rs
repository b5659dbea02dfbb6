//! Which conversation it is, and what of a call is told about it.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::activity::SessionParts;
use crate::activity::record::Place;
use crate::excerpt::excerpt;

/// A conversation, by its session's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conversation {
    /// What it is found by: the same for all ways to write the session's name.
    pub(super) key: String,
    /// The session's id, as the activity log has it.
    pub(super) session: String,
    /// The session's name, as it was sent.
    pub(super) name: String,
}

/// The longest name that is its own key, in bytes; what callers invent may be longer.
const LONGEST_KEY: usize = 512;
/// The longest name that is told.
const LONGEST_NAME: usize = 1024;

impl Conversation {
    /// That of a session's name; none without one, as in a flexible call.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.is_empty() {
            return None;
        }
        let parts = SessionParts::of(name);
        let whole = if parts.agent.is_empty() {
            Cow::Borrowed(name)
        } else {
            format!("{}/environments/{}/sessions/{}", parts.agent, parts.environment, parts.id).into()
        };
        Some(Self {
            key: bounded(&whole, LONGEST_KEY).into_owned(),
            session: storable(&parts.key()).into_owned(),
            name: storable(&excerpt(name, LONGEST_NAME)).into_owned(),
        })
    }

    /// One that the store knows.
    pub(super) fn stored(key: String, session: String, name: String) -> Self {
        Self { key, session, name }
    }

    /// What events about it have as `detail`.
    pub(super) fn detail(&self) -> Map<String, Value> {
        let parts = SessionParts::of(&self.name);
        let mut detail = Map::new();
        detail.insert("id".to_owned(), self.session.as_str().into());
        detail.insert("session".to_owned(), self.name.as_str().into());
        for (name, value) in [("agent", parts.agent), ("environment", parts.environment)] {
            if !value.is_empty() {
                detail.insert(name.to_owned(), json!(value));
            }
        }
        detail
    }

    pub(super) fn subject(&self) -> String {
        format!("rejoinder:conversation:{}", self.name)
    }

    /// Where the log files what is sent about it.
    pub(super) fn place(&self, tag: &str) -> Place {
        let parts = SessionParts::of(&self.name);
        Place {
            agent: parts.agent.to_owned(),
            environment: parts.environment.to_owned(),
            session: parts.id.to_owned(),
            tag: tag.to_owned(),
        }
    }
}

/// A text as a key: the text, or what stands for it if it is long.
pub(super) fn bounded(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return storable(text);
    }
    let digest = Sha256::digest(text.as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}").into()
}

/// The text as a store gives it back: PostgreSQL's has no NUL.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_the_same_however_its_session_is_written() {
        let key = |name: &str| Conversation::of(name).expect("a conversation").key;
        let draft = key("projects/p/locations/l/agents/a/sessions/s");
        assert_eq!(draft, key("projects/p/locations/l/agents/a/environments/draft/sessions/s"));
        assert_ne!(draft, key("projects/p/locations/l/agents/a/environments/prod/sessions/s"));
        assert_ne!(draft, key("projects/p/locations/l/agents/b/sessions/s"));
        assert_eq!(Conversation::of(""), None);
    }

    #[test]
    fn what_callers_invent_is_bounded_and_told_apart() {
        let key = |name: &str| Conversation::of(name).expect("a conversation").key;
        let long = "x".repeat(100_000);
        assert_eq!(key(&long).len(), 71);
        assert_ne!(key(&format!("{long}a")), key(&format!("{long}b")));
        let hostile = Conversation::of("a\0'; DROP TABLE conversations; --").expect("a conversation");
        assert_eq!(hostile.key, "a\u{fffd}'; DROP TABLE conversations; --");
        assert!(
            Conversation::of(&long).expect("one").detail()["session"].as_str().expect("text").len() < 1100
        );
    }
}
