//! What an input changes before the agent calls, and the request that it makes then.

use super::request::Told;
use super::{Going, Input, Intent, Origin, Session, SessionError, merge, text_message};
use crate::emulator::turn::fresh_id;
use crate::protocol::decode::same_name;
use crate::protocol::names::IntentName;
use crate::protocol::{IntentInfo, IntentParameterValue, Query, Struct, WebhookRequest};

impl Session {
    pub(super) fn take(&mut self, input: &Input) -> Result<(), SessionError> {
        if input.same_turn {
            if self.turn.response_id.is_empty() {
                return Err(SessionError::NoTurn);
            }
            self.turn.told = self.turn.queue.len();
            (self.turn.moved, self.turn.notes) = (false, Vec::new());
        } else {
            if self.here.place.is_end() {
                self.clear()?;
            }
            self.here.form.begin_turn();
            self.turn = Going {
                response_id: fresh_id(),
                query: input.query.clone(),
                payload: input.payload.clone().or_else(|| self.start.payload.clone()),
                ..Going::default()
            };
        }
        if let Some(intent) = &input.intent {
            self.matched(intent)?;
        }
        for (name, value) in &input.parameters {
            merge(&mut self.parameters, name, value.clone());
            if value.is_null() {
                self.here.form.empty(name);
            }
        }
        self.moved_by_agent(input.flow.as_deref(), input.page.as_deref())?;
        for (name, value) in &input.fills {
            let page = &self.here.place.page;
            self.here.form.collect(name, value).map_err(|known| SessionError::NotInForm {
                name: name.clone(),
                page: page.clone(),
                known,
            })?;
            if !value.is_null() {
                merge(&mut self.parameters, name, value.clone());
            }
        }
        for text in &input.queued {
            self.speak(&text_message(text), Origin::Agent);
        }
        Ok(())
    }

    /// What an ended session leaves to the next input: nothing.
    fn clear(&mut self) -> Result<(), SessionError> {
        self.parameters = Struct::new();
        let place = self.pages.start_of("")?;
        self.here = self.enter(place);
        (self.previous, self.stack, self.intent) = (None, Vec::new(), None);
        Ok(())
    }

    fn matched(&mut self, intent: &Intent) -> Result<(), SessionError> {
        let known = self.pages.intent(&intent.name)?;
        if let Some(all) = &known.parameters
            && let Some(name) =
                intent.parameters.keys().find(|name| !all.iter().any(|one| same_name(one, name)))
        {
            let (name, intent) = (name.clone(), known.display_name);
            return Err(SessionError::NotInIntent { name, intent, known: all.clone() });
        }
        let name = IntentName { agent: self.agent.clone(), intent: known.id }.to_string();
        if self.turn.query.is_none() {
            self.turn.query = Some(Query::TriggerIntent(name.clone()));
        }
        let parameters = intent.parameters.iter().map(|(name, value)| {
            let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = IntentParameterValue {
                original_value: words,
                resolved_value: Some(value.clone()),
                ..IntentParameterValue::default()
            };
            (name.clone(), value)
        });
        self.intent = Some(IntentInfo {
            last_matched_intent: name,
            display_name: known.display_name,
            parameters: parameters.collect(),
            confidence: intent.confidence.unwrap_or(1.0),
            ..IntentInfo::default()
        });
        intent.parameters.iter().for_each(|(name, value)| merge(&mut self.parameters, name, value.clone()));
        Ok(())
    }

    pub(super) fn request(&self, tag: &str) -> WebhookRequest {
        Told {
            agent: &self.agent,
            session: &self.name,
            response_id: &self.turn.response_id,
            language: &self.start.language,
            place: &self.here.place,
            form: &self.here.form,
            intent: self.intent.as_ref(),
            parameters: self.parameters.clone(),
            messages: self.queued(),
            payload: self.turn.payload.as_ref(),
            query: self.turn.query.as_ref(),
        }
        .request(tag)
    }
}
