//! How much is kept where nothing lasts: the oldest goes when there is too much.

use std::collections::VecDeque;

#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub(super) calls: usize,
    pub(super) bytes: usize,
}

/// What is kept in memory.
#[derive(Debug)]
pub(super) struct Bounded {
    most: Most,
    /// The last id of each batch, how many calls it has and how large they are.
    batches: VecDeque<(i64, usize, usize)>,
    calls: usize,
    bytes: usize,
}

impl Bounded {
    pub(super) fn new(most: Most) -> Self {
        Self { most, batches: VecDeque::new(), calls: 0, bytes: 0 }
    }

    /// How many calls a batch may have, since it goes as a whole.
    pub(super) fn step(&self) -> usize {
        (self.most.calls / 8).max(1)
    }

    /// Adds a batch; tells below which id calls must go.
    pub(super) fn add(&mut self, last: i64, calls: usize, bytes: usize) -> Option<i64> {
        self.batches.push_back((last, calls, bytes));
        self.calls += calls;
        self.bytes += bytes;
        let mut below = None;
        while (self.calls > self.most.calls || self.bytes > self.most.bytes)
            && self.batches.len() > 1
            && let Some((last, calls, bytes)) = self.batches.pop_front()
        {
            self.calls -= calls;
            self.bytes -= bytes;
            below = Some(last + 1);
        }
        below
    }
}
