//! What the server's paths hand over: what is there anyway, moved or shared, nothing written out.
//!
//! A call is answered on a path that must not wait, so nothing is formatted, masked or looked up
//! here. That is the writer's work, on a thread where nobody waits for it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::InvocationId;
use super::kept::Messages;
use super::status::{Kind, Status};
use crate::outbound::Seen;
use crate::protocol::Envelope;
use crate::queue::Weighed;

/// A call of the agent that was let in, as long as somebody needs it.
pub(crate) trait Heard: fmt::Debug + Send + Sync {
    /// What it says.
    fn envelope(&self) -> &Envelope;
    /// Who called, in a few words.
    fn caller(&self) -> Cow<'_, str>;
}

/// An invocation that has ended, on its way to the writer.
#[derive(Debug)]
pub(crate) enum Record {
    Inbound(Box<Inbound>),
    Outbound(Box<Outbound>),
    Delivered(Box<Delivered>),
}

/// A call that others made.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub(crate) id: InvocationId,
    pub(crate) kind: Kind,
    /// The invocation that this one repeats because somebody wanted it.
    pub(crate) origin: Option<InvocationId>,
    pub(crate) method: Cow<'static, str>,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Headers,
    /// The call; none if it was refused before it was read.
    pub(crate) call: Option<Arc<dyn Heard>>,
    pub(crate) status: u16,
    /// What the access log says: `replied`, `failed`, `refused` and so on.
    pub(crate) outcome: &'static str,
    pub(crate) duplicate: bool,
    /// The code and the full text of a failure, also of one that the caller did not hear of.
    pub(crate) error: Option<(&'static str, String)>,
    pub(crate) answer_headers: Headers,
    /// The answer's body; none if it is an error's that nobody keeps.
    pub(crate) answer: Option<Bytes>,
    /// The size of the answer's body.
    pub(crate) answer_size: u64,
    pub(crate) request_id: Arc<str>,
    pub(crate) trace_id: Option<u128>,
    /// How long it took in all.
    pub(crate) took: Duration,
    /// Reading, verifying, queueing, handling, writing.
    pub(crate) phases: [Duration; 5],
}

/// A call that we made.
#[derive(Debug)]
pub(crate) struct Outbound {
    pub(crate) id: InvocationId,
    pub(crate) kind: Kind,
    /// The call that it was made for.
    pub(crate) parent: Option<InvocationId>,
    pub(crate) origin: Option<InvocationId>,
    /// The call that it was made for, if that was the agent's.
    pub(crate) call: Option<Arc<dyn Heard>>,
    /// Where in a conversation it belongs, if nobody called for it.
    pub(crate) place: Place,
    /// The webhook's name.
    pub(crate) webhook: String,
    /// The address as the webhook's resource has it, to be shown where bodies are not kept.
    pub(crate) template: Arc<str>,
    pub(crate) seen: Seen,
    /// Why it brought nothing, if its attempts do not say so.
    pub(crate) error: Option<(&'static str, String)>,
    /// Whether somebody waited for its end.
    pub(crate) ended: bool,
    pub(crate) took: Duration,
}

/// A delivery to a webhook, or the trial of one: masked and cut already by whoever made it.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) id: InvocationId,
    pub(crate) kind: Kind,
    pub(crate) origin: Option<InvocationId>,
    pub(crate) place: Place,
    /// The webhook's name.
    pub(crate) webhook: String,
    pub(crate) status: Status,
    pub(crate) status_code: Option<u16>,
    /// Why it did not arrive: a stable word, and a sentence.
    pub(crate) error: Option<(String, String)>,
    pub(crate) took: Duration,
    /// What the log of the server says of one that came: `stored`, `duplicate` and so on.
    pub(crate) outcome: &'static str,
    pub(crate) messages: Messages<'static>,
}

/// A place in a conversation.
#[derive(Debug, Default, Clone)]
pub(crate) struct Place {
    pub(crate) agent: String,
    pub(crate) environment: String,
    /// The session's id.
    pub(crate) session: String,
    pub(crate) tag: String,
}

/// Headers in one piece of memory: a name, a line break, a value, a line break.
#[derive(Debug, Default)]
pub(crate) struct Headers(Vec<u8>);

impl Headers {
    /// A piece of memory that holds those of most calls.
    pub(crate) fn with_room() -> Self {
        Self(Vec::with_capacity(512))
    }

    /// Adds one. Neither a name nor a value can hold a line break.
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            self.0.extend_from_slice(part);
            self.0.push(b'\n');
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let mut lines = self.0.split(|byte| *byte == b'\n').map(String::from_utf8_lossy);
        std::iter::from_fn(move || Some((lines.next()?, lines.next()?)))
    }
}

impl Record {
    pub(crate) fn id(&self) -> InvocationId {
        match self {
            Self::Inbound(inbound) => inbound.id,
            Self::Outbound(outbound) => outbound.id,
            Self::Delivered(delivered) => delivered.id,
        }
    }
}

impl Weighed for Record {
    fn size(&self) -> usize {
        /// Beside texts and bodies: the record, the call's own members, its places in lists.
        const BESIDE: usize = 2048;
        let body =
            |call: &Option<Arc<dyn Heard>>| call.as_ref().map_or(0, |call| call.envelope().body().len());
        BESIDE
            + match self {
                Self::Inbound(inbound) => {
                    body(&inbound.call)
                        + inbound.answer.as_ref().map_or(0, Bytes::len)
                        + inbound.headers.0.len()
                        + inbound.target.len()
                        + inbound.error.as_ref().map_or(0, |(_, text)| text.len())
                }
                Self::Outbound(outbound) => body(&outbound.call) + outbound.seen.size(),
                Self::Delivered(delivered) => delivered.messages.size(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_were_written() {
        let mut headers = Headers::with_room();
        headers.push("accept", b"*/*");
        headers.push("x-empty", b"");
        headers.push("x-latin", b"caf\xe9");
        let read: Vec<_> = headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(read, ["accept=*/*", "x-empty=", "x-latin=caf\u{fffd}"]);
        assert_eq!(Headers::default().iter().count(), 0);
    }
}
