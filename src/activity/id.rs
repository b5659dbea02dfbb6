//! The name of an invocation: a number in the store, 26 characters outside of it.
//!
//! The number is the moment at which the invocation began, in microseconds, with twelve bits below it
//! that keep those of one microsecond apart. So a table in the order of its key is one in the order of
//! time, a page begins at a number, and the times of a filter are bounds of the key. The text has the
//! shape of a ULID: whoever knows those can read the time from it.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::chance::Chance;
use crate::clock::Clock;

/// An invocation's id.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct InvocationId(i64);

/// Makes ids, each above the last.
#[derive(Debug)]
pub(crate) struct Ids {
    clock: Clock,
    chance: Chance,
    last: AtomicI64,
}

/// A text that is no invocation's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the 26 characters of an invocation's id, such as 01K8Z3V5Q0M4T9B7R2N6C1XDWE")]
pub(crate) struct InvalidId;

/// How many bits stand below the microseconds.
pub(super) const BITS: u32 = 12;
const MASK: i64 = (1 << BITS) - 1;
/// Crockford's alphabet, as ULIDs have it.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

impl Ids {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, chance: Chance::default(), last: AtomicI64::new(0) }
    }

    pub(crate) fn next(&self) -> InvocationId {
        // Other processes write to the same table: what stands below the microseconds is chance.
        let below = self.chance.bits().cast_signed() & MASK;
        let wanted = self.clock.unix_micros().min(i64::MAX >> BITS) << BITS | below;
        let above = |last| Some(wanted.max(last + 1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, above);
        InvocationId(wanted.max(last.unwrap_or_default() + 1))
    }
}

impl InvocationId {
    /// The first id of a moment.
    pub(crate) fn at(micros: i64) -> Self {
        Self(micros.clamp(0, i64::MAX >> BITS) << BITS)
    }

    pub(crate) fn of_number(number: i64) -> Self {
        Self(number)
    }

    pub(crate) fn number(self) -> i64 {
        self.0
    }

    /// When the invocation began, in microseconds since 1970.
    pub(crate) fn micros(self) -> i64 {
        self.0 >> BITS
    }

    /// The 128 bits of its text: milliseconds, what is below them, and a check of both.
    fn bits(self) -> u128 {
        let micros = u128::from(self.micros().cast_unsigned());
        let below = u128::from((self.0 & MASK).cast_unsigned());
        let check = u128::from(mixed(self.0.cast_unsigned()) >> 6);
        (micros / 1000) << 80 | (micros % 1000) << 70 | below << 58 | check
    }
}

/// Every bit of it depends on all of the number.
fn mixed(number: u64) -> u64 {
    let bits = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl fmt::Display for InvocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bits();
        let mut text = [0; LENGTH];
        for (index, digit) in text.iter_mut().enumerate() {
            let shift = 5 * (LENGTH - 1 - index);
            *digit = DIGITS[(bits >> shift) as usize & 31];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for InvocationId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.len() != LENGTH {
            return Err(InvalidId);
        }
        let mut bits: u128 = 0;
        for byte in text.bytes() {
            let digit = DIGITS.iter().position(|digit| *digit == byte.to_ascii_uppercase());
            bits = bits.checked_mul(32).ok_or(InvalidId)? | digit.ok_or(InvalidId)? as u128;
        }
        let micros = (bits >> 80) * 1000 + (bits >> 70 & 1023);
        let micros = i64::try_from(micros).ok().filter(|micros| *micros <= i64::MAX >> BITS);
        let id = Self(micros.ok_or(InvalidId)? << BITS | (bits >> 58) as i64 & MASK);
        if id.bits() == bits { Ok(id) } else { Err(InvalidId) }
    }
}

impl serde::Serialize for InvocationId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ids_grow_and_tell_their_time() {
        let clock = Clock::manual();
        let making = Ids::new(clock.clone());
        let ids: Vec<InvocationId> = (0..10_000).map(|_| making.next()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
        clock.advance(Duration::from_secs(60));
        let later = making.next();
        assert!(later > ids[9_999] && later.to_string() > ids[9_999].to_string());
        assert_eq!(later.to_string().len(), LENGTH);
        assert!((later.micros() - clock.unix_micros()).abs() <= 10);
        assert!(InvocationId::at(later.micros()) <= later);
        assert!(InvocationId::at(later.micros() + 1) > later);
    }

    #[test]
    fn a_text_is_read_back_and_a_mistyped_one_is_none() {
        for number in [0, 1, 4095, 1_764_000_000_123_456 << BITS, i64::MAX] {
            let id = InvocationId::of_number(number);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().to_lowercase().parse(), Ok(id));
        }
        let text = Ids::new(Clock::system()).next().to_string();
        let other = if text.ends_with('0') { "1" } else { "0" };
        for wrong in ["", "1", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ"] {
            assert_eq!(wrong.parse::<InvocationId>(), Err(InvalidId), "{wrong}");
        }
        assert_eq!(format!("{}{other}", &text[..25]).parse::<InvocationId>(), Err(InvalidId));
        assert_eq!(format!("é{}", &text[2..]).parse::<InvocationId>(), Err(InvalidId));
    }
}
