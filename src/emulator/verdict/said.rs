//! One message of an answer, as the user gets it.

use serde::Serialize;
use serde_json::Value;

use crate::outbound::Chance;
use crate::protocol::{AudioSource, Message, ResponseMessage, TransferEndpoint};

/// A message that the agent says, shows or acts upon.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Said {
    /// The kind, by its field's name, such as `text`.
    pub kind: &'static str,
    /// The words or the number, where it has some. Of several variants one was chosen.
    pub said: Option<String>,
    /// How many variants there were to choose from.
    pub variants: usize,
    /// The channel that it is for; empty for all.
    pub channel: String,
    /// What it holds, as it came.
    pub content: Value,
}

impl Said {
    /// The message, unless it is of no known kind.
    pub(in crate::emulator) fn of(sent: &ResponseMessage, chance: &Chance) -> Option<Self> {
        let message = sent.message.as_ref()?;
        let (said, variants) = match message {
            Message::Text(text) => (choose(&text.text, chance), text.text.len()),
            Message::OutputAudioText(audio) => match &audio.source {
                Some(AudioSource::Text(text) | AudioSource::Ssml(text)) => (Some(text.clone()), 1),
                None => (None, 0),
            },
            Message::PlayAudio(audio) => (Some(audio.audio_uri.clone()), 1),
            Message::TelephonyTransferCall(call) => {
                let number = call.endpoint.as_ref();
                (number.map(|TransferEndpoint::PhoneNumber(number)| number.clone()), 1)
            }
            _ => (None, 1),
        };
        let whole = serde_json::to_value(sent).unwrap_or_default();
        let content = whole.get(message.name()).cloned().unwrap_or_default();
        Some(Self { kind: message.name(), said, variants, channel: sent.channel.clone(), content })
    }
}

fn choose(variants: &[String], chance: &Chance) -> Option<String> {
    let drawn = chance.fraction() * variants.len() as f64;
    // A fraction is below 1, so what is drawn is one of them.
    variants.get(drawn as usize).cloned()
}
