//! How the totals came about: by the minute for an hour, by the hour for seven days.
//!
//! It is of this process alone and begins with it; Prometheus, where there is one, knows more. Nothing
//! is noted by calls: what they have counted is looked at once a minute.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Metrics;
use super::totals::Totals;
use crate::clock::Clock;

const MINUTE: i64 = 60_000_000;

/// A part of the time, and what came in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// Microseconds since 1970.
    pub(crate) begins: i64,
    pub(crate) totals: Totals,
}

/// The parts of a time that ends now, the oldest first.
#[derive(Debug, Default, Clone)]
pub(crate) struct Past {
    pub(crate) parts: Vec<Part>,
    /// All of them together.
    pub(crate) totals: Totals,
}

/// What the totals were at the beginning of each part.
#[derive(Debug)]
struct Ring {
    step: i64,
    most: i64,
    /// The number of a part, and the totals then.
    marks: VecDeque<(i64, Totals)>,
}

#[derive(Debug)]
pub(super) struct History(Mutex<[Ring; 2]>);

impl Default for History {
    fn default() -> Self {
        let ring = |step, most| Ring { step, most, marks: VecDeque::new() };
        Self(Mutex::new([ring(MINUTE, 60), ring(60 * MINUTE, 7 * 24)]))
    }
}

impl Ring {
    fn note(&mut self, now: i64, totals: Totals) {
        let part = now.div_euclid(self.step);
        if self.marks.back().is_none_or(|(last, _)| *last < part) {
            self.marks.push_back((part, totals));
        }
        // The part before the first one that is told says where that began.
        while self.marks.front().is_some_and(|(first, _)| part - first > self.most) {
            self.marks.pop_front();
        }
    }

    /// Every part up to now; those before the first mark are empty.
    fn past(&self, now: i64, totals: Totals) -> Past {
        let last = now.div_euclid(self.step);
        let first = last - self.most + 1;
        // Parts in which nobody looked, because the process stood still, belong to the one before.
        let at = |part: i64| {
            let known = self.marks.iter().rev().find(|(known, _)| *known <= part);
            known.or(self.marks.front()).map_or(totals, |(_, totals)| *totals)
        };
        let parts = (first..=last).map(|part| {
            let end = if part == last { totals } else { at(part + 1) };
            Part { begins: part * self.step, totals: end.since(&at(part)) }
        });
        Past { parts: parts.collect(), totals: totals.since(&at(first)) }
    }
}

impl Metrics {
    /// Notes what the totals are now.
    pub(crate) fn note_totals(&self, now: i64) {
        let totals = self.totals();
        let mut rings = self.0.history.0.lock().unwrap_or_else(PoisonError::into_inner);
        rings.iter_mut().for_each(|ring| ring.note(now, totals));
    }

    /// The last hour by the minute, and the last seven days by the hour, as far as they were seen.
    pub(crate) fn past(&self, now: i64) -> [Past; 2] {
        let totals = self.totals();
        let rings = self.0.history.0.lock().unwrap_or_else(PoisonError::into_inner);
        [0, 1].map(|ring: usize| rings[ring].past(now, totals))
    }

    /// Notes them again and again, for as long as it is polled.
    pub(crate) async fn keep_history(self, clock: Clock) {
        loop {
            let now = clock.unix_micros();
            self.note_totals(now);
            let rest = MINUTE - now.rem_euclid(MINUTE);
            tokio::time::sleep(Duration::from_micros(rest.unsigned_abs())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A moment within an hour and a minute.
    const NOON: i64 = 500_000 * 60 * MINUTE + 30 * MINUTE;

    fn calls(metrics: &Metrics, count: u64) {
        (0..count).for_each(|_| metrics.route("a").count("replied", 200, Duration::from_millis(1)));
    }

    fn told(past: &Past) -> Vec<u64> {
        past.parts.iter().map(|part| part.totals.calls).collect()
    }

    #[test]
    fn the_past_begins_with_the_process_and_ends_now() {
        let metrics = Metrics::default();
        metrics.note_totals(NOON);
        calls(&metrics, 2);
        metrics.note_totals(NOON + MINUTE);
        calls(&metrics, 3);
        let [hour, week] = metrics.past(NOON + MINUTE + 1);
        assert_eq!(told(&hour)[57..], [0, 2, 3]);
        assert_eq!((hour.parts.len(), hour.totals.calls), (60, 5));
        assert_eq!(hour.parts[59].begins, NOON + MINUTE);
        assert_eq!(told(&week)[166..], [0, 5]);
        assert_eq!(week.parts.len(), 168);
    }

    #[test]
    fn what_is_older_is_forgotten() {
        let metrics = Metrics::default();
        metrics.note_totals(NOON);
        calls(&metrics, 1);
        for minute in 1..=61 {
            metrics.note_totals(NOON + minute * MINUTE);
        }
        let [hour, week] = metrics.past(NOON + 61 * MINUTE);
        assert_eq!((hour.totals.calls, week.totals.calls), (0, 1));
        let marks = metrics.0.history.0.lock().expect("a ring")[0].marks.len();
        assert_eq!(marks, 61);
    }

    #[test]
    fn a_process_that_stood_still_has_nothing_in_between() {
        let metrics = Metrics::default();
        metrics.note_totals(NOON);
        calls(&metrics, 4);
        metrics.note_totals(NOON + 10 * MINUTE);
        let [hour, _] = metrics.past(NOON + 10 * MINUTE);
        assert_eq!(told(&hour)[49..], [0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
        assert_eq!(hour.totals.calls, 4);
    }
}
