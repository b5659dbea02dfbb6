//! Numbers for Prometheus: what is counted where, and how others add to it.
//!
//! A server has one [`Metrics`]; clones are the same. Counting is an atomic addition or two:
//! whatever has a name of its own, a tag or a webhook, looks it up once and keeps the handle.

mod calls;
mod deliveries;
mod histogram;
mod history;
mod labelled;
mod outbound;
mod received;
mod tally;
mod text;
mod totals;
mod trouble;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

pub(crate) use calls::{Queued, TagCalls};
pub(crate) use deliveries::DeliveryCalls;
pub(crate) use history::Past;
pub(crate) use outbound::{BreakerState, Circuit, WebhookCalls};
pub(crate) use received::ReceivedEvents;
pub(crate) use text::CONTENT_TYPE;

use calls::Calls;
use deliveries::Deliveries;
use history::History;
use labelled::Labelled;
use received::Received;
use tally::Tally;

/// The label of everything beyond a bound.
const OTHER: &str = "(other)";

/// What a server counts; clones are the same.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    started: SystemTime,
    history: History,
    calls: Calls,
    webhooks: Labelled<WebhookCalls>,
    deliveries: Deliveries,
    received: Received,
    key_fetches: Labelled<Tally>,
    tokens: Tally,
    activity_written: AtomicU64,
    activity_lost: Tally,
    events_told: Tally,
    events_lost: Tally,
    rules_fired: Tally,
    rules_unsent: Tally,
    store_failures: Tally,
    management: Tally,
    /// 0 until it is used, then 1 for working and 2 for failing.
    store: AtomicU8,
}

impl Default for Metrics {
    fn default() -> Self {
        Self(Arc::new(Inner {
            started: SystemTime::now(),
            history: History::default(),
            calls: Calls::default(),
            webhooks: Labelled::default(),
            deliveries: Deliveries::default(),
            received: Received::default(),
            key_fetches: Labelled::default(),
            tokens: Tally::of(&["cached", "verified", "refused"]),
            activity_written: AtomicU64::new(0),
            activity_lost: Tally::of(&["full", "store"]),
            events_told: Tally::default(),
            events_lost: Tally::of(&["full", "store"]),
            rules_fired: Tally::of(&["trigger", "automation"]),
            rules_unsent: Tally::of(&["webhook", "template", "too_large"]),
            store_failures: Tally::default(),
            management: Tally::default(),
            store: AtomicU8::new(0),
        }))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// The calls of a route, by its tag or pattern; an empty one is the fallback's. Keep the handle.
    pub(crate) fn route(&self, pattern: &str) -> Arc<TagCalls> {
        self.0.calls.route(pattern)
    }

    /// The calls that no route answers.
    pub(crate) fn unknown_tag(&self) -> &TagCalls {
        &self.0.calls.unknown
    }

    /// The calls that were refused before their tag was read.
    pub(crate) fn no_tag(&self) -> &TagCalls {
        &self.0.calls.nameless
    }

    /// What a call took to read, verify, queue, handle and write; what it did not do took no time.
    pub(crate) fn phases(&self, times: [Duration; 5]) {
        self.0.calls.observe_phases(times);
    }

    /// Our calls of a webhook, or of another API. Keep the handle.
    pub(crate) fn webhook(&self, name: &str) -> Arc<WebhookCalls> {
        self.0.webhooks.get(name)
    }

    /// The deliveries of a webhook that is told of events, by its name. Keep the handle.
    pub(crate) fn deliveries(&self, name: &str) -> Arc<DeliveryCalls> {
        self.0.deliveries.webhooks.get(name)
    }

    /// The events of a neighbour system, by the name of its source.
    pub(crate) fn received(&self, source: &str) -> Arc<ReceivedEvents> {
        self.0.received.sources.get(source)
    }
}

/// One line where the thing happens.
impl Metrics {
    /// A call waits for its turn until what this gives is dropped.
    pub(crate) fn queued(&self) -> Queued<'_> {
        Queued::new(&self.0.calls.queued)
    }

    /// A call was refused because too many are in flight.
    pub(crate) fn shed(&self) {
        self.0.calls.shed.fetch_add(1, Ordering::Relaxed);
    }

    /// A call was a repetition: it `joined` the one in flight, or an answer was `replayed`.
    pub(crate) fn duplicate(&self, how: &'static str) {
        self.0.calls.duplicates.add(how, 0);
    }

    /// What the store said of a call whose repetitions all instances recognize: it was `claimed`, or is
    /// another instance's (`elsewhere`); nothing in time (`late`), or that it cannot (`failed`); and
    /// whether an answer could not be put there (`unsaved`).
    pub(crate) fn shared_duplicate(&self, what: &'static str) {
        self.0.calls.shared_duplicates.add(what, 0);
    }

    /// Something happened to a deferred answer, such as `started`, `collected`, `expired`.
    pub(crate) fn deferred(&self, what: &'static str) {
        self.0.calls.deferred.add(what, 0);
    }

    /// The keys of an issuer of tokens were fetched, or could not be.
    pub(crate) fn keys_fetched(&self, issuer_host: &str, ok: bool) {
        self.0.key_fetches.get(issuer_host).add(if ok { "fetched" } else { "failed" }, 0);
    }

    /// A call of the management API was answered with this status.
    pub(crate) fn managed(&self, method: &'static str, status: u16) {
        self.0.management.add(method, status);
    }

    /// So many deliveries are under way.
    pub(crate) fn deliveries_under_way(&self, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0.deliveries.under_way.store(count, Ordering::Relaxed);
    }

    /// How long the delivery that is due longest has been due.
    pub(crate) fn delivery_lag(&self, lag: Duration) {
        let millis = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
        self.0.deliveries.lag.store(millis, Ordering::Relaxed);
    }

    /// A delivery was not ended by whoever had begun it.
    pub(crate) fn delivery_lease_lost(&self) {
        self.0.deliveries.leases_lost.fetch_add(1, Ordering::Relaxed);
    }

    /// How long the received event that is due longest has been due.
    pub(crate) fn receive_lag(&self, lag: Duration) {
        let millis = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
        self.0.received.lag.store(millis, Ordering::Relaxed);
    }

    /// An operation on the store failed, by the code of its error.
    pub(crate) fn store_failed(&self, code: &'static str) {
        self.0.store_failures.add(code, 0);
    }

    /// The store works, or does not, from now on.
    pub(crate) fn store_works(&self, works: bool) {
        self.0.store.store(if works { 1 } else { 2 }, Ordering::Relaxed);
    }

    /// A token was judged: known from before (`cached`), `verified`, or `refused`.
    pub(crate) fn tokens(&self, outcome: &'static str) {
        self.0.tokens.add(outcome, 0);
    }

    /// Invocations were written to the activity log.
    pub(crate) fn activity_written(&self, count: u64) {
        self.0.activity_written.fetch_add(count, Ordering::Relaxed);
    }

    /// Invocations are not in the activity log: it was `full`, or the `store` did not take them.
    pub(crate) fn activity_lost(&self, why: &'static str, count: u64) {
        self.0.activity_lost.add_many(why, count);
    }

    /// An event was put into the outbox for everybody who has subscribed to its type.
    pub(crate) fn event_told(&self, event_type: &'static str) {
        self.0.events_told.add(event_type, 0);
    }

    /// What might have been events is not told: too much waited (`full`), or the `store` did not take it.
    pub(crate) fn events_lost(&self, why: &'static str, count: u64) {
        self.0.events_lost.add_many(why, count);
    }

    /// A trigger or an automation fired.
    pub(crate) fn rule_fired(&self, kind: &'static str) {
        self.0.rules_fired.add(kind, 0);
    }

    /// An action of a rule that fired sends nothing: its `webhook` is gone, its `template` does not fit that
    /// any more, or what was rendered is `too_large`.
    pub(crate) fn rule_unsent(&self, why: &'static str) {
        self.0.rules_unsent.add(why, 0);
    }
}

#[cfg(test)]
mod tests;
