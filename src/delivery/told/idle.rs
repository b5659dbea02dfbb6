//! Ends conversations that nobody goes on with, and forgets those of long ago.

use std::sync::Arc;
use std::time::Duration;

use super::automations;
use super::conversations;
use super::envelope::{Event, Making};
use super::types::Wanted;
use super::writer;
use crate::clock::Clock;
use crate::config;
use crate::store::{Store, StoreError, Synced};

/// How often is looked for what is idle, unless that is told sooner.
const EVERY: Duration = Duration::from_secs(30);
const AT_LEAST: Duration = Duration::from_millis(100);
/// How often is looked for what is to be forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(600);

/// Ends and forgets, again and again.
pub(super) async fn run(store: Store, making: Arc<Making>, settings: config::Events, clock: Clock) {
    // Where nothing lasts, memory is for what goes on.
    let remember = if store.is_configured() { settings.remember } else { settings.idle_after };
    let every = (settings.idle_after / 10).clamp(AT_LEAST, EVERY);
    let mut forgotten = tokio::time::Instant::now();
    let mut failing = false;
    loop {
        // First, so that a server which has just started does not open its store for this.
        tokio::time::sleep(every).await;
        let wanted = Wanted::of(&making.webhooks.snapshot(), &making.rules.snapshot());
        if !wanted.needs_state() && !wanted.handoff && !wanted.triggers {
            continue;
        }
        let mut done = Box::pin(end(&store, &making, settings.idle_after, &clock)).await;
        // What an automation waits for is not forgotten before, nor while it is looked for.
        let longest = automations::longest(&making.rules.snapshot());
        let remember =
            if longest.is_zero() { remember } else { remember.max(longest.saturating_add(FORGET_EVERY)) };
        if done.is_ok() && forgotten.elapsed() >= FORGET_EVERY.min(remember) {
            forgotten = tokio::time::Instant::now();
            let before = clock.unix_micros().saturating_sub(micros(remember));
            done = conversations::forget(&store, before).await.map(|()| 0);
        }
        match done {
            Ok(_) => failing = false,
            // Told once an outage; whoever writes tells of the store itself.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(
                    target: "rejoinder::events",
                    error = %error, "idle conversations cannot be looked for now"
                );
            }
            Err(_) => {}
        }
    }
}

/// Ends what has been idle for `idle_after`; tells how many conversations it were.
pub(super) async fn end(
    store: &Store,
    making: &Making,
    idle_after: Duration,
    clock: &Clock,
) -> Result<usize, StoreError> {
    let mut ended = 0;
    loop {
        let now = clock.unix_micros();
        // What calls of the last moment say may not be written yet.
        let before = now.saturating_sub(micros(idle_after + writer::keep(idle_after)));
        // Most of the time there is none, and nobody who writes has to wait.
        if !conversations::any_idle(store, before).await? {
            return Ok(ended);
        }
        let snapshot = Arc::clone(&making.webhooks.snapshot());
        let mut transaction = store.begin(Synced::Full).await?;
        let idle = conversations::end_idle(&mut transaction, before, now).await?;
        if idle.is_empty() {
            return Ok(ended);
        }
        ended += idle.len();
        let events: Vec<Event> = if Wanted::of(&snapshot, &making.rules.snapshot()).ended {
            idle.iter().map(|idle| making.idle(idle, now)).collect()
        } else {
            Vec::new()
        };
        making.send(&mut transaction, &snapshot, &events).await?;
        transaction.commit().await?;
        making.sent(&events, &[]);
    }
}

pub(super) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
