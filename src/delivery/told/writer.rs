//! The task that tells: in batches, and again later what could not be written.
//!
//! What waits keeps its place in the queue's bound, so an outage of the store takes no more memory than
//! that. The gap is counted, and told once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::conversations;
use super::drafts::Batch;
use super::envelope::{Event, Making};
use super::fact::{Fact, What};
use super::noted::{Noted, Queue};
use super::recent::Recent;
use super::types::Wanted;
use crate::delivery::rules::Kind;
use crate::queue::Weighed as _;
use crate::store::{Store, StoreError, Synced};

/// What more may come after the first before they are written together.
const GATHER: Duration = Duration::from_millis(50);
/// How long waits what is only kept of conversations: of most, there are more calls until then.
const KEEP: Duration = Duration::from_secs(1);
/// The most that one transaction is about: others write between two of them.
const MOST_AT_ONCE: usize = 512;
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

/// How long what is only kept of conversations may not be written yet, where they are idle after this time.
pub(super) fn keep(idle_after: Duration) -> Duration {
    KEEP.min(idle_after / 10)
}

#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
    store: Store,
    making: Arc<Making>,
    recent: Arc<Recent>,
    keep: Duration,
    /// What is taken from the queue; empty in between.
    noted: Noted,
    /// Taken from the queue and not written yet, the next one first.
    pending: VecDeque<Fact>,
    trouble: Option<Trouble>,
    /// So many are written one by one: something among them cannot be written.
    alone: usize,
    /// Facts that nobody is told of, and of which nobody knows yet.
    missing: u64,
    told: Option<Instant>,
}

/// The store does not take what is written.
#[derive(Debug)]
struct Trouble {
    pause: Duration,
    until: Instant,
}

impl Writer {
    pub(super) fn new(queue: Arc<Queue>, store: Store, making: Arc<Making>, recent: Arc<Recent>) -> Self {
        Self {
            queue,
            store,
            keep: keep(making.settings.idle_after),
            making,
            recent,
            noted: Noted::default(),
            pending: VecDeque::new(),
            trouble: None,
            alone: 0,
            missing: 0,
            told: None,
        }
    }

    /// Tells until nobody is there any more who has something to tell.
    pub(super) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let queue = Arc::clone(&self.queue);
        loop {
            let due = self.trouble.as_ref().map(|trouble| trouble.until);
            let ripe = async {
                match due {
                    Some(until) => sleep_until(until).await,
                    None => {
                        queue.some().await;
                        let urgent = async {
                            queue.urgent().await;
                            sleep(GATHER).await;
                        };
                        tokio::select! {
                            () = urgent => {}
                            () = sleep(self.keep) => {}
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

    /// Tells all there is, until something goes wrong.
    async fn write(&mut self) {
        loop {
            if self.pending.is_empty() {
                self.queue.take(&mut self.noted);
                self.noted.drain(&mut self.pending);
            }
            if self.pending.is_empty() {
                break;
            }
            let most = if self.alone > 0 { 1 } else { self.pending.len().min(MOST_AT_ONCE) };
            match Box::pin(self.tell(most)).await {
                Ok((events, fired)) => {
                    self.making.sent(&events, &fired);
                    self.done(most, true);
                    self.alone = self.alone.saturating_sub(most);
                    self.recovered();
                }
                // Whatever it is, somebody mends it, or it mends itself.
                Err(error) if error.is_of_store() => {
                    self.failed(&error);
                    break;
                }
                // The others are not to be lost with it.
                Err(_) if most > 1 => self.alone = most,
                Err(error) => {
                    self.done(most, false);
                    self.alone = self.alone.saturating_sub(most);
                    self.making.metrics.events_lost("store", most as u64);
                    self.missing += most as u64;
                    tracing::error!(
                        target: "rejoinder::events",
                        code = error.code(), error = %error, "what a call has to tell could not be kept, and is not told"
                    );
                }
            }
        }
        self.tell_of_gap();
    }

    /// Makes events of the first of what is pending, and commits them with what they are about.
    async fn tell(&mut self, most: usize) -> Result<(Vec<Event>, Vec<Kind>), StoreError> {
        let snapshot = Arc::clone(&self.making.webhooks.snapshot());
        let rules = Arc::clone(&self.making.rules.snapshot());
        let wanted = Wanted::of(&snapshot, &rules);
        let mut batch = Batch::default();
        for (index, fact) in self.pending.range(..most).enumerate() {
            batch.add(index, fact, wanted);
            batch.add_firings(index, fact, &rules, &self.making.messages_key);
        }
        if batch.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        // What is only kept of conversations may be gone with the power.
        let synced = if batch.tells() { Synced::Full } else { Synced::Lazy };
        let mut transaction = self.store.begin(synced).await?;
        let news = conversations::note(&mut transaction, &batch).await?;
        let events: Vec<Event> = batch
            .drafts
            .iter()
            .filter_map(|draft| self.making.event(draft, self.pending.get_mut(draft.fact)?, &news))
            .collect();
        self.making.send(&mut transaction, &snapshot, &events).await?;
        let (jobs, fired) = self.making.fire(&batch, &mut self.pending, &news, &snapshot);
        if !jobs.is_empty() {
            self.making.delivery.enqueue(&mut transaction, jobs).await?;
        }
        transaction.commit().await?;
        self.recent.add(batch.seen.values().map(|seen| (&*seen.conversation.name, seen.last_at)));
        Ok((events, fired))
    }

    /// Forgets the first of what is pending; tells whoever waits for it that it is kept, if it is.
    fn done(&mut self, count: usize, kept: bool) {
        let mut bytes = 0;
        for fact in self.pending.drain(..count) {
            bytes += fact.size();
            if let What::Emitted(event) = fact.what
                && let Some(waiting) = event.kept.filter(|_| kept)
            {
                let _ = waiting.send(());
            }
        }
        self.queue.done(bytes);
    }

    fn failed(&mut self, error: &StoreError) {
        let pause = match &self.trouble {
            Some(trouble) => (trouble.pause * 2).min(LONGEST_PAUSE),
            None => {
                tracing::error!(
                    target: "rejoinder::events",
                    code = error.code(), error = %error,
                    "events cannot be written: calls are answered as before, and events wait as long as \
                     events.queue_memory has room"
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
            tracing::warn!(target: "rejoinder::events", missing, "events are written again");
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
            target: "rejoinder::events",
            missing, "nobody is told of some calls and events: more came than can be written"
        );
    }
}
