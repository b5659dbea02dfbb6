//! From a reply to the bytes that are sent: completed, checked, measured.

use std::fmt::Write as _;

use bytes::Bytes;
use serde::Serialize;

use super::{Fault, Reply, Target};
use crate::protocol::inspect::{RESPONSE_LIMIT, is_e164};
use crate::protocol::names::{AgentName, FlowName, PageName, SessionName};
use crate::protocol::{
    Envelope, FormInfo, FulfillmentResponse, PageInfo, SessionInfo, Struct, Transition, WebhookResponse,
};

/// From this size on a warning is logged: three quarters of [`RESPONSE_LIMIT`].
const WARNING: usize = RESPONSE_LIMIT / 4 * 3;

/// A reply that cannot be sent. These are mistakes of the handler: the caller gets a 500.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// Over 65,536 bytes encoded.
    #[error(
        "the reply is {size} bytes, but Dialogflow reads at most {limit}; its heaviest parts: {heaviest}"
    )]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The largest size accepted, in bytes.
        limit: usize,
        /// Its heaviest parts with their sizes.
        heaviest: String,
    },
    /// A target page and a target flow.
    #[error("the reply goes to a page and to a flow; the platform takes one of them")]
    BothTargets,
    /// A short id that the request does not let us complete.
    #[error(
        "`{id}` cannot be completed to a full name, because the request's {field} is {found:?}; \
         pass the full name, {pattern}"
    )]
    Target {
        /// The id given.
        id: String,
        /// The field that would complete it.
        field: &'static str,
        /// What the field holds.
        found: String,
        /// The full name's form.
        pattern: &'static str,
    },
    /// A full name that is none.
    #[error("{0}")]
    Name(#[from] crate::protocol::names::NameError),
    /// Something that is no JSON.
    #[error("{place} does not become JSON: {cause}")]
    NotJson {
        /// What it is.
        place: String,
        /// Why not.
        cause: String,
    },
    /// A payload that is no object.
    #[error("{place} must be a JSON object, such as a struct or a map")]
    NotAnObject {
        /// What it is.
        place: &'static str,
    },
    /// A choice between no texts.
    #[error("`one_of` was given no variants; the platform needs at least one")]
    NoVariants,
    /// A phone number that is not in E.164 form.
    #[error(
        "{number:?} is no phone number in E.164 form; expected + and up to 15 digits, such as +15550100000"
    )]
    PhoneNumber {
        /// The number given.
        number: String,
    },
    /// Something that the answer to a flexible webhook call has no place for.
    #[error(
        "the reply has {part}, which the answer to a flexible webhook call cannot carry; call this tag as a standard webhook"
    )]
    NotFlexible {
        /// What it is.
        part: &'static str,
    },
    /// A parameter where the messages of a flexible answer belong.
    #[error(
        "the reply sets the parameter `{key}`, under which a flexible answer has its messages; set flexible.messages_key to another name"
    )]
    MessagesKey {
        /// The name of both.
        key: String,
    },
    /// Something that needs a name or an address and has none.
    #[error("{place} is empty")]
    Empty {
        /// What it is.
        place: &'static str,
    },
}

impl From<Fault> for ReplyError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::BothTargets => Self::BothTargets,
            Fault::NotJson { place, cause } => Self::NotJson { place, cause },
            Fault::NotAnObject { place } => Self::NotAnObject { place },
            Fault::NoVariants => Self::NoVariants,
            Fault::EmptyName { place } => Self::Empty { place },
        }
    }
}

/// Makes the answer to the call in `envelope`.
pub(crate) fn seal(reply: Reply, envelope: &Envelope) -> Result<Bytes, ReplyError> {
    let response = complete(reply, envelope)?;
    within_limit(&response, &envelope.tag(), || heaviest(&response))
}

/// Encodes an answer, unless it is larger than the platform reads.
pub(super) fn within_limit(
    answer: &impl Serialize,
    tag: &str,
    heaviest: impl Fn() -> String,
) -> Result<Bytes, ReplyError> {
    let mut body = Vec::with_capacity(512);
    serde_json::to_writer(&mut body, answer)
        .map_err(|error| ReplyError::NotJson { place: "the reply".to_owned(), cause: error.to_string() })?;
    if body.len() > RESPONSE_LIMIT {
        return Err(ReplyError::TooLarge { size: body.len(), limit: RESPONSE_LIMIT, heaviest: heaviest() });
    }
    if body.len() >= WARNING {
        tracing::warn!(
            tag,
            bytes = body.len(),
            limit = RESPONSE_LIMIT,
            heaviest = heaviest(),
            "a reply comes close to the largest that Dialogflow reads"
        );
    }
    Ok(body.into())
}

pub(super) fn complete(reply: Reply, envelope: &Envelope) -> Result<WebhookResponse, ReplyError> {
    let Reply { messages, merge, parameters, form, payload, target, faults } = reply;
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault.into());
    }
    check_phone_numbers(&messages)?;
    let fulfillment_response = (!messages.is_empty() || merge != Default::default())
        .then(|| FulfillmentResponse { messages, merge_behavior: merge, ..Default::default() });
    let session_info = (!parameters.is_empty()).then(|| SessionInfo { parameters, ..Default::default() });
    let page_info = if form.is_empty() {
        None
    } else {
        // An unreadable form only costs us the `required` flags that it shows.
        let shown = envelope.form_parameters().ok().flatten().unwrap_or_default();
        let parameter_info = form.into_iter().map(|change| change.seal(&shown)).collect();
        let form_info = Some(FormInfo { parameter_info, ..Default::default() });
        Some(PageInfo { form_info, ..Default::default() })
    };
    let transition = target.map(|target| transition(target, envelope)).transpose()?;
    Ok(WebhookResponse {
        fulfillment_response,
        page_info,
        session_info,
        payload,
        transition,
        ..Default::default()
    })
}

fn check_phone_numbers(messages: &[crate::protocol::ResponseMessage]) -> Result<(), ReplyError> {
    use crate::protocol::{Message, TransferEndpoint};
    for message in messages {
        if let Some(Message::TelephonyTransferCall(call)) = &message.message
            && let Some(TransferEndpoint::PhoneNumber(number)) = &call.endpoint
            && !is_e164(number)
        {
            return Err(ReplyError::PhoneNumber { number: number.clone() });
        }
    }
    Ok(())
}

fn transition(target: Target, envelope: &Envelope) -> Result<Transition, ReplyError> {
    match target {
        Target::Page(page) if page.contains('/') => {
            Ok(Transition::TargetPage(page.parse::<PageName>()?.to_string()))
        }
        Target::Flow(flow) if flow.contains('/') => {
            Ok(Transition::TargetFlow(flow.parse::<FlowName>()?.to_string()))
        }
        Target::Page(id) if id.is_empty() => Err(ReplyError::Empty { place: "the target page" }),
        Target::Flow(id) if id.is_empty() => Err(ReplyError::Empty { place: "the target flow" }),
        Target::Page(id) => {
            let current = envelope.current_page();
            let name: PageName = current.parse().map_err(|_| ReplyError::Target {
                id: id.clone(),
                field: "pageInfo.currentPage",
                found: current.clone().into_owned(),
                pattern: "projects/P/locations/L/agents/A/flows/F/pages/P",
            })?;
            Ok(Transition::TargetPage(PageName { page: id, ..name }.to_string()))
        }
        Target::Flow(id) => {
            let agent = agent(envelope).ok_or_else(|| ReplyError::Target {
                id: id.clone(),
                field: "sessionInfo.session",
                found: envelope.session().into_owned(),
                pattern: "projects/P/locations/L/agents/A/flows/F",
            })?;
            Ok(Transition::TargetFlow(FlowName { agent, flow: id }.to_string()))
        }
    }
}

fn agent(envelope: &Envelope) -> Option<AgentName> {
    let session = envelope.session().parse().map(|name: SessionName| name.agent);
    session.or_else(|_| envelope.current_page().parse().map(|name: PageName| name.agent)).ok()
}

/// The three heaviest parts and their sizes in bytes.
fn heaviest(response: &WebhookResponse) -> String {
    let mut parts: Vec<(String, usize)> = Vec::new();
    if let Some(fulfillment) = &response.fulfillment_response {
        for (index, message) in fulfillment.messages.iter().enumerate() {
            let kind = message.message.as_ref().map_or("unknown", |message| message.name());
            parts.push((format!("message {index} ({kind})"), size(message)));
        }
    }
    if let Some(session) = &response.session_info {
        parts.extend(sizes(&session.parameters));
    }
    if let Some(form) = response.page_info.as_ref().and_then(|page| page.form_info.as_ref()) {
        for parameter in &form.parameter_info {
            parts.push((format!("form parameter `{}`", parameter.display_name), size(parameter)));
        }
    }
    if let Some(payload) = &response.payload {
        parts.push(("payload".to_owned(), size(payload)));
    }
    three(parts)
}

/// The same for an answer that is an object of parameters.
pub(super) fn heaviest_parameters(parameters: &Struct) -> String {
    three(sizes(parameters).collect())
}

fn sizes(parameters: &Struct) -> impl Iterator<Item = (String, usize)> {
    parameters.iter().map(|(name, value)| (format!("session parameter `{name}`"), size(value)))
}

fn size(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |encoded| encoded.len())
}

fn three(mut parts: Vec<(String, usize)>) -> String {
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let mut text = String::new();
    for (index, (part, size)) in parts.iter().take(3).enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{separator}{part} {size} bytes");
    }
    text
}
