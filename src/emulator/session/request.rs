//! The request of a standard webhook, made of what a session knows.

use super::form::Form;
use super::place::Place;
use crate::protocol::names::{AgentName, PageName};
use crate::protocol::{
    FulfillmentInfo, IntentInfo, LanguageInfo, PageInfo, Query, ResponseMessage, SessionInfo, Struct,
    WebhookRequest,
};

/// What a session tells when it calls.
pub(in crate::emulator) struct Told<'s> {
    pub(in crate::emulator) agent: &'s AgentName,
    /// The session's whole name.
    pub(in crate::emulator) session: &'s str,
    pub(in crate::emulator) response_id: &'s str,
    /// Empty for `en`.
    pub(in crate::emulator) language: &'s str,
    pub(in crate::emulator) place: &'s Place,
    pub(in crate::emulator) form: &'s Form,
    pub(in crate::emulator) intent: Option<&'s IntentInfo>,
    pub(in crate::emulator) parameters: Struct,
    pub(in crate::emulator) messages: Vec<ResponseMessage>,
    pub(in crate::emulator) payload: Option<&'s Struct>,
    pub(in crate::emulator) query: Option<&'s Query>,
}

impl Told<'_> {
    pub(in crate::emulator) fn request(self, tag: &str) -> WebhookRequest {
        let Place { flow_id, page_id, page, .. } = self.place;
        let current = PageName { agent: self.agent.clone(), flow: flow_id.clone(), page: page_id.clone() };
        let language = if self.language.is_empty() { "en" } else { self.language };
        WebhookRequest {
            detect_intent_response_id: self.response_id.to_owned(),
            language_code: language.to_owned(),
            fulfillment_info: Some(FulfillmentInfo { tag: tag.to_owned(), ..FulfillmentInfo::default() }),
            intent_info: self.intent.cloned(),
            page_info: Some(PageInfo {
                current_page: current.to_string(),
                display_name: page.clone(),
                form_info: self.form.on_the_wire(),
                ..PageInfo::default()
            }),
            session_info: Some(SessionInfo {
                session: self.session.to_owned(),
                parameters: self.parameters,
                ..SessionInfo::default()
            }),
            messages: self.messages,
            payload: self.payload.cloned(),
            language_info: Some(LanguageInfo {
                input_language_code: language.to_owned(),
                resolved_language_code: language.to_owned(),
                confidence_score: 1.0,
                ..LanguageInfo::default()
            }),
            query: self.query.cloned(),
            ..WebhookRequest::default()
        }
    }
}
