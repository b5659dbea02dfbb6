//! Conversations that this instance has written to the store lately: their next calls begin none.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::idle::micros;
use crate::clock::Clock;
use crate::config;

/// How many are remembered at least, as two numbers of eight bytes each; others are looked up in the store again.
const MOST: usize = 32_768;

#[derive(Debug)]
pub(super) struct Recent {
    /// Names are long, and whether two have one number nobody can bring about.
    hasher: RandomState,
    clock: Clock,
    /// How long a generation is young. Both together are less than half of the time after which the store forgets.
    every: i64,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashSet<u64>,
    old: HashSet<u64>,
    since: i64,
}

impl Recent {
    pub(super) fn new(settings: &config::Events, clock: Clock) -> Self {
        let every = micros(settings.idle_after.min(settings.remember)) / 4;
        Self { hasher: RandomState::new(), clock, every, generations: Mutex::default() }
    }

    /// Whether the store knows the conversation of this session, by its name.
    pub(super) fn has(&self, session: &str) -> bool {
        let number = self.hasher.hash_one(session);
        let known = self.now();
        known.young.contains(&number) || known.old.contains(&number)
    }

    /// These had a call at this time, and have been written.
    pub(super) fn add<'s>(&self, sessions: impl Iterator<Item = (&'s str, i64)>) {
        let since = self.clock.unix_micros() - self.every;
        let mut known = self.now();
        // What could not be written for long may be forgotten soon.
        known
            .young
            .extend(sessions.filter(|(_, at)| *at > since).map(|(session, _)| self.hasher.hash_one(session)));
    }

    /// Some have been forgotten.
    pub(super) fn clear(&self) {
        *self.lock() = Generations::default();
    }

    fn now(&self) -> MutexGuard<'_, Generations> {
        let now = self.clock.unix_micros();
        let mut known = self.lock();
        let age = now - known.since;
        if age >= self.every || known.young.len() >= MOST {
            known.old = std::mem::take(&mut known.young);
            if age >= 2 * self.every {
                known.old.clear();
            }
            known.since = now;
        }
        known
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_was_written_for_less_than_the_store_does() {
        let settings = config::Config::load(&config::Sources::default()).expect("the defaults").events;
        let clock = Clock::manual();
        let recent = Recent::new(&settings, clock.clone());
        let quarter = settings.idle_after / 4;
        let add = |session: &str| recent.add([(session, clock.unix_micros())].into_iter());
        add("s");
        assert!(recent.has("s") && !recent.has("t"));
        clock.advance(quarter);
        add("t");
        assert!(recent.has("s") && recent.has("t"));
        clock.advance(quarter);
        assert!(!recent.has("s") && recent.has("t"));
        clock.advance(quarter * 2);
        assert!(!recent.has("t"));
        recent.add([("late", clock.unix_micros() - micros(quarter))].into_iter());
        assert!(!recent.has("late"));
        add("s");
        recent.clear();
        assert!(!recent.has("s"));
        let many: Vec<String> = (0..=MOST).map(|number| number.to_string()).collect();
        many.iter().for_each(|session| add(session));
        assert!(recent.has("0") && recent.has(&MOST.to_string()));
        many.iter().for_each(|session| add(&format!("other-{session}")));
        assert!(!recent.has("0"));
    }
}
