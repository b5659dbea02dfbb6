//! What a handler has while it runs: a place, a kind of thread, and its call's name there.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use tokio::task::JoinHandle;

use super::door::Door;
use super::executor::{self, Threads};
use super::overload::Place;
use crate::fulfillment::Route;
use crate::telemetry::{self, Running};

/// A handler's, until it has ended; also if nobody waits for its answer any more.
#[derive(Debug)]
pub(crate) struct Seat {
    place: Place,
    running: Arc<Running>,
    /// None for the thread of its connection.
    threads: Option<Threads>,
}

impl Door {
    /// Decides where a call's handler runs: where blocking harms nobody, unless it promised not to
    /// block, and on a thread of its own if it was seen to, or if all others are held.
    pub(crate) fn seat(
        &self,
        place: Place,
        tag: ByteString,
        request_id: &Arc<str>,
        route: Option<&Route>,
    ) -> Seat {
        let threads = if route.is_some() && telemetry::is_seen_blocking(&tag) {
            Some(Threads::Own)
        } else if route.is_none_or(Route::is_inline) {
            None
        } else if telemetry::held_threads() >= self.handler_threads {
            Some(Threads::Own)
        } else {
            Some(Threads::Shared)
        };
        // Where it may block, nobody is to be warned.
        let patience = if threads == Some(Threads::Own) { Duration::ZERO } else { self.blocking_warning };
        Seat {
            place,
            running: Running::new(tag, Arc::clone(request_id), patience, threads.is_none()),
            threads,
        }
    }
}

impl Seat {
    /// Whether the handler runs on the thread of its connection.
    pub(crate) fn is_inline(&self) -> bool {
        self.threads.is_none()
    }

    /// Does `work` here.
    pub(crate) async fn run<F: Future>(self, work: F) -> F::Output {
        let Self { place, running, .. } = self;
        let done = running.watch(work).await;
        drop(place);
        done
    }

    /// Does `work` on a thread for handlers.
    pub(crate) fn spawn<F>(self, door: &Door, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let threads = self.threads.unwrap_or(Threads::Shared);
        executor::spawn(&door.handlers, self.run(work), threads)
    }
}
