//! What is known of one webhook while deliveries to it are under way.

use std::sync::Arc;

use super::breaker::{Breaker, Circuit, Pass, Turned};
use super::retry::Receiver;
use crate::config;
use crate::telemetry::metrics::{BreakerState, Circuit as Told, DeliveryCalls};

/// One webhook's places and its breaker, in this instance.
#[derive(Debug)]
pub(super) struct Lane {
    breaker: Breaker,
    /// How many deliveries are under way.
    under_way: usize,
    /// Whether it did not answer the last time.
    silent: bool,
    pub(super) calls: Arc<DeliveryCalls>,
    told: Arc<BreakerState>,
}

/// So many jobs are ended at once while nothing may be sent.
const DROPPED_AT_ONCE: usize = 256;

impl Lane {
    pub(super) fn new(calls: Arc<DeliveryCalls>) -> Self {
        let told = calls.breaker();
        Self { breaker: Breaker::default(), under_way: 0, silent: false, calls, told }
    }

    /// How many jobs may be taken now.
    pub(super) fn room(&self, settings: &config::Delivery, now: i64) -> usize {
        let most = settings.max_concurrent_per_webhook;
        let most = match self.breaker.circuit(now) {
            Circuit::Open => return DROPPED_AT_ONCE,
            Circuit::Tried => 0,
            Circuit::HalfOpen => 1,
            Circuit::Closed if self.silent => (most / 4).max(1),
            Circuit::Closed => most,
        };
        most.saturating_sub(self.under_way)
    }

    /// Whether what is taken now is sent, and takes places of the instance.
    pub(super) fn sends(&self, now: i64) -> bool {
        self.breaker.circuit(now) != Circuit::Open
    }

    /// Permits one, unless the breaker is open.
    pub(super) fn enter(&mut self, now: i64) -> Option<Pass> {
        let pass = self.breaker.enter(now)?;
        self.under_way += 1;
        self.tell(now);
        Some(pass)
    }

    /// One has been made; `receiver` is none if nothing was sent.
    pub(super) fn made(&mut self, pass: Pass, receiver: Option<Receiver>, now: i64) -> Option<Turned> {
        self.under_way = self.under_way.saturating_sub(1);
        let turned = match receiver {
            None => {
                self.breaker.untold(pass);
                None
            }
            Some(receiver) => {
                self.silent = receiver == Receiver::IsSilent;
                self.breaker.told(pass, receiver == Receiver::Accepts, now)
            }
        };
        self.tell(now);
        turned
    }

    /// Whether it can be forgotten.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way == 0 && !self.silent && self.breaker.is_new()
    }

    fn tell(&self, now: i64) {
        self.told.set(match self.breaker.circuit(now) {
            Circuit::Closed => Told::Closed,
            Circuit::Open => Told::Open,
            Circuit::HalfOpen | Circuit::Tried => Told::HalfOpen,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_does_not_answer_has_a_quarter_of_the_places() {
        let settings = config::Delivery::default();
        let mut lane = Lane::new(Arc::default());
        let passes: Vec<Pass> = (0..16).map(|_| lane.enter(0).expect("permitted")).collect();
        assert_eq!(lane.room(&settings, 0), 0);
        lane.made(passes[0], Some(Receiver::IsSilent), 0);
        assert_eq!(lane.room(&settings, 0), 0);
        for pass in &passes[1..13] {
            lane.made(*pass, Some(Receiver::IsSilent), 0);
        }
        assert_eq!(lane.room(&settings, 0), 1);
        lane.made(passes[13], Some(Receiver::Errs), 0);
        assert_eq!(lane.room(&settings, 0), 14);
        assert!(!lane.is_idle());
    }

    #[test]
    fn while_it_is_open_jobs_are_ended_and_then_one_is_tried() {
        let settings = config::Delivery::default();
        let mut lane = Lane::new(Arc::default());
        for _ in 0..100 {
            let pass = lane.enter(0).expect("permitted");
            lane.made(pass, Some(Receiver::IsSilent), 0);
        }
        assert!(!lane.sends(0) && lane.enter(0).is_none());
        assert_eq!(lane.room(&settings, 0), DROPPED_AT_ONCE);
        assert_eq!(lane.room(&settings, 5_000_000), 1);
        let trial = lane.enter(5_000_000).expect("a trial");
        assert_eq!(lane.room(&settings, 5_000_000), 0);
        assert_eq!(lane.made(trial, Some(Receiver::Accepts), 5_000_000), Some(Turned::Closed));
        assert_eq!(lane.room(&settings, 5_000_000), 16);
    }
}
