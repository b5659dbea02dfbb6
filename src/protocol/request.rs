//! `WebhookRequest`: what the agent sends.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{message, oneof};
use super::{PageInfo, ParseError, ResponseMessage, SessionInfo, Struct, parse};

message! {
    /// A standard webhook call, whole.
    ///
    /// Handlers rarely need all of it: [`Envelope`](super::Envelope) reads single fields without
    /// building the rest. Unknown fields and enum values survive a round trip.
    pub struct WebhookRequest {
        /// The id of the answer this turn will end with; repeated calls of a turn share it.
        detect_intent_response_id: String = "detectIntentResponseId" @ DetectIntentResponseId;
        /// The language of the turn, as the caller wrote it.
        language_code: String = "languageCode" @ LanguageCode;
        /// Which fulfillment called.
        fulfillment_info: Option<FulfillmentInfo> = "fulfillmentInfo";
        /// The intent matched last, if any was.
        intent_info: Option<IntentInfo> = "intentInfo" @ IntentInfo;
        /// The page and its form.
        page_info: Option<PageInfo> = "pageInfo" @ PageInfo;
        /// The session and its parameters.
        session_info: Option<SessionInfo> = "sessionInfo";
        /// What the agent has queued for the user in this turn.
        messages: Vec<ResponseMessage> = "messages" @ Messages;
        /// What the integration or the API caller passed along.
        payload: Option<Struct> = "payload" @ Payload;
        /// How the user feels, when the agent measures it.
        sentiment_analysis_result: Option<SentimentAnalysisResult> = "sentimentAnalysisResult" @ Sentiment;
        /// The language asked for and the one detected.
        language_info: Option<LanguageInfo> = "languageInfo" @ LanguageInfo;
    }
    /// What the user did; absent when nothing says so.
    oneof query: Query;
}

oneof! {
    /// What the user did in this turn.
    pub enum Query {
        /// Wrote a text.
        Text(String) = "text" | "text" @ Text;
        /// Nothing: the caller named an intent.
        TriggerIntent(String) = "triggerIntent" | "trigger_intent" @ TriggerIntent;
        /// Spoke: the transcript.
        Transcript(String) = "transcript" | "transcript" @ Transcript;
        /// Nothing: the caller or the agent raised an event.
        TriggerEvent(String) = "triggerEvent" | "trigger_event" @ TriggerEvent;
        /// Pressed keys of a phone.
        DtmfDigits(String) = "dtmfDigits" | "dtmf_digits" @ DtmfDigits;
    }
}

impl WebhookRequest {
    /// Reads a request, every corner of it.
    ///
    /// # Errors
    ///
    /// Anything that ProtoJSON does not allow, with its place: bad grammar or UTF-8, wrong types,
    /// nesting over 100 levels, duplicate names, excluded pairs, numbers beyond a double.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        parse(body)
    }

    /// The fulfillment's tag; empty if there is none.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.fulfillment_info.as_ref().map_or("", |info| &info.tag)
    }
}

message! {
    /// Which fulfillment called.
    pub struct FulfillmentInfo {
        /// The tag written at the fulfillment, any text.
        tag: String = "tag" @ Tag;
    }
}

message! {
    /// The intent matched last.
    pub struct IntentInfo {
        /// Its name, `…/intents/I`.
        last_matched_intent: String = "lastMatchedIntent";
        /// Its display name.
        display_name: String = "displayName";
        /// Its parameters in what the user said.
        parameters: BTreeMap<String, IntentParameterValue> = "parameters";
        /// How sure the match is, 0 to 1.
        confidence: f32 = "confidence";
    }
}

message! {
    /// A parameter of an intent.
    pub struct IntentParameterValue {
        /// The user's own words.
        original_value: String = "originalValue";
        /// What the agent made of them.
        resolved_value: Option<Value> = "resolvedValue";
    }
}

message! {
    /// How the user feels.
    pub struct SentimentAnalysisResult {
        /// From -1 (bad) to 1 (good).
        score: f32 = "score";
        /// How strongly, 0 or more.
        magnitude: f32 = "magnitude";
    }
}

message! {
    /// The language asked for and the one detected.
    pub struct LanguageInfo {
        /// As the caller asked.
        input_language_code: String = "inputLanguageCode";
        /// As detected.
        resolved_language_code: String = "resolvedLanguageCode";
        /// How sure the detection is, 0 to 1.
        confidence_score: f32 = "confidenceScore";
    }
}
