//! Lets connections belong to one runtime, whichever thread asks for them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

/// Polls a future as if it were spawned on a runtime: the sockets and tasks that it makes are that
/// runtime's. A connection that an actix worker opened would otherwise die with the worker.
pub(super) struct On<F> {
    pub(super) runtime: Option<Handle>,
    pub(super) work: Pin<Box<F>>,
}

impl<F: Future> Future for On<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let _entered = this.runtime.as_ref().map(Handle::enter);
        this.work.as_mut().poll(context)
    }
}
