//! Events of handlers: what they tell the systems around, beside their reply.
//!
//! It knows the shape of an event and not who gets it; whoever does is given with the call.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

use super::Call;
use crate::activity::InvocationId;
use crate::activity::record::Heard;
use crate::error::Result;
use crate::excerpt::excerpt;
use crate::fulfillment::deadline::by;
use crate::fulfillment::extract::FromCall;
use crate::protocol::Struct;

/// What the data of an event may take, in bytes of JSON.
pub(crate) const LARGEST: usize = 64 << 10;
/// The longest name, in bytes.
const LONGEST: usize = 64;

/// Tells subscribed webhooks what happened: an input of handlers.
///
/// An event has a name of yours, such as `order_placed`; webhooks subscribe to
/// `rejoinder:event-type:custom.order_placed`, or to all of them by `custom.*`. What an event looks
/// like and how it is sent, `docs/EVENTS.md` says. Where nobody has subscribed, and in tests
/// without a server, an event is checked and goes nowhere.
///
/// ```
/// use rejoinder::{Events, Reply, Result};
///
/// async fn place_order(events: Events) -> Result<Reply> {
///     let order = "A-1"; // placed in the shop's own system
///     events.emit("order_placed", serde_json::json!({ "order_id": order }))?;
///     Ok(Reply::text("Thank you for your order."))
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Events {
    call: Call,
}

/// An event that is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// A name that no type of event can end with.
    #[error("{found:?} is no name of an event: expected 1 to 64 of a-z, 0-9 and _, such as `order_placed`")]
    Name {
        /// The name, or its beginning.
        found: String,
    },
    /// Data that is no JSON object.
    #[error("the data of the event must be a JSON object, such as a struct or a map: {cause}")]
    Data {
        /// What it is instead.
        cause: String,
    },
    /// More data than an event may have.
    #[error("the data of the event is {size} bytes of JSON, expected at most {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The largest size, in bytes.
        limit: usize,
    },
    /// Too many events wait to be written down.
    #[error("more events wait than `events.queue_memory` has room for; the event is not told")]
    Full,
    /// The call's time is over, and the event is not in the store yet.
    #[error(
        "the event was not in the store when the call had to be answered; it is told if the store takes it before \
         this server ends"
    )]
    NotKept,
}

/// An event on its way to whoever tells it.
#[derive(Debug)]
pub(crate) struct Emitted {
    pub(crate) name: String,
    pub(crate) data: Struct,
    /// The size of the data, in bytes of JSON.
    pub(crate) size: usize,
    pub(crate) call: Arc<dyn Heard>,
    pub(crate) invocation: Option<InvocationId>,
    /// Who wants to know that it is kept.
    pub(crate) kept: Option<oneshot::Sender<()>>,
}

/// Who tells events.
pub(crate) trait Emit: fmt::Debug + Send + Sync {
    /// Takes an event without waiting; gives it up if there is no room.
    fn emit(&self, event: Emitted) -> Result<(), EventError>;
}

impl Events {
    pub(super) fn of(call: &Call) -> Self {
        Self { call: call.clone() }
    }

    /// Tells an event whose data is a JSON object, such as a struct. It does not wait: the event is
    /// written to the store a moment later, and is lost if the process ends before that.
    ///
    /// It is told whatever becomes of the call afterwards.
    ///
    /// # Errors
    ///
    /// A name or data that no event can have; no room, while the store does not take what waits.
    pub fn emit(&self, name: &str, data: impl Serialize) -> Result<(), EventError> {
        self.give(name, data, None)
    }

    /// The same, and waits until the event is in the store, from which it is sent at least once
    /// whatever happens to this process.
    ///
    /// # Errors
    ///
    /// As [`emit`](Self::emit); [`EventError::NotKept`] if the store does not take it before the call
    /// has to be answered.
    pub async fn emit_kept(&self, name: &str, data: impl Serialize + Send) -> Result<(), EventError> {
        let (done, kept) = oneshot::channel();
        self.give(name, data, Some(done))?;
        match by(self.call.times().hard(), std::pin::pin!(kept)).await {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(EventError::NotKept),
        }
    }

    fn give(
        &self,
        name: &str,
        data: impl Serialize,
        kept: Option<oneshot::Sender<()>>,
    ) -> Result<(), EventError> {
        if !is_name(name) {
            return Err(EventError::Name { found: excerpt(name, LONGEST).into_owned() });
        }
        let data = match serde_json::to_value(data) {
            Ok(Value::Object(data)) => data,
            Ok(other) => {
                let cause = format!("found {}", excerpt(&other.to_string(), 80));
                return Err(EventError::Data { cause });
            }
            Err(error) => return Err(EventError::Data { cause: error.to_string() }),
        };
        let size = serde_json::to_string(&data).map_or(0, |text| text.len());
        if size > LARGEST {
            return Err(EventError::TooLarge { size, limit: LARGEST });
        }
        let Some(emits) = self.call.emits() else {
            if let Some(kept) = kept {
                let _ = kept.send(());
            }
            return Ok(());
        };
        let (call, invocation) = (self.call.heard(), self.call.invocation());
        emits.emit(Emitted { name: name.to_owned(), data, size, call, invocation, kept })
    }
}

fn is_name(name: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(usual)
}

impl FromCall for Events {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(Self::of(call))
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;
    use crate::zendesk::event_types;

    #[test]
    fn names_are_those_that_can_be_subscribed_to() {
        let is_known =
            |name: &str| event_types::is_known(&format!("{}custom.{name}", event_types::OWN)).is_ok();
        for name in ["order_placed", "a", "x9", &"a".repeat(64)] {
            assert!(is_name(name) && is_known(name), "{name}");
        }
        for name in ["", "order.placed", "Order", "a b", "a-b", "é", "a/b", "a\n", &"a".repeat(65)] {
            assert!(!is_name(name) && !is_known(name), "{name}");
        }
        assert!(!is_name("*"), "a subscription, and no event");
    }
}
