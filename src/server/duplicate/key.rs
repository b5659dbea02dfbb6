//! What all repetitions of a call share.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use actix_web::HttpRequest;

use crate::config::DuplicateScope;
use crate::fulfillment::Route;
use crate::protocol::Envelope;
use crate::server::door::Door;
use crate::server::webhook::Entry;

/// Path, turn and tag of a standard call; path and header of a flexible one.
///
/// Calls with another key are other calls. Calls with the same one may still be: the message decides,
/// which has the session and the page as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Of all its parts.
    pub(super) hash: u64,
    /// The parts that are not in the message; of the others, it tells whether they are the same.
    apart: Arc<str>,
    /// Whether other instances are asked, too.
    shared: bool,
}

impl Key {
    /// The key of a call that takes part: its route has not opted out, and something names the turn.
    pub(crate) fn of(
        request: &HttpRequest,
        entry: Entry,
        envelope: &Envelope,
        route: &Route,
        door: &Door,
    ) -> Option<Self> {
        let scope = route.times().duplicates.unwrap_or(door.duplicate_scope);
        if scope == DuplicateScope::Off {
            return None;
        }
        let path = request.path();
        let key = match entry {
            Entry::Standard => {
                let (turn, tag) = (envelope.detect_intent_response_id(), envelope.tag());
                (!turn.is_empty()).then(|| door.duplicates.key(&["standard", path], &[&turn, &tag]))
            }
            // Nothing in the call names the turn, so the agent's resource must.
            Entry::Flexible => {
                let name = route.idempotency_name()?;
                let value = request.headers().get(name)?.to_str().ok()?;
                (!value.is_empty()).then(|| door.duplicates.key(&["flexible", path, name, value], &[]))
            }
        };
        Some(Self { shared: scope == DuplicateScope::Shared, ..key? })
    }

    /// Of the parts that are not in the message, and of those that are.
    pub(super) fn new(hasher: &RandomState, apart: &[&str], within: &[&str]) -> Self {
        let hash = hasher.hash_one((apart, within));
        // A part of HTTP holds no NUL.
        Self { hash, apart: apart.join("\0").into(), shared: false }
    }

    /// The parts that are not in the message.
    pub(super) fn apart(&self) -> &str {
        &self.apart
    }
    /// Whether other instances are asked, too.
    pub(super) fn is_shared(&self) -> bool {
        self.shared
    }

    /// The same, of which other instances are asked.
    #[cfg(test)]
    pub(super) fn shared_for_tests(self) -> Self {
        Self { shared: true, ..self }
    }
}
