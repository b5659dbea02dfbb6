//! Which tags were warned of lately, so that each is not warned of too often.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A tag is warned of at most this often.
const WARN_EVERY: Duration = Duration::from_secs(60);
/// So many tags are told apart; callers may choose what falls to a fallback.
const MOST_TAGS: usize = 256;

/// When each tag was last warned of.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<String, Instant>);

impl Told {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_known(&self, tag: &str, now: Instant) -> bool {
        self.0.get(tag).is_some_and(|told| now.saturating_duration_since(*told) < WARN_EVERY)
    }

    pub(super) fn is_due(&mut self, tag: &str, now: Instant) -> bool {
        self.0.retain(|_, told| now.saturating_duration_since(*told) < WARN_EVERY);
        if self.0.contains_key(tag) || self.0.len() >= MOST_TAGS {
            return false;
        }
        self.0.insert(tag.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_warned_of_once_a_minute() {
        let (mut told, now) = (Told::default(), Instant::now());
        assert!(told.is_due("a", now) && told.is_due("b", now));
        assert!(told.is_known("a", now) && !told.is_known("c", now));
        assert!(!told.is_known("a", now + WARN_EVERY));
        assert!(!told.is_due("a", now + WARN_EVERY / 2));
        assert!(told.is_due("a", now + WARN_EVERY));
        for number in 0..MOST_TAGS {
            told.is_due(&number.to_string(), now + WARN_EVERY);
        }
        assert_eq!(told.0.len(), MOST_TAGS, "whatever callers send");
    }
}
