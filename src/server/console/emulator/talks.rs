//! The conversations that are going on: in memory, few, and each for the token that began it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as Held;

use super::talk::Talk;
use crate::clock::Clock;

/// How many there are at most; the one that was left alone for longest makes room.
pub(in super::super) const MOST: usize = 64;
/// How many of them one token has at most.
pub(in super::super) const MOST_OF_ONE: usize = 8;
/// How many of them hold an agent's export.
const MOST_EXPORTS: usize = 8;
/// How long one is kept that nobody looks at.
pub(in super::super) const IDLE: Duration = Duration::from_secs(30 * 60);

/// All conversations of this process.
#[derive(Debug)]
pub(in super::super) struct Talks {
    clock: Clock,
    known: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    /// The id of the token that began it.
    owner: Arc<str>,
    title: String,
    begun: i64,
    used: Instant,
    has_export: bool,
    talk: Arc<Held<Talk>>,
}

/// A conversation in a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) title: String,
    /// Microseconds since 1970.
    pub(super) begun: i64,
}

impl Talks {
    pub(in super::super) fn new(clock: Clock) -> Self {
        Self { clock, known: Mutex::default() }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        known.retain(|_, entry| now.saturating_duration_since(entry.used) < IDLE);
        known
    }

    /// Keeps a new one; gives the id that its address has.
    pub(super) fn add(&self, owner: &Arc<str>, talk: Talk) -> Result<String, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut known = self.known();
        let has_export = talk.has_export();
        make_room(&mut known, MOST_OF_ONE, |entry| entry.owner == *owner);
        make_room(&mut known, MOST, |_| true);
        if has_export {
            make_room(&mut known, MOST_EXPORTS, |entry| entry.has_export);
        }
        let entry = Entry {
            owner: Arc::clone(owner),
            title: talk.title(),
            begun: self.clock.unix_micros(),
            used: self.clock.now(),
            has_export,
            talk: Arc::new(Held::new(talk)),
        };
        known.insert(id.clone(), entry);
        Ok(id)
    }

    /// One of this owner's.
    pub(super) fn get(&self, owner: &str, id: &str) -> Option<Arc<Held<Talk>>> {
        let mut known = self.known();
        let entry = known.get_mut(id).filter(|entry| *entry.owner == *owner)?;
        entry.used = self.clock.now();
        Some(Arc::clone(&entry.talk))
    }

    /// Forgets one of this owner's; whether there was one.
    pub(super) fn remove(&self, owner: &str, id: &str) -> bool {
        let mut known = self.known();
        let is_theirs = known.get(id).is_some_and(|entry| *entry.owner == *owner);
        is_theirs && known.remove(id).is_some()
    }

    /// Those of this owner, the newest first.
    pub(super) fn list(&self, owner: &str) -> Vec<Listed> {
        let known = self.known();
        let theirs = known.iter().filter(|(_, entry)| *entry.owner == *owner);
        let listed = |(id, entry): (&String, &Entry)| Listed {
            id: id.clone(),
            title: entry.title.clone(),
            begun: entry.begun,
        };
        let mut listed: Vec<Listed> = theirs.map(listed).collect();
        listed.sort_by(|one, other| other.begun.cmp(&one.begun).then_with(|| one.id.cmp(&other.id)));
        listed
    }
}

/// Forgets those that were left alone for longest until there is room for one more of this kind.
fn make_room(known: &mut HashMap<String, Entry>, most: usize, is_of_kind: impl Fn(&Entry) -> bool) {
    loop {
        let of_kind = known.iter().filter(|(_, entry)| is_of_kind(entry));
        if of_kind.clone().count() < most {
            return;
        }
        let oldest = of_kind.min_by_key(|(_, entry)| entry.used).map(|(id, _)| id.clone());
        let Some(oldest) = oldest else { return };
        known.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};
    use crate::server::console::emulator::talk::Begun;

    fn talk() -> Talk {
        let config = Config::load(&Sources::default()).expect("settings");
        Talk::begin(Begun::default(), &config).expect("a conversation")
    }

    #[test]
    fn they_are_few_and_nobody_elses_and_end_when_left_alone() {
        let clock = Clock::manual();
        let talks = Talks::new(clock.clone());
        let owner = |number: usize| -> Arc<str> { format!("token-{number}").into() };
        let first = talks.add(&owner(0), talk()).expect("an id");
        assert_eq!(first.len(), 32);
        assert!(talks.get("token-0", &first).is_some());
        assert!(talks.get("token-1", &first).is_none() && !talks.remove("token-1", &first));
        clock.advance(Duration::from_secs(1));
        for _ in 0..MOST_OF_ONE {
            talks.add(&owner(0), talk()).expect("an id");
        }
        assert_eq!(talks.list("token-0").len(), MOST_OF_ONE);
        assert!(talks.get("token-0", &first).is_none(), "the oldest made room");
        for number in 1..=MOST {
            clock.advance(Duration::from_secs(1));
            talks.add(&owner(number), talk()).expect("an id");
        }
        assert_eq!(talks.known().len(), MOST);
        assert!(talks.list("token-0").is_empty());
        clock.advance(IDLE);
        assert_eq!(talks.known().len(), 0);
    }
}
