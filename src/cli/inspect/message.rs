//! A request or a response, in words.

use super::lines::{Lines, add, short};
use crate::protocol::inspect::state_name;
use crate::protocol::{
    MergeBehavior, Message, PageInfo, ResponseMessage, SessionInfo, Struct, Transition, WebhookRequest,
    WebhookResponse,
};

pub(super) fn request(request: &WebhookRequest, size: usize) -> Lines {
    let mut lines = vec![("WebhookRequest", format!("{size} bytes"))];
    add(&mut lines, "tag", request.tag());
    if let Some(query) = &request.query {
        use crate::protocol::Query::{DtmfDigits, Text, Transcript, TriggerEvent, TriggerIntent};
        let (Text(text) | TriggerIntent(text) | Transcript(text) | TriggerEvent(text) | DtmfDigits(text)) =
            query;
        add(&mut lines, "query", format!("{} {text:?}", query.name()));
    }
    add(&mut lines, "language", request.language_code.as_str());
    if let Some(intent) = &request.intent_info {
        add(&mut lines, "intent", format!("{} (confidence {})", intent.display_name, intent.confidence));
        let words = intent
            .parameters
            .iter()
            .map(|(name, parameter)| format!("{name} from {:?}", parameter.original_value));
        add(&mut lines, "heard", words.collect::<Vec<_>>().join("\n"));
    }
    if let Some(page) = &request.page_info {
        describe_page(page, &mut lines);
    }
    if let Some(session) = &request.session_info {
        describe_session(session, &mut lines);
    }
    add(&mut lines, "queued", messages(&request.messages));
    add(&mut lines, "payload", request.payload.as_ref().map(values).unwrap_or_default());
    add(&mut lines, "response id", request.detect_intent_response_id.as_str());
    lines
}

pub(super) fn response(response: &WebhookResponse, size: usize) -> Lines {
    let mut lines = vec![("WebhookResponse", format!("{size} bytes"))];
    if let Some(fulfillment) = &response.fulfillment_response {
        let name = if fulfillment.merge_behavior == MergeBehavior::Replace { "says instead" } else { "says" };
        add(&mut lines, name, messages(&fulfillment.messages));
    }
    if let Some(session) = &response.session_info {
        describe_session(session, &mut lines);
    }
    if let Some(page) = &response.page_info {
        describe_page(page, &mut lines);
    }
    match &response.transition {
        Some(Transition::TargetPage(page)) => add(&mut lines, "goes to page", page.as_str()),
        Some(Transition::TargetFlow(flow)) => add(&mut lines, "goes to flow", flow.as_str()),
        None => {}
    }
    add(&mut lines, "payload", response.payload.as_ref().map(values).unwrap_or_default());
    if lines.len() == 1 {
        add(&mut lines, "changes", "nothing");
    }
    lines
}

fn describe_page(page: &PageInfo, lines: &mut Lines) {
    add(lines, "page", format!("{} {}", page.display_name, page.current_page).trim());
    let form = page.form_info.iter().flat_map(|form| &form.parameter_info).map(|parameter| {
        let required = if parameter.required { "required" } else { "optional" };
        let state = state_name(&parameter.state);
        let value = parameter.value.as_ref().map(|value| format!(" = {}", short(value))).unwrap_or_default();
        format!("{}{value} ({required}, {state})", parameter.display_name)
    });
    add(lines, "form", form.collect::<Vec<_>>().join("\n"));
}

fn describe_session(session: &SessionInfo, lines: &mut Lines) {
    add(lines, "session", session.session.as_str());
    add(lines, "parameters", values(&session.parameters));
}

fn values(object: &Struct) -> String {
    let lines = object.iter().map(|(name, value)| format!("{name} = {}", short(value)));
    lines.collect::<Vec<_>>().join("\n")
}

fn messages(messages: &[ResponseMessage]) -> String {
    let lines = messages.iter().map(|sent| match &sent.message {
        None => "(a kind that this version does not know)".to_owned(),
        Some(Message::Text(text)) => format!("text {}", text.text.join(" | ")),
        Some(message) => {
            let whole = serde_json::to_value(sent).unwrap_or_default();
            format!("{} {}", message.name(), whole.get(message.name()).map(short).unwrap_or_default())
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
