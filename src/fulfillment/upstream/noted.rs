//! What the activity log gets of a call of an upstream, however it ends.

use std::time::Instant;

use super::Variant;
use crate::activity::record::{Outbound, Place};
use crate::activity::status::Kind;
use crate::activity::{Activity, InvocationId, Record};
use crate::error::Result;
use crate::fulfillment::Call;
use crate::outbound::Seen;

/// A call of an upstream that is under way. Dropped before it has ended, it is noted as one that
/// nobody waited for.
pub(super) struct Noted<'a>(Option<Begun<'a>>);

struct Begun<'a> {
    activity: &'a Activity,
    id: InvocationId,
    origin: Option<InvocationId>,
    webhook: &'a str,
    variant: &'a Variant,
    call: Option<&'a Call>,
    place: Place,
    began: Instant,
    seen: Seen,
    error: Option<(&'static str, String)>,
    ended: bool,
}

impl<'a> Noted<'a> {
    /// Notes a call that begins now and is made for another one.
    pub(super) fn begin(
        activity: Option<&'a Activity>,
        webhook: &'a str,
        variant: &'a Variant,
        call: &'a Call,
    ) -> Self {
        Self(activity.map(|activity| Begun {
            activity,
            id: activity.next_id(),
            origin: None,
            webhook,
            variant,
            call: Some(call),
            place: Place::default(),
            began: Instant::now(),
            seen: Seen::default(),
            error: None,
            ended: false,
        }))
    }

    /// Notes a call that begins now and is one that was made before.
    pub(super) fn again(
        activity: &'a Activity,
        webhook: &'a str,
        variant: &'a Variant,
        origin: InvocationId,
        place: Place,
    ) -> Self {
        Self(Some(Begun {
            activity,
            id: activity.next_id(),
            origin: Some(origin),
            webhook,
            variant,
            call: None,
            place,
            began: Instant::now(),
            seen: Seen::default(),
            error: None,
            ended: false,
        }))
    }

    /// What it is called, if it is noted.
    pub(super) fn id(&self) -> Option<InvocationId> {
        self.0.as_ref().map(|begun| begun.id)
    }

    /// What is to be told of the attempts, if anything is.
    pub(super) fn seen(&mut self) -> Option<&mut Seen> {
        self.0.as_mut().map(|begun| &mut begun.seen)
    }

    /// It has come this far; a failure is how it ended.
    pub(super) fn ended<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let Some(begun) = &mut self.0 {
            begun.ended = true;
            begun.error = outcome.as_ref().err().map(|error| (error.code(), error.to_string()));
        }
        outcome
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        let Some(begun) = self.0.take() else { return };
        let Begun { activity, id, origin, webhook, variant, call, place, began, seen, error, ended } = begun;
        activity.note(Record::Outbound(Box::new(Outbound {
            id,
            kind: Kind::Upstream,
            parent: call.and_then(Call::invocation),
            origin,
            call: call.map(Call::heard),
            place,
            webhook: webhook.to_owned(),
            template: variant.template.clone(),
            seen,
            error,
            ended,
            took: began.elapsed(),
        })));
    }
}
