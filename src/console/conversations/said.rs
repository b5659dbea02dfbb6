//! What was said in a call and answered to it, as far as its bodies are kept.

use bytes::Bytes;
use serde_json::Value;

use crate::activity::kept::Body;
use crate::activity::status::Kind;
use crate::excerpt::excerpt;
use crate::protocol::{
    AudioSource, Envelope, Message, Query, ResponseMessage, TransferEndpoint, WebhookResponse,
};

/// What is shown of a text, of a payload, and how many messages.
const TEXT: usize = 2_000;
const PAYLOAD: usize = 400;
const MESSAGES: usize = 30;
/// How deep a payload is looked into for what can be chosen, and how many of these are shown.
const DEEPEST: usize = 12;
const CHOICES: usize = 20;

/// What the user did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// `text`, `spoken`, `keys`, `event`, `intent`; empty where it is not known.
    pub(crate) how: &'static str,
    pub(crate) text: String,
    /// The intent that the agent understood.
    pub(crate) intent: String,
    /// Why it is not known.
    pub(crate) unknown: &'static str,
}

/// What the answer says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) messages: Vec<Spoken>,
    pub(crate) more: usize,
    /// Why it is not known.
    pub(crate) unknown: &'static str,
}

/// A message as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// What it is, if it is no text.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// What can be chosen, such as the options of chips.
    pub(crate) choices: Vec<String>,
}

/// Whether a body is there whole.
fn whole<'b>(body: Option<&'b Body<'_>>) -> Result<&'b str, &'static str> {
    match body {
        None => Err("not kept (activity.inbound_bodies)"),
        Some(Body { truncated: true, .. }) => Err("cut when it was kept (activity.body_limit)"),
        Some(Body { text, .. }) => Ok(text),
    }
}

/// What the user did, from a request.
pub(crate) fn said(body: Option<&Body<'_>>) -> Said {
    let text = match whole(body) {
        Ok(text) => text,
        Err(unknown) => return Said { unknown, ..Said::default() },
    };
    let Ok(envelope) = Envelope::parse(&Bytes::from(text.to_owned())) else {
        return Said { unknown: "no WebhookRequest", ..Said::default() };
    };
    let intent = envelope.intent_info().ok().flatten();
    let intent = intent.map(|intent| {
        let id = intent.last_matched_intent.rsplit('/').next().unwrap_or_default().to_owned();
        if intent.display_name.is_empty() { id } else { intent.display_name }
    });
    let (how, text) = match envelope.query() {
        Some(Query::Text(text)) => ("text", text),
        Some(Query::Transcript(text)) => ("spoken", text),
        Some(Query::DtmfDigits(keys)) => ("keys", keys),
        Some(Query::TriggerEvent(event)) => ("event", event),
        Some(Query::TriggerIntent(intent)) => ("intent", intent),
        _ => ("", String::new()),
    };
    let unknown = if how.is_empty() { "nothing: the call says of no input" } else { "" };
    let text = excerpt(&text, TEXT).into_owned();
    Said {
        how,
        text,
        intent: intent.map(|intent| excerpt(&intent, 200).into_owned()).unwrap_or_default(),
        unknown,
    }
}

/// What an answer says, whose body is kept.
pub(crate) fn answered(kind: Option<Kind>, body: Option<&Body<'_>>, messages_key: &str) -> Answered {
    let text = match whole(body) {
        Ok(text) => text,
        Err(unknown) => return Answered { unknown, ..Answered::default() },
    };
    let messages: Vec<ResponseMessage> = if kind == Some(Kind::Flexible) {
        let mut members: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        let messages = members.remove(messages_key).unwrap_or_default();
        serde_json::from_value(messages).unwrap_or_default()
    } else {
        let response: WebhookResponse = serde_json::from_str(text).unwrap_or_default();
        response.fulfillment_response.unwrap_or_default().messages
    };
    let more = messages.len().saturating_sub(MESSAGES);
    Answered { messages: messages.iter().take(MESSAGES).filter_map(spoken).collect(), more, unknown: "" }
}

fn spoken(sent: &ResponseMessage) -> Option<Spoken> {
    let message = sent.message.as_ref()?;
    let mut choices = Vec::new();
    let (kind, text) = match message {
        Message::Text(text) => ("", text.text.join(" / ")),
        Message::OutputAudioText(audio) => match &audio.source {
            Some(AudioSource::Text(text) | AudioSource::Ssml(text)) => ("spoken", text.clone()),
            None => ("spoken", String::new()),
        },
        Message::PlayAudio(audio) => ("plays", audio.audio_uri.clone()),
        Message::TelephonyTransferCall(call) => {
            let TransferEndpoint::PhoneNumber(number) = call.endpoint.as_ref()?;
            ("transfers the call to", number.clone())
        }
        Message::LiveAgentHandoff(handoff) => ("hands off to a person", json(handoff.metadata.as_ref())),
        Message::ConversationSuccess(success) => ("reached its goal", json(success.metadata.as_ref())),
        Message::EndInteraction(_) => ("ends the conversation", String::new()),
        Message::Payload(payload) => {
            let payload = Value::Object(payload.clone());
            gather(&payload, 0, &mut choices);
            choices.truncate(CHOICES);
            ("payload", excerpt(&payload.to_string(), PAYLOAD).into_owned())
        }
        other => (other.name(), excerpt(&serde_json::to_string(sent).ok()?, PAYLOAD).into_owned()),
    };
    Some(Spoken { kind, text: excerpt(&text, TEXT).into_owned(), choices })
}

fn json(metadata: Option<&serde_json::Map<String, Value>>) -> String {
    let text = metadata.map(|metadata| Value::Object(metadata.clone()).to_string()).unwrap_or_default();
    excerpt(&text, PAYLOAD).into_owned()
}

/// The texts of `options`, as Dialogflow Messenger and most others call what can be chosen.
fn gather(value: &Value, depth: usize, choices: &mut Vec<String>) {
    if depth > DEEPEST || choices.len() > CHOICES {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let options = value.as_array().filter(|_| name == "options" || name == "suggestions");
                for option in options.into_iter().flatten().take(CHOICES) {
                    let named = || ["text", "title", "label"].iter().find_map(|name| option[name].as_str());
                    if let Some(text) = option.as_str().or_else(named) {
                        choices.push(excerpt(text, 100).into_owned());
                    }
                }
                gather(value, depth + 1, choices);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| gather(value, depth + 1, choices)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: &Value) -> Body<'static> {
        Body { text: value.to_string().into(), ..Body::default() }
    }

    #[test]
    fn what_was_said_is_read_from_the_request() {
        for (request, how, text) in [
            (json!({ "text": "<b>hi" }), "text", "<b>hi"),
            (json!({ "transcript": "hello" }), "spoken", "hello"),
            (json!({ "dtmfDigits": "12#" }), "keys", "12#"),
            (json!({ "triggerEvent": "sys.no-input-default" }), "event", "sys.no-input-default"),
            (json!({}), "", ""),
        ] {
            let said = said(Some(&body(&request)));
            assert_eq!((said.how, &*said.text), (how, text));
        }
        let intent = json!({ "text": "x", "intentInfo": { "displayName": "order.status" } });
        assert_eq!(said(Some(&body(&intent))).intent, "order.status");
        assert!(said(None).unknown.contains("activity.inbound_bodies"));
        let cut = Body { truncated: true, ..body(&json!({})) };
        assert!(said(Some(&cut)).unknown.contains("activity.body_limit"));
        assert!(said(Some(&Body { text: "[[[".into(), ..Body::default() })).unknown.contains("no Webhook"));
    }

    #[test]
    fn messages_are_read_as_people_read_them() {
        let chips = json!({ "richContent": [[{ "type": "chips", "options": [{ "text": "Yes" }, { "text": "No" }] }]] });
        let messages = json!([
            { "text": { "text": ["Hello.", "Hi."] } },
            { "payload": chips },
            { "liveAgentHandoff": { "metadata": { "team": "billing" } } },
            { "telephonyTransferCall": { "phoneNumber": "+15550100" } },
        ]);
        let response = body(&json!({ "fulfillmentResponse": { "messages": messages } }));
        let told = answered(Some(Kind::Standard), Some(&response), "messages");
        assert_eq!(told.messages[0].text, "Hello. / Hi.");
        assert_eq!(told.messages[1].choices, ["Yes", "No"]);
        assert_eq!(
            (told.messages[2].kind, &*told.messages[2].text),
            ("hands off to a person", "{\"team\":\"billing\"}")
        );
        assert_eq!(told.messages[3].text, "+15550100");
        let flexible = body(&json!({ "order": 1, "said": messages }));
        assert_eq!(answered(Some(Kind::Flexible), Some(&flexible), "said"), told);
        assert_eq!(answered(Some(Kind::Flexible), Some(&flexible), "other"), Answered::default());
    }
}
