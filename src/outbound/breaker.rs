//! Leaves a target alone for a while after it failed often, so that nobody waits for it in vain.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::circuits::{CircuitChange, Circuits};
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
    circuits: Arc<Circuits>,
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
        circuits: Arc<Circuits>,
    ) -> Self {
        let state = Mutex::new(State { failed: 0, opened: None, trial: false, epoch: 0 });
        Self { name: name.to_owned(), failures, open_for, clock, state, told, circuits }
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

    fn tell(&self, opened_after: Option<usize>) {
        let change = || CircuitChange { name: self.name.clone(), opened_after, open_for: self.open_for };
        self.circuits.tell(change);
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
            drop(state);
            tracing::info!(target: "rejoinder::outbound", webhook = self.breaker.name, "answers again");
            self.breaker.tell(None);
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
            let was_closed = state.opened.replace(breaker.clock.now()).is_none();
            let failed = state.failed;
            state.epoch += 1;
            state.trial = false;
            breaker.told.set(Circuit::Open);
            drop(state);
            tracing::warn!(
                target: "rejoinder::outbound", webhook = breaker.name, failures = failed,
                open_ms = u64::try_from(breaker.open_for.as_millis()).unwrap_or(u64::MAX),
                "failed too often and is left alone for a while",
            );
            // A trial that failed changes nothing for those who call.
            if was_closed {
                breaker.tell(Some(failed));
            }
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
        (breaker_told(failures, clock.clone(), Arc::default()), clock)
    }

    fn breaker_told(failures: usize, clock: Clock, circuits: Arc<Circuits>) -> Breaker {
        Breaker::new("Weather API", failures, OPEN, clock, Arc::default(), circuits)
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
    fn a_circuit_is_told_when_it_opens_and_when_it_closes_and_not_between() {
        let (circuits, told) = (Arc::new(Circuits::default()), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&told);
        circuits.listen(move |change| heard.lock().expect("no panic").push(change.opened_after));
        let clock = Clock::manual();
        let breaker = breaker_told(2, clock.clone(), circuits);
        fail(&breaker, 2);
        clock.advance(OPEN);
        fail(&breaker, 1);
        clock.advance(OPEN);
        breaker.enter().expect("a trial").succeeded();
        breaker.enter().expect("closed").succeeded();
        assert_eq!(*told.lock().expect("no panic"), [Some(2), None]);
    }

    #[test]
    fn none_is_never_opened() {
        let (breaker, _clock) = breaker(0);
        fail(&breaker, 100);
        assert!(breaker.enter().is_ok());
    }
}
