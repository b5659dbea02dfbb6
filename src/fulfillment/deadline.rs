//! How much time a call has. A handler asks for it as an input; the server sees to it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

use super::extract::FromCall;
use super::{Call, Route};
use crate::error::Result;

/// When a call must have been answered; an input of handlers that divide their time.
///
/// ```
/// use std::time::Duration;
///
/// use rejoinder::{Deadline, Reply};
///
/// async fn stock(deadline: Deadline) -> Reply {
///     // Half of it for the warehouse; the rest is for an answer without it.
///     let asked = tokio::time::timeout(deadline.left() / 2, ask_the_warehouse()).await;
///     match asked {
///         Ok(pieces) => Reply::text(format!("{pieces} are left.")),
///         Err(_) => Reply::text("I will find out and tell you."),
///     }
/// }
/// # async fn ask_the_warehouse() -> u32 { 3 }
/// # use rejoinder::{Router, testing::WebhookCall};
/// # #[tokio::main]
/// # async fn main() -> rejoinder::Result<()> {
/// # let response = WebhookCall::tag("stock").send(Router::new().tag("stock", stock)).await?;
/// # assert_eq!(response.texts(), ["3 are left."]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// What a call has where nobody says otherwise: the default of `server.deadline`.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) const USUAL: Duration = Duration::from_millis(4500);

    /// The moment itself, for what counts in instants.
    #[must_use]
    pub fn instant(&self) -> Instant {
        self.0
    }

    /// How long it is until then; zero once it has passed.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The moment by which a call out must have ended, so that its failure can still be told.
    pub(crate) fn of_calls_out(&self) -> Instant {
        const TELLING: Duration = Duration::from_millis(20);
        self.0.checked_sub(TELLING.min(self.left() / 10)).unwrap_or(self.0)
    }
}

/// The moments that matter to a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    began: Instant,
    hard: Instant,
    limit: Instant,
}

impl Times {
    /// Those of a call that began then: what its route says, else these.
    pub(crate) fn of(route: Option<&Route>, began: Instant, deadline: Duration, deferred: Duration) -> Self {
        let time = route.and_then(|route| route.times().deadline).unwrap_or(deadline);
        let deferral = route.filter(|route| route.deferral().is_some()).map(Route::deferred_limit);
        let limit = deferral.map_or(time, |limit| limit.unwrap_or(deferred).max(time));
        Self { began, hard: began + time, limit: began + limit }
    }

    /// When the agent must have an answer.
    pub(crate) fn hard(&self) -> Instant {
        self.hard
    }

    /// When the handler must have finished: with the call, unless its answer may be deferred.
    pub(crate) fn limit(&self) -> Deadline {
        Deadline(self.limit)
    }

    /// When an interim reply is due that the route gives so long after the call began.
    pub(crate) fn soft(&self, after: Duration) -> Instant {
        (self.began + after).min(Deadline(self.hard).of_calls_out())
    }
}

impl FromCall for Deadline {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(call.deadline())
    }
}

/// What `future` comes to, unless the time passes first. What is ready at once needs no timer.
pub(crate) async fn by<F: Future + Unpin>(deadline: Instant, mut future: F) -> Option<F::Output> {
    let mut timer = pin!(None::<Sleep>);
    poll_fn(|context| {
        if let Poll::Ready(output) = pin!(&mut future).poll(context) {
            return Poll::Ready(Some(output));
        }
        if timer.is_none() {
            timer.set(Some(sleep_until(deadline.into())));
        }
        match timer.as_mut().as_pin_mut() {
            Some(timer) => timer.poll(context).map(|()| None),
            None => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interim_reply_comes_before_the_deadline_in_any_case() {
        let second = Duration::from_secs(1);
        let times = Times::of(None, Instant::now(), 4 * second, 60 * second);
        assert_eq!(times.soft(second), times.began + second);
        assert!(times.soft(9 * second) < times.hard());
        assert_eq!(times.limit().instant(), times.hard(), "nothing is deferred");
    }

    #[tokio::test]
    async fn what_is_ready_is_taken_however_late_it_is() {
        let past = Instant::now().checked_sub(Duration::from_secs(1)).expect("a moment ago");
        assert_eq!(by(past, std::future::ready(1)).await, Some(1));
        assert_eq!(by(past, std::future::pending::<()>()).await, None);
        let (tell, told) = tokio::sync::oneshot::channel();
        let telling = tokio::spawn(async move { tell.send(2) });
        assert_eq!(by(Instant::now() + Duration::from_secs(10), told).await, Some(Ok(2)));
        assert_eq!(telling.await.expect("told"), Ok(()));
    }

    #[test]
    fn calls_out_end_a_little_earlier() {
        let second = Duration::from_secs(1);
        let deadline = Deadline(Instant::now() + second);
        assert_eq!(deadline.instant() - deadline.of_calls_out(), Duration::from_millis(20));
        assert!(deadline.left() <= second && deadline.left() > second / 2);
        let passed = Deadline(Instant::now());
        assert_eq!((passed.left(), passed.of_calls_out()), (Duration::ZERO, passed.instant()));
    }
}
