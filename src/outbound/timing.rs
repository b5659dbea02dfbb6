//! How long the parts of an exchange took, for those who look at one call closely.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tower_layer::Layer;
use tower_service::Service;

/// How long the parts of the last attempt took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// Establishing a connection: name, TCP and TLS. `None` if one was open already, or nobody measured.
    pub connect: Option<Duration>,
    /// From the attempt's beginning to the answer's head, the connection included.
    pub head: Duration,
    /// Reading the answer's body.
    pub body: Duration,
}

tokio::task_local! {
    static CONNECT: Cell<Option<Duration>>;
}

/// Runs an exchange; gives what it came to, and how long it took to connect if it had to.
pub(super) async fn measured<F: Future>(exchange: F) -> (F::Output, Option<Duration>) {
    let whole = async {
        let outcome = exchange.await;
        (outcome, CONNECT.with(Cell::get))
    };
    CONNECT.scope(Cell::new(None), whole).await
}

/// Measures how long a connector takes, in the task of the exchange that waits for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure;

impl<S> Layer<S> for Measure {
    type Service = Measured<S>;

    fn layer(&self, inner: S) -> Measured<S> {
        Measured(inner)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Measured<S>(S);

impl<S, R> Service<R> for Measured<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let begun = Instant::now();
        let connecting = self.0.call(request);
        Box::pin(async move {
            let connected = connecting.await;
            // A connection that nobody waits for any more is finished elsewhere, which is no fault.
            let _ = CONNECT.try_with(|connect| connect.set(Some(begun.elapsed())));
            connected
        })
    }
}
