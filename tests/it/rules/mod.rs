//! Triggers and automations, from the agent's call to a receiver: the real server, over every kind of store.

mod automations;
mod manage;
mod preview;
mod triggers;

use serde_json::{Value, json};

use crate::kit::stores::TestStore;
use crate::kit::{Answer, Received, Reply, Request, Served, Upstream, until};

use rejoinder::Rejoinder;
use rejoinder::zendesk::signature;

/// What lets a receiver on this machine be called, and rules be in memory.
const SETTINGS: [(&str, &str); 3] = [
    ("REJOINDER_OUTBOUND__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"),
    ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
    ("REJOINDER_STORE__ACCEPT_LOSS", "true"),
];

/// A server whose rules are managed.
struct Ruled(Served);

/// Somebody whom rules notify.
struct Notified {
    upstream: Upstream,
    id: String,
    secret: String,
}

impl Ruled {
    fn over(store: &TestStore, make: fn() -> Rejoinder) -> Self {
        Self::with(store, make, &[])
    }

    /// With these settings besides.
    fn with(store: &TestStore, make: fn() -> Rejoinder, settings: &[(&str, &str)]) -> Self {
        let mut all = vec![store.setting()];
        all.extend(SETTINGS);
        all.extend(settings);
        all.retain(|(_, value)| !value.is_empty());
        Self(Served::start(make, &all).managed(store))
    }

    fn ask(&self, method: &'static str, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::new(method, format!("/api/v2/{path}"));
        self.0.manage(match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        })
    }

    /// What is answered with this status.
    #[track_caller]
    fn done(&self, status: u16, method: &'static str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, path, body);
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{method} {path}: {text}");
        if status == 204 { Value::Null } else { answer.json() }
    }

    /// Makes a trigger or an automation; gives its path.
    #[track_caller]
    fn make(&self, kind: &str, rule: &Value) -> String {
        let made = self.done(201, "POST", &format!("{kind}s"), Some(&json!({ kind: rule })));
        format!("{kind}s/{}", made[kind]["id"])
    }

    fn notified(&self, members: &Value) -> Notified {
        let upstream = Upstream::start(|_| Reply::new(200));
        let mut webhook = json!({
            "name": "tickets", "status": "active", "endpoint": upstream.url("/tickets"), "http_method": "POST",
            "request_format": "json", "subscriptions": ["conditional_ticket_events"],
        });
        for (name, value) in members.as_object().expect("an object") {
            webhook[name] = value.clone();
        }
        let made = self.done(201, "POST", "webhooks", Some(&json!({ "webhook": webhook })));
        let id = made["webhook"]["id"].as_str().expect("an id").to_owned();
        let secret = self.done(200, "GET", &format!("webhooks/{id}/signing_secret"), None);
        let secret = secret["signing_secret"]["secret"].as_str().expect("a secret").to_owned();
        Notified { upstream, id, secret }
    }

    fn call(&self, session: &str, response: &str, tag: &str) {
        self.0.call(request(session, response, tag).to_string());
    }
}

impl Notified {
    /// What has come, once there is at least so much: each signed.
    fn requests(&self, count: usize) -> Vec<Received> {
        until("rules notify", || self.upstream.requests().len() >= count);
        let requests = self.upstream.requests();
        for request in &requests {
            let header = |name| request.header(name).unwrap_or_else(|| panic!("{name}"));
            let signed = header("X-Zendesk-Webhook-Signature");
            let timestamp = header("X-Zendesk-Webhook-Signature-Timestamp");
            assert!(signature::verify([&self.secret], timestamp, &request.body, signed));
        }
        requests
    }

    fn bodies(&self, count: usize) -> Vec<Value> {
        self.requests(count).iter().map(Received::json).collect()
    }
}

fn condition(field: &str, operator: &str, value: &str) -> Value {
    json!({ "field": field, "operator": operator, "value": value })
}

/// A rule about these conditions that sends this.
fn rule(all: &[Value], webhook: &str, content: &Value) -> Value {
    json!({
        "title": "Test",
        "conditions": { "all": all, "any": [] },
        "actions": [{ "field": "notification_webhook", "value": [webhook, content] }],
    })
}

/// A call of the agent, as its request.
fn request(session: &str, response: &str, tag: &str) -> Value {
    json!({
        "detectIntentResponseId": response,
        "fulfillmentInfo": { "tag": tag },
        "languageCode": "en",
        "text": "I want a person",
        "pageInfo": { "currentPage": "projects/p/locations/l/agents/a/flows/f/pages/p", "displayName": "Desk" },
        "sessionInfo": { "session": session, "parameters": { "order_id": "A-1", "size": 2, "note": "\"quoted\"" } },
    })
}

fn session(id: &str) -> String {
    format!("projects/p/locations/l/agents/a/environments/prod/sessions/{id}")
}
