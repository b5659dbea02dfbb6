//! The calls that may be repeated, within bounds of number, size and age.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hashbrown::HashTable;

use super::Key;
use super::flight::{Flight, Flying, Known};
use super::kept::Kept;
use crate::config;
use crate::fulfillment::{Answer, Call};

/// The calls in flight, and those that have been answered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    flights: HashTable<Arc<Flight>>,
    /// What they take.
    bytes: usize,
    kept: Kept,
}

/// What is known of a call.
pub(super) enum Found {
    /// It was here before, byte by byte.
    Same(Known),
    /// These may be it, written in other words.
    Alike(Vec<(Bytes, Known)>),
}

impl Memory {
    /// Looks for a call by its key and its body.
    pub(super) fn find(&self, key: &Key, call: &Call) -> Found {
        let body = call.envelope().body();
        let mut alike = Vec::new();
        let flights = self.flights.iter_hash(key.hash).filter(|flight| {
            // Of another caller it would be another's answer.
            flight.key == *key && flight.call.caller() == call.caller()
        });
        for flight in flights {
            let known = Known::Flying(Flying(Arc::clone(flight)));
            if flight.body() == body {
                return Found::Same(known);
            }
            alike.push((flight.body().clone(), known));
        }
        for kept in self.kept.alike(key, call.caller()) {
            let known = Known::Answered(kept.answer());
            if kept.body == body {
                return Found::Same(known);
            }
            alike.push((Bytes::copy_from_slice(kept.body), known));
        }
        Found::Alike(alike)
    }

    /// Forgets what is too old.
    pub(super) fn expire(&mut self, now: Instant) {
        self.kept.expire(now);
    }

    /// Takes a call in, at the cost of the oldest answers; tells whether there was room.
    pub(super) fn begin(&mut self, flight: &Arc<Flight>, settings: &config::Duplicates) -> bool {
        let size = flight.size();
        if size > settings.max_bytes {
            return false;
        }
        while self.count() >= settings.max_entries || self.bytes() + size > settings.max_bytes {
            if !self.kept.forget_oldest() {
                return false;
            }
        }
        self.bytes += size;
        self.flights.insert_unique(flight.key.hash, Arc::clone(flight), |flight| flight.key.hash);
        true
    }

    /// A call is in flight no more.
    pub(super) fn land(&mut self, flight: &Arc<Flight>) {
        if let Ok(found) = self.flights.find_entry(flight.key.hash, |known| Arc::ptr_eq(known, flight)) {
            found.remove();
            self.bytes -= flight.size();
        }
    }

    /// Keeps a call that has its answer now.
    pub(super) fn keep(
        &mut self,
        flight: &Flight,
        answer: &Arc<Answer>,
        now: Instant,
        settings: &config::Duplicates,
    ) {
        self.kept.put(flight, answer, now, settings.window);
        while self.bytes() > settings.max_bytes && self.kept.forget_oldest() {}
    }

    /// Gives back what is not needed; tells whether no answer is kept.
    pub(super) fn is_bare(&mut self) -> bool {
        self.kept.shrink();
        self.flights.shrink_to(self.flights.len() * 2, |flight| flight.key.hash);
        self.kept.len() == 0
    }

    fn count(&self) -> usize {
        self.flights.len() + self.kept.len()
    }

    fn bytes(&self) -> usize {
        self.bytes + self.kept.bytes()
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        assert_eq!(self.flights.iter().map(|flight| flight.size()).sum::<usize>(), self.bytes);
        (self.count(), self.bytes())
    }
}
