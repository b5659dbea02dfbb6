//! What becomes of deliveries to webhooks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use super::labelled::Labelled;
use super::outbound::{BreakerState, WebhookCalls};
use super::tally::Tally;

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pub(super) webhooks: Labelled<DeliveryCalls>,
    pub(super) under_way: AtomicI64,
    /// How long the job that is due longest has been, in milliseconds.
    pub(super) lag: AtomicU64,
    pub(super) leases_lost: AtomicU64,
}

/// The deliveries of one webhook.
#[derive(Debug, Default)]
pub(crate) struct DeliveryCalls {
    /// By how they ended.
    pub(super) ended: Tally,
    pub(super) attempts: WebhookCalls,
}

impl DeliveryCalls {
    /// A delivery has ended: `success`, `timeout`, and so on.
    pub(crate) fn ended(&self, state: &'static str) {
        self.ended.add(state, 0);
    }

    /// An attempt has been made.
    pub(crate) fn attempted(&self, outcome: Result<u16, &'static str>, took: Duration) {
        self.attempts.count(outcome, took);
    }

    pub(crate) fn breaker(&self) -> Arc<BreakerState> {
        self.attempts.breaker()
    }
}
