//! The secrets of the settings as they may stand in texts.

use std::borrow::Cow;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use arc_swap::ArcSwap;
use serde_json::Value;

use super::redact::{MASK, SHORTEST};
use crate::config::Secret;

#[derive(Debug)]
pub(super) struct Literals {
    secrets: Vec<Secret>,
    known: ArcSwap<Known>,
}

/// How they are found while they have these versions.
#[derive(Debug)]
struct Known {
    versions: u64,
    found: Option<AhoCorasick>,
}

impl Literals {
    pub(super) fn new(secrets: Vec<Secret>) -> Self {
        // A number that no sum of versions is, so that the first look finds a change.
        let this = Self { secrets, known: ArcSwap::from_pointee(Known { versions: u64::MAX, found: None }) };
        this.refresh();
        this
    }

    /// Takes notice of those that have changed.
    pub(super) fn refresh(&self) {
        let versions: u64 = self.secrets.iter().map(Secret::version).sum();
        if versions == self.known.load().versions {
            return;
        }
        let mut forms: Vec<String> = Vec::new();
        for secret in &self.secrets {
            let value = secret.expose();
            let value: &str = &value;
            if value.len() < SHORTEST {
                continue;
            }
            let json = Value::from(value).to_string();
            let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            let other: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            forms.extend([value.to_owned(), json[1..json.len() - 1].to_owned(), encoded.to_string(), other]);
        }
        forms.sort_unstable();
        forms.dedup();
        // The longest, as one secret may be the beginning of another; and so they are looked for many bytes at a
        // time. Too many for an automaton is more than memory holds.
        let found = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms);
        let found = found.ok().filter(|_| !forms.is_empty());
        self.known.store(Arc::new(Known { versions, found }));
    }

    /// The text without them.
    pub(super) fn without<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.known.load().found {
            Some(found) if found.is_match(text) => {
                let masks = vec![MASK; found.patterns_len()];
                found.replace_all(text, &masks).into()
            }
            _ => text.into(),
        }
    }

    /// Replaces them in what stands in `texts` from `start` on.
    pub(super) fn clean(&self, texts: &mut Vec<u8>, start: usize) {
        let known = self.known.load();
        let Some(found) = &known.found else { return };
        if found.is_match(&texts[start..]) {
            let masks = vec![MASK; found.patterns_len()];
            let masked = found.replace_all_bytes(&texts[start..], &masks);
            texts.truncate(start);
            texts.extend_from_slice(&masked);
        }
    }
}
