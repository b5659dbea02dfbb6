//! Leaves a target alone for a while after it failed often, so that nobody waits for it in vain.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::telemetry::metrics::{BreakerState, Circuit};

/// Counts failures in a row: closed, then open for a while, then half-open for one trial call.
#[derive(Debug)]
pub(super) struct Breaker {
    name: String,
    /// How many failures open it; 0 never does.
    failures: usize,
    open_for: Duration,
    clock: Clock,
    state: Mutex<State>,
    /// Where the metrics read what it does.
    told: Arc<BreakerState>,
}

#[derive(Debug)]
struct State {
    failed: usize,
    opened: Option<Instant>,
    trial: bool,
    /// Counts openings and closings: what began before one says nothing about after.
    epoch: u64,
}

/// The permission for one call. Dropped without a word, the call says nothing about the target.
#[derive(Debug)]
pub(super) struct Permit<'b> {
    breaker: &'b Breaker,
    epoch: u64,
    trial: bool,
}

impl Breaker {
    pub(super) fn new(
        name: &str,
        failures: usize,
        open_for: Duration,
        clock: Clock,
        told: Arc<BreakerState>,
    ) -> Self {
        let state = Mutex::new(State { failed: 0, opened: None, trial: false, epoch: 0 });
        Self { name: name.to_owned(), failures, open_for, clock, state, told }
    }

    /// Permits a call, or says how long the target is left alone yet.
    pub(super) fn enter(&self) -> Result<Permit<'_>, Duration> {
        let mut state = self.lock();
        let Some(opened) = state.opened else {
            return Ok(Permit { breaker: self, epoch: state.epoch, trial: false });
        };
        let rest = (opened + self.open_for).saturating_duration_since(self.clock.now());
        if !rest.is_zero() {
            return Err(rest);
        }
        if state.trial {
            // How long the trial takes nobody knows; in a moment things may look different.
            return Err(Duration::from_secs(1).min(self.open_for));
        }
        state.trial = true;
        self.told.set(Circuit::HalfOpen);
        Ok(Permit { breaker: self, epoch: state.epoch, trial: true })
    }

    // What a panic left behind is still a valid state: each change is a few plain assignments.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The target answered.
    pub(super) fn succeeded(self) {
        let mut state = self.breaker.lock();
        if state.epoch != self.epoch {
            return;
        }
        state.failed = 0;
        if state.opened.take().is_some() {
            state.epoch += 1;
            state.trial = false;
            self.breaker.told.set(Circuit::Closed);
            tracing::info!(target: "rejoinder::outbound", webhook = self.breaker.name, "answers again");
        }
    }

    /// The target did not answer, or with an error of its own.
    pub(super) fn failed(self) {
        let breaker = self.breaker;
        let mut state = breaker.lock();
        if state.epoch != self.epoch || breaker.failures == 0 {
            return;
        }
        state.failed = state.failed.saturating_add(1);
        if self.trial || state.failed >= breaker.failures {
            state.opened = Some(breaker.clock.now());
            state.epoch += 1;
            state.trial = false;
            breaker.told.set(Circuit::Open);
            tracing::warn!(
                target: "rejoinder::outbound", webhook = breaker.name, failures = state.failed,
                open_ms = u64::try_from(breaker.open_for.as_millis()).unwrap_or(u64::MAX),
                "failed too often and is left alone for a while",
            );
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.trial {
            let mut state = self.breaker.lock();
            // After a word about the target there is another epoch.
            if state.epoch == self.epoch {
                state.trial = false;
                self.breaker.told.set(Circuit::Open);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Duration = Duration::from_secs(10);

    fn breaker(failures: usize) -> (Breaker, Clock) {
        let clock = Clock::manual();
        (Breaker::new("Weather API", failures, OPEN, clock.clone(), Arc::default()), clock)
    }

    fn fail(breaker: &Breaker, times: usize) {
        for _ in 0..times {
            breaker.enter().expect("permitted").failed();
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_after_one_good_trial() {
        let (breaker, clock) = breaker(3);
        fail(&breaker, 2);
        breaker.enter().expect("permitted").succeeded();
        fail(&breaker, 2);
        assert!(breaker.enter().is_ok(), "not in a row");
        fail(&breaker, 1);
        assert_eq!(breaker.enter().expect_err("open"), OPEN);
        clock.advance(Duration::from_secs(4));
        assert_eq!(breaker.enter().expect_err("open"), Duration::from_secs(6));
        clock.advance(Duration::from_secs(6));
        let trial = breaker.enter().expect("a trial");
        assert_eq!(breaker.enter().expect_err("one trial at a time"), Duration::from_secs(1));
        trial.succeeded();
        fail(&breaker, 2);
        assert!(breaker.enter().is_ok(), "the count begins anew");
    }

    #[test]
    fn a_failed_trial_opens_it_again_and_a_cancelled_one_makes_room() {
        let (breaker, clock) = breaker(2);
        fail(&breaker, 2);
        clock.advance(OPEN);
        drop(breaker.enter().expect("a trial"));
        breaker.enter().expect("another trial").failed();
        assert_eq!(breaker.enter().expect_err("open again"), OPEN);
    }

    #[test]
    fn what_began_before_it_opened_changes_nothing() {
        let (breaker, clock) = breaker(1);
        let (early, late) = (breaker.enter().expect("permitted"), breaker.enter().expect("permitted"));
        fail(&breaker, 1);
        clock.advance(OPEN / 2);
        early.succeeded();
        late.failed();
        assert_eq!(breaker.enter().expect_err("open"), OPEN / 2);
    }

    #[test]
    fn none_is_never_opened() {
        let (breaker, _clock) = breaker(0);
        fail(&breaker, 100);
        assert!(breaker.enter().is_ok());
    }
}
