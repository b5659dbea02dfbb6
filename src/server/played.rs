//! A call of the agent that nobody sent here: one that is made again, or that the console's emulator
//! makes. It takes a place and has a deadline as any other, and no check of a caller: whoever wants it
//! was let in already.

use std::sync::Arc;

use bytes::Bytes;

use super::door::Door;
use super::phases::{Phase, Phases};
use super::respond::{self, Refusal};
use super::turn::Turn;
use crate::activity::record::{Headers, Inbound};
use crate::activity::status::Kind;
use crate::activity::{Activity, InvocationId, Record};
use crate::auth::Caller;
use crate::fulfillment::{AnswerForm, Call};
use crate::protocol::Envelope;

/// What is called, and for whom.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) envelope: Envelope,
    pub(super) flexible: bool,
    pub(super) caller: Caller,
    /// The invocation that it repeats.
    pub(super) origin: Option<InvocationId>,
    /// What the activity log says instead of an address.
    pub(super) target: String,
}

/// What it was answered.
#[derive(Debug)]
pub(super) struct PlayedAnswer {
    /// Its name in the activity log, if there is one.
    pub(super) invocation: Option<InvocationId>,
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Door {
    /// Answers a call, and keeps it there. Neighbour systems are not told of it, and it is
    /// none of the agent's repetitions: its handler runs.
    pub(super) async fn play(
        self: &Arc<Self>,
        played: Played,
        activity: Option<&Activity>,
    ) -> Result<PlayedAnswer, Refusal> {
        let Played { envelope, flexible, caller, origin, target } = played;
        let _in_flight = self.lifecycle.enter().ok_or(Refusal::ShuttingDown)?;
        let mut phases = Phases::start();
        let invocation = activity.map(Activity::next_id);
        let place = self.overload.enter().await;
        phases.end(Phase::Queueing);
        let place = place.map_err(|_| Refusal::Overloaded { why: "no place became free in time" })?;
        let fulfillment = self.fulfillment.load_full();
        let route = fulfillment.route(&envelope.tag()).map(Arc::clone);
        let times = fulfillment.times(route.as_deref(), phases.started(), self.turn.deadline);
        let call = Call::new(envelope, caller, fulfillment.states(), times).logged(invocation);
        let form = if flexible {
            AnswerForm::Parameters { messages_key: Arc::clone(&self.messages_key) }
        } else {
            AnswerForm::Response
        };
        let request_id: Arc<str> = match invocation {
            Some(id) => id.to_string().into(),
            None => target.as_str().into(),
        };
        let turn = Turn { fulfillment, route, call: call.clone(), form, key: None };
        let answered = self.answer(turn, &request_id, place, &mut phases).await;
        let answer = &answered.answer;
        let error = answer.body.as_ref().err().or(answer.hidden.as_ref());
        let (status, body) = match &answer.body {
            Ok(body) => (200, body.clone()),
            Err(error) => {
                let text = respond::error_text(error.code(), error.public_message());
                (respond::status_of(error), text.into())
            }
        };
        phases.end(Phase::Writing);
        if let (Some(activity), Some(id)) = (activity, invocation) {
            activity.note(Record::Inbound(Box::new(Inbound {
                id,
                kind: if flexible { Kind::Flexible } else { Kind::Standard },
                origin,
                method: "POST".into(),
                target,
                headers: Headers::default(),
                call: Some(call.heard()),
                status,
                outcome: answer.outcome.as_str(),
                duplicate: false,
                error: error.map(|error| (error.code(), error.to_string())),
                answer_headers: Headers::default(),
                answer_size: body.len() as u64,
                answer: Some(body.clone()),
                request_id,
                trace_id: None,
                took: phases.total(),
                phases: Phase::ALL.map(|phase| phases.of(phase)),
            })));
        }
        Ok(PlayedAnswer { invocation, status, body })
    }
}
