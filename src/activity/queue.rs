//! What calls leave for the writer.

use std::collections::VecDeque;

use super::record::Record;
use super::row::Rows;
use crate::queue::Gathered;

/// The way from the calls to the writer.
pub(super) type Queue = crate::queue::Queue<Noted>;

/// Calls as they were handed over, and rows that were made of them at once.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) records: VecDeque<Record>,
    pub(super) rows: Rows,
}

impl Gathered for Noted {
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.rows.rows.is_empty()
    }
}
