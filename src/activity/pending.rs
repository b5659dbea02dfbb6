//! What the writer has taken from the queue.

use std::collections::VecDeque;

use super::queue::{Noted, Queue};
use super::record::Record;
use super::row::{Row, Rows, Rules};
use crate::queue::Weighed as _;

/// The most records that are made into rows at once.
const MOST_MADE: usize = 512;
/// Memory for more texts than this is given back.
const LARGE: usize = 8 << 20;

/// Calls that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Those that are not made into rows yet.
    records: VecDeque<Record>,
    /// In the order of their ids.
    rows: Vec<Row>,
    texts: String,
    /// How many of the rows are written.
    written: usize,
}

impl Pending {
    /// Whether there are no rows that are not written.
    pub(super) fn is_empty(&self) -> bool {
        self.written >= self.rows.len()
    }

    /// The next rows, so many at most, and the texts that theirs are among.
    pub(super) fn next(&self, most: usize) -> (&[Row], &str) {
        let left = self.rows.get(self.written..).unwrap_or_default();
        (&left[..left.len().min(most)], &self.texts)
    }

    /// So many of the next rows are not needed any more; tells what they count in the queue.
    pub(super) fn done(&mut self, count: usize) -> usize {
        let room = self.next(count).0.iter().map(|row| row.room).sum();
        self.written += count;
        room
    }

    /// Takes what waits, and makes rows of some of it. There are no others.
    pub(super) fn take(&mut self, queue: &Queue, rules: &Rules) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        // The next calls come where these were.
        let mut texts = std::mem::take(&mut self.texts).into_bytes();
        texts.clear();
        texts.shrink_to(LARGE);
        let mut noted = Noted { records: std::mem::take(&mut self.records), rows: Rows { rows, texts } };
        if noted.records.is_empty() {
            queue.take(&mut noted);
        }
        self.records = noted.records;
        let mut taken = noted.rows;
        let mut texts = Vec::new();
        for record in self.records.drain(..self.records.len().min(MOST_MADE)) {
            let mut row = rules.row(&record, &mut texts);
            row.room = record.size();
            taken.add(row, &texts);
        }
        taken.rows.sort_unstable_by_key(|row| row.id);
        // It is JSON, and words out of texts.
        self.texts = String::from_utf8(taken.texts).unwrap_or_default();
        (self.rows, self.written) = (taken.rows, 0);
    }
}
