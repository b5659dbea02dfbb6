//! The task that moves jobs: writes what came back, takes what is due, sends it.
//!
//! One task does it all, so that nothing of it needs a lock, and one transaction writes what many
//! attempts came to and takes the jobs of many webhooks. It does not wait for the disk: after a power
//! cut a receiver may get again what it got in the last moments.
//!
//! Every webhook gets its share of the places, in turn; within one, the job that is due longest comes
//! first. No order of deliveries is promised to anybody.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

use super::breaker::Turned;
use super::decide::{Decision, Lost, Start};
use super::engine::Engine;
use super::lane::Lane;
use super::outbox::{self, Bounded, Changes};
use super::send::{Done, send};
use super::throttle::Throttle;
use super::webhook::WebhookId;
use crate::activity::InvocationId;
use crate::store::{StoreError, Synced, Transaction};

/// How often is looked for what other instances have added, or lost.
const POLL: Duration = Duration::from_secs(1);
/// The first pause after a failure of the store, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Pump {
    engine: Arc<Engine>,
    lanes: HashMap<WebhookId, Lane>,
    throttle: Throttle,
    sending: JoinSet<Done>,
    /// What each task sends.
    taken: HashMap<Id, Lost>,
    /// What came back and is not written yet.
    came: Changes,
    /// Whose turn it is to be asked first.
    turn: usize,
    pause: Option<Duration>,
    bounded: Option<Bounded>,
}

/// What a round has decided.
#[derive(Debug, Default)]
struct Round {
    changes: Changes,
    starts: Vec<Start>,
    /// Whether a webhook may have more that can be taken at once.
    more: bool,
    /// When something is due that is not yet.
    next: Option<i64>,
}

impl Pump {
    pub(super) fn new(engine: Arc<Engine>, bounded: Option<Bounded>) -> Self {
        let throttle = Throttle::new(engine.settings.invocations_per_minute);
        Self {
            engine,
            lanes: HashMap::new(),
            throttle,
            sending: JoinSet::new(),
            taken: HashMap::new(),
            came: Changes::default(),
            turn: 0,
            pause: None,
            bounded,
        }
    }

    /// Works until it is closed; `closing` then says how long what is on the wire may take.
    pub(super) async fn run(mut self, mut closing: watch::Receiver<Option<Duration>>) {
        let engine = Arc::clone(&self.engine);
        loop {
            let wait = match Box::pin(self.round()).await {
                Ok(wait) => {
                    self.recovered();
                    wait
                }
                Err(error) => self.failed(&error),
            };
            let works = self.pause.is_none();
            tokio::select! {
                done = self.sending.join_next_with_id(), if works && !self.sending.is_empty() => {
                    self.collect(done);
                }
                () = engine.wake.notified(), if works => {}
                () = sleep(wait) => {}
                // An error says that nobody has it any more.
                _ = closing.changed() => break,
            }
        }
        let within = closing.borrow().unwrap_or_default();
        self.close(within).await;
    }

    /// Takes what has come back, and what else has meanwhile.
    fn collect(&mut self, first: Option<Result<(Id, Done), JoinError>>) {
        let now = self.engine.clock.unix_micros();
        let mut next = first;
        while let Some(done) = next {
            let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
            let Some(lost) = self.taken.remove(&id) else { break };
            let done = match done {
                Ok((_, done)) => done,
                Err(error) => {
                    tracing::error!(target: "rejoinder::delivery", id = %lost.id, "an attempt was ended: {error}");
                    let why = "the attempt was ended before its answer came";
                    let Decision { change, attempts, .. } = Decision::given_back(&lost, Some(why), now);
                    Done { change, attempts, receiver: None }
                }
            };
            let turned =
                self.lanes.get_mut(&lost.webhook).and_then(|lane| lane.made(lost.pass, done.receiver, now));
            if let Some(turned) = turned
                && let Some(webhook) = self.engine.webhook(lost.webhook)
            {
                self.engine.circuit(&webhook, turned == Turned::Opened);
            }
            self.came.add(done.change, done.attempts);
            next = self.sending.try_join_next_with_id();
        }
        self.engine.metrics.deliveries_under_way(self.sending.len());
    }

    /// One turn; tells how long nothing is to be done unless something comes.
    async fn round(&mut self) -> Result<Duration, StoreError> {
        let engine = Arc::clone(&self.engine);
        if engine.is_idle() && self.came.is_empty() {
            return Ok(POLL);
        }
        let now = engine.clock.unix_micros();
        let due = outbox::due(&engine.store).await?;
        // One that is not known may have been made by another instance a moment ago, or not be read yet:
        // only the store knows that it was deleted.
        if due.iter().any(|(id, at)| *at <= now && engine.webhook(*id).is_none()) {
            engine.webhooks.refresh().await?;
        }
        let (plan, next) = self.plan(&due, now);
        let mut round = Round { next, ..Round::default() };
        if plan.is_empty() && self.came.is_empty() {
            self.forget();
            return Ok(round.wait(now));
        }
        let mut transaction = engine.store.begin(Synced::Lazy).await?;
        let logged = engine.needs_no_log();
        let done = async {
            let written = self.came.write(&mut transaction, &engine.owner, false, logged).await?;
            self.take(&mut transaction, &plan, &mut round, now).await?;
            round.changes.write(&mut transaction, &engine.owner, true, logged).await?;
            transaction.commit().await?;
            Ok::<_, StoreError>(written)
        };
        match done.await {
            Ok(written) => {
                let came = std::mem::take(&mut self.came);
                let lost = came.iter().filter(|change| !written.contains(&change.id)).count();
                if lost > 0 {
                    tracing::warn!(
                        target: "rejoinder::delivery",
                        deliveries = lost, "what became of deliveries was written by another instance, or nobody wants it any more"
                    );
                }
                self.settle(&came, |id| written.contains(&id)).await;
                self.settle(&round.changes, |_| true).await;
                let wait = round.wait(now);
                round.starts.into_iter().for_each(|start| self.start(start));
                Ok(wait)
            }
            Err(error) => {
                for start in round.starts {
                    if let Some(lane) = self.lanes.get_mut(&start.webhook.id) {
                        lane.made(start.pass, None, now);
                    }
                }
                Err(error)
            }
        }
    }

    /// How many jobs of which webhooks are taken, and when the next one is due.
    fn plan(&mut self, due: &[(WebhookId, i64)], now: i64) -> (Vec<(WebhookId, usize)>, Option<i64>) {
        let engine = Arc::clone(&self.engine);
        let next = due.iter().map(|(_, at)| *at).filter(|at| *at > now).min();
        let longest = due.iter().map(|(_, at)| now - at).max().unwrap_or_default().max(0);
        engine.metrics.delivery_lag(Duration::from_micros(longest.unsigned_abs()));
        let mut ready: Vec<WebhookId> = due.iter().filter(|(_, at)| *at <= now).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            return (Vec::new(), next);
        }
        let first = self.turn % ready.len();
        ready.rotate_left(first);
        self.turn = self.turn.wrapping_add(1);
        let mut free = engine.settings.max_concurrent.saturating_sub(self.sending.len());
        let share = (free / ready.len()).max(1);
        let mut plan = Vec::new();
        for webhook in ready {
            let lane = self.lane(webhook);
            let room = lane.room(&engine.settings, now);
            let most = if lane.sends(now) { room.min(share).min(free) } else { room };
            if lane.sends(now) {
                free -= most;
            }
            if most > 0 {
                plan.push((webhook, most));
            }
        }
        (plan, next)
    }

    async fn take(
        &mut self,
        transaction: &mut Transaction,
        plan: &[(WebhookId, usize)],
        round: &mut Round,
        now: i64,
    ) -> Result<(), StoreError> {
        let engine = Arc::clone(&self.engine);
        for (webhook, most) in plan {
            let waiting = outbox::take(transaction, *webhook, now, *most).await?;
            let full = waiting.len() == *most;
            self.lane(*webhook);
            let Some(lane) = self.lanes.get_mut(webhook) else { continue };
            for waiting in waiting {
                let decision = Decision::of(waiting, lane, &mut self.throttle, &engine, now);
                let Some(Decision { change, attempts, start }) = decision else { continue };
                if start.is_none() && change.due_at.is_some() {
                    round.next = round.next.into_iter().chain(change.due_at).min();
                }
                round.changes.add(change, attempts);
                round.starts.extend(start);
            }
            let free = engine.settings.max_concurrent > self.sending.len() + round.starts.len();
            round.more |= full && lane.room(&engine.settings, now) > 0 && (free || !lane.sends(now));
        }
        for change in self.came.iter() {
            round.next = round.next.into_iter().chain(change.due_at).min();
        }
        Ok(())
    }

    fn start(&mut self, start: Start) {
        let lost = start.lost();
        let calls = Arc::clone(&self.lane(lost.webhook).calls);
        let task = send(Arc::clone(&self.engine), start, calls);
        let task = self.sending.spawn_on(task, &self.engine.runtime);
        self.taken.insert(task.id(), lost);
    }

    /// Counts what has ended, and tells the log of it.
    async fn settle(&mut self, changes: &Changes, written: impl Fn(InvocationId) -> bool) {
        let mut ended = Vec::new();
        let mut below = None;
        for change in changes.iter().filter(|change| change.due_at.is_none() && written(change.id)) {
            self.lane(change.webhook).calls.ended(change.state.as_str());
            ended.push(change.id);
            if let Some(bounded) = &mut self.bounded {
                below = below.max(bounded.ended(change.id, change.bytes));
            }
        }
        self.engine.ended(ended);
        if let Some(below) = below
            && let Err(error) = outbox::remove_old(&self.engine.store, below, i64::MAX).await
        {
            tracing::warn!(target: "rejoinder::delivery", error = %error, "the oldest deliveries in memory cannot be removed");
        }
    }

    fn lane(&mut self, id: WebhookId) -> &mut Lane {
        self.lanes.entry(id).or_insert_with(|| {
            let webhook = self.engine.webhook(id);
            let name = webhook.as_ref().map_or(id.as_str(), |webhook| &*webhook.name);
            Lane::new(self.engine.metrics.deliveries(name))
        })
    }

    /// Forgets webhooks of which there is nothing to be known.
    fn forget(&mut self) {
        self.lanes.retain(|_, lane| !lane.is_idle());
    }

    fn failed(&mut self, error: &StoreError) -> Duration {
        let pause = match self.pause {
            Some(pause) => (pause * 2).min(LONGEST_PAUSE),
            None => {
                tracing::error!(
                    target: "rejoinder::delivery",
                    code = error.code(), error = %error,
                    "deliveries cannot be read or written: what is due waits until the store works"
                );
                FIRST_PAUSE
            }
        };
        self.pause = Some(pause);
        pause
    }

    fn recovered(&mut self) {
        if self.pause.take().is_some() {
            tracing::warn!(target: "rejoinder::delivery", "deliveries go on");
        }
    }

    /// Lets what is on the wire end, and gives back the rest.
    async fn close(mut self, within: Duration) {
        let until = Instant::now() + within;
        while !self.sending.is_empty()
            && let Ok(done) = timeout_at(until, self.sending.join_next_with_id()).await
        {
            self.collect(done);
        }
        self.sending.abort_all();
        let now = self.engine.clock.unix_micros();
        for (_, lost) in std::mem::take(&mut self.taken) {
            let why = "the instance was stopped before its answer came";
            let Decision { change, attempts, .. } = Decision::given_back(&lost, Some(why), now);
            self.came.add(change, attempts);
        }
        if let Err(error) = Box::pin(self.last()).await {
            tracing::error!(
                target: "rejoinder::delivery",
                code = error.code(), error = %error,
                "what became of the last deliveries cannot be written: they are sent again when their leases are over"
            );
        }
    }

    async fn last(&mut self) -> Result<(), StoreError> {
        if self.came.is_empty() {
            return Ok(());
        }
        let engine = Arc::clone(&self.engine);
        let mut transaction = engine.store.begin(Synced::Lazy).await?;
        let written = self.came.write(&mut transaction, &engine.owner, false, engine.needs_no_log()).await?;
        transaction.commit().await?;
        let came = std::mem::take(&mut self.came);
        self.settle(&came, |id| written.contains(&id)).await;
        Ok(())
    }
}

impl Round {
    /// How long nothing is to be done.
    fn wait(&self, now: i64) -> Duration {
        if self.more {
            return Duration::ZERO;
        }
        let next = self.next.map(|next| Duration::from_micros((next - now).max(0).unsigned_abs()));
        next.map_or(POLL, |next| next.min(POLL))
    }
}
