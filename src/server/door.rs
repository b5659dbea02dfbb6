//! What all ways in share: the handlers, who may call, the limits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::runtime::Handle;

use super::background::Background;
use super::body::Limits;
use super::duplicate::Duplicates;
use super::flood::Flood;
use super::lifecycle::Lifecycle;
use super::overload::Overload;
use super::shown::Shown;
use crate::access::Access;
use crate::activity::Activity;
use crate::activity::redact::Redactor;
use crate::auth::Auth;
use crate::config::{DuplicateScope, Turn};
use crate::delivery::Delivery;
use crate::delivery::told::Told;
use crate::fulfillment::Fulfillment;
use crate::receive::Receiving;
use crate::store::Store;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::trace::Tracing;

/// Everything that a call needs; shared by all connections.
#[derive(Debug)]
pub(crate) struct Door {
    /// The handlers; replaced as a whole when routes are reloaded.
    pub(crate) fulfillment: ArcSwap<Fulfillment>,
    pub(crate) auth: Auth,
    pub(crate) limits: Limits,
    pub(crate) lifecycle: Lifecycle,
    /// The parameters that the access log shows.
    pub(crate) shown: Shown,
    pub(crate) metrics: Metrics,
    /// Where calls are kept, if they are.
    pub(crate) activity: Option<Activity>,
    /// Who tells neighbour systems of calls, once the server runs.
    pub(crate) told: OnceLock<Told>,
    /// Who sends what they are told, once the server runs.
    pub(crate) delivery: OnceLock<Delivery>,
    /// What neighbour systems send, once the server runs.
    pub(crate) receiving: OnceLock<Receiving>,
    /// Hides secrets in what is shown of it.
    pub(crate) redactor: Redactor,
    /// Where everything is kept that is not the agent's turn.
    pub(crate) store: Store,
    /// Who may manage.
    pub(crate) access: Access,
    pub(crate) tracing: Tracing,
    pub(crate) handlers: Handle,
    pub(crate) background: Background,
    pub(crate) turn: Turn,
    pub(crate) duplicates: Arc<Duplicates>,
    /// Where repeated calls are recognized, unless their route says so itself.
    pub(crate) duplicate_scope: DuplicateScope,
    /// How many threads handlers share.
    pub(crate) handler_threads: usize,
    pub(crate) overload: Overload,
    /// The largest head of a call, in bytes.
    pub(crate) header_limit: usize,
    /// How long a handler may hold its thread untold.
    pub(crate) blocking_warning: Duration,
    /// The path below which tags answer flexible calls; empty for none.
    pub(crate) flexible_path: String,
    /// The member of a flexible answer that holds the messages.
    pub(crate) messages_key: Arc<str>,
    /// Which refused callers are written to the log.
    pub(crate) refused: Flood,
    /// Whether somebody was told that an open door is seen from outside.
    pub(crate) warned: AtomicBool,
}

impl Door {
    /// Says, once, that others seem to reach a door which checks nobody.
    pub(crate) fn warn_of_proxy(&self) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a call came through a proxy or tunnel to a door without a caller check: whoever reaches \
                 that proxy can call your handlers. Configure [auth] any_of"
            );
        }
    }
}
