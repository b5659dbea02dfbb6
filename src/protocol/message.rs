//! `ResponseMessage`: one thing said, shown or done to the user, and all its kinds.

use bytes::Bytes;

use super::Struct;
use super::field::plain_message;
use super::schema::{message, oneof, open_enum};

message! {
    /// A message to the user, or an instruction to the system that carries the conversation.
    pub struct ResponseMessage {
        /// Which prompt of the agent made it (v3 only; v3beta1 does not have this field).
        response_type: ResponseType = "responseType";
        /// The channel it is for; empty for all.
        channel: String = "channel";
    }
    /// What it is; absent when it is a kind that this version does not know.
    oneof message: Message;
}

oneof! {
    /// The kinds of message.
    pub enum Message {
        /// Text, as a list of variants of which one is said.
        Text(Text) = "text" | "text";
        /// A custom payload, such as rich content for Dialogflow Messenger.
        Payload(Struct) = "payload" | "payload";
        /// The conversation reached its goal.
        ConversationSuccess(ConversationSuccess) = "conversationSuccess" | "conversation_success";
        /// Text or SSML to be spoken.
        OutputAudioText(OutputAudioText) = "outputAudioText" | "output_audio_text";
        /// The conversation should go to a person.
        LiveAgentHandoff(LiveAgentHandoff) = "liveAgentHandoff" | "live_agent_handoff";
        /// The conversation is over. Output only: a webhook must not send it.
        EndInteraction(EndInteraction) = "endInteraction" | "end_interaction";
        /// Audio to be played.
        PlayAudio(PlayAudio) = "playAudio" | "play_audio";
        /// Synthesised and played audio in turn. Output only: a webhook must not send it.
        MixedAudio(MixedAudio) = "mixedAudio" | "mixed_audio";
        /// The phone call should be transferred.
        TelephonyTransferCall(TelephonyTransferCall) = "telephonyTransferCall" | "telephony_transfer_call";
        /// Dialogflow Messenger shows its knowledge card here.
        KnowledgeInfoCard(KnowledgeInfoCard) = "knowledgeInfoCard" | "knowledge_info_card";
        /// The client should run a tool.
        ToolCall(ToolCall) = "toolCall" | "tool_call";
    }
}

impl Message {
    /// Whether only Dialogflow makes this kind, so that a webhook must not send it.
    #[must_use]
    pub fn is_output_only(&self) -> bool {
        matches!(self, Self::EndInteraction(_) | Self::MixedAudio(_))
    }
}

open_enum! {
    /// Which prompt of the agent made a message.
    pub enum ResponseType {
        /// Not said.
        Unspecified = "RESPONSE_TYPE_UNSPECIFIED" = 0;
        /// An entry prompt of a page.
        EntryPrompt = "ENTRY_PROMPT" = 1;
        /// A prompt for a form parameter.
        ParameterPrompt = "PARAMETER_PROMPT" = 2;
        /// A prompt of a handler.
        HandlerPrompt = "HANDLER_PROMPT" = 3;
    }
}

message! {
    /// Text to the user.
    pub struct Text {
        /// Variants: **one of them** is said, not all.
        text: Vec<String> = "text";
        /// Whether the user may interrupt it. Output only.
        allow_playback_interruption: bool = "allowPlaybackInterruption";
    }
}

message! {
    /// The conversation reached its goal.
    pub struct ConversationSuccess {
        /// Whatever the systems behind want to know about it.
        metadata: Option<Struct> = "metadata";
    }
}

message! {
    /// Text or SSML to be spoken.
    pub struct OutputAudioText {
        /// Whether the user may interrupt it. Output only.
        allow_playback_interruption: bool = "allowPlaybackInterruption";
    }
    /// What is spoken.
    oneof source: AudioSource;
}

oneof! {
    /// What [`OutputAudioText`] speaks.
    pub enum AudioSource {
        /// Plain text.
        Text(String) = "text" | "text";
        /// Speech Synthesis Markup Language.
        Ssml(String) = "ssml" | "ssml";
    }
}

message! {
    /// The conversation should go to a person.
    pub struct LiveAgentHandoff {
        /// Whatever the receiving system wants to know.
        metadata: Option<Struct> = "metadata";
    }
}

message! {
    /// The conversation is over. Output only.
    pub struct EndInteraction {}
}

message! {
    /// Audio to be played.
    pub struct PlayAudio {
        /// Where the audio is; the platform does not check it.
        audio_uri: String = "audioUri";
        /// Whether the user may interrupt it. Output only.
        allow_playback_interruption: bool = "allowPlaybackInterruption";
    }
}

message! {
    /// Synthesised and played audio in turn. Output only.
    pub struct MixedAudio {
        /// The parts, in order.
        segments: Vec<Segment> = "segments";
    }
}

message! {
    /// One part of [`MixedAudio`].
    pub struct Segment {
        /// Whether the user may interrupt it. Output only.
        allow_playback_interruption: bool = "allowPlaybackInterruption";
    }
    /// The audio.
    oneof content: SegmentContent;
}

oneof! {
    /// The audio of a [`Segment`].
    pub enum SegmentContent {
        /// Raw audio, made by speech synthesis.
        Audio(Bytes) = "audio" | "audio";
        /// Where the audio is.
        Uri(String) = "uri" | "uri";
    }
}

message! {
    /// The phone call should be transferred.
    pub struct TelephonyTransferCall {
    }
    /// To whom.
    oneof endpoint: TransferEndpoint;
}

oneof! {
    /// Who takes a transferred call.
    pub enum TransferEndpoint {
        /// A phone number in E.164 form, such as `+15550100000`.
        PhoneNumber(String) = "phoneNumber" | "phone_number";
    }
}

message! {
    /// Dialogflow Messenger shows its knowledge card here.
    pub struct KnowledgeInfoCard {}
}

message! {
    /// The client should run a tool and send its result.
    pub struct ToolCall {
        /// The tool: `projects/P/locations/L/agents/A/tools/T`.
        tool: String = "tool";
        /// The tool's action.
        action: String = "action";
        /// What the action is given.
        input_parameters: Option<Struct> = "inputParameters";
    }
}

plain_message!(
    Text,
    ConversationSuccess,
    OutputAudioText,
    LiveAgentHandoff,
    EndInteraction,
    PlayAudio,
    MixedAudio,
    TelephonyTransferCall,
    KnowledgeInfoCard,
    ToolCall
);
