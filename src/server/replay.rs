//! A call of the agent that is made again here.

use std::sync::Arc;

use bytes::Bytes;

use super::door::Door;
use super::played::Played;
use super::respond::Refusal;
use crate::activity::{Activity, InvocationId};
use crate::auth::Caller;
use crate::protocol::Envelope;

impl Door {
    /// Answers a call that was kept, and keeps it as a new one; tells its id.
    pub(super) async fn replay(
        self: &Arc<Self>,
        flexible: bool,
        body: Bytes,
        origin: InvocationId,
        activity: &Activity,
        who: &str,
    ) -> Result<InvocationId, Refusal> {
        let envelope = Envelope::parse(&body)?;
        let envelope = if flexible { envelope.read_loosely() } else { envelope };
        let played = Played {
            envelope,
            flexible,
            caller: Caller::Replayed { by: who.to_owned() },
            origin: Some(origin),
            target: format!("/api/invocations/{origin}/replay"),
        };
        let answered = Box::pin(self.play(played, Some(activity))).await?;
        answered.invocation.ok_or(Refusal::Nothing("activity log"))
    }
}
