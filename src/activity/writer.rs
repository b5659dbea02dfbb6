//! The task that writes: in batches, and again later what could not be written.
//!
//! What waits to be written keeps its place in the queue's bound, so an outage takes no more memory
//! than that; calls that come when it is used up are not kept. The gap is counted, and told once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::facet::Known;
use super::record::Record;
use super::row::Rules;
use super::sql::{self, Batch};
use crate::queue::{Queue, Weighed as _};
use crate::store::{Store, StoreError};
use crate::telemetry::metrics::Metrics;

/// What more may come after the first before they are written together.
const GATHER: Duration = Duration::from_millis(100);
/// The most that one transaction writes: others write between two of them.
const MOST_AT_ONCE: usize = 1024;
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

/// How much is kept where nothing lasts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub(super) calls: usize,
    pub(super) bytes: usize,
}

#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue<Record>>,
    store: Store,
    metrics: Metrics,
    rules: Rules,
    facets: Known,
    /// Taken from the queue and not written yet, the next one first.
    pending: VecDeque<Record>,
    trouble: Option<Trouble>,
    /// Calls that are not in the log and of which nobody has been told.
    missing: u64,
    told: Option<Instant>,
    bounded: Option<Bounded>,
}

/// The store does not take what is written.
#[derive(Debug)]
struct Trouble {
    pause: Duration,
    until: Instant,
}

/// What is kept in memory: the oldest goes when there is too much.
#[derive(Debug)]
struct Bounded {
    most: Most,
    /// The last id of each batch, how many calls it has and how large they are.
    batches: VecDeque<(i64, usize, usize)>,
    calls: usize,
    bytes: usize,
}

impl Writer {
    pub(super) fn new(
        queue: Arc<Queue<Record>>,
        store: Store,
        metrics: Metrics,
        rules: Rules,
        most: Option<Most>,
    ) -> Self {
        let bounded = most.map(|most| Bounded { most, batches: VecDeque::new(), calls: 0, bytes: 0 });
        Self {
            queue,
            store,
            metrics,
            rules,
            facets: Known::default(),
            pending: VecDeque::new(),
            trouble: None,
            missing: 0,
            told: None,
            bounded,
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
        self.rules.redactor.refresh();
        loop {
            if self.pending.is_empty() {
                self.queue.take(&mut self.pending);
            }
            if self.pending.is_empty() {
                break;
            }
            let most = self.pending.len().min(MOST_AT_ONCE);
            let (batch, facets, bytes) = self.batch(most);
            let last = self.pending.range(..most).map(|record| record.id().number()).max();
            match batch.write(&self.store).await {
                Ok(written) => {
                    let now = self.done(most);
                    for facet in facets {
                        self.facets.add(facet, now);
                    }
                    self.metrics.activity_written(written);
                    self.lost("conflict", (most as u64).saturating_sub(written));
                    self.recovered();
                    self.trim(last.unwrap_or_default(), most, bytes).await;
                }
                // Whatever it is, somebody mends it, or it mends itself.
                Err(error) if error.is_of_store() => {
                    self.failed(&error);
                    break;
                }
                Err(error) => {
                    self.done(most);
                    self.lost("store", most as u64);
                    tracing::error!(
                        target: "rejoinder::activity",
                        calls = most, code = error.code(), error = %error, "calls could not be kept, and are not in the log"
                    );
                }
            }
        }
        self.tell_of_gap();
    }

    /// The first of what is pending, the facets in it that are new, and how large it is.
    fn batch(&mut self, most: usize) -> (Batch, Vec<i64>, usize) {
        let mut batch = Batch::default();
        let mut new: Vec<i64> = Vec::new();
        let mut bytes = 0;
        for record in self.pending.range(..most) {
            let micros = record.id().micros();
            let (row, facet) = self.rules.row(record, |facet| {
                let mut facet = facet.bounded();
                let number = self.facets.number(&mut facet);
                if self.facets.is_new(number, micros) && !new.contains(&number) {
                    batch.add_facet(number, &facet);
                    new.push(number);
                }
                number
            });
            bytes += row.size();
            batch.add(row, facet, micros);
        }
        (batch, new, bytes)
    }

    /// Forgets the first of what is pending; tells the moment of the last.
    fn done(&mut self, count: usize) -> i64 {
        let mut bytes = 0;
        let mut moment = 0;
        for record in self.pending.drain(..count) {
            bytes += record.size();
            moment = moment.max(record.id().micros());
        }
        self.queue.done(bytes);
        moment
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
        bounded.batches.push_back((last, calls, bytes));
        bounded.calls += calls;
        bounded.bytes += bytes;
        let mut below = None;
        while (bounded.calls > bounded.most.calls || bounded.bytes > bounded.most.bytes)
            && bounded.batches.len() > 1
            && let Some((last, calls, bytes)) = bounded.batches.pop_front()
        {
            bounded.calls -= calls;
            bounded.bytes -= bytes;
            below = Some(last + 1);
        }
        if let Some(below) = below
            && let Err(error) = sql::remove_oldest(&self.store, below, i64::MAX).await
        {
            tracing::warn!(target: "rejoinder::activity", error = %error, "the oldest calls in memory cannot be removed");
        }
    }
}
