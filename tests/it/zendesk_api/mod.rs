//! Zendesk's API of webhooks: the real process, over every kind of store.

mod access;
mod apps;
mod edits;
mod instances;
mod lists;
mod refusals;
mod samples;
mod secrets;

use serde_json::{Value, json};

use crate::kit::stores::TestStore;
use crate::kit::{Answer, Program, Request};
use crate::routes::folder;

pub(super) const PATH: &str = "/api/v2/webhooks";

/// A server whose webhooks are managed.
pub(super) struct Managed {
    pub(super) program: Program,
    token: Option<String>,
}

impl Managed {
    /// Over this store, for an editor.
    pub(super) fn over(store: &TestStore) -> Self {
        Self::with(store, "")
    }

    /// The same with these settings beside those that let loopback be called.
    pub(super) fn with(store: &TestStore, settings: &str) -> Self {
        let environment = [store.setting()];
        let program = Program::serve_in(folder(settings, &[], &[]), &["--bind", "127.0.0.1:0"], &environment);
        Self { program, token: Some(store.token("editor")) }
    }

    /// The same server for whoever has this token.
    pub(super) fn bearing(self, token: Option<String>) -> Self {
        Self { token, ..self }
    }

    pub(super) fn request(&self, method: &'static str, below: &str, body: Option<&Value>) -> Request {
        let mut request = Request::new(method, format!("{PATH}{below}"));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        }
    }

    pub(super) fn send(&self, request: &Request) -> Answer {
        self.program.connect().ask(request)
    }

    pub(super) fn ask(&self, method: &'static str, below: &str, body: Option<&Value>) -> Answer {
        self.send(&self.request(method, below, body))
    }

    /// What is answered with this status.
    #[track_caller]
    pub(super) fn done(&self, status: u16, method: &'static str, below: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, below, body);
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{method} {below}: {text}");
        if status == 204 {
            assert!(text.is_empty(), "{text}");
            return Value::Null;
        }
        answer.json()
    }

    /// Makes a webhook; gives it as it is answered.
    #[track_caller]
    pub(super) fn create(&self, webhook: &Value) -> Value {
        self.done(201, "POST", "", Some(&json!({ "webhook": webhook })))["webhook"].clone()
    }

    #[track_caller]
    pub(super) fn show(&self, webhook: &Value) -> Value {
        self.done(200, "GET", &below(webhook), None)["webhook"].clone()
    }

    /// Sends a part of a webhook.
    pub(super) fn patch(&self, webhook: &Value, part: &Value) -> Answer {
        self.ask("PATCH", &below(webhook), Some(&json!({ "webhook": part })))
    }

    #[track_caller]
    pub(super) fn secret(&self, webhook: &Value) -> String {
        let answer = self.done(200, "GET", &format!("{}/signing_secret", below(webhook)), None);
        answer["signing_secret"]["secret"].as_str().expect("a secret").to_owned()
    }
}

/// The path of a webhook that was answered, below that of all.
pub(super) fn below(webhook: &Value) -> String {
    format!("/{}", webhook["id"].as_str().expect("an id"))
}

/// Checks an error in Zendesk's form; gives its description.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, error: &str) -> String {
    let body = answer.json();
    assert_eq!((answer.status, body["error"].as_str()), (status, Some(error)), "{body}");
    let description = body["description"].as_str().expect("a description");
    assert!(!description.is_empty());
    description.to_owned()
}

/// The members that a refusal names.
#[track_caller]
pub(super) fn details(answer: &Answer) -> Vec<String> {
    refused(answer, 400, "RecordInvalid");
    answer.json()["details"].as_object().expect("details").keys().cloned().collect()
}

/// One that is told of conversations.
pub(super) fn events(name: &str) -> Value {
    json!({
        "name": name, "status": "active", "endpoint": "https://receiver.example.com/hook", "http_method": "POST",
        "request_format": "json", "subscriptions": ["rejoinder:event-type:conversation.*"],
    })
}

/// One that triggers and automations notify.
pub(super) fn rules(name: &str) -> Value {
    json!({
        "name": name, "status": "inactive", "endpoint": "https://receiver.example.com/hook", "http_method": "GET",
        "request_format": "json", "subscriptions": ["conditional_ticket_events"],
    })
}
