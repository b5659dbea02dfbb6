//! What is to be sent once: a job, which keeps its id however often it is tried.

use bytes::Bytes;

use super::webhook::WebhookId;
use crate::activity::InvocationId;
use crate::activity::record::Place;
use crate::activity::status::words;

/// The size from which a body, or parameters as they are sent, are not sent at all: 256 KB.
pub(crate) const TOO_LARGE: usize = 262_144;

/// A delivery to one webhook.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// What the receiver is told as the invocation's id, and the log calls it.
    pub(crate) id: InvocationId,
    pub(crate) webhook: WebhookId,
    pub(crate) source: Source,
    /// The delivery that this one repeats because somebody wanted it.
    pub(crate) origin: Option<InvocationId>,
    /// Empty where it is no event's.
    pub(crate) event_type: String,
    /// Where in a conversation it belongs, for the log.
    pub(crate) place: Place,
    pub(crate) content: Content,
}

/// What caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// An event, by its id.
    Event(String),
    /// A trigger, by its id.
    Trigger(String),
    /// An automation, by its id.
    Automation(String),
}

/// What is sent, rendered already: nothing is put together any more when it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// A request's body, byte for byte: what is signed.
    Body(Bytes),
    /// Parameters in their order: of a form where the request has a body, else of the address.
    Parameters(Vec<(String, String)>),
}

words! {
    /// What became of a job or of one attempt, as Zendesk's activity log has it.
    State {
        /// It waits to be sent, or is being sent.
        Accepted = "accepted",
        /// It was answered with a status from 200 to 299.
        Success = "success",
        /// The receiver was not reached: no address, no connection, no TLS, a connection that broke.
        Failed = "failed",
        /// There was no answer in time.
        Timeout = "timeout",
        /// It was not sent: the webhook fails too often.
        CircuitBroken = "circuit broken",
        /// It waits: more was sent within a minute than may be.
        Throttled = "throttled",
        /// It was answered with a status from 400 to 499 at every attempt.
        ClientError = "client error",
        /// It was answered with a status from 500 on.
        ServerError = "server error",
        /// It ended at once: refused by a status that is not tried again, or not sent for a reason that is told.
        Terminated = "terminated",
        /// An instance ended while it was sending; whether it arrived nobody knows.
        Unknown = "unknown",
    }
}

impl State {
    /// Whether a job that has it is still to be sent.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Self::Accepted | Self::Throttled)
    }

    /// What `failed` stands for in filters: every end that is not a success, and was tried or refused.
    pub(crate) fn is_failure(self) -> bool {
        !self.is_waiting() && self != Self::Success
    }
}

impl Source {
    /// The kind and the id.
    pub(crate) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Event(id) => ("event", id),
            Self::Trigger(id) => ("trigger", id),
            Self::Automation(id) => ("automation", id),
        }
    }

    pub(super) fn of_parts(kind: &str, id: String) -> Self {
        match kind {
            "trigger" => Self::Trigger(id),
            "automation" => Self::Automation(id),
            _ => Self::Event(id),
        }
    }
}

impl Content {
    /// How many bytes are sent of it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Body(body) => body.len(),
            Self::Parameters(pairs) => encoded(pairs).len(),
        }
    }
}

/// Parameters as they are sent, in a form or in an address.
pub(super) fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_order_and_are_counted_as_sent() {
        let pairs = [("id", "35436"), ("email", "a@example.com"), ("id", "2")];
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(encoded(&pairs), "id=35436&email=a%40example.com&id=2");
        assert_eq!(Content::Parameters(pairs).size(), 35);
        assert_eq!(Content::Body(Bytes::from_static("é".as_bytes())).size(), 2);
    }
}
