//! The entries, within bounds of number, size and age.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::{Entry, Key};
use crate::auth::Caller;
use crate::config;

/// All entries, by the hash of their key; those with an answer also in the order of their age.
#[derive(Debug, Default)]
pub(super) struct Memory {
    entries: HashMap<u64, Vec<Arc<Entry>>>,
    answered: VecDeque<(Instant, Arc<Entry>)>,
    count: usize,
    bytes: usize,
}

impl Memory {
    /// The entries that a call with this key may be a repetition of.
    pub(super) fn alike<'a>(
        &'a self,
        hash: u64,
        key: &'a Key,
        caller: &'a Caller,
    ) -> impl Iterator<Item = &'a Arc<Entry>> {
        let entries = self.entries.get(&hash).into_iter().flatten();
        // Of another caller it would be another's answer.
        entries.filter(move |entry| entry.key == *key && entry.caller == *caller)
    }

    /// Forgets what is too old.
    pub(super) fn expire(&mut self, now: Instant) {
        while self.answered.front().is_some_and(|(until, _)| *until <= now) {
            self.forget_oldest();
        }
    }

    /// Takes a call in, at the cost of the oldest answers; tells whether there was room.
    pub(super) fn insert(&mut self, entry: &Arc<Entry>, settings: &config::Duplicates) -> bool {
        let size = entry.size();
        if size > settings.max_bytes {
            return false;
        }
        while self.count >= settings.max_entries || self.bytes + size > settings.max_bytes {
            if !self.forget_oldest() {
                return false;
            }
        }
        (self.count, self.bytes) = (self.count + 1, self.bytes + size);
        self.entries.entry(entry.hash).or_default().push(Arc::clone(entry));
        true
    }

    /// Keeps an entry, which has its answer now, until then; `before` is its size without it.
    pub(super) fn keep(
        &mut self,
        entry: &Arc<Entry>,
        before: usize,
        until: Instant,
        settings: &config::Duplicates,
    ) {
        self.bytes += entry.size() - before;
        self.answered.push_back((until, Arc::clone(entry)));
        while self.bytes > settings.max_bytes && self.forget_oldest() {}
    }

    /// Forgets an entry that is not among those with an answer.
    pub(super) fn remove(&mut self, entry: &Arc<Entry>, size: usize) {
        let Some(alike) = self.entries.get_mut(&entry.hash) else { return };
        let Some(place) = alike.iter().position(|known| Arc::ptr_eq(known, entry)) else { return };
        alike.swap_remove(place);
        if alike.is_empty() {
            self.entries.remove(&entry.hash);
        }
        (self.count, self.bytes) = (self.count - 1, self.bytes - size);
    }

    /// Gives back what is not needed; tells whether no answer is kept.
    pub(super) fn is_bare(&mut self) -> bool {
        self.entries.shrink_to(self.count * 2);
        self.answered.shrink_to(self.answered.len() * 2);
        self.answered.is_empty()
    }

    fn forget_oldest(&mut self) -> bool {
        let oldest = self.answered.pop_front();
        oldest.inspect(|(_, entry)| self.remove(entry, entry.size())).is_some()
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        let entries = self.entries.values().flatten();
        assert_eq!(entries.clone().count(), self.count);
        assert_eq!(entries.map(|entry| entry.size()).sum::<usize>(), self.bytes);
        (self.count, self.bytes)
    }
}
