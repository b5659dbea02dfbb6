//! The task that brings what has ended into the activity log, and removes what is too old.
//!
//! The queue's tables say what the log lacks, so that an end of the process in between loses none:
//! what nobody brought is found a minute later, by whichever instance looks first.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::engine::Engine;
use super::outbox;
use super::record::record;
use crate::activity::{Activity, InvocationId};
use crate::store::StoreError;

/// So many at once.
const MOST: usize = 256;
/// How often is looked for what nobody brought, and for what is too old.
const EVERY: Duration = Duration::from_secs(60);
/// What ended less long ago is being brought.
const RECENTLY: i64 = 60_000_000;
/// How many jobs are removed at once, and what writers get between two times.
const STEP: i64 = 250;
const PAUSE: Duration = Duration::from_millis(20);

/// What it is asked for.
#[derive(Debug)]
pub(super) enum Order {
    /// To bring these.
    Ended(Vec<InvocationId>),
    /// To look for what nobody brought, however recently it ended, and for what is too old.
    #[cfg(test)]
    Tidy(tokio::sync::oneshot::Sender<()>),
    /// To end, once all that was told before has been brought.
    Close,
}

#[derive(Debug)]
pub(super) struct Logbook {
    engine: Arc<Engine>,
    failing: bool,
}

impl Logbook {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self { engine, failing: false }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first comes at once, when the store may not even be open.
        ticks.tick().await;
        let mut taken = Vec::new();
        loop {
            tokio::select! {
                count = orders.recv_many(&mut taken, MOST) => {
                    if count == 0 || self.obey(&mut taken).await {
                        return;
                    }
                }
                _ = ticks.tick() => {
                    if self.engine.is_idle() {
                        continue;
                    }
                    self.engine.scribe.refresh();
                    self.tidy(self.engine.clock.unix_micros() - RECENTLY).await;
                }
            }
        }
    }

    /// Does what was asked for, in its order; tells whether this is the end.
    async fn obey(&mut self, orders: &mut Vec<Order>) -> bool {
        let mut ids = Vec::new();
        let mut closing = false;
        #[cfg(test)]
        let mut tidied = Vec::new();
        for order in orders.drain(..) {
            match order {
                Order::Ended(ended) => ids.extend(ended),
                #[cfg(test)]
                Order::Tidy(done) => tidied.push(done),
                Order::Close => closing = true,
            }
        }
        if let Some(activity) = self.engine.activity.clone() {
            for some in ids.chunks(MOST) {
                let brought = self.bring(&activity, some).await;
                self.note(&brought);
            }
        }
        #[cfg(test)]
        if !tidied.is_empty() {
            self.tidy(i64::MAX).await;
            for done in tidied {
                let _ = done.send(());
            }
        }
        closing
    }

    /// Brings those of these that the log lacks; tells how many it were.
    async fn bring(&self, activity: &Activity, ids: &[InvocationId]) -> Result<usize, StoreError> {
        let engine = &self.engine;
        let ended = outbox::ended(&engine.store, ids).await?;
        let mut brought = Vec::with_capacity(ended.len());
        for ended in ended {
            let id = ended.job.id;
            let webhook = engine.webhook(ended.job.webhook);
            // What finds no room is brought later.
            if activity.note_if_there_is_room(record(ended, webhook.as_deref(), &engine.scribe)) {
                brought.push(id);
            }
        }
        if !brought.is_empty() {
            activity.flush().await;
            outbox::mark_logged(&engine.store, &brought).await?;
        }
        Ok(brought.len())
    }

    /// Brings what ended before a moment and nobody brought, and removes what is too old.
    async fn tidy(&mut self, before: i64) {
        let done = async {
            if let Some(activity) = self.engine.activity.clone() {
                loop {
                    let ids = outbox::unlogged(&self.engine.store, before, MOST).await?;
                    let none = ids.is_empty();
                    if none || self.bring(&activity, &ids).await? == 0 {
                        break;
                    }
                }
            }
            self.remove_old().await
        };
        let done = Box::pin(done).await;
        self.note(&done);
    }

    async fn remove_old(&self) -> Result<usize, StoreError> {
        let engine = &self.engine;
        let kept = i64::try_from(engine.retention.as_micros()).unwrap_or(i64::MAX);
        let below = InvocationId::at(engine.clock.unix_micros().saturating_sub(kept));
        let mut removed = 0;
        loop {
            let gone = outbox::remove_old(&engine.store, below, STEP).await?;
            removed += usize::try_from(gone).unwrap_or_default();
            if gone < STEP.unsigned_abs() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if removed > 0 {
            engine.store.reclaim().await?;
            tracing::debug!(target: "rejoinder::delivery", removed, "deliveries were kept long enough");
        }
        Ok(removed)
    }

    /// Tells of a failure, once until it is over.
    fn note(&mut self, done: &Result<usize, StoreError>) {
        match done {
            Ok(_) => self.failing = false,
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::error!(
                    target: "rejoinder::delivery",
                    code = error.code(), error = %error,
                    "deliveries that have ended cannot be brought into the activity log, or old ones removed; it is tried again"
                );
            }
            Err(_) => {}
        }
    }
}
