//! What is said in a turn, and what the form asks for.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Origin, Session, Spoken};
use crate::emulator::seeded::Seeded;
use crate::emulator::verdict::Said;
use crate::flexible::{RenderedReply, ReplyTemplate, Scope};
use crate::protocol::{Envelope, FulfillmentResponse, ResponseMessage, WebhookResponse};

impl Session {
    /// Queues a message.
    pub(super) fn speak(&mut self, message: &ResponseMessage, origin: Origin) {
        let said = Said::of(message, &self.chance());
        self.turn.queue.extend(said.map(|said| Spoken { said, origin }));
    }

    /// What is queued, as a request shows it.
    pub(super) fn queued(&self) -> Vec<ResponseMessage> {
        let message = |spoken: &Spoken| {
            let Said { kind, channel, content, .. } = &spoken.said;
            let mut message = Map::from_iter([((*kind).to_owned(), content.clone())]);
            if !channel.is_empty() {
                message.insert("channel".to_owned(), channel.as_str().into());
            }
            serde_json::from_value(Value::Object(message)).ok()
        };
        self.turn.queue.iter().filter_map(message).collect()
    }

    /// What asks for the form's next parameter: a handler of `sys.invalid-parameter`, if the one whose
    /// value was just refused has it, or else the prompt of the first that is missing.
    pub(super) fn prompts(&mut self, refused: Option<usize>) -> Vec<Spoken> {
        let refused = refused.and_then(|index| self.here.form.fields.get(index));
        let handler = refused.map(|field| &field.parameter.invalid).filter(|handler| !handler.is_empty());
        let prompt = || self.here.form.asked_for().map(|field| &field.parameter.prompt);
        let Some(messages) = handler.or_else(prompt).filter(|messages| !messages.is_empty()) else {
            return Vec::new();
        };
        let messages = messages.clone();
        let rendered = self.rendered(&messages).unwrap_or_else(|problem| {
            self.turn.notes.push(format!("the prompt is said as it is written: {problem}"));
            messages
        });
        let chance = self.chance();
        let said = rendered.iter().filter_map(|message| Said::of(message, &chance));
        said.map(|said| Spoken { said, origin: Origin::Prompt }).collect()
    }

    /// Messages with their references resolved; what is not set stays as it is written.
    fn rendered(&self, messages: &[ResponseMessage]) -> Result<Vec<ResponseMessage>, String> {
        let document = json!({ "fulfillmentResponse": { "messages": messages } });
        let template = ReplyTemplate::document(&document).map_err(|error| error.to_string())?;
        let body = serde_json::to_vec(&self.request("")).map_err(|error| error.to_string())?;
        let envelope = Envelope::parse(&Bytes::from(body)).map_err(|error| error.to_string())?;
        let world = Seeded { chance: self.chance(), time_zone: self.time_zone.clone(), now: None };
        let scope = Scope::new(&envelope, self.semantics, &world);
        match template.render(&scope, &mut Vec::new()).map_err(|error| error.to_string())? {
            RenderedReply::Document(document) => {
                let WebhookResponse { fulfillment_response, .. } = *document;
                let FulfillmentResponse { messages, .. } = fulfillment_response.unwrap_or_default();
                Ok(messages)
            }
            RenderedReply::Text(_) => Ok(messages.to_vec()),
        }
    }
}
