//! Calls that arrive again: their handler runs once.
//!
//! The platform repeats a call by itself when its connection breaks or it waits too long. A
//! repetition that comes while the first one is answered gets the same answer; so does one that
//! comes later, within a window. [`Key`] says which calls may be one, [`message`] whether they are.
//!
//! It never delays a call that is not a repetition, and what does not fit into its bounds simply
//! goes unrecognized.

mod entry;
mod key;
mod memory;
mod message;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::config;
use crate::fulfillment::Call;

pub(super) use entry::{Claim, Entry};
pub(super) use key::Key;
use memory::Memory;

/// More different messages of one turn, tag and page than an agent sends; each is compared with the others.
const MOST_ALIKE: usize = 16;

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
}

/// What a call is.
#[derive(Debug)]
pub(super) enum Claimed {
    /// The first of its kind: it runs the handler, and says what came of it.
    First(Claim),
    /// One that was here before.
    Again(Arc<Entry>),
    /// One for which there is no room.
    Unknown,
}

impl Duplicates {
    pub(crate) fn new(settings: config::Duplicates, runtime: Option<Handle>) -> Self {
        Self {
            memory: Mutex::default(),
            settings,
            clock: Clock::system(),
            hasher: RandomState::new(),
            runtime,
            sweeping: AtomicBool::new(false),
        }
    }

    /// Says whether this call was here before; if not, it is from now on.
    pub(super) fn claim(self: &Arc<Self>, key: &Key, call: &Call) -> Claimed {
        let hash = self.hasher.hash_one(key);
        let body = call.envelope().body();
        // A copy: the body as it came shares its memory with all that its connection has read.
        let entry = || {
            let body = Bytes::copy_from_slice(body);
            Arc::new(Entry::new(hash, key.clone(), call.caller().clone(), body))
        };
        let mut memory = self.memory();
        memory.expire(self.clock.now());
        let alike: Vec<Arc<Entry>> = memory.alike(hash, key, call.caller()).map(Arc::clone).collect();
        if let Some(same) = alike.iter().find(|known| known.has_body(body)) {
            return Claimed::Again(Arc::clone(same));
        }
        if !alike.is_empty() {
            if alike.len() >= MOST_ALIKE {
                return Claimed::Unknown;
            }
            // Compared without holding up others. Who comes in between is not seen, and runs as well.
            drop(memory);
            if let Some(same) = alike.into_iter().find(|known| message::is_same(known.body(), body)) {
                return Claimed::Again(same);
            }
            memory = self.memory();
        }
        let entry = entry();
        if !memory.insert(&entry, &self.settings) {
            tracing::debug!(
                target: "rejoinder::duplicates",
                "as many calls are in flight as [duplicates] has room for; this one's repetition will not be recognized"
            );
            return Claimed::Unknown;
        }
        drop(memory);
        Claimed::First(Claim::new(Arc::clone(self), entry))
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

#[cfg(test)]
mod tests;
