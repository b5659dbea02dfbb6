//! Calls that were answered, in the order of their age.
//!
//! Their texts stand one behind the other in blocks. Most calls never come again, so what matters is
//! what it costs to keep and to forget one: memory that nobody has touched for a while is slow, and
//! this writes it once, in order, and does not look at it again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hashbrown::HashTable;

use super::flight::Flight;
use super::{BESIDE, Key};
use crate::auth::Caller;
use crate::fulfillment::{Answer, Outcome};

/// The room for texts in a block; a call that needs more gets a block of its own.
const BLOCK: usize = 64 << 10;

/// Answered calls, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Kept {
    blocks: VecDeque<Block>,
    /// The number of the first block; the others follow.
    first: u64,
    places: HashTable<Place>,
    /// The last forgotten block, whose memory the next one takes.
    spare: Option<Block>,
    /// The last one's. Most calls come from one caller.
    caller: Option<Arc<Caller>>,
    bytes: usize,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    hash: u64,
    block: u64,
    at: usize,
}

#[derive(Debug)]
struct Block {
    begun: Instant,
    text: Vec<u8>,
    calls: Vec<Answered>,
    /// How many of them are forgotten already.
    forgotten: usize,
}

/// A call: what is apart in its key, its body and its answer follow each other in the block's text.
#[derive(Debug)]
struct Answered {
    hash: u64,
    until: Instant,
    caller: Arc<Caller>,
    start: usize,
    apart: usize,
    body: usize,
    answer: usize,
    how: How,
}

/// What the answer is beside its text.
#[derive(Debug)]
enum How {
    Told(Outcome),
    /// A failure or what hides one, whole.
    Failed(Arc<Answer>),
}

/// A call that another may repeat.
pub(super) struct Alike<'k> {
    pub(super) body: &'k [u8],
    answer: &'k [u8],
    how: &'k How,
}

impl Kept {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// How much memory the calls take, nearly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Those that a call with this key may be a repetition of.
    pub(super) fn alike<'k>(&'k self, key: &'k Key, caller: &'k Caller) -> impl Iterator<Item = Alike<'k>> {
        let places = self.places.iter_hash(key.hash).filter(|place| place.hash == key.hash);
        // Of another caller it would be another's answer.
        places.filter_map(|place| {
            let block = self.blocks.get((place.block - self.first) as usize)?;
            let call = block.calls.get(place.at)?;
            let (found, rest) = block.text.get(call.start..)?.split_at_checked(call.apart)?;
            let (body, rest) = rest.split_at_checked(call.body)?;
            (found == key.apart().as_bytes() && *call.caller == *caller).then_some(Alike {
                body,
                answer: rest.get(..call.answer)?,
                how: &call.how,
            })
        })
    }

    /// Keeps a call until `window` has passed.
    pub(super) fn put(&mut self, flight: &Flight, answer: &Arc<Answer>, now: Instant, window: Duration) {
        let (apart, body) = (flight.key.apart().as_bytes(), flight.body());
        let (told, how) = match (&answer.body, &answer.hidden) {
            (Ok(told), None) => (&told[..], How::Told(answer.outcome)),
            _ => (&[][..], How::Failed(Arc::clone(answer))),
        };
        let (hash, until) = (flight.key.hash, now + window);
        let caller = self.share(flight.call.caller());
        let block = self.block(apart.len() + body.len() + told.len(), now, window);
        let start = block.text.len();
        [apart, body, told].iter().for_each(|part| block.text.extend_from_slice(part));
        let (apart, body, answer) = (apart.len(), body.len(), told.len());
        let call = Answered { hash, until, caller, start, apart, body, answer, how };
        let at = block.calls.len();
        let size = call.size();
        block.calls.push(call);
        self.bytes += size;
        let block = self.first + self.blocks.len() as u64 - 1;
        self.places.insert_unique(hash, Place { hash, block, at }, |place| place.hash);
    }

    /// Forgets what is too old.
    pub(super) fn expire(&mut self, now: Instant) {
        let until = |kept: &Self| Some(kept.blocks.front()?.oldest()?.until);
        while until(self).is_some_and(|until| until <= now) {
            self.forget_oldest();
        }
    }

    /// Forgets the oldest; tells whether there was one.
    pub(super) fn forget_oldest(&mut self) -> bool {
        let Some(block) = self.blocks.front_mut() else { return false };
        let Some(call) = block.oldest() else { return false };
        let place = Place { hash: call.hash, block: self.first, at: block.forgotten };
        self.bytes -= call.size();
        block.forgotten += 1;
        if let Ok(found) = self.places.find_entry(place.hash, |known| *known == place) {
            found.remove();
        }
        if block.oldest().is_none() {
            self.first += 1;
            self.spare = self.blocks.pop_front();
        }
        true
    }

    /// Gives back what is not needed.
    pub(super) fn shrink(&mut self) {
        self.spare = None;
        self.blocks.shrink_to(self.blocks.len() * 2);
        self.places.shrink_to(self.places.len() * 2, |place| place.hash);
    }

    /// A block with room for so much. Blocks are forgotten as a whole, so what is in one is nearly
    /// of one age, or it would stay for much longer than it is wanted.
    fn block(&mut self, size: usize, now: Instant, window: Duration) -> &mut Block {
        let fits = self.blocks.back().is_some_and(|block| {
            block.text.len() + size <= block.text.capacity()
                && now.saturating_duration_since(block.begun) <= window / 8
        });
        if !fits {
            let fits = |block: &Block| (size..=size.max(BLOCK)).contains(&block.text.capacity());
            let spare = self.spare.take().filter(fits);
            let mut block = spare.unwrap_or_else(|| Block::with_capacity(size.max(BLOCK), now));
            (block.begun, block.forgotten) = (now, 0);
            block.text.clear();
            block.calls.clear();
            self.blocks.push_back(block);
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    fn share(&mut self, caller: &Caller) -> Arc<Caller> {
        if let Some(known) = self.caller.as_ref().filter(|known| ***known == *caller) {
            return Arc::clone(known);
        }
        Arc::clone(self.caller.insert(Arc::new(caller.clone())))
    }
}

impl Block {
    fn with_capacity(size: usize, begun: Instant) -> Self {
        Self { begun, text: Vec::with_capacity(size), calls: Vec::new(), forgotten: 0 }
    }

    fn oldest(&self) -> Option<&Answered> {
        self.calls.get(self.forgotten)
    }
}

impl Answered {
    fn size(&self) -> usize {
        BESIDE + self.apart + self.body + self.answer
    }
}

impl Alike<'_> {
    /// The answer that it was given.
    pub(super) fn answer(&self) -> Arc<Answer> {
        match self.how {
            How::Told(outcome) => {
                let body = Ok(Bytes::copy_from_slice(self.answer));
                Arc::new(Answer { outcome: *outcome, body, hidden: None })
            }
            How::Failed(answer) => Arc::clone(answer),
        }
    }
}
