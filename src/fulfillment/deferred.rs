//! Answers that take longer than the agent waits: an interim reply now, the finished one when it is asked for.
//!
//! At a route's soft deadline the agent gets the route's interim reply with two session parameters,
//! [`PENDING`] and [`TOKEN`], and the handler goes on by itself. The next call that carries the token
//! and asks the same question ([`Question`]) collects what came of it, or the interim reply again.
//! A call without the token, or with another question, starts afresh.

mod question;
mod registry;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::deadline::by;
use super::{Call, Outcome, Reply, Route};
use crate::error::{Error, Result};
use crate::protocol::Struct;

use question::Question;
pub(crate) use registry::{Deferrals, Hold};

/// The session parameter that is true while an answer is on its way.
pub(super) const PENDING: &str = "rejoinder_pending";
/// The session parameter that names the answer.
pub(super) const TOKEN: &str = "rejoinder_token";

/// How a route defers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deferral {
    /// How long the agent waits, from the head of its request.
    pub(crate) after: Duration,
    /// What it is told then.
    pub(crate) interim: Reply,
}

/// A handler at work, with the hooks around it. It does not panic.
pub(super) type Work = Pin<Box<dyn Future<Output = Result<Reply>> + Send>>;

impl Deferrals {
    /// Answers a call of a route that defers; `run` starts its handler, unless it runs already.
    pub(super) async fn answer(
        self: &Arc<Self>,
        route: &Route,
        deferral: &Deferral,
        call: &Call,
        run: impl FnOnce() -> Work,
    ) -> Result<(Reply, Outcome)> {
        let question = Question::of(route, call);
        let soft = call.times().soft(deferral.after);
        let interim = |token: &str| deferral.interim.clone().set(PENDING, true).set(TOKEN, token);
        let replied = |reply| (reply, Outcome::Replied);
        let carried = token(call);
        if let Some(token) = &carried
            && let Some(asked) = self.find(token, &question)
        {
            return match by(soft, pin!(asked.answer())).await {
                None => Ok((interim(token), Outcome::Pending)),
                Some(Ok(reply)) => Ok((reply.clone(), Outcome::Collected)),
                Some(Err(error)) => {
                    // Whoever asks once more gets another try.
                    self.forget(token);
                    Err(error.again())
                }
            };
        }
        let mut work = run();
        if let Some(reply) = by(soft, &mut work).await {
            return reply.map(replied);
        }
        match self.take_over(work, question, call.deadline().instant()) {
            Ok(token) => Ok((interim(&token), Outcome::Deferred)),
            Err(work) => {
                tracing::warn!(
                    target: "rejoinder::deferred",
                    tag = &*crate::excerpt::excerpt(&call.tag(), 256),
                    "an answer is not deferred: as many as deferred.max_running are on their way already"
                );
                work.await.map(replied)
            }
        }
    }
}

/// Takes the two parameters out of the session, unless the reply says something of them itself.
pub(super) fn settle(reply: Reply, call: &Call) -> Reply {
    let carried = [PENDING, TOKEN].into_iter().filter(|name| is_set(call, name));
    reply.set_missing(carried.map(|name| (name.to_owned(), Value::Null)).collect::<Struct>())
}

fn is_set(call: &Call, name: &str) -> bool {
    matches!(call.envelope().parameter(name), Ok(Some(value)) if value.text() != "null")
}

fn token(call: &Call) -> Option<String> {
    let token = call.envelope().parameter(TOKEN).ok().flatten()?;
    token.decode::<String>().ok().filter(|token| !token.is_empty())
}

/// The handler needed more than all its time.
fn out_of_time() -> Error {
    Error::timed_out("The handler did not answer within the time of a deferred answer.")
        .with_code("deferred_timeout")
}

#[cfg(test)]
mod tests;
