//! A message, parsed.

use serde_json::Value;

use super::findings::Findings;
use crate::emulator::package::AgentMessage;
use crate::flexible::{Document, Template};
use crate::protocol::Message;

/// A message in one language for one channel.
#[derive(Debug, Clone)]
pub(in crate::emulator::agent) struct Say {
    /// Empty for every language.
    pub(in crate::emulator::agent) language: String,
    /// Empty for every channel.
    pub(in crate::emulator::agent) channel: String,
    pub(in crate::emulator::agent) saying: Saying,
}

/// What is said.
#[derive(Debug, Clone)]
pub(in crate::emulator::agent) enum Saying {
    /// One of these texts.
    Texts(Vec<Template>),
    /// Something else: the whole message as JSON.
    Other(Document),
}

impl Say {
    /// `None` for a message that says nothing.
    pub(super) fn of(message: &AgentMessage, findings: &mut Findings<'_>) -> Option<Self> {
        let sent = &message.message;
        let saying = match sent.message.as_ref()? {
            Message::Text(text) if text.text.is_empty() => return None,
            Message::Text(text) => {
                Saying::Texts(text.text.iter().map(|text| findings.template(text)).collect())
            }
            _ => {
                let mut whole = serde_json::to_value(sent).unwrap_or_default();
                if let Value::Object(members) = &mut whole {
                    members.remove("channel");
                    members.remove("responseType");
                }
                Saying::Other(findings.document(&whole))
            }
        };
        Some(Self { language: message.language_code.clone(), channel: sent.channel.clone(), saying })
    }
}
