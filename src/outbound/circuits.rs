//! Who is told when a target is left alone, and when it answers again.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// The state of a target's breaker changed for those who call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CircuitChange {
    /// The target's name.
    pub(crate) name: String,
    /// How many failures in a row opened it; none if it is closed now.
    pub(crate) opened_after: Option<usize>,
    /// How long it is left alone then.
    pub(crate) open_for: Duration,
}

type Listener = Box<dyn Fn(CircuitChange) + Send + Sync>;

/// At most one listener, which must not wait.
#[derive(Default)]
pub(crate) struct Circuits(OnceLock<Listener>);

impl fmt::Debug for Circuits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Circuits").field("listened", &self.0.get().is_some()).finish()
    }
}

impl Circuits {
    /// Tells `listener` from now on, unless there is one already.
    pub(crate) fn listen(&self, listener: impl Fn(CircuitChange) + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(listener));
    }

    pub(super) fn tell(&self, change: impl FnOnce() -> CircuitChange) {
        if let Some(listener) = self.0.get() {
            listener(change());
        }
    }
}
