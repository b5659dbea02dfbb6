//! Dialogflow CX's wire format: messages, their ProtoJSON text, and resource names.
//!
//! It knows no HTTP, no clock and no store. Whole messages are [`WebhookRequest`] and
//! [`WebhookResponse`]; the server reads calls through [`Envelope`], which checks a body once and
//! decodes only what is asked for. The resources that say what an agent calls are in [`webhook`].
//! The rules are those of ProtoJSON (lowerCamelCase and `snake_case` in, lowerCamelCase out; null
//! is absent; enums by name or number), for v3 and v3beta1 alike: the two differ by
//! `ResponseMessage.responseType` alone.

mod changes;
pub mod decode;
mod envelope;
mod field;
pub(crate) mod field_mask;
pub mod inspect;
pub(crate) mod json;
pub(crate) mod masked;
mod message;
pub mod names;
pub(crate) mod numeric;
mod page;
mod request;
mod response;
mod schema;
mod session;
mod time;
mod walk;
pub mod webhook;

use bytes::Bytes;
use bytestring::ByteString;

pub(crate) use changes::Changes;
pub use envelope::{Envelope, RawValue};
pub(crate) use field::MessageType;
pub use json::{Place, Reason};
pub use message::{
    AudioSource, ConversationSuccess, EndInteraction, KnowledgeInfoCard, LiveAgentHandoff, Message,
    MixedAudio, OutputAudioText, PlayAudio, ResponseMessage, ResponseType, Segment, SegmentContent,
    TelephonyTransferCall, Text, ToolCall, TransferEndpoint,
};
pub use page::{FormInfo, PageInfo, ParameterInfo, ParameterState};
pub use request::{
    FulfillmentInfo, IntentInfo, IntentParameterValue, LanguageInfo, Query, SentimentAnalysisResult,
    WebhookRequest,
};
pub use response::{FulfillmentResponse, MergeBehavior, Transition, WebhookResponse};
pub use session::SessionInfo;
pub use webhook::Webhook;

/// A `google.protobuf.Struct`: any JSON object. Numbers in it are doubles on the platform.
pub type Struct = serde_json::Map<String, serde_json::Value>;

/// A text that is no such message, with the place and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} ({place})")]
#[non_exhaustive]
pub struct ParseError {
    /// What is wrong.
    pub reason: Reason,
    /// Where it is.
    pub place: Place,
}

impl ParseError {
    pub(crate) fn new(text: &str, fault: json::Fault) -> Self {
        let (reason, offset) = fault.into_parts();
        Self { place: Place::at(text, offset), reason }
    }
}

/// The text of `body`, which must be UTF-8.
fn text_of(body: &Bytes) -> Result<ByteString, ParseError> {
    ByteString::try_from(body.clone()).map_err(|error| ParseError {
        reason: Reason::NotUtf8,
        place: Place::at(&String::from_utf8_lossy(body), error.valid_up_to()),
    })
}

/// Reads one whole message, the values that nobody asks for included.
fn parse<M: MessageType>(body: &[u8]) -> Result<M, ParseError> {
    let text = text_of(&Bytes::copy_from_slice(body))?;
    check::<M>(&text, &mut walk::Found::default()).map_err(|fault| ParseError::new(&text, fault))?;
    build(&text).map_err(|fault| ParseError::new(&text, fault))
}

fn check<M: MessageType>(text: &str, found: &mut walk::Found) -> Result<(), json::Fault> {
    walk::walk(text, schema_of::<M>(), found)?;
    json::strict::check(text)
}

fn schema_of<M: MessageType>() -> &'static schema::Message {
    const { &M::SCHEMA }
}

/// Builds a message from a checked text.
fn build<M: MessageType>(text: &str) -> Result<M, json::Fault> {
    // The checks leave nothing to go wrong here; if they ever did, that would be told, not hidden.
    let other = |message: String| json::Fault::new(Reason::Other { message }, 0);
    let object = serde_json::from_str(text).map_err(|error| other(error.to_string()))?;
    M::from_object(object).map_err(|error| other(error.to_string()))
}

/// Builds the elements of a list from a checked text.
fn build_list<M: MessageType>(text: &str) -> Result<Vec<M>, json::Fault> {
    let other = |message: String| json::Fault::new(Reason::Other { message }, 0);
    let list = serde_json::from_str(text).map_err(|error| other(error.to_string()))?;
    field::FieldType::read(list).map_err(|expected| other(format!("an element must be {expected}")))
}
