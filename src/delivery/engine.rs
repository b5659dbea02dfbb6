//! What all parts of the sending share.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc};

use super::attempt::Scribe;
use super::compose::Sender;
use super::logbook::Order;
use super::webhook::{Webhook, WebhookId};
use super::webhooks::Webhooks;
use crate::activity::{Activity, Ids, InvocationId};
use crate::clock::Clock;
use crate::config;
use crate::outbound::{Chance, Target};
use crate::store::Store;
use crate::telemetry::metrics::Metrics;

/// A webhook whose breaker has opened, or closed.
#[derive(Debug, Clone)]
pub(crate) struct CircuitChange {
    pub(crate) webhook: Arc<Webhook>,
    pub(crate) open: bool,
}

type Listener = Box<dyn Fn(CircuitChange) + Send + Sync>;

pub(super) struct Engine {
    pub(super) store: Store,
    pub(super) webhooks: Webhooks,
    pub(super) settings: config::Delivery,
    /// `activity.retention`
    pub(super) retention: Duration,
    pub(super) sender: Sender,
    pub(super) target: Target,
    pub(super) scribe: Scribe,
    pub(super) ids: Ids,
    pub(super) clock: Clock,
    pub(super) chance: Chance,
    pub(super) metrics: Metrics,
    pub(super) runtime: Handle,
    /// This instance, as leases have it.
    pub(super) owner: String,
    pub(super) activity: Option<Activity>,
    /// There may be work.
    pub(super) wake: Notify,
    /// Whether a job was ever added here.
    pub(super) used: AtomicBool,
    pub(super) orders: mpsc::UnboundedSender<Order>,
    pub(super) listener: OnceLock<Listener>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl Engine {
    /// How often a job is sent at most.
    pub(super) fn most_attempts(&self) -> u32 {
        u32::try_from(self.settings.retry_delays.len()).map_or(u32::MAX, |retries| retries.saturating_add(1))
    }

    pub(super) fn webhook(&self, id: WebhookId) -> Option<Arc<Webhook>> {
        self.webhooks.snapshot().get(&id).map(Arc::clone)
    }

    /// Whether there can be nothing to do: nothing lasts here, and nothing was added yet.
    pub(super) fn is_idle(&self) -> bool {
        !self.store.is_configured() && !self.used.load(Ordering::Relaxed)
    }

    /// Whether what has ended needs no log any more.
    pub(super) fn needs_no_log(&self) -> bool {
        self.activity.is_none()
    }

    /// Tells the log of jobs that have ended.
    pub(super) fn ended(&self, ids: Vec<InvocationId>) {
        if !ids.is_empty() && self.activity.is_some() {
            // It goes when the log has been closed; then the next start finds them.
            let _ = self.orders.send(Order::Ended(ids));
        }
    }

    pub(super) fn circuit(&self, webhook: &Arc<Webhook>, open: bool) {
        if open {
            tracing::warn!(
                target: "rejoinder::delivery",
                webhook = webhook.name, id = %webhook.id, open_ms = 5000,
                "fails most of what it is sent, and is left alone for a while; what it would have been sent is in the log"
            );
        } else {
            tracing::info!(target: "rejoinder::delivery", webhook = webhook.name, id = %webhook.id, "takes deliveries again");
        }
        if let Some(listener) = self.listener.get() {
            listener(CircuitChange { webhook: Arc::clone(webhook), open });
        }
    }
}
