//! What the agent knows when it calls, and the request that it makes of it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use serde_json::Value;

use crate::protocol::names::{
    AgentName, Environment, FlowName, IntentName, NameError, PageName, SessionName,
};
use crate::protocol::{
    FormInfo, FulfillmentInfo, IntentInfo, IntentParameterValue, LanguageInfo, PageInfo, ParameterInfo,
    ParameterState, Query, SessionInfo, Struct, WebhookRequest,
};

/// A turn of the conversation in which a fulfillment calls.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Turn {
    /// The fulfillment's tag.
    pub tag: String,
    /// The agent, `projects/P/locations/L/agents/A`; empty for an example's.
    pub agent: String,
    /// The environment's id, `draft` or `-`.
    pub environment: Option<String>,
    /// The session's id or its whole name; empty for a new one.
    pub session: String,
    /// The page's display name or its whole name; empty for the start page.
    pub page: String,
    /// The flow's id or its whole name; empty for the default start flow.
    pub flow: String,
    /// The display name or whole name of the intent matched last.
    pub intent: Option<String>,
    /// Its parameters in what the user said: the words, and what the agent made of them. They are
    /// session parameters, too, unless [`parameters`](Self::parameters) has others of these names.
    pub intent_parameters: BTreeMap<String, IntentParameterValue>,
    /// The ids of page, flow and intent where they are known, as from an agent's export; elsewhere
    /// their display names make them.
    pub ids: Ids,
    /// What the user did.
    pub query: Option<Query>,
    /// The session parameters.
    pub parameters: Struct,
    /// The parameters of the page's form, in order; null is one that is not filled yet.
    pub form: Vec<(String, Value)>,
    /// Those of the form's parameters that are not required.
    pub optional: Vec<String>,
    /// What the integration passes along.
    pub payload: Option<Struct>,
    /// The language of the turn.
    pub language: String,
}

/// The agent's own ids of what a turn names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ids {
    /// The page's.
    pub page: Option<String>,
    /// The flow's.
    pub flow: Option<String>,
    /// The intent's.
    pub intent: Option<String>,
}

/// The id of the flow that every agent begins in.
pub(super) const DEFAULT_START_FLOW: &str = "00000000-0000-0000-0000-000000000000";

impl Turn {
    /// A call of this tag from the start page of a new session.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self {
            tag: tag.into(),
            agent: String::new(),
            environment: None,
            session: String::new(),
            page: String::new(),
            flow: String::new(),
            intent: None,
            intent_parameters: BTreeMap::new(),
            ids: Ids::default(),
            query: None,
            parameters: Struct::new(),
            form: Vec::new(),
            optional: Vec::new(),
            payload: None,
            language: "en".to_owned(),
        }
    }

    /// The request, with a `detectIntentResponseId` of its own each time.
    ///
    /// # Errors
    ///
    /// A whole name that is none.
    pub fn request(&self) -> Result<WebhookRequest, NameError> {
        let session = self.session_name()?;
        let mut parameters = self.parameters.clone();
        // What the intent has matched is a session parameter, too, until something else sets it.
        for (name, parameter) in &self.intent_parameters {
            if let Some(value) = &parameter.resolved_value {
                parameters.entry(name.as_str()).or_insert_with(|| value.clone());
            }
        }
        // What a form has collected is a session parameter, too.
        let collected = self.form.iter().filter(|(_, value)| !value.is_null());
        parameters.extend(collected.cloned());
        Ok(WebhookRequest {
            detect_intent_response_id: fresh_id(),
            language_code: self.language.clone(),
            fulfillment_info: Some(FulfillmentInfo { tag: self.tag.clone(), ..FulfillmentInfo::default() }),
            intent_info: self
                .intent
                .as_deref()
                .map(|intent| intent_info(intent, self.ids.intent.as_deref(), &session.agent))
                .transpose()?
                .map(|intent| IntentInfo { parameters: self.intent_parameters.clone(), ..intent }),
            page_info: Some(self.page_info(&session.agent)?),
            session_info: Some(SessionInfo {
                session: session.to_string(),
                parameters,
                ..SessionInfo::default()
            }),
            payload: self.payload.clone(),
            language_info: Some(LanguageInfo {
                input_language_code: self.language.clone(),
                resolved_language_code: self.language.clone(),
                confidence_score: 1.0,
                ..LanguageInfo::default()
            }),
            query: self.query.clone(),
            ..WebhookRequest::default()
        })
    }

    fn session_name(&self) -> Result<SessionName, NameError> {
        let environment = self.environment.as_deref().map(Environment::from);
        if self.session.starts_with("projects/") {
            let name: SessionName = self.session.parse()?;
            return Ok(SessionName { environment: environment.or(name.environment), ..name });
        }
        let agent = match self.agent.as_str() {
            "" => AgentName::example(),
            agent => agent.parse()?,
        };
        let session = if self.session.is_empty() { fresh_id() } else { self.session.clone() };
        Ok(SessionName { agent, environment, session })
    }

    fn page_info(&self, agent: &AgentName) -> Result<PageInfo, NameError> {
        let page = if self.page.starts_with("projects/") {
            self.page.parse()?
        } else {
            let FlowName { agent, flow } = self.flow_name(agent)?;
            let known = self.ids.page.clone();
            let page = known.unwrap_or_else(|| id_of(&self.page, &["", "Start Page"], "START_PAGE"));
            PageName { agent, flow, page }
        };
        let display_name = match self.page.as_str() {
            "" => "Start Page",
            whole if whole.starts_with("projects/") => page.page.as_str(),
            name => name,
        };
        let form = self.form.iter().map(|(name, value)| ParameterInfo {
            display_name: name.clone(),
            required: !self.optional.contains(name),
            state: if value.is_null() { ParameterState::Empty } else { ParameterState::Filled },
            just_collected: !value.is_null(),
            value: Some(value.clone()).filter(|value| !value.is_null()),
            ..ParameterInfo::default()
        });
        let parameter_info: Vec<_> = form.collect();
        Ok(PageInfo {
            display_name: display_name.to_owned(),
            current_page: page.to_string(),
            form_info: (!parameter_info.is_empty())
                .then(|| FormInfo { parameter_info, ..FormInfo::default() }),
            ..PageInfo::default()
        })
    }

    fn flow_name(&self, agent: &AgentName) -> Result<FlowName, NameError> {
        if self.flow.starts_with("projects/") {
            return self.flow.parse();
        }
        let known = self.ids.flow.clone();
        let flow =
            known.unwrap_or_else(|| id_of(&self.flow, &["", "Default Start Flow"], DEFAULT_START_FLOW));
        Ok(FlowName { agent: agent.clone(), flow })
    }
}

fn intent_info(intent: &str, id: Option<&str>, agent: &AgentName) -> Result<IntentInfo, NameError> {
    let name = if intent.starts_with("projects/") {
        intent.parse()?
    } else {
        let made = || id_of(intent, &["Default Welcome Intent"], DEFAULT_START_FLOW);
        IntentName { agent: agent.clone(), intent: id.map_or_else(made, str::to_owned) }
    };
    let display_name = if intent.starts_with("projects/") { &name.intent } else { intent };
    Ok(IntentInfo {
        display_name: display_name.to_owned(),
        last_matched_intent: name.to_string(),
        confidence: 1.0,
        ..IntentInfo::default()
    })
}

/// An id for a display name: nobody here knows the agent's own.
pub(super) fn id_of(name: &str, known: &[&str], id: &str) -> String {
    if known.contains(&name) {
        return id.to_owned();
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    name.chars().map(plain).collect()
}

/// An id in the form of a random UUID. It is no secret.
pub(super) fn fresh_id() -> String {
    // The standard library seeds its hashers from the system.
    let draw = || RandomState::new().hash_one(0);
    let (high, low) = (draw(), draw());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 50),
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AGENT: &str = "projects/p/locations/global/agents/a";

    #[test]
    fn a_request_has_what_the_platform_sends() {
        let mut turn = Turn::new("reserve");
        turn.agent = AGENT.to_owned();
        turn.session = "s:detectIntent".to_owned();
        turn.page = "Choose a table".to_owned();
        turn.intent = Some("book.table".to_owned());
        let words = |words: &str, value: Value| IntentParameterValue {
            original_value: words.to_owned(),
            resolved_value: Some(value),
            ..IntentParameterValue::default()
        };
        turn.intent_parameters.insert("city".to_owned(), words("the tiger city", json!("Tiger City")));
        turn.intent_parameters.insert("day".to_owned(), words("tomorrow", json!({ "day": 1 })));
        turn.query = Some(Query::Text("a table for two".to_owned()));
        turn.parameters.insert("city".to_owned(), json!("Oslo"));
        turn.form = vec![("seats".to_owned(), json!(2)), ("row".to_owned(), Value::Null)];
        let mut request = serde_json::to_value(turn.request().expect("names")).expect("JSON");
        let id = request["detectIntentResponseId"].take();
        assert_eq!(
            request,
            json!({
                "detectIntentResponseId": null,
                "text": "a table for two",
                "languageCode": "en",
                "fulfillmentInfo": { "tag": "reserve" },
                "intentInfo": { "lastMatchedIntent": format!("{AGENT}/intents/book-table"),
                    "displayName": "book.table", "confidence": 1.0, "parameters": {
                        "city": { "originalValue": "the tiger city", "resolvedValue": "Tiger City" },
                        "day": { "originalValue": "tomorrow", "resolvedValue": { "day": 1 } },
                    } },
                "pageInfo": { "currentPage": format!("{AGENT}/flows/{DEFAULT_START_FLOW}/pages/Choose-a-table"),
                    "displayName": "Choose a table", "formInfo": { "parameterInfo": [
                        { "displayName": "seats", "required": true, "state": "FILLED", "value": 2, "justCollected": true },
                        { "displayName": "row", "required": true, "state": "EMPTY" },
                    ] } },
                "sessionInfo": { "session": format!("{AGENT}/sessions/s:detectIntent"),
                    "parameters": { "city": "Oslo", "day": { "day": 1 }, "seats": 2 } },
                "languageInfo": { "inputLanguageCode": "en", "resolvedLanguageCode": "en", "confidenceScore": 1.0 },
            })
        );
        let id = id.as_str().expect("text");
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "{id}");
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        assert_ne!(turn.request().expect("names").detect_intent_response_id, id);
    }

    #[test]
    fn whole_names_are_taken_as_they_are() {
        let mut turn = Turn::new("t");
        turn.environment = Some("e-1".to_owned());
        turn.session = format!("{AGENT}/sessions/s");
        turn.page = format!("{AGENT}/flows/f/pages/p");
        let request = turn.request().expect("names");
        let session = request.session_info.expect("there").session;
        assert_eq!(session, format!("{AGENT}/environments/e-1/sessions/s"));
        let page = request.page_info.expect("there");
        assert_eq!((page.display_name.as_str(), page.current_page), ("p", turn.page.clone()));
        for wrong in [
            Turn { page: "projects/p".to_owned(), ..turn.clone() },
            Turn { session: "projects/p/sessions/s".to_owned(), ..turn.clone() },
            Turn { page: String::new(), flow: "projects/x".to_owned(), ..turn.clone() },
            Turn { intent: Some("projects/x".to_owned()), ..turn },
        ] {
            assert!(wrong.request().is_err(), "{wrong:?}");
        }
    }
}
