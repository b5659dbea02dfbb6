//! Claims of this instance: held while their handlers run, answered then, or given up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, oneshot};

use super::answer::Columns;
use super::table::{self, Digest};
use super::{Claimed, Shared, after};
use crate::server::duplicate::flight::Flight;
use crate::server::duplicate::keeps;
use crate::store::micros;

/// How long an answer that is not kept waits for those who look for it.
const PASSING: Duration = Duration::from_secs(2);

/// A claim in the store.
pub(super) struct Lease {
    pub(super) call: Digest,
    pub(super) number: i64,
    /// How long it holds without being renewed.
    pub(super) time: Duration,
    /// While nobody knows whether it is one.
    pub(super) asked: Option<oneshot::Receiver<Claimed>>,
}

impl Shared {
    /// Holds a claim while its handler runs, and puts the answer where others find it.
    pub(super) fn keep(self: &Arc<Self>, lease: Lease, flight: &Arc<Flight>) {
        // None while the server ends: then nobody would wait for it.
        let Ok(open) = Arc::clone(&self.open).try_read_owned() else { return };
        let (this, flight) = (Arc::clone(self), Arc::clone(flight));
        self.runtime.spawn(async move { this.hold(lease, &flight, open).await });
    }

    async fn hold(&self, mut lease: Lease, flight: &Flight, _open: OwnedRwLockReadGuard<()>) {
        let Lease { call, number, time, .. } = lease;
        if let Some(asked) = lease.asked.take()
            && !matches!(asked.await, Ok(Ok(None)))
        {
            return;
        }
        let answer = loop {
            match tokio::time::timeout(time * 3 / 4, flight.answer()).await {
                Ok(answer) => break answer,
                Err(_) => {
                    let until = after(micros(&self.clock), time);
                    // If it cannot be renewed, another instance runs the handler as well.
                    let _ = table::renew(&self.store, call, number, until).await;
                }
            }
        };
        let done = match answer {
            Some(answer) => {
                let passing = !keeps(&self.settings, answer.outcome);
                let until = after(micros(&self.clock), if passing { PASSING } else { self.settings.window });
                table::answer(&self.store, call, number, Columns::of(&answer), passing, until).await
            }
            None => table::release(&self.store, call, number).await,
        };
        if let Err(error) = done {
            self.metrics.shared_duplicate("unsaved");
            self.log(error.code(), &error.to_string());
        }
    }

    /// Waits until every answer has been put into the store, or could not be.
    pub(crate) async fn finish(&self) {
        drop(self.open.write().await);
    }
}
