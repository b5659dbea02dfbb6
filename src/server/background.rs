//! Handlers that run on without a call that waits for them: few, not for long, and seen by shutdown.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

use super::lifecycle::Lifecycle;
use crate::config::{OnDeadline, Turn};
use crate::fulfillment::deadline::by;

/// Where handlers run on.
#[derive(Debug)]
pub(crate) struct Background {
    handlers: Handle,
    lifecycle: Lifecycle,
    places: Arc<Semaphore>,
    timeout: Duration,
}

/// A handler at work, wherever that is.
pub(super) enum Work<T> {
    /// On the thread of its connection, as far as that polls it.
    Here(Pin<Box<dyn Future<Output = T> + Send>>),
    /// On a thread for handlers.
    There(JoinHandle<T>),
}

impl<T> Future for Work<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Here(work) => work.as_mut().poll(context).map(Ok),
            Self::There(work) => Pin::new(work).poll(context),
        }
    }
}

impl<T> Work<T> {
    fn cancel(self) {
        if let Self::There(work) = self {
            work.abort();
        }
    }
}

impl Background {
    pub(super) fn new(handlers: Handle, lifecycle: Lifecycle, settings: &Turn) -> Self {
        let places = Arc::new(Semaphore::new(settings.max_detached));
        Self { handlers, lifecycle, places, timeout: settings.detached_timeout }
    }

    /// Waits for `work` until the deadline. If it has not finished then, or nobody waits any more
    /// because the client has hung up, it runs on or ends as `then` says.
    pub(super) async fn attend<T: Send + 'static>(
        &self,
        work: Work<T>,
        deadline: Instant,
        then: OnDeadline,
        tag: &str,
    ) -> Option<Result<T, JoinError>> {
        let mut attended = Attended { background: self, work: Some(work), then, tag };
        let done = by(deadline, attended.work.as_mut()?).await;
        if done.is_some() {
            attended.work = None;
        }
        done
    }

    fn take_over<T: Send + 'static>(&self, work: Work<T>, tag: &str) {
        let tag = crate::excerpt::excerpt(tag, 256).into_owned();
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::warn!(
                target: "rejoinder::deadline",
                tag, "a handler without a call was ended: as many as server.max_detached run on already"
            );
            return work.cancel();
        };
        tracing::debug!(target: "rejoinder::deadline", tag, "a handler runs on without its call");
        let (timeout, in_flight) = (self.timeout, self.lifecycle.background());
        self.handlers.spawn(async move {
            let mut work = work;
            if tokio::time::timeout(timeout, &mut work).await.is_err() {
                tracing::warn!(
                    target: "rejoinder::deadline",
                    tag, "a handler without a call was ended at server.detached_timeout"
                );
                if let Work::There(task) = work {
                    task.abort();
                    // It keeps its place until it has really ended: one that blocks does not await.
                    let _ = task.await;
                }
            }
            drop((place, in_flight));
        });
    }
}

/// Work that somebody waits for, until this is dropped.
struct Attended<'a, T: Send + 'static> {
    background: &'a Background,
    work: Option<Work<T>>,
    then: OnDeadline,
    tag: &'a str,
}

impl<T: Send + 'static> Drop for Attended<'_, T> {
    fn drop(&mut self) {
        let Some(work) = self.work.take() else { return };
        match self.then {
            OnDeadline::Detach => self.background.take_over(work, self.tag),
            OnDeadline::Cancel => work.cancel(),
        }
    }
}
