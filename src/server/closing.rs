//! How a server ends: in good order, and in time.

use std::time::Duration;

use actix_web::dev::ServerHandle;

use super::connections::Connections;
use super::door::Door;
use super::lifecycle::Lifecycle;
use super::telling::Telling;

/// What connections get to close once no call is in flight; whole seconds.
pub(super) const CLOSING: Duration = Duration::from_secs(1);

/// How long the collector of traces may take for the last of them.
pub(super) const LAST_TRACES: Duration = Duration::from_millis(500);

/// How long the store may take for the last calls, and then to be closed.
const LAST_INVOCATIONS: Duration = Duration::from_millis(500);
const LAST_OF_STORE: Duration = Duration::from_millis(250);

/// What open connections get for what is on its way: the last answers, which HTTP/2 connections have
/// been given, and calls that were sent before their client could know.
const ON_ITS_WAY: Duration = Duration::from_millis(100);

/// Whatever the store does, the process ends in time.
pub(super) async fn last_of_store(door: &Door, telling: &Telling) {
    let logged = async {
        if let Some(activity) = &door.activity {
            activity.flush().await;
        }
    };
    // None of them waits for another.
    let storing = async { tokio::join!(door.duplicates.finish(), telling.flush(), logged) };
    let stored = tokio::time::timeout(LAST_INVOCATIONS, storing).await;
    let closed = tokio::time::timeout(LAST_OF_STORE, door.store.close()).await;
    if stored.is_err() || closed.is_err() {
        tracing::warn!(
            target: "rejoinder::store",
            "the store took too long at the end: what was not written yet is lost, nothing that was promised"
        );
    }
}

/// Refuses new calls, and lets those in flight end.
pub(super) async fn stop(
    lifecycle: &Lifecycle,
    connections: &Connections,
    handle: &ServerHandle,
    time: Duration,
) {
    lifecycle.stop();
    tracing::info!(
        in_flight = lifecycle.in_flight(),
        "shutting down: calls in flight finish, new ones get 503"
    );
    let finished = tokio::time::timeout(time.saturating_sub(CLOSING), lifecycle.idle()).await;
    if finished.is_err() {
        tracing::error!(
            in_flight = lifecycle.in_flight(),
            "calls were still in flight when server.shutdown_timeout ended; they are lost"
        );
    }
    if connections.any() {
        tokio::time::sleep(ON_ITS_WAY).await;
    }
    handle.pause().await;
    // Or actix would wait for HTTP/2 connections that nobody uses.
    connections.close();
    connections.closed(CLOSING.saturating_sub(ON_ITS_WAY)).await;
    handle.stop(finished.is_ok()).await;
}
