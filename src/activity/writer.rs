//! The task that writes: in batches, and again later what could not be written.
//!
//! What waits to be written keeps its place in the queue's bound, so an outage takes no more memory
//! than that; calls that come when it is used up are not kept. The gap is counted, and told once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::InvocationId;
use super::bounded::{Bounded, Most};
use super::facet::Known;
use super::pack::Packing;
use super::pending::Pending;
use super::queue::Queue;
use super::row::{Row, Rules};
use super::sql::{self, Batch};
use crate::store::{Store, StoreError};
use crate::telemetry::metrics::Metrics;

/// What more may come after the first before they are written together.
const GATHER: Duration = Duration::from_millis(100);
/// The most that one transaction writes: others write between two of them.
const MOST_AT_ONCE: usize = 4096;
/// The first pause after a failure, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A gap without an outage is told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// What the writer is asked for.
#[derive(Debug)]
pub(super) enum Command {
    /// To write now what it has.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
    store: Store,
    metrics: Metrics,
    rules: Arc<Rules>,
    facets: Known,
    pending: Pending,
    /// How many calls one transaction writes at most.
    at_once: usize,
    trouble: Option<Trouble>,
    /// Calls that are not in the log and of which nobody has been told.
    missing: u64,
    told: Option<Instant>,
    bounded: Option<Bounded>,
    packing: Packing,
}

/// The store does not take what is written.
#[derive(Debug)]
struct Trouble {
    pause: Duration,
    until: Instant,
}

impl Writer {
    pub(super) fn new(
        queue: Arc<Queue>,
        store: Store,
        metrics: Metrics,
        rules: Arc<Rules>,
        most: Option<Most>,
        packing: Packing,
    ) -> Self {
        let bounded = most.map(Bounded::new);
        let at_once = bounded.as_ref().map_or(MOST_AT_ONCE, |bounded| bounded.step().min(MOST_AT_ONCE));
        Self {
            queue,
            store,
            metrics,
            rules,
            facets: Known::default(),
            pending: Pending::default(),
            at_once,
            trouble: None,
            missing: 0,
            told: None,
            bounded,
            packing,
        }
    }

    /// Writes until nobody is there any more who has calls.
    pub(super) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let queue = Arc::clone(&self.queue);
        loop {
            let due = self.trouble.as_ref().map(|trouble| trouble.until);
            let ripe = async {
                match due {
                    Some(until) => sleep_until(until).await,
                    None => {
                        queue.some().await;
                        tokio::select! {
                            () = sleep(GATHER) => {}
                            () = queue.much() => {}
                        }
                    }
                }
            };
            tokio::select! {
                () = ripe => self.write().await,
                command = commands.recv() => match command {
                    Some(Command::Flush(done)) => {
                        self.write().await;
                        let _ = done.send(());
                    }
                    None => {
                        self.write().await;
                        return;
                    }
                },
            }
        }
    }

    /// Writes all there is, until something goes wrong.
    async fn write(&mut self) {
        loop {
            if self.pending.is_empty() {
                self.pending.take(&self.queue, &self.rules);
            }
            let (rows, texts) = self.pending.next(self.at_once);
            let count = rows.len();
            let Some(last) = rows.last().map(|row| row.id) else { break };
            let bytes = rows.iter().map(Row::size).sum();
            let batch = Batch::of(rows, texts, &self.facets);
            let new_facets = batch.new_facets();
            match batch.write(&self.store, self.packing).await {
                Ok(written) => {
                    self.done(count);
                    let now = InvocationId::of_number(last).micros();
                    new_facets.into_iter().for_each(|facet| self.facets.add(facet, now));
                    self.metrics.activity_written(written);
                    self.lost("conflict", (count as u64).saturating_sub(written));
                    self.recovered();
                    self.trim(last, count, bytes).await;
                }
                // Whatever it is, somebody mends it, or it mends itself.
                Err(error) if error.is_of_store() => {
                    self.failed(&error);
                    break;
                }
                Err(error) => {
                    self.done(count);
                    self.lost("store", count as u64);
                    tracing::error!(
                        target: "rejoinder::activity",
                        calls = count, code = error.code(), error = %error, "calls could not be kept, and are not in the log"
                    );
                }
            }
        }
        self.tell_of_gap();
    }

    /// So many of what is pending are not needed any more.
    fn done(&mut self, count: usize) {
        self.queue.done(self.pending.done(count));
    }

    fn lost(&mut self, why: &'static str, count: u64) {
        if count > 0 {
            self.metrics.activity_lost(why, count);
            self.missing += count;
        }
    }

    fn failed(&mut self, error: &StoreError) {
        let pause = match &self.trouble {
            Some(trouble) => (trouble.pause * 2).min(LONGEST_PAUSE),
            None => {
                tracing::error!(
                    target: "rejoinder::activity",
                    code = error.code(), error = %error,
                    "the activity log cannot be written: calls are answered as before, and kept as long as \
                     activity.queue_memory has room"
                );
                FIRST_PAUSE
            }
        };
        self.trouble = Some(Trouble { pause, until: Instant::now() + pause });
    }

    fn recovered(&mut self) {
        if self.trouble.take().is_some() {
            let missing = std::mem::take(&mut self.missing) + self.queue.missed();
            self.told = Some(Instant::now());
            tracing::warn!(target: "rejoinder::activity", missing, "the activity log is written again");
        }
    }

    fn tell_of_gap(&mut self) {
        self.missing += self.queue.missed();
        let recently = self.told.is_some_and(|told| told.elapsed() < TELL_EVERY);
        if self.missing == 0 || self.trouble.is_some() || recently {
            return;
        }
        self.told = Some(Instant::now());
        let missing = std::mem::take(&mut self.missing);
        tracing::warn!(
            target: "rejoinder::activity",
            missing, "calls are not in the activity log: more came than can be written"
        );
    }

    /// Removes the oldest where there is too much in memory.
    async fn trim(&mut self, last: i64, calls: usize, bytes: usize) {
        let Some(bounded) = &mut self.bounded else { return };
        if let Some(below) = bounded.add(last, calls, bytes)
            && let Err(error) = sql::remove_oldest(&self.store, below, i64::MAX).await
        {
            tracing::warn!(target: "rejoinder::activity", error = %error, "the oldest calls in memory cannot be removed");
        }
    }
}
