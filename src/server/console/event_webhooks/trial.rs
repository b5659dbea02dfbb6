//! Trying a webhook, saved or not.

use serde_json::{Map, Value, json};

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{named, path, read};
use crate::access::Action;
use crate::console::Section;
use crate::console::event_webhooks::form::{Told, WebhookForm};
use crate::console::event_webhooks::message::Message;
use crate::console::event_webhooks::trial::{Outcome, Panel, Sample, TrialPage};
use crate::console::format::duration;
use crate::delivery::told::samples::{DESCRIBED, OF_HANDLERS};
use crate::delivery::told::types::TURN;
use crate::delivery::webhook::{Connection, Method, RequestFormat, Webhook};
use crate::delivery::webhooks::WebhookError;
use crate::delivery::{ShownRequest, TestRefused, Tried, sends_parameters};
use crate::zendesk::event_types::{OWN, covers};

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let panel = panel_of(&asked, &webhook)?;
    Shown::page(&page(&asked, &webhook, panel))
}

pub(super) async fn send(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let mut panel = panel_of(&asked, &webhook)?;
    let mut sent = Map::new();
    let headers = read::header_object(&read::headers(&asked.form), &mut panel.faults);
    sent.insert("custom_headers".to_owned(), headers.into());
    act(&asked, Some(webhook.id.as_str()), sent, &mut panel).await?;
    Shown::page(&page(&asked, &webhook, panel))
}

fn page(asked: &Asked, webhook: &Webhook, panel: Panel) -> TrialPage {
    let mut chrome = asked.chrome(format!("Test “{}”", webhook.name), Section::Webhooks);
    chrome.flash = panel.result.as_ref().map(Outcome::told);
    let line = format!("{} {}", webhook.http_method, webhook.endpoint_text);
    TrialPage { chrome, path: path(webhook), name: webhook.name.clone(), line, panel }
}

/// The panel for a webhook as it is saved.
pub(super) fn panel_of(asked: &Asked, webhook: &Webhook) -> Result<Panel, Problem> {
    let told = if webhook.connection == Connection::Rules { Told::Rules } else { Told::Events };
    let form = read::saved(webhook, told);
    let mut panel = panel(asked, Some(webhook), &form)?;
    panel.sends_parameters = Some(sends_parameters(webhook.http_method, webhook.request_format));
    let typed = asked.form.has("header_name").then(|| read::headers(&asked.form));
    panel.headers = Some(typed.unwrap_or(form.headers));
    Ok(panel)
}

/// The panel beside a form: what was typed into it, or a sample to begin with.
pub(super) fn panel(asked: &Asked, webhook: Option<&Webhook>, form: &WebhookForm) -> Result<Panel, Problem> {
    let is_events = form.told == Told::Events;
    let wanted = |event_type: &str| {
        let others = form.others.lines().map(str::trim);
        form.subscriptions.iter().map(String::as_str).chain(others).any(|one| covers(one, event_type))
    };
    let subscribed = DESCRIBED.iter().find(|known| wanted(&known.event_type));
    let first = subscribed.map_or(TURN, |known| &known.event_type);
    let chosen = asked.form.some("sample").unwrap_or(first);
    let mut samples = Vec::new();
    if is_events {
        samples.extend(DESCRIBED.iter().map(|known| Sample {
            event_type: known.event_type.clone(),
            name: if known.name == OF_HANDLERS {
                format!("{} (of a handler)", known.name)
            } else {
                known.name.clone()
            },
            is_chosen: known.event_type == chosen,
        }));
    }
    let payload = match asked.form.has("payload") {
        true => read::lines(asked.form.get("payload")),
        false if is_events => asked.console().services.delivery.sample(first)?,
        false if form.request_format == "json" => "{}".to_owned(),
        false => String::new(),
    };
    let rows = asked.form.all("parameter_key").zip(asked.form.all("parameter_value"));
    let mut parameters: Vec<_> = rows
        .filter(|(key, value)| !key.is_empty() || !value.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    parameters.extend([(String::new(), String::new()), (String::new(), String::new())]);
    let fixed =
        is_events || webhook.is_some_and(|webhook| matches!(webhook.connection, Connection::Events(_)));
    Ok(Panel { samples, payload, parameters, sends_parameters: fixed.then_some(false), ..Panel::default() })
}

/// Whether the panel was used, and not the form around it.
pub(super) fn is_asked(asked: &Asked) -> bool {
    matches!(asked.form.get("do"), "sample" | "test")
}

/// Puts a sample into the panel, or sends what stands there with `sent` in the place of what is saved.
pub(super) async fn act(
    asked: &Asked,
    id: Option<&str>,
    mut sent: Map<String, Value>,
    panel: &mut Panel,
) -> Result<(), Problem> {
    asked.who()?.may(Action::Manage).map_err(Problem::Access)?;
    let services = &asked.console().services;
    if asked.form.get("do") == "sample" {
        let chosen = asked.form.some("sample").unwrap_or(TURN);
        panel.payload = services.delivery.sample(chosen)?;
        return Ok(());
    }
    if !panel.faults.is_empty() {
        return Ok(());
    }
    let is_saved = id.is_some();
    sent.insert("payload".to_owned(), payload(&sent, panel));
    match services.delivery.try_out(&services.webhooks, id, sent).await {
        Ok(tried) => panel.result = Some(outcome(tried, is_saved)),
        Err(TestRefused::Webhook(WebhookError::Invalid(violations))) => {
            read::note(&violations, &read::typed(&asked.form, Told::Rules), &mut panel.faults);
        }
        Err(TestRefused::Webhook(error)) => return Err(error.into()),
        Err(refused) => panel.faults.add("payload", format!("Request: {refused}.")),
    }
    Ok(())
}

/// The body or the parameters, as the method and the format want it.
fn payload(sent: &Map<String, Value>, panel: &Panel) -> Value {
    let word = |name: &str| sent.get(name).and_then(Value::as_str);
    let typed = word("http_method")
        .and_then(Method::of_word)
        .zip(word("request_format").and_then(RequestFormat::of_word));
    let parameters = match (panel.sends_parameters, typed) {
        (Some(known), _) => known,
        (None, Some((method, format))) => sends_parameters(method, format),
        (None, None) => false,
    };
    if !parameters {
        return panel.payload.as_str().into();
    }
    let rows = panel.parameters.iter().filter(|(key, _)| !key.is_empty());
    rows.map(|(key, value)| json!([key, value])).collect()
}

fn outcome(Tried { tested, dropped }: Tried, is_saved: bool) -> Outcome {
    let micros = u64::try_from(tested.took.as_micros()).unwrap_or(u64::MAX);
    let (response, status, error) = match tested.outcome {
        Ok(answer) => {
            let kind = if (200..300).contains(&answer.status_code) { "good" } else { "bad" };
            let line = format!("Status {}", answer.status_code);
            let message = Message::new(line, answer.headers, answer.payload, false);
            (Some(message.with_headers()), (answer.status_code.to_string(), kind), String::new())
        }
        Err(error) => {
            (None, ("not reached".to_owned(), "bad"), format!("The endpoint was not reached: {error}."))
        }
    };
    Outcome {
        request: request(tested.request).with_headers(),
        response,
        status,
        error,
        took: duration(micros),
        took_exactly: format!("{micros} µs"),
        dropped: !dropped.is_empty(),
        with_test_secret: !is_saved,
        invocation: tested.id.to_string(),
    }
}

/// A request as it was sent.
pub(super) fn request(sent: ShownRequest) -> Message {
    let ShownRequest { method, url, headers, payload, truncated } = sent;
    Message::new(format!("{method} {url}"), headers, payload, truncated)
}

/// An event type without what all of this server begin with.
pub(super) fn short(event_type: &str) -> &str {
    event_type.strip_prefix(OWN).unwrap_or(event_type)
}
