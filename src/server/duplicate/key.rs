//! What all repetitions of a call share.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::config::DuplicateScope;
use crate::fulfillment::Route;
use crate::protocol::Envelope;
use crate::server::webhook::Entry;

/// Path, session, turn, tag and page of a standard call; path, header and tag of a flexible one.
///
/// Calls with another key are other calls. Calls with the same one may still be: the message decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key(Arc<str>);

impl Key {
    /// The key of a call that takes part: its route has not opted out, and something names the turn.
    pub(crate) fn of(
        request: &HttpRequest,
        entry: Entry,
        envelope: &Envelope,
        route: &Route,
        default: DuplicateScope,
    ) -> Option<Self> {
        if route.times().duplicates.unwrap_or(default) == DuplicateScope::Off {
            return None;
        }
        let path = request.path();
        match entry {
            Entry::Standard => {
                let turn = envelope.detect_intent_response_id();
                let (session, tag, page) = (envelope.session(), envelope.tag(), envelope.current_page());
                if turn.is_empty() {
                    return None;
                }
                Self::join(&["standard", path, &session, &turn, &tag, &page])
            }
            // Nothing in the call names the turn, so the agent's resource must.
            Entry::Flexible => {
                let name = route.idempotency_name()?;
                let value = request.headers().get(name)?.to_str().ok()?;
                if value.is_empty() {
                    return None;
                }
                Self::join(&["flexible", path, name, value])
            }
        }
    }

    /// Parts that hold what separates them make no key.
    pub(super) fn join(parts: &[&str]) -> Option<Self> {
        let clear = parts.iter().all(|part| !part.contains('\0'));
        clear.then(|| Self(parts.join("\0").into()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
