//! Calls that arrive again: their handler runs once.
//!
//! The platform repeats a call by itself when its connection breaks or it waits too long. A
//! repetition that comes while the first one is answered gets the same answer; so does one that
//! comes later, within a window. [`Key`] says which calls may be one, [`message`] whether they are.
//!
//! It never delays a call that is not a repetition, and what does not fit into its bounds simply
//! goes unrecognized. Where a route asks for it, other instances are asked as well, by way of the
//! store ([`shared`]); that takes a moment, which is bounded.

mod flight;
mod kept;
mod key;
mod memory;
mod message;
mod shared;

use std::hash::RandomState;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::config;
use crate::fulfillment::{Call, Outcome};

use flight::Flight;
pub(super) use flight::{Claim, Known};
pub(super) use key::Key;
use memory::{Found, Memory};
pub(super) use shared::Elsewhere;
pub(crate) use shared::Shared;

/// More different messages of one turn, tag and page than an agent sends; each is compared with the others.
const MOST_ALIKE: usize = 16;

/// What a call weighs beside its texts: its own members and its places in tables.
const BESIDE: usize = 200;

/// The calls of late, with their answers.
#[derive(Debug)]
pub(crate) struct Duplicates {
    memory: Mutex<Memory>,
    settings: config::Duplicates,
    clock: Clock,
    hasher: RandomState,
    /// Where what is too old is forgotten, if no call comes that does it.
    runtime: Option<Handle>,
    sweeping: AtomicBool,
    /// How others are asked, where there is a store to ask.
    shared: Option<Arc<Shared>>,
}

/// What a call is.
#[derive(Debug)]
pub(super) enum Claimed {
    /// The first of its kind: it runs the handler, and says what came of it.
    First(Claim),
    /// One that was here before.
    Again(Known),
    /// One for which there is no room.
    Unknown,
}

impl Duplicates {
    pub(crate) fn new(
        settings: config::Duplicates,
        runtime: Option<Handle>,
        shared: Option<Arc<Shared>>,
    ) -> Self {
        Self {
            memory: Mutex::default(),
            settings,
            clock: Clock::system(),
            hasher: RandomState::new(),
            runtime,
            sweeping: AtomicBool::new(false),
            shared,
        }
    }

    /// How others are asked about calls with this key, if they are.
    pub(super) fn shared(&self, key: &Key) -> Option<&Arc<Shared>> {
        self.shared.as_ref().filter(|_| key.is_shared())
    }

    /// Waits until the others know the answers of the last calls, or cannot be told.
    pub(crate) async fn finish(&self) {
        if let Some(shared) = &self.shared {
            shared.finish().await;
        }
    }

    /// Names a call by the parts that are not in its message, and by those that are.
    fn key(&self, apart: &[&str], within: &[&str]) -> Key {
        Key::new(&self.hasher, apart, within)
    }

    /// Says whether this call was here before `now`; if not, it is from now on.
    pub(super) fn claim(self: &Arc<Self>, key: &Key, call: &Call, now: Instant) -> Claimed {
        let mut memory = self.memory();
        memory.expire(now);
        let alike = match memory.find(key, call) {
            Found::Same(known) => return Claimed::Again(known),
            Found::Alike(alike) => alike,
        };
        if !alike.is_empty() {
            if alike.len() >= MOST_ALIKE {
                return Claimed::Unknown;
            }
            // Compared without holding up others. Who comes in between is not seen, and runs as well.
            drop(memory);
            let body = call.envelope().body();
            if let Some((_, same)) = alike.into_iter().find(|(known, _)| message::is_same(known, body)) {
                return Claimed::Again(same);
            }
            memory = self.memory();
        }
        let flight = Arc::new(Flight::new(key.clone(), call.clone()));
        if !memory.begin(&flight, &self.settings) {
            tracing::debug!(
                target: "rejoinder::duplicates",
                "as many calls are in flight as [duplicates] has room for; this one's repetition will not be recognized"
            );
            return Claimed::Unknown;
        }
        drop(memory);
        Claimed::First(Claim::new(Arc::clone(self), flight))
    }

    /// Forgets what is too old as long as something is kept: it may hold what a user has said.
    fn sweep(self: &Arc<Self>) {
        let Some(runtime) = &self.runtime else { return };
        if self.sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = Arc::clone(self);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(this.settings.window).await;
                let mut memory = this.memory();
                memory.expire(this.clock.now());
                if memory.is_bare() {
                    // While nobody can add to it: whoever does next sees that none sweeps.
                    this.sweeping.store(false, Ordering::Release);
                    return;
                }
            }
        });
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether those get this outcome who come when it is known already.
fn keeps(settings: &config::Duplicates, outcome: Outcome) -> bool {
    match outcome {
        // Whoever asks once more whether an answer is there wants to know how it is by then.
        Outcome::Pending => false,
        Outcome::Failed | Outcome::Apologised => settings.remember_failures,
        Outcome::Replied | Outcome::Oversize | Outcome::Deferred | Outcome::Collected => true,
    }
}

#[cfg(test)]
mod tests;
