//! A call that was let in, up to its answer: its handler runs once, and its deadline is kept.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use super::background::Work;
use super::door::Door;
use super::duplicate::{Claim, Claimed, Elsewhere, Key};
use super::overload::Place;
use super::phases::{Phase, Phases};
use super::seat::Seat;
use crate::activity::InvocationId;
use crate::config::OnDeadline;
use crate::error::Error;
use crate::fulfillment::deadline::by;
use crate::fulfillment::events::Emit;
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
    /// What its repetitions share with it, if they are recognized.
    pub(super) key: Option<Key>,
}

/// What a call is answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) answer: Arc<Answer>,
    /// Whether another call's handler made it.
    pub(super) duplicate: bool,
}

/// What a handler came to.
struct Done {
    answer: Arc<Answer>,
    /// When it got a thread.
    begun: Instant,
}

impl Turn {
    /// The same call, in this trace, with this name in the activity log, whose events go there.
    pub(super) fn traced(
        self,
        trace: &Trace,
        invocation: Option<InvocationId>,
        emits: Option<Arc<dyn Emit>>,
    ) -> Self {
        Self { call: self.call.traced(trace).logged(invocation).telling(emits), ..self }
    }

    async fn run(self, claim: Option<Claim>) -> Done {
        let begun = Instant::now();
        let answer = self.fulfillment.answer_by(self.route.as_ref(), self.call, &self.form).await;
        let answer = Arc::new(answer);
        if let Some(claim) = claim {
            claim.finish(&answer);
        }
        Done { answer, begun }
    }

    fn late(&self, route: &Route) -> Arc<Answer> {
        Arc::new(self.fulfillment.answer_late(route, &self.call, &self.form))
    }
}

impl Door {
    /// Answers a call: by its handler, or as the call that it repeats was answered.
    pub(super) async fn answer(
        &self,
        turn: Turn,
        request_id: &Arc<str>,
        place: Place,
        phases: &mut Phases,
    ) -> Answered {
        let first = |answer| Answered { answer, duplicate: false };
        let Some(route) = turn.route.clone() else {
            let answer = turn.run(None).await.answer;
            phases.end(Phase::Handling);
            return first(answer);
        };
        let deadline = turn.call.times().hard();
        // Who needed all the time to send the call gets no handler: nobody waits for its answer.
        if phases.started() + phases.total() >= deadline {
            return first(turn.late(&route));
        }
        let claim = loop {
            let Some(key) = &turn.key else { break None };
            let known = match self.duplicates.claim(key, &turn.call, phases.last()) {
                Claimed::First(claim) => match self.duplicates.shared(key) {
                    None => break Some(claim),
                    Some(shared) => {
                        // Boxed: most routes do not ask, and this keeps their calls small.
                        let (answer, joined) = match Box::pin(shared.ask(&claim, deadline)).await {
                            Elsewhere::Unknown => break Some(claim),
                            Elsewhere::Running => (turn.late(&route), true),
                            Elsewhere::Answered { answer, joined } => {
                                claim.pass_on(&answer);
                                (answer, joined)
                            }
                        };
                        self.metrics.duplicate(if joined { "joined" } else { "replayed" });
                        phases.end(Phase::Handling);
                        return Answered { answer, duplicate: true };
                    }
                },
                Claimed::Unknown => break None,
                Claimed::Again(known) => known,
            };
            self.metrics.duplicate(if known.is_answered() { "replayed" } else { "joined" });
            let answer = match by(deadline, pin!(known.answer())).await {
                Some(Some(answer)) => answer,
                None => turn.late(&route),
                // Its handler was ended before it had an answer: this call takes its place.
                Some(None) => continue,
            };
            phases.end(Phase::Handling);
            return Answered { answer, duplicate: true };
        };
        let seat = self.seat(place, turn.call.envelope().shared_tag(), request_id, Some(&route));
        let answer = self.run(&turn, &route, claim, seat, phases).await;
        if let Some(what) = answer.outcome.of_deferral() {
            self.metrics.deferred(what);
        }
        first(answer)
    }

    /// Runs the handler where blocking harms nobody, unless it promised not to block.
    async fn run(
        &self,
        turn: &Turn,
        route: &Route,
        claim: Option<Claim>,
        seat: Seat,
        phases: &mut Phases,
    ) -> Arc<Answer> {
        let deadline = turn.call.times().hard();
        let then = self.then(turn, route);
        let done = match then {
            OnDeadline::Cancel if seat.is_inline() => {
                by(deadline, pin!(seat.run(turn.clone().run(claim)))).await.map(Ok)
            }
            _ => {
                let run = turn.clone().run(claim);
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
            Some(Err(error)) => {
                Arc::new(Answer::failed(Error::internal("The handler failed.").with_cause(error)))
            }
            None => turn.late(route),
        };
        phases.end(Phase::Handling);
        answer
    }

    /// What becomes of a handler that its call does not wait for any more. Where a repetition would
    /// be recognized, it may still get the answer.
    fn then(&self, turn: &Turn, route: &Route) -> OnDeadline {
        let recognized = if turn.key.is_some() { OnDeadline::Detach } else { OnDeadline::Cancel };
        route.times().on_deadline.or(self.turn.on_deadline).unwrap_or(recognized)
    }
}
