//! The memory that bodies take, all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::overload::Full;

/// Bytes that are still free to take.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<AtomicUsize>);

impl Memory {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// What a body takes that has not begun.
    pub(crate) fn none(&self) -> Held {
        Held { memory: self.clone(), bytes: 0 }
    }
}

/// What a call's body has taken of the memory for bodies; given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Memory,
    bytes: usize,
}

impl Held {
    /// A body up to this size takes nothing, so that a crowd of large ones never stops the usual,
    /// small ones.
    pub(crate) const FREE: usize = 64 << 10;

    /// Makes room for a body of so many bytes in all, or says that there is none.
    pub(crate) fn grow_to(&mut self, size: usize) -> Result<(), Full> {
        if size <= Self::FREE || size <= self.bytes {
            return Ok(());
        }
        let more = size - self.bytes;
        let taken =
            self.memory.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| free.checked_sub(more));
        taken.map_err(|_| Full)?;
        self.bytes = size;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.memory.0.fetch_add(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_share_their_memory_and_small_ones_need_none() {
        let memory = Memory::new(1 << 20);
        let (mut one, mut other) = (memory.none(), memory.none());
        one.grow_to(900 << 10).expect("room");
        other.grow_to(Held::FREE).expect("small");
        assert_eq!(other.grow_to(200 << 10), Err(Full));
        drop(one);
        other.grow_to(200 << 10).expect("room again");
        other.grow_to(1 << 20).expect("exactly all");
        assert_eq!(memory.none().grow_to(Held::FREE + 1), Err(Full));
        drop(other);
        assert_eq!(memory.0.load(Ordering::Relaxed), 1 << 20);
    }
}
