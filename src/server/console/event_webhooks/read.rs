//! From what was typed to what the service takes, and from its refusals to the fields.

use serde_json::{Map, Value, json};

use crate::console::Form;
use crate::console::event_webhooks::form::{HEADERS, Told, WebhookForm};
use crate::console::form::Faults;
use crate::delivery::webhook::{Connection, Status, Webhook};
use crate::violation::Violation;
use crate::zendesk::event_types::{FAMILIES, OWN, RULES};

/// What was typed, without the secret.
pub(super) fn typed(form: &Form, told: Told) -> WebhookForm {
    let text = |name: &str| form.get(name).trim().to_owned();
    let is_events = told == Told::Events;
    let fixed = |name: &str, value: &str| if is_events { value.to_owned() } else { text(name) };
    WebhookForm {
        told,
        name: text("name"),
        description: lines(form.get("description")),
        endpoint: text("endpoint"),
        http_method: fixed("http_method", "POST"),
        request_format: fixed("request_format", "json"),
        is_active: form.has("status"),
        subscriptions: form.all("subscriptions").map(str::to_owned).collect(),
        others: lines(form.get("others")),
        auth_type: text("auth_type"),
        auth_name: text("auth_name"),
        headers: headers(form),
    }
}

/// The form of a webhook that is saved.
pub(super) fn saved(webhook: &Webhook, told: Told) -> WebhookForm {
    let types: &[String] = match &webhook.connection {
        Connection::Events(types) => types,
        Connection::None | Connection::Rules => &[],
    };
    let (subscriptions, others): (Vec<_>, Vec<_>) =
        types.iter().cloned().partition(|event_type| has_box(event_type));
    let authentication = webhook.authentication.as_ref();
    WebhookForm {
        told,
        name: webhook.name.clone(),
        description: webhook.description.clone().unwrap_or_default(),
        endpoint: webhook.endpoint_text.clone(),
        http_method: webhook.http_method.to_string(),
        request_format: webhook.request_format.to_string(),
        is_active: webhook.status == Status::Active,
        subscriptions,
        others: others.join("\n"),
        auth_type: authentication.map(|known| known.kind().to_owned()).unwrap_or_default(),
        auth_name: authentication.and_then(|known| known.name()).unwrap_or_default().to_owned(),
        headers: spare(webhook.custom_headers.clone()),
    }
}

/// Whether a type is among those to tick.
fn has_box(event_type: &str) -> bool {
    let own = FAMILIES.iter().filter(|family| family.prefix == OWN);
    own.into_iter().any(|family| {
        *event_type == family.to_string()
            || family.events.iter().any(|event| *event_type == format!("{OWN}{}.{event}", family.name))
    })
}

/// Rows of headers as they were typed, with spare ones.
pub(super) fn headers(form: &Form) -> Vec<(String, String)> {
    let rows = form.all("header_name").zip(form.all("header_value"));
    let rows = rows.map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    spare(rows.filter(|(name, value)| !name.is_empty() || !value.is_empty()).collect())
}

fn spare(mut rows: Vec<(String, String)>) -> Vec<(String, String)> {
    while rows.len() < HEADERS {
        rows.push(Default::default());
    }
    rows
}

/// What a form says, as requests say it. `secret` is the key, password or token that was typed.
pub(super) fn object(form: &WebhookForm, secret: &str, faults: &mut Faults) -> Map<String, Value> {
    let mut subscriptions: Vec<&str> = Vec::new();
    match form.told {
        Told::Rules => subscriptions.push(RULES),
        Told::Events => {
            let others = form.others.lines().map(str::trim).filter(|line| !line.is_empty());
            subscriptions.extend(form.subscriptions.iter().map(String::as_str).chain(others));
            if subscriptions.is_empty() {
                faults.add("subscriptions", "Events: choose at least one.");
            }
        }
    }
    let mut object = Map::new();
    let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
    set("name", form.name.as_str().into());
    set("description", Some(form.description.as_str()).filter(|text| !text.is_empty()).into());
    set("endpoint", form.endpoint.as_str().into());
    set("http_method", form.http_method.as_str().into());
    set("request_format", form.request_format.as_str().into());
    set("status", if form.is_active { Status::Active } else { Status::Inactive }.as_str().into());
    set("subscriptions", json!(subscriptions));
    set("authentication", authentication(form, secret));
    set("custom_headers", header_object(&form.headers, faults).into());
    object
}

/// Headers by their names, which are told apart here: an object would keep one of two.
pub(super) fn header_object(rows: &[(String, String)], faults: &mut Faults) -> Map<String, Value> {
    let mut object = Map::new();
    for (row, (name, value)) in rows.iter().enumerate() {
        if name.is_empty() {
            if !value.is_empty() {
                faults.add(format!("header_{row}"), "Headers: there is a value without a name.");
            }
        } else if object.insert(name.clone(), value.as_str().into()).is_some() {
            faults.add(format!("header_{row}"), format!("Headers: {name} stands here twice."));
        }
    }
    object
}

/// Without a secret it stands for the one that is stored, if that is of the same kind and name.
fn authentication(form: &WebhookForm, secret: &str) -> Value {
    let (name, member) = match form.auth_type.as_str() {
        "" => return Value::Null,
        "api_key" => (Some("name"), "value"),
        "basic_auth" => (Some("username"), "password"),
        _ => (None, "token"),
    };
    let mut data = Map::new();
    if let Some(name) = name.filter(|_| !form.auth_name.is_empty()) {
        data.insert(name.to_owned(), form.auth_name.as_str().into());
    }
    if !secret.is_empty() {
        data.insert(member.to_owned(), secret.into());
    }
    json!({ "type": form.auth_type, "data": data, "add_position": "header" })
}

/// What is wrong with which field of the form.
pub(super) fn note(violations: &[Violation], form: &WebhookForm, faults: &mut Faults) {
    for Violation { field, description } in violations {
        let (id, label) = place(field, form);
        faults.add(id, format!("{label}: {description}."));
    }
}

fn place(field: &str, form: &WebhookForm) -> (String, &'static str) {
    let known = |id: &str, label| (id.to_owned(), label);
    match field {
        "name" => known("name", "Name"),
        "description" => known("description", "Description"),
        "endpoint" => known("endpoint", "Endpoint"),
        "http_method" => known("http_method", "Method"),
        "request_format" => known("request_format", "Format"),
        "status" => known("status", "Status"),
        "authentication.data.name" => known("auth_name", "Name of the header"),
        "authentication.data.username" => known("auth_name", "User name"),
        "authentication.data.value" => known("auth_secret", "Key"),
        "authentication.data.password" => known("auth_secret", "Password"),
        "authentication.data.token" => known("auth_secret", "Token"),
        "request" | "request.payload" | "request.sample_event" => known("payload", "Request"),
        field if field.starts_with("authentication") => known("auth_type", "Authentication"),
        field if field.starts_with("subscriptions") => known("subscriptions", "Events"),
        field => match field.strip_prefix("custom_headers") {
            Some(rest) => {
                let name = rest.strip_prefix('.').unwrap_or_default();
                let row = form.headers.iter().position(|(known, _)| !name.is_empty() && known == name);
                let id = row.map_or_else(|| "custom_headers".to_owned(), |row| format!("header_{row}"));
                (id, "Headers")
            }
            None => known("", "Webhook"),
        },
    }
}

/// Forms send lines with carriage returns, which nobody typed.
pub(in super::super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, told: Told) -> WebhookForm {
        typed(&Form::parse(text.as_bytes()), told)
    }

    #[test]
    fn what_was_typed_is_what_requests_say() {
        let typed = form(
            "name=+A+&endpoint=https%3A%2F%2Fexample.com&status=true&subscriptions=a&others=b%0D%0A%0D%0Ac\
             &auth_type=basic_auth&auth_name=ada&header_name=X&header_value=1&header_name=&header_value=",
            Told::Events,
        );
        let mut faults = Faults::default();
        let object = object(&typed, "", &mut faults);
        assert!(faults.is_empty());
        assert_eq!(
            Value::Object(object),
            json!({
                "name": "A", "description": null, "endpoint": "https://example.com", "http_method": "POST",
                "request_format": "json", "status": "active", "subscriptions": ["a", "b", "c"],
                "authentication": {
                    "type": "basic_auth", "data": { "username": "ada" }, "add_position": "header",
                },
                "custom_headers": { "X": "1" },
            })
        );
    }

    #[test]
    fn what_an_object_cannot_say_is_told() {
        let typed = form(
            "header_name=X&header_value=1&header_name=X&header_value=2&header_name=&header_value=3",
            Told::Events,
        );
        let mut faults = Faults::default();
        object(&typed, "", &mut faults);
        assert!(faults.of("header_1").contains("twice") && faults.of("header_2").contains("without a name"));
        assert!(!faults.of("subscriptions").is_empty());
    }

    #[test]
    fn faults_stand_beside_their_fields() {
        let typed = form("header_name=A&header_value=1&header_name=Host&header_value=2", Told::Rules);
        for (field, id) in [
            ("endpoint", "endpoint"),
            ("custom_headers", "custom_headers"),
            ("custom_headers.Host", "header_1"),
            ("custom_headers.Other", "custom_headers"),
            ("subscriptions[3]", "subscriptions"),
            ("authentication.data.token", "auth_secret"),
            ("authentication.add_position", "auth_type"),
            ("something", ""),
        ] {
            let mut faults = Faults::default();
            note(&[Violation::new(field, "wrong")], &typed, &mut faults);
            assert!(faults.of(id).ends_with(": wrong."), "{field}: {faults:?}");
        }
    }
}
