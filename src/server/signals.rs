//! SIGTERM and SIGINT: the first asks the server to stop, and nothing holds the process for long then.
//!
//! They are received by a thread of their own, because the threads of handlers may all be held.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::telemetry;

/// What the process gets beyond `server.shutdown_timeout`, to end by itself: its traces are sent then.
const SPARE: Duration = Duration::from_millis(900);

/// Closing connections takes up to a second even if calls get no time.
const LEAST: Duration = Duration::from_secs(1);

/// Done when the process is asked to stop: SIGTERM, or Ctrl-C. They are received from now on.
///
/// A second one ends the process at once. So does the end of `timeout`, when the server, a handler
/// that blocks, or whatever the program does after it still holds the process.
pub(crate) fn signals(timeout: Duration) -> impl Future<Output = ()> {
    let (tell, told) = oneshot::channel();
    let (ready, listening) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::Builder::new().name("signals".to_owned());
    let started = thread.spawn(move || listen(timeout.max(LEAST) + SPARE, tell, &ready));
    if started.is_ok() {
        // Also over if nothing can be received.
        let _ = listening.recv();
    }
    async move {
        if told.await.is_err() {
            // Without handlers the system's own way of stopping is left.
            std::future::pending().await
        }
    }
}

fn listen(timeout: Duration, tell: oneshot::Sender<()>, ready: &std::sync::mpsc::Sender<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        let _ = ready.send(());
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => 128 + 15,
                _ = interrupt.recv() => 128 + 2,
            }
        };
        next().await;
        // An error means that nobody waits for it any more: the server has ended by itself.
        let _ = tell.send(());
        let code = tokio::select! {
            code = next() => {
                tracing::warn!("asked to stop again: calls in flight are lost");
                code
            }
            () = tokio::time::sleep(timeout) => {
                tracing::error!("server.shutdown_timeout is over and something still holds the process: it ends now");
                1
            }
        };
        telemetry::flush();
        std::process::exit(code);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};

    #[test]
    fn by_default_the_process_is_gone_before_the_ninth_second() {
        let timeout = Config::load(&Sources::default()).expect("the defaults").server.shutdown_timeout;
        assert!(timeout.max(LEAST) + SPARE < Duration::from_secs(9), "{timeout:?}");
    }
}
