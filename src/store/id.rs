//! Names of stored things, and the time in them.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::clock::Clock;

/// A ULID: 26 characters, which sort by when they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id([u8; 26]);

/// Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Id {
    pub(crate) const LENGTH: usize = 26;

    /// A new one; those of one process are in order also within a millisecond, up to 4096 of them.
    pub(crate) fn new(clock: &Clock) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self::after(&LAST, clock)
    }

    fn after(last: &AtomicU64, clock: &Clock) -> Self {
        /// A clock that was set back by more than this is followed.
        const AHEAD: u64 = 1000 << 12;
        // 48 bits of milliseconds and 12 that count within one.
        let now = u64::try_from(micros(clock) / 1000).unwrap_or_default() << 12;
        let next = |last: u64| if last >= now && last - now < AHEAD { last + 1 } else { now };
        // The closure always gives a number.
        let before = last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        let time = next(before.unwrap_or_default());
        let mut chance = [0; 16];
        if getrandom::fill(&mut chance[..9]).is_err() {
            // Without chance from the system: different from process to process all the same.
            let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), time);
            chance[..8].copy_from_slice(&seed.to_ne_bytes());
        }
        let chance = u128::from_le_bytes(chance) & ((1 << 68) - 1);
        Self::of_bits(u128::from(time) << 68 | chance)
    }

    /// The least id that could have been made at this time, in microseconds since 1970.
    pub(crate) fn first_of(micros: i64) -> Self {
        let time = u128::try_from(micros / 1000).unwrap_or_default();
        Self::of_bits(time << 80)
    }

    fn of_bits(bits: u128) -> Self {
        let mut text = [0; Self::LENGTH];
        for (index, character) in text.iter_mut().enumerate() {
            let shift = 5 * (Self::LENGTH - 1 - index);
            let five = usize::try_from(bits >> shift & 31).unwrap_or_default();
            *character = ALPHABET[five];
        }
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        // All of it is of the alphabet.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Id {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected an id of {} letters and digits", Self::LENGTH);
        let mut id: [u8; Self::LENGTH] = text.as_bytes().try_into().map_err(|_| wrong())?;
        id.make_ascii_uppercase();
        // 26 characters hold 130 bits; the first says no more than 7.
        if id[0] > b'7' || !id.iter().all(|character| ALPHABET.contains(character)) {
            return Err(wrong());
        }
        Ok(Self(id))
    }
}

/// The time of day in microseconds since 1970, as the store has it.
pub(crate) fn micros(clock: &Clock) -> i64 {
    let since = clock.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ids_are_different_and_in_order() {
        let (clock, last) = (Clock::manual(), AtomicU64::new(0));
        let mut ids: Vec<Id> = (0..5000).map(|_| Id::after(&last, &clock)).collect();
        clock.advance(Duration::from_secs(1));
        ids.push(Id::after(&last, &clock));
        assert!(ids.is_sorted());
        ids.dedup();
        assert_eq!(ids.len(), 5001);
        // The clock is set right after it was a day ahead.
        let ahead = clock.clone();
        let right = Clock::manual();
        ahead.advance(Duration::from_secs(86_400));
        let ahead = Id::after(&last, &ahead);
        assert!(Id::after(&last, &right) < ahead);
    }

    #[test]
    fn ids_can_be_read_and_nothing_else_can() {
        let id = Id::new(&Clock::system());
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_lowercase().parse(), Ok(id));
        for text in [
            "",
            "1",
            "0123456789ABCDEFGHJKMNPQRI",
            "8123456789ABCDEFGHJKMNPQRS",
            "ü1234567890123456789012345",
        ] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
        let clock = Clock::system();
        assert!(
            Id::first_of(micros(&clock)) <= Id::new(&clock)
                && Id::first_of(micros(&clock) + 10_000) > Id::new(&clock)
        );
        assert_eq!(Id::of_bits(u128::MAX).as_str(), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    }
}
