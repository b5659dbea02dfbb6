//! The way from the calls to somebody who writes: bounded, and never waited for.
//!
//! A list behind a lock that is held for as long as it takes to add to it. The writer is woken by the
//! first record after a pause, and takes all that have come a moment later at once: for most calls
//! nothing wakes up.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What takes memory while it waits.
pub(crate) trait Weighed {
    /// How much it holds on to, nearly, in bytes.
    fn size(&self) -> usize;
}

/// Records that wait to be written.
#[derive(Debug)]
pub(crate) struct Queue<R> {
    waiting: Mutex<Waiting<R>>,
    most: usize,
    /// There is something.
    some: Notify,
    /// There is so much that it should be written now.
    much: Notify,
    /// How many did not fit.
    missed: AtomicU64,
}

#[derive(Debug)]
struct Waiting<R> {
    records: VecDeque<R>,
    bytes: usize,
    told_of_much: bool,
}

impl<R: Weighed> Queue<R> {
    /// One that holds so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            waiting: Mutex::new(Waiting { records: VecDeque::new(), bytes: 0, told_of_much: false }),
            most,
            some: Notify::new(),
            much: Notify::new(),
            missed: AtomicU64::new(0),
        }
    }

    /// Adds a record; gives it back if there is no room.
    pub(crate) fn push(&self, record: R) -> Result<(), R> {
        let size = record.size();
        let mut waiting = self.lock();
        if waiting.bytes + size > self.most {
            drop(waiting);
            self.missed.fetch_add(1, Ordering::Relaxed);
            return Err(record);
        }
        waiting.bytes += size;
        waiting.records.push_back(record);
        let first = waiting.records.len() == 1;
        let much = !waiting.told_of_much && waiting.bytes > self.most / 4;
        waiting.told_of_much |= much;
        drop(waiting);
        if first {
            self.some.notify_one();
        }
        if much {
            self.much.notify_one();
        }
        Ok(())
    }

    /// Waits until there is something.
    pub(crate) async fn some(&self) {
        loop {
            let notified = self.some.notified();
            if !self.is_empty() {
                return;
            }
            notified.await;
        }
    }

    /// Waits until there is much.
    pub(crate) async fn much(&self) {
        self.much.notified().await;
    }

    /// Moves everything into `records`, which is empty. It keeps its room until it is [`done`](Self::done).
    pub(crate) fn take(&self, records: &mut VecDeque<R>) {
        let mut waiting = self.lock();
        std::mem::swap(records, &mut waiting.records);
        waiting.told_of_much = false;
    }

    /// So many bytes of what was taken are not needed any more.
    pub(crate) fn done(&self, bytes: usize) {
        let mut waiting = self.lock();
        waiting.bytes = waiting.bytes.saturating_sub(bytes);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().records.is_empty()
    }

    /// How many have not fitted since this was asked last.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.swap(0, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<R>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
