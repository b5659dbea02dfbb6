//! What many invocations have in common, kept once.
//!
//! Kind, status, tag, webhook and so on have few values, and fewer combinations. An invocation names
//! its combination by a number. Filters choose combinations, of which there are some hundred, and one
//! index of (combination, id) serves all of them; a column and an index for each would make every
//! call that is written cost several times as much. The number is a hash of the words, so that
//! nobody has to ask for it, and several processes agree.

use std::collections::HashMap;

use super::status::{Kind, Status};

/// A combination. Texts are empty where there is nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facet<'a> {
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    /// 0 where there is none.
    pub(crate) status_code: u16,
    pub(crate) error_type: &'a str,
    pub(crate) webhook: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) agent: &'a str,
}

/// Stands for tags beyond [`MOST`].
pub(crate) const OTHER: &str = "(other)";

/// How many combinations are told apart; whoever invents tags fills no table.
const MOST: usize = 10_000;

/// Where invented text is cut.
const LONGEST: usize = 256;

impl<'a> Facet<'a> {
    /// Its number, which stays what it is from release to release.
    pub(crate) fn number(&self) -> i64 {
        let mut hash = Fnv::default();
        hash.add(&[self.kind as u8, self.status as u8]);
        hash.add(&self.status_code.to_be_bytes());
        for text in [self.error_type, self.webhook, self.tag, self.environment, self.agent] {
            hash.add(text.as_bytes());
        }
        (hash.mixed() >> 1).cast_signed()
    }

    /// The same with texts that are not too long.
    pub(crate) fn bounded(self) -> Self {
        let cut = |text: &'a str| &text[..text.floor_char_boundary(LONGEST)];
        Self {
            error_type: cut(self.error_type),
            webhook: cut(self.webhook),
            tag: cut(self.tag),
            environment: cut(self.environment),
            agent: cut(self.agent),
            ..self
        }
    }
}

/// FNV-1a of some texts, for what is stored: the same in every release and process.
#[derive(Debug)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    /// With `SplitMix64`'s last step: the upper bits depend on few of the last bytes.
    pub(super) fn mixed(self) -> u64 {
        let hash = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^ (hash >> 27)
    }
}

/// The combinations that the store has, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<i64, i64>);

impl Known {
    /// How long one is taken to be there: what is not used for the time of retention, which is longer,
    /// may be gone.
    const FOR: i64 = 3_600_000_000;

    /// The number of a combination, which is another one if there are too many.
    pub(super) fn number(&self, facet: &mut Facet<'_>) -> i64 {
        let number = facet.number();
        if self.0.len() < MOST || self.0.contains_key(&number) {
            return number;
        }
        facet.tag = OTHER;
        facet.number()
    }

    /// Whether the store is to be told of it.
    pub(super) fn is_new(&self, number: i64, now: i64) -> bool {
        self.0.get(&number).is_none_or(|told| now - told > Self::FOR)
    }

    pub(super) fn add(&mut self, number: i64, now: i64) {
        self.0.insert(number, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet(tag: &str) -> Facet<'_> {
        Facet {
            kind: Kind::Standard,
            status: Status::Success,
            status_code: 200,
            error_type: "",
            webhook: "",
            tag,
            environment: "draft",
            agent: "",
        }
    }

    #[test]
    fn numbers_are_those_of_every_release() {
        assert_eq!(facet("order-status").number(), NUMBER);
    }

    const NUMBER: i64 = 3_590_515_068_684_111_367;

    #[test]
    fn combinations_have_numbers_of_their_own() {
        let base = facet("a");
        let others = [
            facet("b"),
            Facet { kind: Kind::Flexible, ..base },
            Facet { status: Status::Timeout, ..base },
            Facet { status_code: 201, ..base },
            Facet { error_type: "a", tag: "", ..base },
            Facet { webhook: "a", tag: "", ..base },
            Facet { environment: "a", tag: "draft", ..base },
        ];
        let mut numbers: Vec<i64> = others.iter().chain([&base]).map(Facet::number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 8);
        assert!(numbers.iter().all(|number| *number >= 0));
    }

    #[test]
    fn too_many_are_one() {
        let mut known = Known::default();
        for number in 0..MOST as i64 {
            known.add(number, 0);
        }
        let (mut one, mut other) = (facet("invented-1"), facet("invented-2"));
        assert_eq!(known.number(&mut one), known.number(&mut other));
        assert_eq!(one.tag, OTHER);
        assert!(known.is_new(7, Known::FOR + 1) && !known.is_new(7, Known::FOR));
    }
}
