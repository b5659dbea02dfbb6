//! Messages made at random, for the properties that hold for all of them.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use rejoinder::protocol::{
    AudioSource, ConversationSuccess, EndInteraction, FormInfo, FulfillmentInfo, IntentInfo,
    IntentParameterValue, KnowledgeInfoCard, LanguageInfo, LiveAgentHandoff, Message, MixedAudio,
    OutputAudioText, PageInfo, ParameterInfo, ParameterState, PlayAudio, Query, ResponseMessage,
    ResponseType, Segment, SegmentContent, SentimentAnalysisResult, SessionInfo, Struct,
    TelephonyTransferCall, Text, ToolCall, TransferEndpoint, WebhookRequest,
};
use serde_json::Value;

/// As many cases as a test may take while it stays quick.
pub(crate) fn cases() -> ProptestConfig {
    ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }
}

/// Text with all that text may hold: escapes, controls, other scripts, nothing.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z_.$-]{1,8}",
        any::<String>(),
        Just("\u{0}\u{1f}\"\\/\u{7f}\u{2028}\u{feff}\u{ffff}\u{10ffff}".to_owned()),
    ]
}

/// Any JSON value that a double can hold the numbers of.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let number =
        any::<f64>().prop_filter_map("finite", |number| number.is_finite().then(|| Value::from(number)));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number,
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Struct> {
    btree_map(text(), value(), 0..4).prop_map(|members| members.into_iter().collect())
}

/// Members that no version of the platform documents.
pub(crate) fn unknown() -> impl Strategy<Value = Struct> {
    let name = "[a-z]{0,4}".prop_map(|name| format!("later_{name}"));
    btree_map(name, value(), 0..2).prop_map(|members| members.into_iter().collect())
}

fn float() -> impl Strategy<Value = f32> {
    prop_oneof![Just(0.0), 0.0_f32..=1.0, any::<f32>().prop_filter("comparable", |number| !number.is_nan())]
}

fn response_type() -> impl Strategy<Value = ResponseType> {
    prop_oneof![
        Just(ResponseType::Unspecified),
        Just(ResponseType::HandlerPrompt),
        (4..=i32::MAX).prop_map(ResponseType::UnknownNumber),
        "[A-Z]_[A-Z_]{1,8}".prop_map(ResponseType::UnknownName),
    ]
}

fn state() -> impl Strategy<Value = ParameterState> {
    prop_oneof![
        Just(ParameterState::Unspecified),
        Just(ParameterState::Filled),
        Just(ParameterState::Invalid),
        (i32::MIN..0).prop_map(ParameterState::UnknownNumber),
    ]
}

fn audio_source() -> impl Strategy<Value = AudioSource> {
    prop_oneof![text().prop_map(AudioSource::Text), text().prop_map(AudioSource::Ssml)]
}

fn segment() -> impl Strategy<Value = Segment> {
    let bytes = vec(any::<u8>(), 0..8).prop_map(|bytes| SegmentContent::Audio(bytes.into()));
    let content = prop_oneof![bytes, text().prop_map(SegmentContent::Uri)];
    (of(content), any::<bool>(), unknown()).prop_map(|(content, allow_playback_interruption, unknown)| {
        Segment { allow_playback_interruption, content, unknown }
    })
}

fn message() -> impl Strategy<Value = Message> {
    let flag = any::<bool>();
    prop_oneof![
        (vec(text(), 0..3), flag, unknown()).prop_map(|(text, allow_playback_interruption, unknown)| {
            Message::Text(Text { text, allow_playback_interruption, unknown })
        }),
        object().prop_map(Message::Payload),
        (of(object()), unknown()).prop_map(|(metadata, unknown)| {
            Message::ConversationSuccess(ConversationSuccess { metadata, unknown })
        }),
        (of(audio_source()), flag, unknown()).prop_map(|(source, allow_playback_interruption, unknown)| {
            Message::OutputAudioText(OutputAudioText { allow_playback_interruption, source, unknown })
        }),
        (of(object()), unknown()).prop_map(|(metadata, unknown)| {
            Message::LiveAgentHandoff(LiveAgentHandoff { metadata, unknown })
        }),
        unknown().prop_map(|unknown| Message::EndInteraction(EndInteraction { unknown })),
        (text(), flag, unknown()).prop_map(|(audio_uri, allow_playback_interruption, unknown)| {
            Message::PlayAudio(PlayAudio { audio_uri, allow_playback_interruption, unknown })
        }),
        (vec(segment(), 0..3), unknown())
            .prop_map(|(segments, unknown)| Message::MixedAudio(MixedAudio { segments, unknown })),
        (of(text().prop_map(TransferEndpoint::PhoneNumber)), unknown()).prop_map(|(endpoint, unknown)| {
            Message::TelephonyTransferCall(TelephonyTransferCall { endpoint, unknown })
        }),
        unknown().prop_map(|unknown| Message::KnowledgeInfoCard(KnowledgeInfoCard { unknown })),
        (text(), text(), of(object()), unknown()).prop_map(|(tool, action, input_parameters, unknown)| {
            Message::ToolCall(ToolCall { tool, action, input_parameters, unknown })
        }),
    ]
}

fn response_message() -> impl Strategy<Value = ResponseMessage> {
    (response_type(), text(), of(message()), unknown()).prop_map(
        |(response_type, channel, message, unknown)| ResponseMessage {
            response_type,
            channel,
            message,
            unknown,
        },
    )
}

fn intent_info() -> impl Strategy<Value = IntentInfo> {
    let parameter = (text(), of(value()), unknown()).prop_map(|(original_value, resolved_value, unknown)| {
        IntentParameterValue { original_value, resolved_value, unknown }
    });
    (text(), text(), btree_map(text(), parameter, 0..3), float(), unknown()).prop_map(
        |(last_matched_intent, display_name, parameters, confidence, unknown)| IntentInfo {
            last_matched_intent,
            display_name,
            parameters,
            confidence,
            unknown,
        },
    )
}

fn page_info() -> impl Strategy<Value = PageInfo> {
    let parameter = (text(), any::<bool>(), state(), of(value()), any::<bool>(), unknown()).prop_map(
        |(display_name, required, state, value, just_collected, unknown)| ParameterInfo {
            display_name,
            required,
            state,
            value,
            just_collected,
            unknown,
        },
    );
    let form = (vec(parameter, 0..3), unknown())
        .prop_map(|(parameter_info, unknown)| FormInfo { parameter_info, unknown });
    (text(), text(), of(form), unknown()).prop_map(|(current_page, display_name, form_info, unknown)| {
        PageInfo { current_page, display_name, form_info, unknown }
    })
}

fn query() -> impl Strategy<Value = Query> {
    prop_oneof![
        text().prop_map(Query::Text),
        text().prop_map(Query::TriggerIntent),
        text().prop_map(Query::Transcript),
        text().prop_map(Query::TriggerEvent),
        text().prop_map(Query::DtmfDigits),
    ]
}

/// Any request, every field and kind of message in it.
pub(crate) fn request() -> impl Strategy<Value = WebhookRequest> {
    let fulfillment = (text(), unknown()).prop_map(|(tag, unknown)| FulfillmentInfo { tag, unknown });
    let session = (text(), object(), unknown()).prop_map(|(session, parameters, unknown)| SessionInfo {
        session,
        parameters,
        unknown,
    });
    let sentiment = (float(), float(), unknown())
        .prop_map(|(score, magnitude, unknown)| SentimentAnalysisResult { score, magnitude, unknown });
    let language =
        (text(), text(), float(), unknown()).prop_map(|(input, resolved, confidence_score, unknown)| {
            LanguageInfo {
                input_language_code: input,
                resolved_language_code: resolved,
                confidence_score,
                unknown,
            }
        });
    let texts = (text(), text());
    let infos =
        (of(fulfillment), of(intent_info()), of(page_info()), of(session), of(sentiment), of(language));
    (texts, infos, vec(response_message(), 0..4), of(object()), of(query()), unknown()).prop_map(
        |(texts, infos, messages, payload, query, unknown)| WebhookRequest {
            detect_intent_response_id: texts.0,
            language_code: texts.1,
            fulfillment_info: infos.0,
            intent_info: infos.1,
            page_info: infos.2,
            session_info: infos.3,
            sentiment_analysis_result: infos.4,
            language_info: infos.5,
            messages,
            payload,
            query,
            unknown,
        },
    )
}
