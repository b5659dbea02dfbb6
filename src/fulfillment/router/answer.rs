//! One call, from its tag to the bytes of its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;

use super::{Fulfillment, Route};
use crate::error::{Error, ErrorKind, Result};
use crate::excerpt::excerpt;
use crate::fulfillment::deferred::{Work, settle};
use crate::fulfillment::reply::{ReplyError, seal, seal_parameters};
use crate::fulfillment::{Call, OnError, Reply};
use crate::telemetry::trace::Kind;

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    /// The answer's body, or the failure that the caller is told.
    pub(crate) body: Result<Bytes>,
    /// The failure that the body hides from the caller.
    pub(crate) hidden: Option<Error>,
}

/// The short story of a call, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The handler's reply was sent.
    Replied,
    /// The handler failed, and the route's apology was sent.
    Apologised,
    /// The reply was too large, and the configured one was sent.
    Oversize,
    /// The handler goes on, and the route's interim reply was sent with a new token.
    Deferred,
    /// The handler of an earlier call still goes on, and the interim reply was sent again.
    Pending,
    /// The reply of an earlier call's handler was sent.
    Collected,
    /// The caller was told an error.
    Failed,
}

impl Outcome {
    /// Every one.
    pub(crate) const ALL: [Self; 7] = [
        Self::Replied,
        Self::Apologised,
        Self::Oversize,
        Self::Deferred,
        Self::Pending,
        Self::Collected,
        Self::Failed,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Replied => "replied",
            Self::Apologised => "apologised",
            Self::Oversize => "oversize",
            Self::Deferred => "deferred",
            Self::Pending => "pending",
            Self::Collected => "collected",
            Self::Failed => "failed",
        }
    }

    /// What happened to a deferred answer, if there is one.
    pub(crate) fn of_deferral(self) -> Option<&'static str> {
        match self {
            Self::Deferred => Some("started"),
            Self::Pending | Self::Collected => Some(self.as_str()),
            Self::Replied | Self::Apologised | Self::Oversize | Self::Failed => None,
        }
    }
}

impl Answer {
    pub(crate) fn failed(error: Error) -> Self {
        Self { outcome: Outcome::Failed, body: Err(error), hidden: None }
    }
}

/// What an answer is written as.
#[derive(Debug, Clone)]
pub(crate) enum AnswerForm {
    /// A `WebhookResponse`.
    Response,
    /// One object of parameters, the messages under this name.
    Parameters { messages_key: Arc<str> },
}

impl AnswerForm {
    fn seal(&self, reply: Reply, call: &Call) -> Result<Bytes, ReplyError> {
        match self {
            Self::Response => seal(reply, call.envelope()),
            Self::Parameters { messages_key } => seal_parameters(reply, call.envelope(), messages_key),
        }
    }
}

impl Fulfillment {
    #[cfg(any(test, feature = "testing"))]
    /// Answers a call in this form; a flexible one only if its handler needs nothing else.
    pub(crate) async fn answer_as(&self, call: Call, form: &AnswerForm) -> Answer {
        let route = self.route(&call.tag()).map(Arc::clone);
        self.answer_by(route.as_ref(), call, form).await
    }

    /// Answers a call by the route of its tag; see [`Fulfillment::route`]. Never panics: a handler
    /// that does has failed.
    pub(crate) async fn answer_by(
        &self,
        route: Option<&Arc<Route>>,
        call: Call,
        form: &AnswerForm,
    ) -> Answer {
        let Some(route) = route else {
            return Answer::failed(self.unknown_tag(&call.tag()));
        };
        if let (AnswerForm::Parameters { .. }, [_, ..]) = (form, route.needs_conversation()) {
            return Answer::failed(not_flexible(route));
        }
        let reply = match route.deferral() {
            None => caught(route, call.clone()).await.map(|reply| (reply, Outcome::Replied)),
            Some(deferral) => {
                let (running, called) = (Arc::clone(route), call.clone());
                let work = || -> Work { Box::pin(async move { caught(&running, called).await }) };
                // A route that defers is slow anyway, and this keeps the others small.
                Box::pin(self.deferrals().answer(route, deferral, &call, work)).await
            }
        };
        match reply {
            Ok((reply, outcome)) => self.send(route, reply, outcome, &call, form),
            Err(error) => fail(route, error, &call, form),
        }
    }

    /// What a call is answered whose deadline has passed.
    pub(crate) fn answer_late(&self, route: &Route, call: &Call, form: &AnswerForm) -> Answer {
        let error = Error::timed_out("The handler did not answer in time.").with_code("deadline_exceeded");
        fail(route, error, call, form)
    }

    fn send(&self, route: &Route, reply: Reply, outcome: Outcome, call: &Call, form: &AnswerForm) -> Answer {
        let error = match seal_for(route, reply, call, form) {
            Ok(body) => {
                return Answer { outcome, body: Ok(body), hidden: None };
            }
            Err(error) => error,
        };
        if let (ReplyError::TooLarge { .. }, Some(instead)) = (&error, self.oversize_reply())
            && let Ok(body) = seal_for(route, instead.clone(), call, form)
        {
            return Answer { outcome: Outcome::Oversize, body: Ok(body), hidden: Some(wrong_reply(&error)) };
        }
        fail(route, wrong_reply(&error), call, form)
    }

    fn unknown_tag(&self, tag: &str) -> Error {
        if tag.is_empty() {
            return Error::bad_request(
                "The request has no fulfillmentInfo.tag; set a tag where the agent calls the webhook.",
            )
            .with_code("tag_missing");
        }
        let nearest = crate::nearest::nearest(tag, self.patterns());
        let hint = nearest.map_or_else(String::new, |known| format!(" Did you mean `{known}`?"));
        let tag = excerpt(tag, 128);
        Error::not_found(format!("No handler serves the tag {tag:?}.{hint}")).with_code("unknown_tag")
    }
}

/// What a handler comes to, with the hooks around it; a panic is a failure.
async fn caught(route: &Route, call: Call) -> Result<Reply> {
    let mut span = call.trace().child("handler", Kind::Internal);
    let run = AssertUnwindSafe(span.trace().scope(run(route, call.clone()))).catch_unwind();
    let reply = run.await.unwrap_or_else(|panic| Err(panicked(&*panic)));
    if let Err(error) = &reply {
        span.failed(error.code().to_owned());
    }
    reply
}

fn seal_for(route: &Route, reply: Reply, call: &Call, form: &AnswerForm) -> Result<Bytes, ReplyError> {
    let reply = if route.deferral().is_some() { settle(reply, call) } else { reply };
    form.seal(reply, call)
}

async fn run(route: &Route, call: Call) -> Result<Reply> {
    for hook in &route.before {
        if let Some(reply) = hook(call.clone()).await? {
            return Ok(reply);
        }
    }
    if route.after.is_empty() {
        return (route.handler)(call).await;
    }
    let mut reply = (route.handler)(call.clone()).await?;
    for hook in route.after.iter().rev() {
        reply = hook(call.clone(), reply).await?;
    }
    Ok(reply)
}

fn fail(route: &Route, error: Error, call: &Call, form: &AnswerForm) -> Answer {
    let on_timeout = route.on_timeout.as_ref().filter(|_| error.kind() == ErrorKind::TimedOut);
    match on_timeout.or(route.on_error.as_ref()) {
        None | Some(OnError::Raise) => Answer::failed(error),
        Some(OnError::RaiseAs(kind)) => Answer::failed(error.told_as(*kind)),
        Some(OnError::Apologise(apology)) => match seal_for(route, apology.clone(), call, form) {
            Ok(body) => Answer { outcome: Outcome::Apologised, body: Ok(body), hidden: Some(error) },
            Err(wrong) => Answer::failed(error.with_cause(wrong)),
        },
    }
}

fn not_flexible(route: &Route) -> Error {
    let message = format!(
        "The handler of `{}` needs {}, which a flexible webhook call does not bring; call this tag as a standard webhook.",
        route.pattern(),
        route.needs_conversation().join(" and ")
    );
    Error::bad_request(message).with_code("not_flexible")
}

fn wrong_reply(error: &ReplyError) -> Error {
    let code = match error {
        ReplyError::TooLarge { .. } => "reply_too_large",
        ReplyError::NotFlexible { .. } => "reply_not_flexible",
        _ => "reply_invalid",
    };
    // The sizes and names in it are the handler's own, no secrets: the agent's builder may read them.
    Error::internal(format!("The handler's reply cannot be sent: {error}.")).with_code(code)
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Error::internal("The handler failed.")
        .with_code("panic")
        .with_cause(format!("the handler panicked: {text}"))
}
