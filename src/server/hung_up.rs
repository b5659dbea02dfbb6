//! A call whose client hangs up before it is answered: its future is dropped, and what is known of it
//! is written down all the same.

use std::ops::{Deref, DerefMut};

use actix_web::http::header::HeaderMap;

use super::access_log::Record;
use super::door::Door;
use super::phases::Phase;
use crate::activity::InvocationId;
use crate::telemetry::trace::Span;

/// What is told of such a call, which gets no status: the one that nginx made known for it.
const STATUS: u16 = 499;

/// The record of a call that has no answer yet.
pub(super) struct Unanswered<'r> {
    record: Record<'r>,
    door: &'r Door,
    invocation: Option<InvocationId>,
    /// None once it is answered.
    span: Option<Span>,
}

impl<'r> Unanswered<'r> {
    pub(super) fn new(
        record: Record<'r>,
        door: &'r Door,
        invocation: Option<InvocationId>,
        span: Span,
    ) -> Self {
        Self { record, door, invocation, span: Some(span) }
    }

    /// The call is answered: from now on this is a record like any other.
    pub(super) fn answered(&mut self) -> Option<Span> {
        self.span.take()
    }
}

impl<'r> Deref for Unanswered<'r> {
    type Target = Record<'r>;

    fn deref(&self) -> &Record<'r> {
        &self.record
    }
}

impl<'r> DerefMut for Unanswered<'r> {
    fn deref_mut(&mut self) -> &mut Record<'r> {
        &mut self.record
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        let Some(span) = self.span.take() else { return };
        let Self { record, door, invocation, .. } = self;
        // Whatever it was doing took the rest of the time.
        let phase = if record.call.is_some() { Phase::Handling } else { Phase::Reading };
        record.phases.end(phase);
        (record.status, record.outcome) = (STATUS, "hung_up");
        // A client that comes and goes must not flood the log before anybody knows who it is.
        let quiet = record.call.is_none() && !door.refused.permits();
        if !quiet {
            record.log();
        }
        record.count(&door.metrics);
        record.trace(span);
        if let (Some(activity), Some(id), false) = (&door.activity, *invocation, quiet) {
            activity.note(record.invocation(id, &HeaderMap::new()));
        }
    }
}
