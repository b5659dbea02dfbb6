//! Packs: many calls that were written together, in one row of the store.
//!
//! A row with its places in two indexes costs SQLite more than it costs to answer the call, and with
//! many sessions each place is in another page, which is written whole. So what comes in a crowd is
//! written in a crowd: its calls, in the order of their ids and compressed, are one value. Beside it stand
//! the ids that it lies between, how many calls of each combination it has, and hashes of what single
//! calls are looked for by ([`Keys`]): whoever looks for something opens only packs that may have it.
//! Calls that come one by one stay rows, which are found without opening anything.
//!
//! A pack's calls lie within [`WIDEST`], so that all packs around a moment are a range of the key. Packs
//! overlap: a call is in the place of its beginning, and is written when it has ended.

mod erase;
pub(super) mod find;
mod keys;
mod write;

pub(super) use erase::erase;
pub(super) use keys::{Key, Keys};
pub(super) use write::{Pack, Packing, insert, remove_oldest};

use super::row::Row;

/// How many calls are in one pack. A page of what is rare opens one for each of its calls.
pub(super) const MOST: usize = 256;
/// With fewer than this, their own rows are no more work.
pub(super) const FEWEST: usize = 32;
/// How much text is in one pack, but for its last call.
const MOST_TEXT: usize = 1 << 20;
/// How far the first and the last call are apart, as ids: ten seconds.
pub(super) const WIDEST: i64 = 10_000_000 << super::id::BITS;

/// The first byte of a pack: how it is to be read.
const FORM: u8 = 1;
/// What is written of each call before the texts: three numbers and three lengths.
const HEAD: usize = 3 * 8 + 3 * 4;

/// A call in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed<'p> {
    pub(super) id: i64,
    pub(super) facet: i64,
    pub(super) parent: Option<i64>,
    /// Empty where there is none.
    pub(super) session: &'p str,
    pub(super) summary: &'p str,
    pub(super) messages: &'p str,
}

impl<'p> Packed<'p> {
    pub(super) fn of(row: &Row, facet: i64, texts: &'p str) -> Self {
        let [session, summary, messages] = row.kept(texts);
        Self { id: row.id, facet, parent: row.parent, session, summary, messages }
    }
}

/// Calls as they are kept: the numbers of all, then the texts of all, compressed together.
pub(super) fn encode(calls: &[Packed<'_>]) -> Vec<u8> {
    let text = calls.iter().map(|call| call.session.len() + call.summary.len() + call.messages.len());
    let mut plain = Vec::with_capacity(4 + calls.len() * HEAD + text.sum::<usize>());
    plain.extend_from_slice(&(calls.len() as u32).to_le_bytes());
    for call in calls {
        for number in [call.id, call.facet, call.parent.unwrap_or_default()] {
            plain.extend_from_slice(&number.to_le_bytes());
        }
        for text in [call.session, call.summary, call.messages] {
            plain.extend_from_slice(&(text.len() as u32).to_le_bytes());
        }
    }
    for call in calls {
        for text in [call.session, call.summary, call.messages] {
            plain.extend_from_slice(text.as_bytes());
        }
    }
    let mut kept = vec![FORM];
    kept.append(&mut lz4_flex::block::compress_prepend_size(&plain));
    kept
}

/// A pack that was opened.
#[derive(Debug)]
pub(super) struct Opened(Vec<u8>);

impl Opened {
    /// Opens what was kept; one that cannot be read is empty, which is told.
    pub(super) fn of(kept: &[u8]) -> Self {
        let plain = match kept.split_first() {
            Some((&FORM, rest)) => decompressed(rest),
            _ => None,
        };
        let plain = plain.unwrap_or_else(|| {
            tracing::error!(
                target: "rejoinder::activity",
                bytes = kept.len(), "a pack of the activity log cannot be read: its calls are not shown"
            );
            Vec::new()
        });
        Self(plain)
    }

    /// Its calls in the order of their ids.
    pub(super) fn calls(&self) -> impl DoubleEndedIterator<Item = Packed<'_>> {
        let (count, rest) = self
            .0
            .split_first_chunk()
            .map_or((0, &[][..]), |(count, rest)| (u32::from_le_bytes(*count) as usize, rest));
        let (heads, mut texts) = rest.split_at_checked(count.saturating_mul(HEAD)).unwrap_or_default();
        let mut calls = Vec::with_capacity(heads.len() / HEAD);
        for head in heads.chunks_exact(HEAD) {
            let (numbers, lengths) = head.split_at(24);
            let number =
                |at: usize| numbers[8 * at..].first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
            let mut text = |at: usize| {
                let length = lengths[4 * at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
                let (text, rest) = texts.split_at_checked(length as usize).unwrap_or_default();
                texts = rest;
                std::str::from_utf8(text).unwrap_or_default()
            };
            let (session, summary, messages) = (text(0), text(1), text(2));
            let parent = Some(number(2)).filter(|parent| *parent != 0);
            calls.push(Packed { id: number(0), facet: number(1), parent, session, summary, messages });
        }
        calls.into_iter()
    }
}

/// What was compressed, unless it claims to be more than a pack can be.
fn decompressed(compressed: &[u8]) -> Option<Vec<u8>> {
    /// A pack with one call more than fits, whose bodies are as long as the settings let them be.
    const LARGEST: usize = MOST_TEXT + (64 << 20);
    let (size, _) = lz4_flex::block::uncompressed_size(compressed).ok()?;
    (size <= LARGEST).then(|| lz4_flex::block::decompress_size_prepended(compressed).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Vec<Packed<'static>> {
        let call = |id: i64| Packed {
            id,
            facet: id * 7,
            parent: (id % 3 == 0).then_some(id - 1),
            session: if id % 2 == 0 { "" } else { "é" },
            summary: "{\"took_us\":1}",
            messages: "",
        };
        (1..=300).map(call).collect()
    }

    #[test]
    fn calls_are_read_as_they_were_written() {
        let calls = calls();
        let kept = encode(&calls);
        assert!(kept.len() < 300 * 20, "{} bytes", kept.len());
        let opened = Opened::of(&kept);
        assert_eq!(opened.calls().collect::<Vec<_>>(), calls);
        assert_eq!(Opened::of(&encode(&[])).calls().count(), 0);
    }

    #[test]
    fn what_is_no_pack_has_no_calls() {
        let kept = encode(&calls());
        let cut = &kept[..kept.len() / 2];
        let mut other = kept.clone();
        other[0] = 2;
        let claims_much = [&[FORM][..], &u32::MAX.to_le_bytes()].concat();
        for wrong in [&[][..], &[FORM], cut, &other, &claims_much] {
            assert_eq!(Opened::of(wrong).calls().count(), 0);
        }
        // Numbers without the texts they speak of.
        let mut plain = 1000_u32.to_le_bytes().to_vec();
        plain.resize(200, 0xff);
        assert_eq!(Opened(plain).calls().count(), 0);
        let mut plain = 1_u32.to_le_bytes().to_vec();
        plain.resize(4 + HEAD, 0xff);
        assert_eq!(Opened(plain).calls().next().map(|call| call.messages), Some(""));
    }

    #[test]
    fn parts_are_bounded_in_number_and_in_time() {
        let mut calls = calls();
        calls[299].id = 300 + WIDEST;
        let sizes = |packing: Packing| {
            let (packs, rows) = packing.split(&calls);
            (packs.iter().map(|pack| pack.len()).collect::<Vec<_>>(), rows.len())
        };
        assert_eq!(sizes(Packing::CROWDS), (vec![MOST, 300 - MOST - 1], 1));
        assert_eq!(sizes(Packing::from(1)), (vec![MOST, 300 - MOST - 1, 1], 0));
        assert_eq!(sizes(Packing::NEVER), (vec![], 300));
    }
}
