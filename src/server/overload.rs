//! How much is taken on at once: calls that are handled, calls that wait, bytes of bodies.
//!
//! A call takes a place when its caller is known and its body is there, so that neither strangers
//! nor slow senders hold one. What they could fill instead, memory, has a bound of its own: bodies
//! that do not fit into it are refused while they arrive. Whoever gets no place is told so at once
//! (503 with `Retry-After`), or after a wait that is short beside the time a handler has; waiting
//! never ends in 504.
//!
//! Calls wait in the order they came. There are fewer of them than places, so under any load a call
//! that is accepted has waited for less than it takes itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpMessage as _, HttpRequest};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connections::Overfull;
use super::door::Door;
use super::memory::{Held, Memory};
use super::respond::Refusal;
use crate::config::Limits;

/// Refusals are told in the log at most this often.
const TOLD_EVERY: Duration = Duration::from_secs(10);
/// So many of them are written one by one in that time.
const MOST_LINES: u64 = 20;

/// The places for calls, and who waits for one. One for each door.
#[derive(Debug)]
pub(crate) struct Overload {
    places: Arc<Semaphore>,
    /// How many places there are.
    most: usize,
    waiting: AtomicUsize,
    most_waiting: usize,
    max_wait: Duration,
    memory: Memory,
    shed: AtomicU64,
    started: Instant,
    /// When refusals were last told, in milliseconds since the start.
    told: AtomicU64,
    /// How many had a line of their own since then.
    lines: AtomicU64,
}

/// A call's place, until this is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "dropping it frees the place")] OwnedSemaphorePermit);

/// There is neither a place nor a chance of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Overload {
    pub(crate) fn new(limits: &Limits) -> Self {
        let most = limits.places();
        Self {
            places: Arc::new(Semaphore::new(most)),
            most,
            waiting: AtomicUsize::new(0),
            most_waiting: limits.queue(),
            max_wait: limits.max_wait,
            memory: Memory::new(limits.body_memory),
            shed: AtomicU64::new(0),
            started: Instant::now(),
            told: AtomicU64::new(0),
            lines: AtomicU64::new(0),
        }
    }

    /// How many calls have a place.
    pub(crate) fn handling(&self) -> usize {
        self.most - self.places.available_permits().min(self.most)
    }

    /// How many calls wait for a place.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Whether a call that came now would be refused, whatever is in it: then reading its body
    /// would only add to the load.
    pub(crate) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
            && (self.max_wait.is_zero() || self.waiting() >= self.most_waiting)
    }

    /// Takes a place if one is free. It takes none from those who wait: what becomes free goes to them
    /// first.
    pub(crate) fn place(&self) -> Option<Place> {
        Arc::clone(&self.places).try_acquire_owned().ok().map(Place)
    }

    /// Takes a place, waiting for one if that is allowed.
    pub(crate) async fn enter(&self) -> Result<Place, Full> {
        if let Some(place) = self.place() {
            return Ok(place);
        }
        if self.max_wait.is_zero() {
            return Err(Full);
        }
        let waiting = Waiting::begin(&self.waiting);
        if waiting.before >= self.most_waiting {
            return Err(Full);
        }
        match tokio::time::timeout(self.max_wait, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(Place(place)),
            Ok(Err(_)) | Err(_) => Err(Full),
        }
    }

    /// What the body of one call takes of the memory for bodies: nothing yet.
    pub(crate) fn body(&self) -> Held {
        self.memory.none()
    }

    /// Counts a refusal, and says now and then that there are some; whether this one has a line of
    /// its own in the log as well, which not all of a flood have.
    pub(crate) fn tells(&self, why: &'static str) -> bool {
        let refused = self.shed.fetch_add(1, Ordering::Relaxed) + 1;
        // Never 0, which stands for never.
        let now = self.started.elapsed().as_millis() as u64 + 1;
        let told = self.told.load(Ordering::Relaxed);
        let due = told == 0 || now.saturating_sub(told) > TOLD_EVERY.as_millis() as u64;
        if due && self.told.compare_exchange(told, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.lines.store(0, Ordering::Relaxed);
            tracing::warn!(
                target: "rejoinder::overload",
                in_flight = self.handling(), waiting = self.waiting(), refused,
                "overloaded: {why}. Calls are refused with 503; not each has a line of its own here"
            );
        }
        self.lines.fetch_add(1, Ordering::Relaxed) < MOST_LINES
    }
}

impl Door {
    /// Refuses, before anything is done for it, a call that cannot be answered anyway.
    pub(crate) fn take_on(&self, request: &HttpRequest) -> Result<(), Refusal> {
        let limit = self.header_limit;
        let headers = request.headers().iter();
        let headers: usize = headers.map(|(name, value)| name.as_str().len() + value.len()).sum();
        // HTTP/2 has no limit of its own that is worth the name; HTTP/1 has one of 128 KiB.
        if headers + request.uri().path().len() + request.query_string().len() > limit {
            return Err(Refusal::Head { limit });
        }
        if request.extensions().contains::<Overfull>() {
            return Err(Refusal::Overloaded { why: "a connection has too many calls at once" });
        }
        if self.overload.is_full() {
            return Err(Refusal::Overloaded { why: "all places are taken, and so is the queue" });
        }
        Ok(())
    }
}

/// One who waits, counted until it is dropped: clients may leave while they do.
struct Waiting<'w> {
    count: &'w AtomicUsize,
    before: usize,
}

impl<'w> Waiting<'w> {
    fn begin(count: &'w AtomicUsize) -> Self {
        Self { count, before: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::config::{Config, Sources};

    fn overload(change: impl FnOnce(&mut Limits)) -> Arc<Overload> {
        let mut limits = Config::load(&Sources::default()).expect("the defaults").server.limits;
        change(&mut limits);
        Arc::new(Overload::new(&limits))
    }

    #[tokio::test]
    async fn places_are_given_in_the_order_of_asking_and_the_queue_ends() {
        let overload = overload(|limits| (limits.max_in_flight, limits.max_waiting) = (1, 2));
        let first = overload.enter().await.expect("a place");
        let mut second = Box::pin(overload.enter());
        let mut third = Box::pin(overload.enter());
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        assert!(overload.is_full());
        assert_eq!(overload.enter().await.expect_err("the queue is full"), Full);
        assert_eq!((overload.handling(), overload.waiting()), (1, 2));
        drop(first);
        assert_eq!(overload.enter().await.expect_err("it is the second's turn"), Full);
        assert!(third.as_mut().now_or_never().is_none());
        let second = second.await.expect("its turn");
        assert_eq!((overload.handling(), overload.waiting()), (1, 1));
        drop(second);
        drop(third.await.expect("its turn"));
        assert_eq!((overload.handling(), overload.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn waiting_ends_and_who_leaves_is_not_counted() {
        let max_wait = Duration::from_millis(20);
        let overload = overload(|limits| (limits.max_in_flight, limits.max_wait) = (1, max_wait));
        let _first = overload.enter().await.expect("a place");
        let begun = Instant::now();
        assert_eq!(overload.enter().await.expect_err("too long"), Full);
        assert!(begun.elapsed() >= max_wait, "{:?}", begun.elapsed());
        let mut leaves = Box::pin(overload.enter());
        assert!(leaves.as_mut().now_or_never().is_none());
        assert_eq!(overload.waiting(), 1);
        drop(leaves);
        assert_eq!(overload.waiting(), 0);
    }

    #[tokio::test]
    async fn nobody_waits_where_that_is_not_wanted() {
        let overload = overload(|limits| (limits.max_in_flight, limits.max_wait) = (1, Duration::ZERO));
        let _first = overload.enter().await.expect("a place");
        assert!(overload.is_full());
        assert_eq!(overload.enter().now_or_never().expect("at once").expect_err("full"), Full);
    }
}
