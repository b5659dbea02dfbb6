//! A recorded call, and the turn that it was.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::calls::RecordError;
use super::expect::equal;
use crate::emulator::session::{FormParameter, Input, Intent, Page, Session, Start};
use crate::emulator::turn::DEFAULT_START_FLOW;
use crate::protocol::decode::same_name;
use crate::protocol::names::{PageName, SessionName};
use crate::protocol::{Message, ParameterState, Query, ResponseMessage, Struct, WebhookRequest};

/// A call as it was recorded.
pub(super) struct Recorded {
    pub(super) request: WebhookRequest,
    pub(super) status: u16,
    pub(super) answer: Bytes,
    /// The event that the missing answer raised.
    pub(super) event: Option<&'static str>,
}

impl Recorded {
    pub(super) fn of(object: &Map<String, Value>, number: usize) -> Result<Self, RecordError> {
        let no_call = |what| RecordError::NoCall { number, what };
        let request = object.get("request").ok_or(no_call("it has no `request`"))?;
        let printed = request.get("method").is_some();
        let request = if printed { request.get("body").unwrap_or(&Value::Null) } else { request };
        let request = WebhookRequest::parse(request.to_string().as_bytes())
            .map_err(|reason| RecordError::Request { number, reason })?;
        let bytes = |body: &Value| Bytes::from(body.as_str().map_or_else(|| body.to_string(), str::to_owned));
        if !printed {
            let response = object.get("response").ok_or(no_call("it has no `response`"))?;
            return Ok(Self { request, status: 200, answer: bytes(response), event: None });
        }
        let answer = object.get("answer").filter(|answer| !answer.is_null());
        let Some(answer) = answer else {
            let event =
                object.get("verdict").and_then(|verdict| verdict.get("event")).and_then(Value::as_str);
            let event = event.ok_or(no_call("it has neither an answer nor a verdict"))?;
            let known = ["webhook.error.timeout", "webhook.error.not-found"];
            let event = known.into_iter().find(|known| *known == event).unwrap_or("webhook.error");
            return Ok(Self { request, status: 500, answer: Bytes::new(), event: Some(event) });
        };
        let status =
            answer.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        let status = status.ok_or(no_call("its answer has no status"))?;
        Ok(Self { request, status, answer: answer.get("body").map(bytes).unwrap_or_default(), event: None })
    }

    fn parameters(&self) -> Struct {
        let parameters = self.request.session_info.as_ref().map(|session| session.parameters.clone());
        parameters.unwrap_or_default()
    }

    /// The flow's id and the page's id, where the request says them.
    fn place(&self) -> Option<PageName> {
        self.request.page_info.as_ref()?.current_page.parse().ok()
    }

    pub(super) fn start(&self) -> Start {
        let session = self.request.session_info.as_ref().and_then(|session| session.session.parse().ok());
        let environment = session.and_then(|name: SessionName| name.environment);
        let mut start = Start {
            environment: environment.map(|environment| environment.to_string()),
            payload: self.request.payload.clone(),
            ..Start::default()
        };
        if self.request.language_code != "en" {
            start.language.clone_from(&self.request.language_code);
        }
        // What the user filled in the first turn comes with it.
        start.parameters = self.parameters();
        for (name, _) in self.fills() {
            start.parameters.retain(|known, _| !same_name(known, &name));
        }
        start
    }

    /// What the page's form has collected in this turn.
    fn fills(&self) -> Vec<(String, Value)> {
        let form = self.request.page_info.iter().filter_map(|page| page.form_info.as_ref());
        let filled = form.flat_map(|form| &form.parameter_info).filter(|parameter| parameter.just_collected);
        filled
            .filter_map(|parameter| Some((parameter.display_name.clone(), parameter.value.clone()?)))
            .collect()
    }

    /// The page with the form that it shows.
    pub(super) fn page(&self) -> Option<Page> {
        let name = self.place()?;
        let page = self.request.page_info.as_ref()?;
        let parameters = page.form_info.iter().flat_map(|form| &form.parameter_info);
        let form = parameters.map(|parameter| FormParameter {
            required: parameter.required,
            ..FormParameter::required(&parameter.display_name)
        });
        let symbolic = name.page == "START_PAGE" || page.display_name.is_empty();
        (!symbolic).then(|| Page {
            flow: flow(&name),
            id: name.page,
            form: form.collect(),
            ..Page::new(&page.display_name)
        })
    }

    pub(super) fn input(&self, session: &Session) -> Input {
        let request = &self.request;
        let mut input = Input {
            query: request.query.clone(),
            tag: Some(request.tag().to_owned()).filter(|tag| !tag.is_empty()),
            fills: self.fills(),
            payload: request
                .payload
                .clone()
                .filter(|payload| Some(payload) != session.start().payload.as_ref()),
            queued: request.messages.iter().filter_map(words).collect(),
            ..Input::default()
        };
        if let Some(intent) = &request.intent_info
            && session.intent_name() != Some(intent.display_name.as_str())
            && !intent.display_name.is_empty()
        {
            let parameters = intent.parameters.iter();
            let parameters =
                parameters.filter_map(|(name, value)| Some((name.clone(), value.resolved_value.clone()?)));
            let confidence = Some(intent.confidence).filter(|sure| *sure > 0.0 && *sure < 1.0);
            let name = intent.display_name.clone();
            input.intent = Some(Intent { name, parameters: parameters.collect(), confidence });
        }
        // An intent by its name is told as one.
        if matches!(&input.query, Some(Query::TriggerIntent(_))) && input.intent.is_some() {
            input.query = None;
        }
        if let (Some(name), Some(page)) = (self.place(), &request.page_info) {
            let here = session.place();
            if here.flow_id != name.flow {
                input.flow = Some(name.flow.clone());
            }
            if here.page_id != name.page || input.flow.is_some() {
                let shown = if page.display_name.is_empty() { name.page } else { page.display_name.clone() };
                input.page = Some(shown);
            }
        }
        self.differences(session, &mut input);
        input
    }

    /// What the agent has changed since the answer before.
    fn differences(&self, session: &Session, input: &mut Input) {
        let now = self.parameters();
        let told = |name: &str| {
            input.fills.iter().any(|(filled, _)| same_name(filled, name))
                || input.intent.as_ref().is_some_and(|intent| {
                    intent.parameters.iter().any(|(known, value)| {
                        same_name(known, name) && now.get(name).is_some_and(|now| equal(now, value))
                    })
                })
        };
        let before = |name: &str| session.parameters().iter().find(|(known, _)| same_name(known, name));
        let set = now.iter().filter(|(name, value)| {
            !told(name)
                && match before(name) {
                    Some((_, before)) => !equal(before, value),
                    None => !value.is_null(),
                }
        });
        let set: Struct = set.map(|(name, value)| (name.clone(), value.clone())).collect();
        let gone = session.parameters().keys().filter(|name| !now.keys().any(|now| same_name(now, name)));
        let gone: Struct = gone.map(|name| (name.clone(), Value::Null)).collect();
        input.parameters = set;
        input.parameters.extend(gone);
        // A form's value that was filled before this recording began.
        let form = self.request.page_info.iter().filter_map(|page| page.form_info.as_ref());
        let refused = form.flat_map(|form| &form.parameter_info);
        for parameter in refused.filter(|parameter| parameter.state == ParameterState::Empty) {
            let is_set =
                now.iter().any(|(name, value)| same_name(name, &parameter.display_name) && !value.is_null());
            if is_set && !input.fills.iter().any(|(name, _)| same_name(name, &parameter.display_name)) {
                input.fills.push((parameter.display_name.clone(), Value::Null));
            }
        }
    }
}

/// The flow as a transcript names it: nothing for the default one.
fn flow(name: &PageName) -> String {
    if name.flow == DEFAULT_START_FLOW { String::new() } else { name.flow.clone() }
}

fn words(message: &ResponseMessage) -> Option<String> {
    match &message.message {
        Some(Message::Text(text)) => text.text.first().cloned(),
        _ => None,
    }
}
