//! The kinds of message that a webhook may send.

use serde::Serialize;

use super::{Fault, object};
use crate::protocol::{
    AudioSource, ConversationSuccess, KnowledgeInfoCard, LiveAgentHandoff, Message, OutputAudioText,
    PlayAudio, ResponseMessage, Struct, TelephonyTransferCall, Text, ToolCall, TransferEndpoint,
};

/// A message to the user, of a kind that the platform accepts from a webhook.
///
/// `endInteraction` and `mixedAudio` are made by the platform alone and cannot be built here.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfillmentMessage {
    pub(super) message: ResponseMessage,
    pub(super) fault: Option<Fault>,
}

impl FulfillmentMessage {
    fn new(message: Message) -> Self {
        let message = ResponseMessage { message: Some(message), ..ResponseMessage::default() };
        Self { message, fault: None }
    }

    fn with_object(
        place: &'static str,
        value: impl Serialize,
        message: impl FnOnce(Struct) -> Message,
    ) -> Self {
        match object(place, value) {
            Ok(object) => Self::new(message(object)),
            Err(fault) => Self { message: ResponseMessage::default(), fault: Some(fault) },
        }
    }

    /// One text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Message::Text(Text { text: vec![text.into()], ..Text::default() }))
    }

    /// One text out of these variants: the platform picks it. For two paragraphs send two messages.
    pub fn one_of<T: Into<String>>(variants: impl IntoIterator<Item = T>) -> Self {
        let text: Vec<String> = variants.into_iter().map(Into::into).collect();
        let fault = text.is_empty().then_some(Fault::NoVariants);
        Self { fault, ..Self::new(Message::Text(Text { text, ..Text::default() })) }
    }

    /// A custom payload; it must be a JSON object.
    pub fn custom_payload(payload: impl Serialize) -> Self {
        Self::with_object("a custom payload", payload, Message::Payload)
    }

    /// The conversation reached its goal; `metadata` is a JSON object.
    pub fn conversation_success(metadata: impl Serialize) -> Self {
        Self::with_object("conversation success metadata", metadata, |metadata| {
            let metadata = Some(metadata);
            Message::ConversationSuccess(ConversationSuccess { metadata, ..Default::default() })
        })
    }

    /// A person should take over; `metadata` is a JSON object.
    pub fn live_agent_handoff(metadata: impl Serialize) -> Self {
        Self::with_object("live agent handoff metadata", metadata, |metadata| {
            let metadata = Some(metadata);
            Message::LiveAgentHandoff(LiveAgentHandoff { metadata, ..Default::default() })
        })
    }

    /// Plain text to be spoken. If a turn has any audio text, only audio texts are spoken.
    pub fn output_audio_text(text: impl Into<String>) -> Self {
        Self::audio(AudioSource::Text(text.into()))
    }

    /// SSML to be spoken. One SSML message makes the platform read all audio texts of the turn as SSML.
    pub fn output_audio_ssml(ssml: impl Into<String>) -> Self {
        Self::audio(AudioSource::Ssml(ssml.into()))
    }

    fn audio(source: AudioSource) -> Self {
        let source = Some(source);
        Self::new(Message::OutputAudioText(OutputAudioText { source, ..Default::default() }))
    }

    /// Audio to be played; the platform passes the address on as it is.
    pub fn play_audio(audio_uri: impl Into<String>) -> Self {
        let audio_uri = audio_uri.into();
        let empty = audio_uri.is_empty();
        let fault = empty.then_some(Fault::EmptyName { place: "the address of played audio" });
        Self { fault, ..Self::new(Message::PlayAudio(PlayAudio { audio_uri, ..Default::default() })) }
    }

    /// The phone call should be transferred to this number, in E.164 form (`+15550100000`).
    pub fn telephony_transfer_call(phone_number: impl Into<String>) -> Self {
        let endpoint = Some(TransferEndpoint::PhoneNumber(phone_number.into()));
        let call = TelephonyTransferCall { endpoint, ..Default::default() };
        Self::new(Message::TelephonyTransferCall(call))
    }

    /// Dialogflow Messenger shows its knowledge card here.
    #[must_use]
    pub fn knowledge_info_card() -> Self {
        Self::new(Message::KnowledgeInfoCard(KnowledgeInfoCard::default()))
    }

    /// The client should run an action of a tool (`projects/…/tools/T`); `input` is a JSON object.
    pub fn tool_call(tool: impl Into<String>, action: impl Into<String>, input: impl Serialize) -> Self {
        let (tool, action) = (tool.into(), action.into());
        Self::with_object("the input of a tool call", input, |input| {
            let input_parameters = Some(input);
            Message::ToolCall(ToolCall { tool, action, input_parameters, ..Default::default() })
        })
    }

    /// Only for this channel; without it the message is for all.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.message.channel = channel.into();
        self
    }
}
