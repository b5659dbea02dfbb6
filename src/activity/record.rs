//! What the server's paths hand over: what is there anyway, moved or shared.
//!
//! Nobody waits for the store, and nothing whose time depends on what others sent is done on the path that
//! answers: bodies are looked through by the writer. The row of a call whose bodies are not kept is made
//! where the call was answered ([`Rules::is_quick`](super::row::Rules::is_quick)): its pieces are at hand
//! there, and to keep them, and the call's body, for another thread costs more than to write them out.

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

/// Headers: all names and values, one after the other, and how long each is.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    text: String,
    lengths: Vec<(u32, u32)>,
}

impl Headers {
    /// With room for those of most calls.
    pub(crate) fn with_room() -> Self {
        Self { text: String::with_capacity(448), lengths: Vec::with_capacity(12) }
    }

    /// Adds one. The server takes none that is longer than a length can tell.
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        self.text.push_str(name);
        let start = self.text.len();
        // Most are plain, which is seen at once.
        match std::str::from_utf8(value) {
            Ok(value) => self.text.push_str(value),
            Err(_) => self.text.push_str(&String::from_utf8_lossy(value)),
        }
        self.lengths.push((name.len() as u32, (self.text.len() - start) as u32));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = self.text.as_str();
        self.lengths.iter().map(move |(name, value)| {
            let (name, after) = rest.split_at_checked(*name as usize).unwrap_or_default();
            let (value, after) = after.split_at_checked(*value as usize).unwrap_or_default();
            rest = after;
            (name, value)
        })
    }

    fn size(&self) -> usize {
        self.text.len() + 8 * self.lengths.len()
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
                        + inbound.headers.size()
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
