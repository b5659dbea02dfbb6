//! What becomes of our calls of others.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::histogram::Histogram;
use super::tally::Tally;

/// The calls of one webhook, or of another API that has a name.
#[derive(Debug, Default)]
pub(crate) struct WebhookCalls {
    pub(super) counts: Tally,
    pub(super) seconds: Histogram,
    /// A webhook has a breaker for each environment that sees it otherwise; a reload replaces them.
    breakers: Mutex<Vec<Weak<BreakerState>>>,
}

/// The state of one circuit breaker, as its owner sets it.
#[derive(Debug, Default)]
pub(crate) struct BreakerState(AtomicU8);

/// What a circuit breaker does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Circuit {
    /// It lets them through.
    Closed,
    /// It lets one try.
    HalfOpen,
    /// It refuses them.
    Open,
}

impl Circuit {
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Closed, "closed"), (Self::HalfOpen, "half_open"), (Self::Open, "open")];
}

impl BreakerState {
    pub(crate) fn set(&self, circuit: Circuit) {
        self.0.store(circuit as u8, Ordering::Relaxed);
    }
}

impl WebhookCalls {
    /// Counts a call that has ended: by the first digit of its status, or by the code of its failure.
    pub(crate) fn count(&self, outcome: Result<u16, &'static str>, took: Duration) {
        let outcome = match outcome {
            Ok(..200) => "1xx",
            Ok(..300) => "2xx",
            Ok(..400) => "3xx",
            Ok(..500) => "4xx",
            Ok(_) => "5xx",
            Err(code) => code,
        };
        self.counts.add(outcome, 0);
        self.seconds.observe(took);
    }

    /// Tells this breaker's state from now on, as long as it lives.
    pub(crate) fn breaker(&self) -> Arc<BreakerState> {
        let state = Arc::default();
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        breakers.retain(|known| known.strong_count() > 0);
        breakers.push(Arc::downgrade(&state));
        state
    }

    /// The worst of its breakers' states; none where there is no breaker any more.
    pub(super) fn circuit(&self) -> Option<Circuit> {
        let breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let states = breakers.iter().filter_map(Weak::upgrade);
        let worst = states.map(|state| state.0.load(Ordering::Relaxed)).max()?;
        Circuit::ALL.iter().map(|(circuit, _)| *circuit).find(|circuit| *circuit as u8 == worst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_breaker_that_lives_is_told() {
        let webhook = WebhookCalls::default();
        assert_eq!(webhook.circuit(), None);
        let (first, second) = (webhook.breaker(), webhook.breaker());
        assert_eq!(webhook.circuit(), Some(Circuit::Closed));
        first.set(Circuit::HalfOpen);
        second.set(Circuit::Open);
        assert_eq!(webhook.circuit(), Some(Circuit::Open));
        drop(second);
        assert_eq!(webhook.circuit(), Some(Circuit::HalfOpen));
        drop(first);
        assert_eq!(webhook.circuit(), None);
    }
}
