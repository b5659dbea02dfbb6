//! The way from the calls to the writer: bounded, and never waited for.
//!
//! A list behind a lock that is held for as long as it takes to add to it. The writer is woken by the
//! first record after a pause, and takes all that have come a moment later at once: for most calls
//! nothing wakes up.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::record::Record;
use super::row::{Row, Rows};

/// So many bytes are written at once.
const MUCH: usize = 4 << 20;

/// Calls that wait to be written.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    most: usize,
    /// There is something.
    some: Notify,
    /// There is so much that it should be written now.
    much: Notify,
    /// How many did not fit.
    missed: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    records: VecDeque<Record>,
    rows: Rows,
    /// How much room is taken, also by what is being written.
    bytes: usize,
    /// How much of it came since somebody took what there was.
    fresh: usize,
    told_of_much: bool,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.rows.rows.is_empty()
    }
}

impl Queue {
    /// One that holds so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            most,
            some: Notify::new(),
            much: Notify::new(),
            missed: AtomicU64::new(0),
        }
    }

    /// Adds a record; tells whether there was room.
    pub(super) fn push(&self, record: Record) -> bool {
        self.add(record.size(), |waiting| waiting.records.push_back(record))
    }

    /// Adds a row with these texts; tells whether there was room.
    pub(super) fn push_row(&self, row: Row, texts: &[u8]) -> bool {
        self.add(row.room, |waiting| waiting.rows.add(row, texts))
    }

    fn add(&self, size: usize, add: impl FnOnce(&mut Waiting)) -> bool {
        let mut waiting = self.lock();
        if waiting.bytes + size > self.most {
            drop(waiting);
            self.missed.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let first = waiting.is_empty();
        waiting.bytes += size;
        waiting.fresh += size;
        add(&mut waiting);
        let much = !waiting.told_of_much && waiting.fresh > MUCH.min(self.most / 4);
        waiting.told_of_much |= much;
        drop(waiting);
        if first {
            self.some.notify_one();
        }
        if much {
            self.much.notify_one();
        }
        true
    }

    /// Waits until there is something.
    pub(super) async fn some(&self) {
        loop {
            let notified = self.some.notified();
            if !self.is_empty() {
                return;
            }
            notified.await;
        }
    }

    /// Waits until there is much.
    pub(super) async fn much(&self) {
        self.much.notified().await;
    }

    /// Moves everything into `records` and `rows`, which are empty. It keeps its room until it is
    /// [`done`](Self::done).
    pub(super) fn take(&self, records: &mut VecDeque<Record>, rows: &mut Rows) {
        let mut waiting = self.lock();
        std::mem::swap(records, &mut waiting.records);
        std::mem::swap(rows, &mut waiting.rows);
        (waiting.fresh, waiting.told_of_much) = (0, false);
    }

    /// So many bytes of what was taken are not needed any more.
    pub(super) fn done(&self, bytes: usize) {
        let mut waiting = self.lock();
        waiting.bytes = waiting.bytes.saturating_sub(bytes);
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// How many have not fitted since this was asked last.
    pub(super) fn missed(&self) -> u64 {
        self.missed.swap(0, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
