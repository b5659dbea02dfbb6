//! Makes a transcript of what happened: of a run, or of recorded calls.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::expect::{Expect, MessageExpect, Messages, equal};
use super::{MOST_TURNS, Step, Transcript};
use crate::config::Config;
use crate::emulator::session::{
    FormParameter, Input, Intent, Page, Reaction, Session, SessionError, Spoken, Start,
};
use crate::emulator::verdict::Circumstances;
use crate::emulator::{Answer, Verdict};
use crate::outbound::Chance;
use crate::protocol::decode::same_name;
use crate::protocol::names::{PageName, SessionName};
use crate::protocol::{Message, ParameterState, ParseError, ResponseMessage, Struct, WebhookRequest};

/// Writes down turns with what came of them as what is expected.
#[derive(Debug, Clone)]
pub struct Recorder {
    transcript: Transcript,
}

impl Recorder {
    /// With the name, start and pages of this transcript, and none of its turns.
    #[must_use]
    pub fn new(transcript: Transcript) -> Self {
        Self { transcript: Transcript { turns: Vec::new(), ..transcript } }
    }

    /// Adds a turn.
    pub fn add(&mut self, input: &Input, reaction: &Reaction) {
        self.transcript.turns.push(Step { input: input.clone(), expect: expected(reaction), line: 0 });
    }

    /// How many turns there are.
    #[must_use]
    pub fn turns(&self) -> usize {
        self.transcript.turns.len()
    }

    /// The transcript.
    #[must_use]
    pub fn finish(self) -> Transcript {
        self.transcript
    }
}

/// What came of a turn as what is expected of it: what is said, set and removed, the form's states, the
/// page gone to, the events.
fn expected(reaction: &Reaction) -> Expect {
    let set = reaction.set.keys().filter_map(|name| Some((name.clone(), reaction.parameter(name)?.clone())));
    let cleared = reaction.cleared.iter().filter(|name| reaction.parameter(name).is_none());
    let form = reaction.form.iter().map(|field| (field.name.clone(), field.state.as_str().to_owned()));
    Expect {
        messages: Some(Messages::All(reaction.messages.iter().map(message).collect())),
        parameters: set.chain(cleared.map(|name| (name.clone(), Value::Null))).collect(),
        form: form.collect(),
        page: reaction.moved.then(|| reaction.place.page.clone()),
        flow: reaction.moved.then(|| reaction.place.flow.clone()),
        events: Some(reaction.events.clone()).filter(|events| !events.is_empty()),
        latency: None,
    }
}

fn message(spoken: &Spoken) -> MessageExpect {
    let kind = Some(spoken.said.kind.to_owned());
    match (&spoken.said.said, spoken.said.kind) {
        (Some(said), "text") => MessageExpect::equals(said),
        (Some(said), _) => MessageExpect { kind, ..MessageExpect::equals(said) },
        (None, _) => {
            MessageExpect { kind, content: Some(spoken.said.content.clone()), ..MessageExpect::default() }
        }
    }
}

/// Recorded calls that make no transcript.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The text is not one JSON object after the other.
    #[error("call {number}: this is no JSON object: {reason}")]
    NoObject {
        /// Which call, from 1.
        number: usize,
        /// What is wrong.
        reason: serde_json::Error,
    },
    /// An object without a call in it.
    #[error(
        "call {number}: expected what `rejoinder call --json` prints, or {{\"request\": WebhookRequest, \"response\": WebhookResponse}}; {what}"
    )]
    NoCall {
        /// Which call, from 1.
        number: usize,
        /// What is missing.
        what: &'static str,
    },
    /// The request is none of a standard webhook.
    #[error("call {number}: the request is no WebhookRequest, which only standard webhooks get: {reason}")]
    Request {
        /// Which call, from 1.
        number: usize,
        /// What is wrong.
        reason: ParseError,
    },
    /// The request names what is not there.
    #[error("call {number}: {reason}")]
    Session {
        /// Which call, from 1.
        number: usize,
        /// What is wrong.
        reason: SessionError,
    },
    /// There are more calls than a transcript may have turns.
    #[error("there are more than {MOST_TURNS} calls, the most that a transcript may have")]
    TooMany,
    /// There is no call.
    #[error("there is no call in it")]
    Empty,
}

/// A transcript of recorded calls, which are taken as the turns of one conversation, whatever their session.
///
/// They are JSON objects one after the other, each what `rejoinder call --json` prints, or
/// `{"request": WebhookRequest, "response": WebhookResponse}`.
///
/// # Errors
///
/// See [`RecordError`].
pub fn of_calls(text: &str, config: &Config) -> Result<Transcript, RecordError> {
    let mut calls = Vec::new();
    for (index, object) in
        serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>().enumerate()
    {
        let number = index + 1;
        if number > MOST_TURNS {
            return Err(RecordError::TooMany);
        }
        let object = object.map_err(|reason| RecordError::NoObject { number, reason })?;
        calls.push(Recorded::of(&object, number)?);
    }
    let first = calls.first().ok_or(RecordError::Empty)?;
    let mut transcript = Transcript { start: first.start(), ..Transcript::default() };
    for page in calls.iter().filter_map(Recorded::page) {
        let known = transcript
            .pages
            .pages
            .iter_mut()
            .find(|known| known.display_name == page.display_name && known.flow == page.flow);
        match known {
            Some(known) if known.form.len() >= page.form.len() => {}
            Some(known) => *known = page,
            None => transcript.pages.pages.push(page),
        }
    }
    let pages = std::sync::Arc::new(transcript.pages.clone());
    let failed = |number| move |reason| RecordError::Session { number, reason };
    let mut session = Session::new(config, transcript.start.clone(), pages).map_err(failed(1))?;
    let mut recorder = Recorder::new(transcript);
    for (index, call) in calls.iter().enumerate() {
        let input = call.input(&session);
        session.begin(&input).map_err(failed(index + 1))?;
        let chance = Chance::seeded(0);
        let outcome = Ok(Answer::new(call.status, call.answer.clone()));
        let mut verdict = Verdict::standard(&outcome, &Circumstances::new(&call.request, &chance));
        if let (Some(event), Some(failure)) = (call.event, &mut verdict.failure) {
            failure.event = event;
        }
        let reaction = session.conclude(Some(&verdict), None, false);
        recorder.add(&input, &reaction);
    }
    Ok(recorder.finish())
}

/// A call as it was recorded.
struct Recorded {
    request: WebhookRequest,
    status: u16,
    answer: Bytes,
    /// The event that the missing answer raised.
    event: Option<&'static str>,
}

impl Recorded {
    fn of(object: &Map<String, Value>, number: usize) -> Result<Self, RecordError> {
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

    fn start(&self) -> Start {
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
    fn page(&self) -> Option<Page> {
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

    fn input(&self, session: &Session) -> Input {
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
        if matches!(&input.query, Some(crate::protocol::Query::TriggerIntent(_))) && input.intent.is_some() {
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
    if name.flow == crate::emulator::turn::DEFAULT_START_FLOW { String::new() } else { name.flow.clone() }
}

fn words(message: &ResponseMessage) -> Option<String> {
    match &message.message {
        Some(Message::Text(text)) => text.text.first().cloned(),
        _ => None,
    }
}
