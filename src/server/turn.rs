//! A call that was let in, up to its answer: the handler runs, and the deadline is kept.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::background::Work;
use super::door::Door;
use super::overload::Place;
use super::phases::{Phase, Phases};
use crate::config::OnDeadline;
use crate::error::Error;
use crate::fulfillment::deadline::by;
use crate::fulfillment::{Answer, AnswerForm, Call, Fulfillment, Route};
use crate::telemetry::trace::Trace;

/// What answers a call, and as what.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) fulfillment: Arc<Fulfillment>,
    /// The route of the call's tag, if there is one.
    pub(super) route: Option<Arc<Route>>,
    pub(super) call: Call,
    pub(super) form: AnswerForm,
}

/// What a handler came to.
struct Done {
    answer: Answer,
    /// When it got a thread.
    begun: Instant,
}

impl Turn {
    /// The same call, in this trace.
    pub(super) fn traced(self, trace: &Trace) -> Self {
        Self { call: self.call.traced(trace), ..self }
    }

    async fn run(self) -> Done {
        let begun = Instant::now();
        let answer = self.fulfillment.answer_by(self.route.as_deref(), self.call, &self.form).await;
        Done { answer, begun }
    }

    fn late(&self, route: &Route) -> Answer {
        self.fulfillment.answer_late(route, &self.call, &self.form)
    }
}

impl Door {
    /// How long a call of this route may take.
    pub(super) fn time_of(&self, route: Option<&Route>) -> Duration {
        route.and_then(|route| route.times().deadline).unwrap_or(self.turn.deadline)
    }

    /// Runs the handler where blocking harms nobody, unless it promised not to block.
    pub(super) async fn answer(
        &self,
        turn: Turn,
        request_id: &str,
        place: Place,
        phases: &mut Phases,
    ) -> Answer {
        let Some(route) = turn.route.clone() else {
            return turn.run().await.answer;
        };
        let deadline = turn.call.deadline().instant();
        // Who needed all the time to send the call gets no handler: nobody waits for its answer.
        if phases.started() + phases.total() >= deadline {
            return turn.late(&route);
        }
        let then = self.then(&route);
        let done = match then {
            OnDeadline::Cancel if route.is_inline() => by(deadline, pin!(turn.clone().run())).await.map(Ok),
            _ => {
                let run = turn.clone().run();
                let work = if seat.is_inline() {
                    Work::Here(Box::pin(seat.run(run)))
                } else {
                    Work::There(seat.spawn(self, run))
                };
                let tag = turn.call.tag();
                self.background.attend(work, deadline, then, &tag).await
            }
        };
        let answer = match done {
            Some(Ok(Done { answer, begun })) => {
                phases.end_at(Phase::Queueing, begun);
                answer
            }
            Some(Err(error)) => Answer::failed(Error::internal("The handler failed.").with_cause(error)),
            None => turn.late(&route),
        };
        phases.end(Phase::Handling);
        answer
    }

    /// What becomes of a handler that its call does not wait for any more.
    fn then(&self, route: &Route) -> OnDeadline {
        route.times().on_deadline.or(self.turn.on_deadline).unwrap_or_default()
    }
}
