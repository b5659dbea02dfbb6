//! One call that is remembered, and the right to say what came of it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::SetOnce;

use super::{Duplicates, Key};
use crate::auth::Caller;
use crate::fulfillment::{Answer, Outcome};

/// A call, and its answer as soon as there is one.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(super) hash: u64,
    pub(super) key: Key,
    pub(super) caller: Caller,
    body: Bytes,
    /// `None` if the handler was ended before it had one.
    answer: SetOnce<Option<Arc<Answer>>>,
}

/// What an entry weighs beside its texts: its own members and its place in three tables.
const BESIDE: usize = 400;

impl Entry {
    pub(super) fn new(hash: u64, key: Key, caller: Caller, body: Bytes) -> Self {
        Self { hash, key, caller, body, answer: SetOnce::new() }
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    pub(super) fn has_body(&self, body: &[u8]) -> bool {
        self.body == body
    }

    /// How much memory it takes, nearly.
    pub(super) fn size(&self) -> usize {
        let answer = self.answer.get().and_then(Option::as_ref);
        let answer = answer.and_then(|answer| answer.body.as_ref().ok()).map_or(0, Bytes::len);
        BESIDE + self.key.len() + self.body.len() + answer
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.answer.get().is_some()
    }

    /// Waits for the answer; `None` if there will be none.
    pub(crate) async fn answer(&self) -> Option<Arc<Answer>> {
        self.answer.wait().await.clone()
    }
}

/// Held by the handler's run: whoever repeats the call waits for what it says.
#[derive(Debug)]
pub(crate) struct Claim {
    duplicates: Arc<Duplicates>,
    entry: Arc<Entry>,
}

impl Claim {
    pub(super) fn new(duplicates: Arc<Duplicates>, entry: Arc<Entry>) -> Self {
        Self { duplicates, entry }
    }

    /// Gives the answer to those who wait, and to those who come within the window.
    pub(crate) fn finish(self, answer: &Arc<Answer>) {
        let Duplicates { settings, clock, .. } = &*self.duplicates;
        let failed = matches!(answer.outcome, Outcome::Failed | Outcome::Apologised);
        let mut memory = self.duplicates.memory();
        let before = self.entry.size();
        // It was empty: there is one claim an entry, and this is its one use.
        let _ = self.entry.answer.set(Some(Arc::clone(answer)));
        // Whoever asks once more whether an answer is there wants to know how it is by then.
        let passing = answer.outcome == Outcome::Pending;
        if passing || failed && !settings.remember_failures {
            memory.remove(&self.entry, before);
        } else {
            memory.keep(&self.entry, before, clock.now() + settings.window, settings);
            drop(memory);
            self.duplicates.sweep();
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // The handler was ended, or its thread is gone: who waits must not wait for ever.
        if self.entry.answer.get().is_none() {
            self.duplicates.memory().remove(&self.entry, self.entry.size());
            let _ = self.entry.answer.set(None);
        }
    }
}
