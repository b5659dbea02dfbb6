//! The way from the calls to somebody who writes: bounded, and never waited for.
//!
//! What waits is gathered behind a lock that is held for as long as it takes to add to it. The writer is
//! woken by the first after a pause, and takes all that have come a moment later at once: for most calls
//! nothing wakes up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// So many bytes are written at once.
const MUCH: usize = 4 << 20;

/// What takes memory while it waits.
pub(crate) trait Weighed {
    /// How much it holds on to, nearly, in bytes.
    fn size(&self) -> usize;
}

/// Where what waits is gathered.
pub(crate) trait Gathered: Default {
    fn is_empty(&self) -> bool;

    /// Whether something in it is to be written soon; all of it, if it does not say.
    fn is_urgent(&self) -> bool {
        !self.is_empty()
    }
}

/// What waits to be written.
#[derive(Debug)]
pub(crate) struct Queue<G> {
    waiting: Mutex<Waiting<G>>,
    most: usize,
    /// There is something.
    some: Notify,
    /// There is something urgent.
    urgent: Notify,
    /// There is so much that it should be written now.
    much: Notify,
    /// How many did not fit.
    missed: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting<G> {
    gathered: G,
    /// How much room is taken, also by what is being written.
    bytes: usize,
    /// How much of it came since somebody took what there was.
    fresh: usize,
    told_of_much: bool,
}

impl<G: Gathered> Queue<G> {
    /// One that holds so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            most,
            some: Notify::new(),
            urgent: Notify::new(),
            much: Notify::new(),
            missed: AtomicU64::new(0),
        }
    }

    /// Adds what takes so many bytes; tells whether there was room.
    pub(crate) fn add(&self, size: usize, add: impl FnOnce(&mut G)) -> bool {
        let mut waiting = self.lock();
        if waiting.bytes + size > self.most {
            drop(waiting);
            self.missed.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let (first, calm) = (waiting.gathered.is_empty(), !waiting.gathered.is_urgent());
        waiting.bytes += size;
        waiting.fresh += size;
        add(&mut waiting.gathered);
        let much = !waiting.told_of_much && waiting.fresh > MUCH.min(self.most / 4);
        waiting.told_of_much |= much;
        let urgent = calm && waiting.gathered.is_urgent();
        drop(waiting);
        if first {
            self.some.notify_one();
        }
        if urgent {
            self.urgent.notify_one();
        }
        if much {
            self.much.notify_one();
        }
        true
    }

    /// Adds to what is there already, if `add` finds it; tells whether it did. It takes no more room.
    pub(crate) fn amend(&self, add: impl FnOnce(&mut G) -> bool) -> bool {
        add(&mut self.lock().gathered)
    }

    /// Waits until there is something.
    pub(crate) async fn some(&self) {
        self.until(&self.some, |gathered| !gathered.is_empty()).await;
    }

    /// Waits until there is something urgent.
    pub(crate) async fn urgent(&self) {
        self.until(&self.urgent, G::is_urgent).await;
    }

    async fn until(&self, told: &Notify, holds: impl Fn(&G) -> bool) {
        loop {
            let notified = told.notified();
            if holds(&self.lock().gathered) {
                return;
            }
            notified.await;
        }
    }

    /// Waits until there is much.
    pub(crate) async fn much(&self) {
        self.much.notified().await;
    }

    /// Moves everything into `taken`, which is empty. It keeps its room until it is [`done`](Self::done).
    pub(crate) fn take(&self, taken: &mut G) {
        let mut waiting = self.lock();
        std::mem::swap(taken, &mut waiting.gathered);
        (waiting.fresh, waiting.told_of_much) = (0, false);
    }

    /// So many bytes of what was taken are not needed any more.
    pub(crate) fn done(&self, bytes: usize) {
        let mut waiting = self.lock();
        waiting.bytes = waiting.bytes.saturating_sub(bytes);
    }

    /// How many have not fitted since this was asked last.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.swap(0, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<G>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
