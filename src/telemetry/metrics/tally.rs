//! Counters whose few labels are found as they come: no lock, no allocation, a bound on their number.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// More pairs than the code has words and statuses for.
const SLOTS: usize = 40;

/// Counts by a word of ours and a number, such as an outcome and its status.
#[derive(Debug)]
pub(super) struct Tally {
    slots: [OnceLock<Slot>; SLOTS],
    rest: AtomicU64,
}

#[derive(Debug)]
struct Slot {
    word: &'static str,
    number: u16,
    count: AtomicU64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { slots: [const { OnceLock::new() }; SLOTS], rest: AtomicU64::new(0) }
    }
}

impl Tally {
    /// One that tells these words from the start, as 0: a rate needs a number before the first event.
    pub(super) fn of(words: &[&'static str]) -> Self {
        let tally = Self::default();
        words.iter().for_each(|word| tally.count(word, 0, 0));
        tally
    }

    pub(super) fn add(&self, word: &'static str, number: u16) {
        self.count(word, number, 1);
    }

    /// Counts so many at once.
    pub(super) fn add_many(&self, word: &'static str, count: u64) {
        self.count(word, 0, count);
    }

    fn count(&self, word: &'static str, number: u16, by: u64) {
        for slot in &self.slots {
            // Whoever comes first to an empty slot names it; the other goes on to the next.
            let slot = slot.get_or_init(|| Slot { word, number, count: AtomicU64::new(0) });
            if slot.number == number && slot.word == word {
                slot.count.fetch_add(by, Ordering::Relaxed);
                return;
            }
        }
        self.rest.fetch_add(by, Ordering::Relaxed);
    }

    /// What was counted: word, number, how often.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u16, u64)> {
        let rest = self.rest.load(Ordering::Relaxed);
        let slots = self.slots.iter().map_while(OnceLock::get);
        let counts = slots.map(|slot| (slot.word, slot.number, slot.count.load(Ordering::Relaxed)));
        counts.chain((rest > 0).then_some((super::OTHER, 0, rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_apart_from_many_threads_and_the_rest_is_one() {
        let tally = Tally::of(&["seen", "never"]);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..1000 {
                        tally.add("seen", number % 100);
                    }
                });
            }
        });
        let counts: Vec<_> = tally.counts().collect();
        assert_eq!(counts.len(), SLOTS + 1);
        assert_eq!(&counts[1], &("never", 0, 0));
        assert!(counts[..SLOTS].iter().all(|(word, _, count)| *word == "never" || *count == 40));
        assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<u64>(), 4000);
    }
}
