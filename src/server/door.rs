//! What all ways in share: the handlers, who may call, the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::runtime::Handle;

use super::body::Limits;
use super::flood::Flood;
use super::lifecycle::Lifecycle;
use super::overload::{Overload, Place};
use super::phases::{Phase, Phases};
use super::shown::Shown;
use crate::auth::Auth;
use crate::error::Error;
use crate::fulfillment::{Answer, AnswerForm, Call, Fulfillment};
use crate::telemetry::metrics::Metrics;
use crate::telemetry::trace::Tracing;

/// Everything that a call needs; shared by all connections.
#[derive(Debug)]
pub(crate) struct Door {
    /// The handlers; replaced as a whole when routes are reloaded.
    pub(crate) fulfillment: ArcSwap<Fulfillment>,
    pub(crate) auth: Auth,
    pub(crate) limits: Limits,
    pub(crate) lifecycle: Lifecycle,
    /// The parameters that the access log shows.
    pub(crate) shown: Shown,
    pub(crate) metrics: Metrics,
    pub(crate) tracing: Tracing,
    pub(crate) handlers: Handle,
    /// How many threads handlers share.
    pub(crate) handler_threads: usize,
    pub(crate) overload: Overload,
    /// The largest head of a call, in bytes.
    pub(crate) header_limit: usize,
    /// How long a handler may hold its thread untold.
    pub(crate) blocking_warning: Duration,
    /// The path below which tags answer flexible calls; empty for none.
    pub(crate) flexible_path: String,
    /// The member of a flexible answer that holds the messages.
    pub(crate) messages_key: String,
    /// Which refused callers are written to the log.
    pub(crate) refused: Flood,
    /// Whether somebody was told that an open door is seen from outside.
    pub(crate) warned: AtomicBool,
}

impl Door {
    /// Runs the handler where blocking harms nobody, unless it promised not to block.
    pub(crate) async fn answer(
        &self,
        fulfillment: &Arc<Fulfillment>,
        call: Call,
        form: AnswerForm<'_>,
        request_id: &str,
        place: Place,
        phases: &mut Phases,
    ) -> Answer {
        let tag = call.tag();
        let route = fulfillment.route(&tag);
        let seat = self.seat(place, &tag, request_id, route.map(|route| &**route));
        drop(tag);
        if seat.is_inline() {
            let answering = fulfillment.answer_by(route.map(|route| &**route), call, form);
            let answer = seat.run(answering).await;
            phases.end(Phase::Handling);
            return answer;
        }
        let route = route.map(Arc::clone);
        let fulfillment = Arc::clone(fulfillment);
        let messages_key = match form {
            AnswerForm::Response => None,
            AnswerForm::Parameters { messages_key } => Some(messages_key.to_owned()),
        };
        let answer = seat.spawn(self, async move {
            let begun = Instant::now();
            let form = match &messages_key {
                None => AnswerForm::Response,
                Some(messages_key) => AnswerForm::Parameters { messages_key },
            };
            (fulfillment.answer_by(route.as_deref(), call, form).await, begun)
        });
        let answer = match answer.await {
            Ok((answer, begun)) => {
                phases.end_at(Phase::Queueing, begun);
                answer
            }
            Err(error) => Answer::failed(Error::internal("The handler failed.").with_cause(error)),
        };
        phases.end(Phase::Handling);
        answer
    }

    /// Says, once, that others seem to reach a door which checks nobody.
    pub(crate) fn warn_of_proxy(&self) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a call came through a proxy or tunnel to a door without a caller check: whoever reaches \
                 that proxy can call your handlers. Configure [auth] any_of"
            );
        }
    }
}
