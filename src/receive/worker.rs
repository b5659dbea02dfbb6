//! The task that works off what was received: takes what is due, runs its handler, writes what came of it.
//!
//! One task does it all, so that nothing of it needs a lock; one transaction writes what many handlers
//! came to and takes what is next. It does not wait for the disk: after a power cut a handler may be run
//! again for what it did in the last moments.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::Shared;
use super::inbox::{self, Changes, Taken};
use crate::activity::InvocationId;
use crate::error::{Error, ErrorKind};
use crate::excerpt::excerpt;
use crate::fulfillment::on_event::Received;
use crate::store::{StoreError, Synced};
use crate::zendesk::event::Event;

/// How often is looked for what other instances have added, or lost.
const POLL: Duration = Duration::from_secs(1);
/// The first pause after a failure of the store, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// What a lease has beside the time of a handler.
const MARGIN: Duration = Duration::from_secs(10);
/// How often is looked for what has been kept long enough.
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// The longest error that is kept.
const LONGEST_ERROR: usize = 2000;
/// The part of a pause that chance moves it by, both ways.
const JITTER: f64 = 0.2;

/// What a handler came to.
type Outcome = Result<(), Error>;

#[derive(Debug)]
pub(super) struct Worker {
    shared: Arc<Shared>,
    working: JoinSet<Option<Outcome>>,
    taken: HashMap<Id, Mine>,
    came: Changes,
    pause: Option<Duration>,
    tidied: Instant,
}

/// What a task works on.
#[derive(Debug, Clone)]
struct Mine {
    id: InvocationId,
    source: Arc<str>,
    event_type: String,
    attempt: u32,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            working: JoinSet::new(),
            taken: HashMap::new(),
            came: Changes::default(),
            pause: None,
            tidied: Instant::now(),
        }
    }

    /// Works until it is closed; `closing` then says how long handlers may take.
    pub(super) async fn run(mut self, mut closing: watch::Receiver<Option<Duration>>) {
        let shared = Arc::clone(&self.shared);
        loop {
            let wait = match Box::pin(self.round()).await {
                Ok(wait) => {
                    if self.pause.take().is_some() {
                        tracing::warn!(target: "rejoinder::receive", "received events are worked off again");
                    }
                    wait
                }
                Err(error) => self.failed(&error),
            };
            let works = self.pause.is_none();
            tokio::select! {
                done = self.working.join_next_with_id(), if works && !self.working.is_empty() => self.collect(done),
                () = shared.wake.notified(), if works => {}
                () = sleep(wait) => {}
                // An error says that nobody has it any more.
                _ = closing.changed() => break,
            }
        }
        let within = closing.borrow().unwrap_or_default();
        Box::pin(self.close(within)).await;
    }

    /// One turn; tells how long nothing is to be done unless something comes.
    async fn round(&mut self) -> Result<Duration, StoreError> {
        let shared = Arc::clone(&self.shared);
        let now = shared.clock.unix_micros();
        let due = inbox::due(&shared.store).await?;
        let lag = due.map_or(0, |due| (now - due).max(0));
        shared.metrics.receive_lag(Duration::from_micros(lag.unsigned_abs()));
        let free = shared.settings.max_concurrent.saturating_sub(self.working.len());
        let most = if due.is_some_and(|due| due <= now) { free } else { 0 };
        let retried = self.came.next_due();
        if most > 0 || !self.came.is_empty() {
            let lease = micros(shared.settings.timeout + MARGIN);
            let mut transaction = shared.store.begin(Synced::Lazy).await?;
            self.came.write(&mut transaction, &shared.owner, now).await?;
            let taken = inbox::take(&mut transaction, &shared.owner, now, now + lease, most).await?;
            transaction.commit().await?;
            self.came = Changes::default();
            let full = taken.len() == most && most > 0;
            taken.into_iter().for_each(|taken| self.start(taken, now));
            // There is more, and some of what was taken may have ended already.
            if full && self.working.len() < shared.settings.max_concurrent || !self.came.is_empty() {
                return Ok(Duration::ZERO);
            }
        }
        if self.tidied.elapsed() >= TIDY_EVERY {
            self.tidied = Instant::now();
            inbox::remove_old(&shared.store, now - micros(shared.settings.keep), shared.most_in_memory)
                .await?;
        }
        let next = due.into_iter().chain(retried).filter(|due| *due > now).min();
        let next = next.map(|due| Duration::from_micros((due - now).unsigned_abs()));
        Ok(next.map_or(POLL, |next| next.min(POLL)))
    }

    /// Runs the handler of what was taken, or ends it.
    fn start(&mut self, taken: Taken, now: i64) {
        let shared = Arc::clone(&self.shared);
        let Taken { id, source, event_type, body, attempts, lost } = taken;
        let mine = Mine { id, source: source.into(), event_type, attempt: attempts };
        if lost {
            tracing::warn!(
                target: "rejoinder::receive",
                source = &*mine.source, %id, attempt = attempts, "an instance ended while it worked on an event"
            );
            // It may have been the event that ended it.
            if attempts > self.most_attempts() {
                let error = Error::internal("The handler failed.")
                    .with_cause("the instance ended while the event was worked on");
                return self.ended(&mine, Some(Err(error)), now);
            }
        }
        let event = match Event::parse(&body) {
            Ok(event) => event,
            Err(error) => return self.ended(&mine, Some(Err(Error::bad_request(error.to_string()))), now),
        };
        let states = Arc::clone(shared.routes.states());
        let received = Received::new(event, Arc::clone(&mine.source), id.to_string(), attempts, states);
        let runtime = shared.runtime.clone();
        let work = async move {
            let handled = shared.routes.handle(received)?;
            let time = shared.settings.timeout;
            let late = || {
                Error::timed_out(format!(
                    "the handler did not end within receive.timeout, {}",
                    humantime::format_duration(time)
                ))
            };
            Some(timeout(time, handled).await.unwrap_or_else(|_| Err(late())))
        };
        let task = self.working.spawn_on(work, &runtime);
        self.taken.insert(task.id(), mine);
    }

    /// Takes what a handler came to, and what others have meanwhile.
    fn collect(&mut self, first: Option<Result<(Id, Option<Outcome>), JoinError>>) {
        let now = self.shared.clock.unix_micros();
        let mut next = first;
        while let Some(done) = next {
            let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
            let Some(mine) = self.taken.remove(&id) else { break };
            let outcome = match done {
                Ok((_, outcome)) => outcome,
                Err(error) => Some(Err(Error::internal("The handler failed.").with_cause(error))),
            };
            self.ended(&mine, outcome, now);
            next = self.working.try_join_next_with_id();
        }
    }

    /// Notes what an attempt came to; without an outcome nobody takes such events.
    fn ended(&mut self, mine: &Mine, outcome: Option<Outcome>, now: i64) {
        let calls = self.shared.metrics.received(&mine.source);
        let Mine { id, source, event_type, attempt } = mine;
        let error = match outcome {
            None => return self.came.unhandled(*id, *attempt),
            Some(Ok(())) => {
                calls.worked("done");
                return self.came.done(*id, *attempt);
            }
            Some(Err(error)) => error,
        };
        let text = told(&error);
        let delay = self.delay(*attempt).filter(|_| error.kind() != ErrorKind::BadRequest);
        if let Some(delay) = delay {
            calls.worked("retried");
            tracing::warn!(
                target: "rejoinder::receive",
                source = &**source, event_type = &*excerpt(event_type, 100), %id, attempt, error = &*text,
                retry_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                "the handler of an event failed, and is run again"
            );
            self.came.again(*id, *attempt, now + micros(delay), text);
        } else {
            calls.worked("dead");
            tracing::error!(
                target: "rejoinder::receive",
                source = &**source, event_type = &*excerpt(event_type, 100), %id, attempt, error = &*text,
                "an event could not be worked off, and is a dead letter; rejoinder replay {id} works on it again"
            );
            self.came.dead(*id, *attempt, text);
        }
    }

    fn most_attempts(&self) -> u32 {
        u32::try_from(self.shared.settings.retry_delays.len())
            .map_or(u32::MAX, |retries| retries.saturating_add(1))
    }

    /// The pause after an attempt that failed, if there is another one.
    fn delay(&self, attempt: u32) -> Option<Duration> {
        let index = usize::try_from(attempt).unwrap_or(usize::MAX).checked_sub(1)?;
        let delay = self.shared.settings.retry_delays.get(index)?;
        Some(delay.mul_f64(1.0 - JITTER + 2.0 * JITTER * self.shared.chance.fraction()))
    }

    fn failed(&mut self, error: &StoreError) -> Duration {
        let pause = match self.pause {
            Some(pause) => (pause * 2).min(LONGEST_PAUSE),
            None => {
                tracing::error!(
                    target: "rejoinder::receive",
                    code = error.code(), error = %error,
                    "received events cannot be read or written: they wait until the store works"
                );
                FIRST_PAUSE
            }
        };
        self.pause = Some(pause);
        pause
    }

    /// Lets handlers end, and gives back the rest.
    async fn close(mut self, within: Duration) {
        let until = Instant::now() + within;
        while !self.working.is_empty()
            && let Ok(done) = timeout_at(until, self.working.join_next_with_id()).await
        {
            self.collect(done);
        }
        self.working.abort_all();
        for (_, mine) in std::mem::take(&mut self.taken) {
            self.came.given_back(mine.id, mine.attempt);
        }
        if self.came.is_empty() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let now = shared.clock.unix_micros();
        let write = async {
            let mut transaction = shared.store.begin(Synced::Lazy).await?;
            self.came.write(&mut transaction, &shared.owner, now).await?;
            transaction.commit().await
        };
        if let Err(error) = write.await {
            tracing::error!(
                target: "rejoinder::receive",
                code = error.code(), error = %error,
                "what became of the last events cannot be written: they are worked on again when their leases are over"
            );
        }
    }
}

/// What is kept of an error: its text, or its cause if it is ours and has none.
fn told(error: &Error) -> String {
    excerpt(&error.to_string(), LONGEST_ERROR).into_owned()
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}
