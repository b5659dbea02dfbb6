//! Whether the server takes calls, and which are still in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Shared by everything that answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lifecycle {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    stopping: AtomicBool,
    in_flight: AtomicUsize,
    idle: Notify,
}

/// A call that shutdown waits for, until this is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Lifecycle);

impl Lifecycle {
    /// Takes a call in, unless the server is stopping.
    pub(crate) fn enter(&self) -> Option<InFlight> {
        self.inner.in_flight.fetch_add(1, Ordering::SeqCst);
        // Counted first: a stop that comes between is either seen here or sees the count.
        let guard = InFlight(self.clone());
        (!self.is_stopping()).then_some(guard)
    }

    /// Takes in what goes on without a call, also while the server is stopping.
    pub(crate) fn background(&self) -> InFlight {
        self.inner.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(self.clone())
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::SeqCst)
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.inner.in_flight.load(Ordering::SeqCst)
    }

    /// From now on calls are refused.
    pub(crate) fn stop(&self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
    }

    /// Waits until no call is in flight.
    pub(crate) async fn idle(&self) {
        loop {
            let notified = self.inner.idle.notified();
            if self.in_flight() == 0 {
                return;
            }
            notified.await;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let inner = &self.0.inner;
        if inner.in_flight.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.is_stopping() {
            inner.idle.notify_waiters();
        }
    }
}
