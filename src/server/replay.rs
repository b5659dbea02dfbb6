//! A call of the agent that is made again here: it takes a place and has a deadline as any other.

use std::sync::Arc;

use bytes::Bytes;

use super::door::Door;
use super::phases::{Phase, Phases};
use super::respond::{self, Refusal};
use super::turn::Turn;
use crate::access::{Change, Who};
use crate::activity::record::{Headers, Inbound};
use crate::activity::replay::NotReplayable;
use crate::activity::status::{Kind, Status};
use crate::activity::{Activity, InvocationId, Record};
use crate::auth::Caller;
use crate::delivery::Delivery;
use crate::fulfillment::{AnswerForm, Call};
use crate::protocol::Envelope;
use crate::store::{StoreError, Synced};

/// What became of some deliveries that were to be made again.
type Made = Vec<(InvocationId, Result<InvocationId, NotReplayable>)>;

impl Door {
    /// Makes deliveries again for somebody, and notes in the audit trail who wanted each.
    pub(super) async fn replay_deliveries(
        &self,
        delivery: &Delivery,
        ids: &[InvocationId],
        who: &Who,
        request_id: &str,
    ) -> Result<Made, StoreError> {
        let made = delivery.replay(ids).await?;
        let mut transaction = self.store.begin(Synced::Full).await?;
        for (id, made) in made.iter().filter_map(|(id, made)| Some((id, made.as_ref().ok()?))) {
            let (resource, after) =
                (format!("activity/invocations/{id}"), serde_json::json!({ "invocation": made }));
            let (action, request_id) = ("replay", Some(request_id));
            let change =
                Change { action, resource: &resource, before: None, after: Some(&after), request_id };
            self.access.record(&mut transaction, who, change).await?;
            tracing::info!(
                target: "rejoinder::activity",
                who = &*who.name, id = %made, origin = %id, status = Status::Accepted.as_str(), "a call was made again"
            );
        }
        transaction.commit().await?;
        Ok(made)
    }

    /// Answers a call that was kept, and keeps it as a new one; tells its id.
    ///
    /// It is none of the agent's repetitions: its handler runs.
    pub(super) async fn replay(
        self: &Arc<Self>,
        flexible: bool,
        body: Bytes,
        origin: InvocationId,
        activity: &Activity,
        who: &str,
    ) -> Result<InvocationId, Refusal> {
        let _in_flight = self.lifecycle.enter().ok_or(Refusal::ShuttingDown)?;
        let mut phases = Phases::start();
        let id = activity.next_id();
        let envelope = Envelope::parse(&body)?;
        let envelope = if flexible { envelope.read_loosely() } else { envelope };
        let place = self.overload.enter().await;
        phases.end(Phase::Queueing);
        let place = place.map_err(|_| Refusal::Overloaded { why: "no place became free in time" })?;
        let fulfillment = self.fulfillment.load_full();
        let route = fulfillment.route(&envelope.tag()).map(Arc::clone);
        let times = fulfillment.times(route.as_deref(), phases.started(), self.turn.deadline);
        let caller = Caller::Replayed { by: who.to_owned() };
        let call = Call::new(envelope, caller, fulfillment.states(), times).logged(Some(id));
        let form = if flexible {
            AnswerForm::Parameters { messages_key: Arc::clone(&self.messages_key) }
        } else {
            AnswerForm::Response
        };
        let request_id: Arc<str> = id.to_string().into();
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
        activity.note(Record::Inbound(Box::new(Inbound {
            id,
            kind: if flexible { Kind::Flexible } else { Kind::Standard },
            origin: Some(origin),
            method: "POST".into(),
            target: format!("/api/invocations/{origin}/replay"),
            headers: Headers::default(),
            call: Some(call.heard()),
            status,
            outcome: answer.outcome.as_str(),
            duplicate: false,
            error: error.map(|error| (error.code(), error.to_string())),
            answer_headers: Headers::default(),
            answer_size: body.len() as u64,
            answer: Some(body),
            request_id,
            trace_id: None,
            took: phases.total(),
            phases: Phase::ALL.map(|phase| phases.of(phase)),
        })));
        Ok(id)
    }
}
