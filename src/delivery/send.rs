//! Making an attempt, in a task of its own.

use std::sync::Arc;

use super::decide::{Decision, Start};
use super::engine::Engine;
use super::job::State;
use super::outbox::{AttemptRow, Change};
use super::retry::{Receiver, judge};
use crate::telemetry::metrics::DeliveryCalls;

/// An attempt that cannot begin this soon after it was taken is given back: it would not end within its
/// lease.
const LATEST: i64 = 4_000_000;

/// What came of it.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) change: Change,
    pub(super) attempts: Vec<AttemptRow>,
    pub(super) receiver: Option<Receiver>,
}

/// Sends a request and judges what comes back.
pub(super) async fn send(engine: Arc<Engine>, start: Start, calls: Arc<DeliveryCalls>) -> Done {
    let (started_at, begun) = (engine.clock.unix_micros(), engine.clock.now());
    if started_at > start.taken_at + LATEST {
        let Decision { change, attempts, .. } = Decision::given_back(&start.lost(), None, started_at);
        return Done { change, attempts, receiver: None };
    }
    let outcome = engine.target.send(start.request.clone(), None).await;
    let completed_at = engine.clock.unix_micros();
    let told = outcome.as_ref().map(|response| response.status).map_err(|error| error.code());
    calls.attempted(told, engine.clock.now().saturating_duration_since(begun));
    let delays = &engine.settings.retry_delays;
    let verdict = judge(&outcome, start.attempt, delays, engine.clock.wall(), engine.chance.fraction());
    let exchange = engine.scribe.exchange(&start.webhook, &start.request, &outcome);
    let noted = start.noted + 1;
    let row = exchange.row(start.id, noted, (verdict.state, verdict.status_code), started_at, completed_at);
    let again = verdict.again.map(|pause| i64::try_from(pause.as_micros()).unwrap_or(i64::MAX));
    let change = Change {
        id: start.id,
        webhook: start.webhook.id,
        bytes: start.bytes + row.exchange.len(),
        was: start.attempt,
        state: if again.is_some() { State::Accepted } else { verdict.ended },
        status_code: verdict.status_code,
        reason: outcome.as_ref().err().filter(|_| verdict.receiver.is_none()).map(|error| error.code()),
        attempts: start.attempt,
        noted,
        due_at: again.map(|pause| completed_at.saturating_add(pause)),
        owned: false,
        latest_at: completed_at,
    };
    tracing::debug!(
        target: "rejoinder::delivery",
        webhook = start.webhook.name, id = %start.id, attempt = start.attempt,
        state = verdict.state.as_str(), status = verdict.status_code, again_in_us = again,
        "a delivery was attempted"
    );
    Done { change, attempts: vec![row], receiver: verdict.receiver }
}
