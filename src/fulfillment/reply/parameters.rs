//! A reply as the answer to a flexible webhook call: one object of parameters.

use bytes::Bytes;
use serde_json::Value;

use super::Reply;
use super::seal::{ReplyError, complete, within_limit};
use crate::protocol::{Envelope, MergeBehavior, Message, ResponseMessage, Struct};

/// Makes the answer to a flexible call: the parameters set, and the messages under `messages_key`.
///
/// A text is a JSON text (the first of its variants), every other message a `ResponseMessage`.
pub(crate) fn seal_parameters(
    reply: Reply,
    envelope: &Envelope,
    messages_key: &str,
) -> Result<Bytes, ReplyError> {
    let mut response = complete(reply, envelope)?;
    let carried = |part| Err(ReplyError::NotFlexible { part });
    if response.transition.is_some() {
        return carried("a transition to a page or flow");
    }
    if response.page_info.is_some() {
        return carried("a change of the page's form");
    }
    if response.payload.is_some() {
        return carried("a payload");
    }
    let fulfillment = response.fulfillment_response.take().unwrap_or_default();
    if fulfillment.merge_behavior == MergeBehavior::Replace {
        return carried("the replacement of queued messages");
    }
    let mut answer: Struct =
        response.session_info.take().map(|session| session.parameters).unwrap_or_default();
    if !fulfillment.messages.is_empty() {
        let messages = fulfillment.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        if answer.insert(messages_key.to_owned(), Value::Array(messages)).is_some() {
            return Err(ReplyError::MessagesKey { key: messages_key.to_owned() });
        }
    }
    within_limit(&answer, &envelope.tag(), || super::seal::heaviest_parameters(&answer))
}

fn message(sent: &ResponseMessage) -> Result<Value, ReplyError> {
    if let Some(Message::Text(text)) = &sent.message {
        return Ok(text.text.first().cloned().unwrap_or_default().into());
    }
    serde_json::to_value(sent)
        .map_err(|error| ReplyError::NotJson { place: "a message".to_owned(), cause: error.to_string() })
}
