//! Leaves a receiver alone that fails most of what it is sent.
//!
//! Zendesk's rule: it opens when, of at least a hundred requests within five minutes, seven of ten
//! fail, or more than a thousand do. It stays open for five seconds; then one request tries it, and
//! the first that succeeds closes it.

use std::collections::VecDeque;
use std::time::Duration;

/// A part of the window; what is older than the window goes part by part.
const PART: i64 = 5_000_000;
const PARTS: i64 = 60;
/// With fewer requests in the window, it never opens.
const FEWEST: u64 = 100;
/// Of a hundred requests, so many errors open it.
const PERCENT: u64 = 70;
/// With more errors than this, it opens whatever succeeds.
const MOST_ERRORS: u64 = 1000;
/// How long it stays open before it is tried.
pub(super) const OPEN_FOR: Duration = Duration::from_secs(5);

/// Counts what comes of requests; times are microseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Each part's number, requests and errors, the oldest first.
    parts: VecDeque<(i64, u64, u64)>,
    opened: Option<Opened>,
    /// Counts openings and closings: what began before one says nothing about after.
    epoch: u64,
}

#[derive(Debug)]
struct Opened {
    at: i64,
    /// Whether one request tries it now.
    tried: bool,
}

/// The permission for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    epoch: u64,
    tries: bool,
}

/// What requests may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circuit {
    Closed,
    /// None may be made.
    Open,
    /// One may be made.
    HalfOpen,
    /// That one is being made.
    Tried,
}

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turned {
    /// It opened, or it stays open since the trial failed.
    Opened,
    Closed,
}

impl Breaker {
    pub(super) fn circuit(&self, now: i64) -> Circuit {
        match &self.opened {
            None => Circuit::Closed,
            Some(Opened { tried: true, .. }) => Circuit::Tried,
            Some(Opened { at, .. }) if now < at + micros(OPEN_FOR) => Circuit::Open,
            Some(_) => Circuit::HalfOpen,
        }
    }

    /// Permits a request, unless it is open.
    pub(super) fn enter(&mut self, now: i64) -> Option<Pass> {
        let circuit = self.circuit(now);
        if let (Circuit::HalfOpen, Some(opened)) = (circuit, &mut self.opened) {
            opened.tried = true;
        }
        let allowed = matches!(circuit, Circuit::Closed | Circuit::HalfOpen);
        allowed.then_some(Pass { epoch: self.epoch, tries: circuit == Circuit::HalfOpen })
    }

    /// A request was made, and succeeded or not.
    pub(super) fn told(&mut self, pass: Pass, succeeded: bool, now: i64) -> Option<Turned> {
        if pass.epoch != self.epoch {
            return None;
        }
        if pass.tries {
            self.epoch += 1;
            self.parts.clear();
            self.opened = (!succeeded).then_some(Opened { at: now, tried: false });
            return Some(if succeeded { Turned::Closed } else { Turned::Opened });
        }
        let part = now.div_euclid(PART);
        self.parts.retain(|(number, ..)| *number > part - PARTS);
        match self.parts.back_mut() {
            Some((number, requests, errors)) if *number >= part => {
                *requests += 1;
                *errors += u64::from(!succeeded);
            }
            _ => self.parts.push_back((part, 1, u64::from(!succeeded))),
        }
        let (requests, errors) =
            self.parts.iter().fold((0, 0), |(requests, errors), part| (requests + part.1, errors + part.2));
        let fails = requests >= FEWEST && errors * 100 >= requests * PERCENT;
        if fails || errors > MOST_ERRORS {
            self.epoch += 1;
            self.parts.clear();
            self.opened = Some(Opened { at: now, tried: false });
            return Some(Turned::Opened);
        }
        None
    }

    /// A request was not made after all.
    pub(super) fn untold(&mut self, pass: Pass) {
        if pass.epoch == self.epoch
            && pass.tries
            && let Some(opened) = &mut self.opened
        {
            opened.tried = false;
        }
    }

    /// Whether it knows nothing.
    pub(super) fn is_new(&self) -> bool {
        self.parts.is_empty() && self.opened.is_none()
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// Tells so many outcomes at a moment; whether it opened.
    fn tell(breaker: &mut Breaker, succeeded: bool, times: usize, now: i64) -> bool {
        (0..times).any(|_| {
            let pass = breaker.enter(now).expect("permitted");
            breaker.told(pass, succeeded, now).is_some()
        })
    }

    #[test]
    fn ninety_nine_failures_leave_it_closed_and_the_hundredth_opens_it() {
        let mut breaker = Breaker::default();
        assert!(!tell(&mut breaker, false, 99, 0));
        assert!(tell(&mut breaker, false, 1, 299 * SECOND));
        assert_eq!(breaker.circuit(299 * SECOND), Circuit::Open);
    }

    #[test]
    fn seventy_of_a_hundred_open_it_and_sixty_nine_do_not() {
        let mut breaker = Breaker::default();
        assert!(!tell(&mut breaker, true, 31, 0) && !tell(&mut breaker, false, 69, 0));
        let mut breaker = Breaker::default();
        assert!(!tell(&mut breaker, true, 30, 0) && tell(&mut breaker, false, 70, 0));
    }

    #[test]
    fn a_thousand_and_one_errors_open_it_however_many_requests_succeed() {
        let mut breaker = Breaker::default();
        assert!(!tell(&mut breaker, true, 8999, 0) && !tell(&mut breaker, false, 1000, SECOND));
        assert!(tell(&mut breaker, false, 1, SECOND));
    }

    #[test]
    fn what_is_older_than_five_minutes_does_not_count() {
        let mut breaker = Breaker::default();
        assert!(!tell(&mut breaker, false, 99, 0) && !tell(&mut breaker, false, 99, 301 * SECOND));
    }

    #[test]
    fn after_five_seconds_one_request_tries_it_and_its_success_closes_it() {
        let mut breaker = Breaker::default();
        let early = breaker.enter(0).expect("permitted");
        assert!(tell(&mut breaker, false, 100, 0));
        assert_eq!(breaker.enter(5 * SECOND - 1), None);
        let trial = breaker.enter(5 * SECOND).expect("a trial");
        assert_eq!((breaker.enter(6 * SECOND), breaker.circuit(60 * SECOND)), (None, Circuit::Tried));
        // What was sent before it opened says nothing now.
        assert_eq!(breaker.told(early, true, 6 * SECOND), None);
        assert_eq!(breaker.told(trial, true, 6 * SECOND), Some(Turned::Closed));
        assert!(!tell(&mut breaker, false, 99, 6 * SECOND), "the count begins anew");
    }

    #[test]
    fn a_failed_trial_opens_it_again_and_one_that_was_not_made_leaves_it_to_another() {
        let mut breaker = Breaker::default();
        assert!(tell(&mut breaker, false, 100, 0));
        let trial = breaker.enter(5 * SECOND).expect("a trial");
        breaker.untold(trial);
        let trial = breaker.enter(5 * SECOND).expect("another");
        assert_eq!(breaker.told(trial, false, 6 * SECOND), Some(Turned::Opened));
        assert_eq!(breaker.enter(11 * SECOND - 1), None);
        assert_eq!(breaker.circuit(11 * SECOND), Circuit::HalfOpen);
    }
}
