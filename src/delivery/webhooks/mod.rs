//! The webhooks of neighbour systems: how they are kept, changed and found.
//!
//! All of them are held as they are served, so that asking who is told of an event waits for nothing.
//! The rules are Zendesk's; what they look like in HTTP is not known here.

mod error;
mod follow;
mod snapshot;
mod table;
#[cfg(test)]
mod tests;
mod trial;
mod write;

use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

pub(crate) use error::WebhookError;
pub(crate) use snapshot::Snapshot;
pub(crate) use write::Extent;

use super::webhook::{Webhook, WebhookId};
use crate::access::Access;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::store::{Store, StoreError};
use crate::zendesk::webhook::Allowed;

/// Webhooks in the store. Clones are one.
#[derive(Clone)]
pub(crate) struct Webhooks(Arc<Inner>);

struct Inner {
    store: Store,
    /// Keeps the audit trail.
    access: Access,
    clock: Clock,
    settings: config::Delivery,
    allowed: Allowed,
    /// Whether what is made may be gone with this process.
    accept_loss: bool,
    snapshot: ArcSwap<Snapshot>,
    /// The store's version of the snapshot; held while that is taken anew.
    version: Mutex<Option<i64>>,
    /// One change at a time; those of other instances are found by their revision.
    writing: Mutex<()>,
}

/// A webhook after a change.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) webhook: Arc<Webhook>,
    /// What was dropped because it leads elsewhere now.
    pub(crate) dropped: Vec<String>,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}

impl Webhooks {
    /// None of them is read yet.
    fn new(store: &Store, access: &Access, config: &Config, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store: store.clone(),
            access: access.clone(),
            clock,
            settings: config.delivery.clone(),
            allowed: Allowed { credentials_over_http: config.outbound.dangerous_allow_http },
            accept_loss: config.store.accept_loss,
            snapshot: ArcSwap::default(),
            version: Mutex::default(),
            writing: Mutex::default(),
        }))
    }

    /// Those of a store, read, and read again on `runtime` whenever another instance changes them. A
    /// store that cannot be read now is read when it can be.
    pub(crate) async fn start(
        store: &Store,
        access: &Access,
        config: &Config,
        clock: Clock,
        runtime: &Handle,
    ) -> Self {
        let this = Self::new(store, access, config, clock);
        // What is in memory alone is changed by nobody else.
        if store.is_configured() {
            let failed = this.refresh().await.is_err_and(|error| follow::tell(&error));
            runtime.spawn(follow::follow(Arc::downgrade(&this.0), failed));
        }
        this
    }

    /// All as they are served now; never waits.
    pub(crate) fn snapshot(&self) -> Guard<Arc<Snapshot>> {
        self.0.snapshot.load()
    }

    /// All as the store has them now.
    pub(crate) async fn current(&self) -> Result<Arc<Snapshot>, WebhookError> {
        self.refresh().await?;
        Ok(self.0.snapshot.load_full())
    }

    /// One as the store has it now.
    pub(crate) async fn get(&self, id: &str) -> Result<Arc<Webhook>, WebhookError> {
        let snapshot = self.current().await?;
        let found = id.parse().ok().and_then(|id: WebhookId| snapshot.get(&id).cloned());
        found.ok_or_else(|| WebhookError::NotFound { id: crate::excerpt::excerpt(id, 100).into_owned() })
    }

    /// Serves what the store holds, if that has changed since it was last read.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let inner = &self.0;
        let mut served = inner.version.lock().await;
        // Before the rows: what comes in between is seen the next time.
        let now = table::version(&inner.store).await?;
        if *served != Some(now) {
            let webhooks = table::everything(&inner.store).await?;
            inner.snapshot.store(Arc::new(Snapshot::of(webhooks)));
            *served = Some(now);
        }
        Ok(())
    }
}
