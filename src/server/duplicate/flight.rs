//! One call whose handler runs, and the right to say what came of it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::SetOnce;

use super::{Duplicates, Key, keeps};
use crate::fulfillment::{Answer, Call};

/// A call in flight, and its answer as soon as there is one.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) key: Key,
    pub(super) call: Call,
    /// `None` if the handler was ended before it had one.
    answer: SetOnce<Option<Arc<Answer>>>,
}

impl Flight {
    pub(super) fn new(key: Key, call: Call) -> Self {
        Self { key, call, answer: SetOnce::new() }
    }

    pub(super) fn body(&self) -> &Bytes {
        self.call.envelope().body()
    }

    /// Waits for its answer; `None` if there will be none.
    pub(super) async fn answer(&self) -> Option<Arc<Answer>> {
        self.answer.wait().await.clone()
    }

    /// How much memory it takes, nearly.
    pub(super) fn size(&self) -> usize {
        super::BESIDE + self.key.apart().len() + self.body().len()
    }
}

/// A call that was here before.
#[derive(Debug)]
pub(crate) enum Known {
    /// Its handler runs.
    Flying(Flying),
    /// It was answered so.
    Answered(Arc<Answer>),
}

/// A call in flight, for those who wait for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Flying(pub(super) Arc<Flight>);

impl Known {
    pub(crate) fn is_answered(&self) -> bool {
        match self {
            Self::Flying(Flying(flight)) => flight.answer.get().is_some(),
            Self::Answered(_) => true,
        }
    }

    /// Waits for the answer; `None` if there will be none.
    pub(crate) async fn answer(&self) -> Option<Arc<Answer>> {
        match self {
            Self::Flying(Flying(flight)) => flight.answer().await,
            Self::Answered(answer) => Some(Arc::clone(answer)),
        }
    }
}

/// Held by the handler's run: whoever repeats the call waits for what it says.
#[derive(Debug)]
pub(crate) struct Claim {
    duplicates: Arc<Duplicates>,
    flight: Arc<Flight>,
}

impl Claim {
    pub(super) fn new(duplicates: Arc<Duplicates>, flight: Arc<Flight>) -> Self {
        Self { duplicates, flight }
    }

    /// Gives the answer to those who wait, and to those who come within the window.
    pub(crate) fn finish(self, answer: &Arc<Answer>) {
        let Duplicates { settings, clock, .. } = &*self.duplicates;
        let kept = keeps(settings, answer.outcome);
        let mut memory = self.duplicates.memory();
        memory.land(&self.flight);
        // It was empty: there is one claim a flight, and this is its one use.
        let _ = self.flight.answer.set(Some(Arc::clone(answer)));
        if kept {
            memory.keep(&self.flight, answer, clock.now(), settings);
            drop(memory);
            self.duplicates.sweep();
        }
    }

    /// Gives an answer of another instance to those who wait here. Who comes later asks again: it is
    /// kept there.
    pub(crate) fn pass_on(self, answer: &Arc<Answer>) {
        self.duplicates.memory().land(&self.flight);
        // It was empty, as above.
        let _ = self.flight.answer.set(Some(Arc::clone(answer)));
    }

    pub(super) fn flight(&self) -> &Arc<Flight> {
        &self.flight
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // The handler was ended, or its thread is gone: who waits must not wait for ever.
        if self.flight.answer.get().is_none() {
            self.duplicates.memory().land(&self.flight);
            let _ = self.flight.answer.set(None);
        }
    }
}
