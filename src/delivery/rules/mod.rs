//! Business rules: triggers and automations, which notify webhooks.
//!
//! All of them are held as they are served, so that asking whether there is any waits for nothing. What
//! they are about is found out where events are made ([`told`](super::told)): triggers in the transaction
//! that tells of a turn, automations from what is known of conversations. The rules are Zendesk's as far
//! as they notify webhooks; what they look like in HTTP is not known here.

mod check;
mod error;
mod follow;
mod notify;
mod snapshot;
mod stored;
mod table;
mod write;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex as SyncMutex};

use arc_swap::{ArcSwap, Guard};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};

pub(crate) use check::faults;
pub(crate) use error::RuleError;
pub(crate) use notify::{Sampled, Unsent, jobs, render};
pub(crate) use snapshot::Snapshot;
pub(crate) use stored::Stored;
pub(crate) use write::Part;

use super::webhooks::Webhooks;
use crate::access::Access;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::{Store, StoreError};
pub(crate) use crate::zendesk::rule::{Content, Kind, Notification, Rule};

/// Rules in the store. Clones are one.
#[derive(Clone)]
pub(crate) struct Rules(Arc<Inner>);

struct Inner {
    store: Store,
    webhooks: Webhooks,
    /// Keeps the audit trail.
    access: Access,
    clock: Clock,
    account_id: u64,
    messages_key: String,
    /// How many there may be of each kind; 0 for no limit.
    most: usize,
    /// Whether what is made may be gone with this process.
    accept_loss: bool,
    snapshot: ArcSwap<Snapshot>,
    /// The store's version of the snapshot; held while that is taken anew.
    version: Mutex<Option<i64>>,
    /// There is another snapshot.
    changed: Notify,
    /// One change at a time; those of other instances are found by their revision.
    writing: Mutex<()>,
    /// The rules of which was told that they cannot notify any more.
    faulty: SyncMutex<HashSet<(i64, i64)>>,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}

impl Rules {
    /// None of them is read yet.
    pub(super) fn new(
        store: &Store,
        webhooks: &Webhooks,
        access: &Access,
        config: &Config,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            store: store.clone(),
            webhooks: webhooks.clone(),
            access: access.clone(),
            clock,
            account_id: config.delivery.account_id,
            messages_key: config.flexible.messages_key.clone(),
            most: config.delivery.max_rules,
            accept_loss: config.store.accept_loss,
            snapshot: ArcSwap::default(),
            version: Mutex::default(),
            changed: Notify::new(),
            writing: Mutex::default(),
            faulty: SyncMutex::default(),
        }))
    }

    /// Those of a store, read, and read again on `runtime` whenever another instance changes them. A
    /// store that cannot be read now is read when it can be.
    pub(crate) async fn start(
        store: &Store,
        webhooks: &Webhooks,
        access: &Access,
        config: &Config,
        clock: Clock,
        runtime: &Handle,
    ) -> Self {
        let this = Self::new(store, webhooks, access, config, clock);
        let failed = store.is_configured() && this.refresh().await.is_err_and(|error| follow::tell(&error));
        runtime.spawn(follow::follow(Arc::downgrade(&this.0), failed));
        this
    }

    /// All as they are served now; never waits.
    pub(crate) fn snapshot(&self) -> Guard<Arc<Snapshot>> {
        self.0.snapshot.load()
    }

    /// All as the store has them now.
    pub(crate) async fn current(&self) -> Result<Arc<Snapshot>, RuleError> {
        self.refresh().await?;
        Ok(self.0.snapshot.load_full())
    }

    /// One as the store has it now.
    pub(crate) async fn get(&self, kind: Kind, id: &str) -> Result<Arc<Stored>, RuleError> {
        write::find(&*self.current().await?, kind, id).cloned()
    }

    /// The account that events come from, as receivers read it.
    pub(crate) fn account_id(&self) -> u64 {
        self.0.account_id
    }

    /// The member of flexible answers that is no parameter.
    pub(crate) fn messages_key(&self) -> &str {
        &self.0.messages_key
    }

    /// The webhooks that rules notify.
    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.0.webhooks
    }

    /// Waits until others are served than before; for one who waits.
    pub(crate) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Serves what the store holds, if that has changed since it was last read.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let inner = &self.0;
        let mut served = inner.version.lock().await;
        // Before the rows: what comes in between is seen the next time.
        let now = table::version(&inner.store).await?;
        if *served != Some(now) {
            let rules = table::everything(&inner.store).await?;
            // After the rules, so that the webhooks which they notify are there.
            inner.webhooks.refresh().await?;
            inner.snapshot.store(Arc::new(Snapshot::of(rules)));
            *served = Some(now);
            inner.changed.notify_one();
        }
        Ok(())
    }
}
