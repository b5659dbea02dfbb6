//! Repetitions that reach another instance: the store tells who runs the handler, and its answer.
//!
//! A call that this process has not seen is claimed by a row of the store. Who finds it claimed looks
//! again and again for the answer, seldom enough to cost little: it works on every database and
//! through every pooler, which notifications do not. A claim is a lease of the time that the call
//! has, renewed while its handler runs; so an instance that dies blocks nobody for longer.
//!
//! Nobody waits for a claim for longer than `duplicates.claim_timeout`: then the call is one of this process alone, as
//! with the local scope. What was asked goes on meanwhile; if it is a claim after all, its answer is
//! given as well.

mod answer;
mod lease;
mod sweep;
mod table;
mod trouble;

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::sync::{RwLock, Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::timeout_at;

use super::flight::{Claim, Flight};
use super::message;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config;
use crate::fulfillment::Answer;
use crate::fulfillment::deadline::by;
use crate::store::{Store, StoreError, micros};
use crate::telemetry::metrics::Metrics;
use lease::Lease;
use table::{Digest, Held, State};
use trouble::Trouble;

/// How many claims may be asked for at once; a store that hangs holds no more.
const MOST_CLAIMS: usize = 64;

/// The pause before an answer is looked for again; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// How long a look may take, and how many may fail in a row before nobody waits any more.
const LOOK: Duration = Duration::from_millis(250);
const MOST_MISSES: u32 = 3;

/// The shortest lease; a call with less time than this has nearly none.
const SHORTEST_LEASE: Duration = Duration::from_millis(200);

/// What instances tell each other of their calls.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Store,
    settings: config::Duplicates,
    metrics: Metrics,
    clock: Clock,
    runtime: Handle,
    claims: Chance,
    places: Arc<Semaphore>,
    /// Held to be read by every claim that has not been answered.
    open: Arc<RwLock<()>>,
    told: Mutex<Option<Instant>>,
    sweeping: Mutex<Option<AbortHandle>>,
}

/// What is known of a call elsewhere.
#[derive(Debug)]
pub(crate) enum Elsewhere {
    /// Nothing, or nobody knows: the handler runs here.
    Unknown,
    /// It was answered so.
    Answered {
        answer: Arc<Answer>,
        /// Whether its handler was still running when this call came.
        joined: bool,
    },
    /// Its handler still runs at the deadline.
    Running,
}

/// What came of a claim that was asked for: it is one, or somebody has the call already.
type Claimed = Result<Option<Held>, StoreError>;

impl Shared {
    /// Among all that use this store. Its tasks run on `runtime` until this is dropped.
    pub(crate) fn start(
        store: Store,
        settings: config::Duplicates,
        metrics: Metrics,
        runtime: Handle,
    ) -> Arc<Self> {
        let this = Arc::new(Self::new(store, settings, metrics, runtime, Clock::system()));
        let sweeping = sweep::run(Arc::downgrade(&this), this.settings.window);
        let sweeping = this.runtime.spawn(sweeping).abort_handle();
        *this.sweeping.lock().unwrap_or_else(PoisonError::into_inner) = Some(sweeping);
        this
    }

    fn new(
        store: Store,
        settings: config::Duplicates,
        metrics: Metrics,
        runtime: Handle,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            settings,
            metrics,
            clock,
            runtime,
            claims: Chance::default(),
            places: Arc::new(Semaphore::new(MOST_CLAIMS)),
            open: Arc::default(),
            told: Mutex::default(),
            sweeping: Mutex::default(),
        }
    }

    /// Finds out whether another instance answers this call or has answered it; waits for its answer
    /// then, until the deadline. Otherwise the claim is told to all, and what becomes of it.
    pub(crate) async fn ask(self: &Arc<Self>, claim: &Claim, deadline: Instant) -> Elsewhere {
        let flight = claim.flight();
        let call = digest(flight);
        let lease = deadline.saturating_duration_since(Instant::now()).max(SHORTEST_LEASE);
        let mut joined = false;
        loop {
            let number = i64::from_ne_bytes(self.claims.bits().to_ne_bytes());
            let held = match self.claim(call, number, lease, deadline).await {
                Ok(None) => {
                    self.metrics.shared_duplicate("claimed");
                    self.keep(Lease { call, number, time: lease, asked: None }, flight);
                    return Elsewhere::Unknown;
                }
                Ok(Some(held)) => held,
                Err(trouble) => {
                    let asked = self.tell(trouble);
                    if asked.is_some() {
                        self.keep(Lease { call, number, time: lease, asked }, flight);
                    }
                    return Elsewhere::Unknown;
                }
            };
            if !joined {
                self.metrics.shared_duplicate("elsewhere");
            }
            let state = match held.state {
                State::Running => {
                    joined = true;
                    by(deadline, pin!(self.wait(call, held.claim))).await
                }
                answered => Some(Ok(answered)),
            };
            match state {
                Some(Ok(State::Answered(answer))) => return Elsewhere::Answered { answer, joined },
                // Whoever had it has gone without an answer: this call may take its place.
                Some(Ok(State::Running)) => {}
                Some(Ok(State::Unreadable)) => {
                    self.tell(Trouble::Unreadable);
                    return Elsewhere::Unknown;
                }
                None => return Elsewhere::Running,
                Some(Err(error)) => {
                    self.tell(Trouble::Failed(error));
                    return Elsewhere::Unknown;
                }
            }
        }
    }

    /// Claims a call in the time that there is for it.
    async fn claim(
        &self,
        call: Digest,
        number: i64,
        lease: Duration,
        deadline: Instant,
    ) -> Result<Option<Held>, Trouble> {
        let limit = (Instant::now() + self.settings.claim_timeout).min(deadline).into();
        let Ok(Ok(place)) = timeout_at(limit, Arc::clone(&self.places).acquire_owned()).await else {
            return Err(Trouble::Busy);
        };
        let (store, now) = (self.store.clone(), micros(&self.clock));
        // On its own: dropped halfway, it would cost the connection, and nobody would know what came of it.
        let (tell, mut asked) = oneshot::channel();
        self.runtime.spawn(async move {
            let claimed = table::claim(&store, call, number, now, after(now, lease)).await;
            // The call is gone, so nobody would answer it.
            if let Err(Ok(None)) = tell.send(claimed) {
                let _ = table::release(&store, call, number).await;
            }
            drop(place);
        });
        match timeout_at(limit, &mut asked).await {
            Ok(Ok(claimed)) => claimed.map_err(Trouble::Failed),
            // Its runtime ends.
            Ok(Err(_)) => Err(Trouble::Busy),
            Err(_) => Err(Trouble::Late(asked)),
        }
    }

    /// Looks for the answer to a claim until there is one, or the claim holds no longer, although it
    /// may still be running.
    async fn wait(&self, call: Digest, claim: i64) -> Result<State, StoreError> {
        let (mut pause, mut misses) = (FIRST_PAUSE, 0);
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            match tokio::time::timeout(LOOK, table::look(&self.store, call)).await {
                Ok(Ok(Some(held))) if held.claim == claim => {
                    if !matches!(held.state, State::Running) || held.until <= micros(&self.clock) {
                        return Ok(held.state);
                    }
                    misses = 0;
                }
                Ok(Ok(_)) => return Ok(State::Running),
                Ok(Err(error)) if misses + 1 >= MOST_MISSES => return Err(error),
                // It may just be slow, and running the handler here would run it twice.
                Ok(Err(_)) | Err(_) => misses += 1,
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let sweeping = self.sweeping.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(sweeping) = sweeping.take() {
            sweeping.abort();
        }
    }
}

/// All that makes two calls one: the path and what else is apart, who called, and the message.
fn digest(flight: &Flight) -> Digest {
    let mut digest = Sha256::new();
    message::add_text(flight.key.apart().as_bytes(), &mut digest);
    // All of it, unlike the label of the log. Instances of another version may write it otherwise, and
    // then run the handler again.
    message::add_text(format!("{:?}", flight.call.caller()).as_bytes(), &mut digest);
    message::digest(flight.body(), &mut digest);
    digest.finalize().into()
}

/// A moment in microseconds, so much later.
fn after(micros: i64, time: Duration) -> i64 {
    micros.saturating_add(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
