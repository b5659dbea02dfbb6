//! What is remarkable about a message that is valid all the same.

use serde_json::Value;

use super::field::MessageType;
use super::json::Fault;
use super::walk::Found;
use super::{
    Message, MixedAudio, ParameterState, ParseError, Place, PlayAudio, ResponseMessage, Struct,
    TransferEndpoint, WebhookRequest, WebhookResponse, build, check, text_of,
};

/// The largest answer that Dialogflow reads, in bytes.
pub const RESPONSE_LIMIT: usize = 65_536;

/// JSON levels below `payload` or `parameters` that Google's own parser still reads.
const VALUE_DEPTH: usize = 48;

/// Unknown fields told one by one; finding the place of each costs a look at the text.
const MOST_UNKNOWN: usize = 50;

/// Something to know about a message: it is valid, but may not do what was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable `snake_case` word for machines.
    pub code: &'static str,
    /// The path of what it is about; empty for the whole message.
    pub place: String,
    /// What to know.
    pub message: String,
}

/// A message with what is remarkable about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected<M> {
    /// The message.
    pub message: M,
    /// What is remarkable about it, in the order of the text where it has one.
    pub findings: Vec<Finding>,
}

/// Reads a request and looks for what is remarkable about it.
///
/// # Errors
///
/// If it is no `WebhookRequest`: the first fault, with its place.
pub fn request(body: &[u8]) -> Result<Inspected<WebhookRequest>, ParseError> {
    let (message, mut findings) =
        read::<WebhookRequest>(body, "Dialogflow sends some that it does not document; it is kept")?;
    if message.tag().is_empty() {
        findings.add("tag_missing", "fulfillmentInfo.tag", "no tag: nothing says which handler is meant");
    }
    for (index, queued) in message.messages.iter().enumerate() {
        if queued.message.is_none() {
            findings.add(
                "unknown_kind",
                format!("messages[{index}]"),
                "a kind of message that this version does not know",
            );
        }
    }
    if let Some(session) = &message.session_info {
        findings.values(&session.parameters, "sessionInfo.parameters");
    }
    if let Some(payload) = &message.payload {
        findings.values(payload, "payload");
    }
    Ok(Inspected { message, findings: findings.0 })
}

/// Reads a response and looks for what the platform would ignore, refuse or misunderstand.
///
/// # Errors
///
/// If it is no `WebhookResponse`: the first fault, with its place.
pub fn response(body: &[u8]) -> Result<Inspected<WebhookResponse>, ParseError> {
    let (message, mut findings) =
        read::<WebhookResponse>(body, "the platform ignores it or refuses the answer")?;
    if body.len() > RESPONSE_LIMIT {
        let size = body.len();
        findings.add(
            "too_large",
            "",
            format!("{size} bytes; Dialogflow reads at most {RESPONSE_LIMIT} and raises webhook.error"),
        );
    }
    if let Some(fulfillment) = &message.fulfillment_response {
        for (index, sent) in fulfillment.messages.iter().enumerate() {
            findings.sent_message(sent, &format!("fulfillmentResponse.messages[{index}]"));
        }
    }
    if let Some(page) = &message.page_info {
        if !page.current_page.is_empty() || !page.display_name.is_empty() {
            findings.add(
                "ignored",
                "pageInfo",
                "the platform ignores currentPage and displayName in answers; use targetPage to move",
            );
        }
        for (index, parameter) in page.form_info.iter().flat_map(|form| &form.parameter_info).enumerate() {
            let place = format!("pageInfo.formInfo.parameterInfo[{index}]");
            if parameter.display_name.is_empty() {
                findings.add(
                    "name_missing",
                    &place,
                    "no displayName: nothing says which form parameter is meant",
                );
            }
            match &parameter.state {
                ParameterState::Unspecified | ParameterState::Invalid => {}
                state => findings.add(
                    "state_ignored",
                    format!("{place}.state"),
                    format!("{} is ignored: only INVALID has an effect in an answer", state_name(state)),
                ),
            }
            if parameter.just_collected {
                findings.add(
                    "ignored",
                    format!("{place}.justCollected"),
                    "the platform ignores it in answers",
                );
            }
        }
    }
    if let Some(session) = &message.session_info {
        if !session.session.is_empty() {
            findings.add("ignored", "sessionInfo.session", "the platform ignores it in answers");
        }
        findings.values(&session.parameters, "sessionInfo.parameters");
    }
    if let Some(payload) = &message.payload {
        findings.values(payload, "payload");
    }
    Ok(Inspected { message, findings: findings.0 })
}

fn read<M: MessageType>(body: &[u8], unknown: &str) -> Result<(M, Findings), ParseError> {
    let text = text_of(&bytes::Bytes::copy_from_slice(body))?;
    let mut found = Found::with_unknown();
    let refused = |fault: Fault| ParseError::new(&text, fault);
    check::<M>(&text, &mut found).map_err(refused)?;
    let message = build(&text).map_err(refused)?;
    let mut findings = Findings(Vec::new());
    let names = found.unknown.unwrap_or_default();
    for name in names.iter().take(MOST_UNKNOWN) {
        let place = Place::at(&text, name.span.start as usize);
        findings.add("unknown_field", place.path, format!("unknown field: {unknown}"));
    }
    if let Some(more @ 1..) = names.len().checked_sub(MOST_UNKNOWN) {
        findings.add("unknown_field", "", format!("{more} more unknown fields"));
    }
    Ok((message, findings))
}

/// The name of a form parameter's state, or its number if it has no known name.
pub(crate) fn state_name(state: &ParameterState) -> String {
    match serde_json::to_value(super::field::Json(state)) {
        Ok(Value::String(name)) => name,
        Ok(number) => number.to_string(),
        Err(_) => String::new(),
    }
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, code: &'static str, place: impl Into<String>, message: impl Into<String>) {
        self.0.push(Finding { code, place: place.into(), message: message.into() });
    }

    fn sent_message(&mut self, sent: &ResponseMessage, place: &str) {
        let Some(message) = &sent.message else {
            self.add("empty_message", place, "a message without a kind says nothing");
            return;
        };
        let at = format!("{place}.{}", message.name());
        if message.is_output_only() {
            self.add("output_only", &at, "only Dialogflow makes this kind; a webhook must not send it");
        }
        let interruption = match message {
            Message::Text(text) => {
                match text.text.len() {
                    0 => self.add("empty_text", &at, "an empty list of variants says nothing"),
                    1 if text.text[0].is_empty() => self.add("empty_text", &at, "an empty text says nothing"),
                    1 => {}
                    variants => self.add(
                        "variants",
                        &at,
                        format!("its {variants} texts are variants: one of them is said. To say all, send a message for each"),
                    ),
                }
                text.allow_playback_interruption
            }
            Message::OutputAudioText(audio) => audio.allow_playback_interruption,
            Message::PlayAudio(PlayAudio { audio_uri, allow_playback_interruption, .. }) => {
                if audio_uri.is_empty() {
                    self.add("uri_missing", &at, "no audioUri: there is nothing to play");
                }
                *allow_playback_interruption
            }
            Message::MixedAudio(MixedAudio { segments, .. }) => {
                segments.iter().any(|segment| segment.allow_playback_interruption)
            }
            Message::TelephonyTransferCall(call) => {
                let number =
                    call.endpoint.as_ref().map(|TransferEndpoint::PhoneNumber(number)| number.as_str());
                if !number.is_some_and(is_e164) {
                    self.add("phone_number", &at, "the number must be in E.164 form: + and up to 15 digits");
                }
                false
            }
            Message::ToolCall(call) => {
                if call.tool.is_empty() || call.action.is_empty() {
                    self.add("name_missing", &at, "a tool call needs both tool and action");
                }
                false
            }
            Message::Payload(payload) => {
                self.values(payload, &at);
                false
            }
            _ => false,
        };
        if interruption {
            self.add(
                "output_only",
                format!("{at}.allowPlaybackInterruption"),
                "output only: a webhook must not set it",
            );
        }
    }

    fn values(&mut self, object: &Struct, place: &str) {
        for (name, value) in object {
            self.value(value, &format!("{place}.{name}"), 1);
        }
    }

    fn value(&mut self, value: &Value, place: &str, depth: usize) {
        if depth > VALUE_DEPTH {
            if depth == VALUE_DEPTH + 1 {
                self.add(
                    "deep_value",
                    place,
                    format!("nested deeper than {VALUE_DEPTH} levels, which Google's own parser refuses"),
                );
            }
            return;
        }
        match value {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.value(element, &format!("{place}[{index}]"), depth + 1);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.value(member, &format!("{place}.{name}"), depth + 1);
                }
            }
            Value::Number(number) if !is_exact(number) => self.add(
                "inexact_number",
                place,
                format!("{number} is beyond 2^53: the platform's numbers are doubles, so digits are lost. Send it as text"),
            ),
            _ => {}
        }
    }
}

/// Whether a double holds the number as it is written.
fn is_exact(number: &serde_json::Number) -> bool {
    const LIMIT: u64 = 1 << 53;
    match (number.as_i64(), number.as_u64()) {
        (Some(number), _) => number.unsigned_abs() <= LIMIT,
        (None, Some(_)) => false,
        (None, None) => true,
    }
}

/// Whether a phone number has the form that the platform dials.
pub(crate) fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(body: &str) -> Vec<&'static str> {
        response(body.as_bytes()).expect(body).findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn what_the_platform_would_not_do_is_found() {
        for (body, expected) in [
            (r#"{"sessionInfo":{"parameters":{"a":null}}}"#, &[][..]),
            (r#"{"fulfillmentResponse":{"messages":[{"text":{"text":["a","b"]}}]}}"#, &["variants"]),
            (
                r#"{"fulfillmentResponse":{"messages":[{"text":{"text":[]}},{}]}}"#,
                &["empty_text", "empty_message"],
            ),
            (r#"{"fulfillmentResponse":{"messages":[{"endInteraction":{}}]}}"#, &["output_only"]),
            (
                r#"{"fulfillmentResponse":{"messages":[{"telephonyTransferCall":{"phoneNumber":"911"}}]}}"#,
                &["phone_number"],
            ),
            (
                r#"{"pageInfo":{"formInfo":{"parameterInfo":[{"displayName":"a","state":"VALID"}]}}}"#,
                &["state_ignored"],
            ),
            (
                r#"{"source":1,"sessionInfo":{"session":"s","parameters":{"a":9007199254740993}}}"#,
                &["unknown_field", "ignored", "inexact_number"],
            ),
        ] {
            assert_eq!(codes(body), expected, "{body}");
        }
        let large = format!(r#"{{"payload":{{"a":"{}"}}}}"#, "x".repeat(RESPONSE_LIMIT));
        assert_eq!(codes(&large), ["too_large"]);
        let deep = format!(r#"{{"payload":{{"a":{}1{}}}}}"#, "[".repeat(60), "]".repeat(60));
        assert_eq!(codes(&deep), ["deep_value"]);
    }

    #[test]
    fn two_transitions_are_no_response() {
        let error = response(br#"{"targetPage":"a","targetFlow":"b"}"#).expect_err("both");
        assert!(error.to_string().starts_with("`targetFlow` and `targetPage` exclude each other"));
    }
}
