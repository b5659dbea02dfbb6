//! Events, from the agent's call to a receiver: the real server, over every kind of store.

mod circuits;
mod handlers;
mod hostile;
mod instances;
mod kinds;
mod privacy;
mod restart;

use serde_json::{Value, json};

use crate::kit::stores::TestStore;
use crate::kit::{Received, Reply, Upstream};
use crate::kit::{Request, Served, until};

use rejoinder::Rejoinder;
use rejoinder::zendesk::signature;

const OWN: &str = "rejoinder:event-type:";

/// What lets a receiver on this machine be called, and subscriptions be in memory.
const SETTINGS: [(&str, &str); 3] = [
    ("REJOINDER_OUTBOUND__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"),
    ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
    ("REJOINDER_STORE__ACCEPT_LOSS", "true"),
];

/// A server and who is told.
struct Told {
    served: Served,
    receiver: Receiver,
}

/// Somebody who is told, and checks what comes.
struct Receiver {
    upstream: Upstream,
    secret: String,
    schema: boon::Schemas,
    index: boon::SchemaIndex,
}

fn serve(store: &TestStore, make: fn() -> Rejoinder, settings: &[(&str, &str)]) -> Served {
    let mut all = vec![store.setting()];
    all.extend(SETTINGS);
    all.extend(settings);
    all.retain(|(_, value)| !value.is_empty());
    Served::start(make, &all).managed(store)
}

impl Told {
    /// Serves these handlers; somebody is told of these types.
    fn over(store: &TestStore, make: fn() -> Rejoinder, types: &[&str], settings: &[(&str, &str)]) -> Self {
        let served = serve(store, make, settings);
        let receiver = Receiver::of(&served, types);
        Self { served, receiver }
    }

    fn call(&self, session: &str, response: &str, tag: &str) {
        self.served.call(request(session, response, tag).to_string());
    }

    /// Waits until so many have come, and then until whatever came with them would have.
    fn events(&self, count: usize) -> Vec<Value> {
        self.receiver.events(count)
    }
}

impl Receiver {
    fn of(served: &Served, types: &[&str]) -> Self {
        let upstream = Upstream::start(|_| Reply::new(200));
        let types: Vec<String> = types.iter().map(|event_type| format!("{OWN}{event_type}")).collect();
        let webhook = json!({
            "name": "receiver", "status": "active", "endpoint": upstream.url("/hook"), "http_method": "POST",
            "request_format": "json", "subscriptions": types,
        });
        let create = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
        let made = served.manage(create.body(json!({ "webhook": webhook }).to_string()));
        assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
        let id = made.json()["webhook"]["id"].as_str().expect("an id").to_owned();
        let secret = served.manage(Request::get(format!("/api/v2/webhooks/{id}/signing_secret"))).json();
        let secret = secret["signing_secret"]["secret"].as_str().expect("a secret").to_owned();
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        let text = include_str!("../../../docs/events.schema.json");
        let document: Value = serde_json::from_str(text).expect("JSON");
        compiler.add_resource("events.json", document).expect("a resource");
        let mut schema = boon::Schemas::new();
        let index = compiler.compile("events.json", &mut schema).expect("a schema");
        Self { upstream, secret, schema, index }
    }

    /// What has come, once there is at least so much: signed, of the published form.
    fn events(&self, count: usize) -> Vec<Value> {
        until("events come", || self.upstream.requests().len() >= count);
        self.upstream.requests().iter().map(|request| self.checked(request)).collect()
    }

    fn checked(&self, request: &Received) -> Value {
        let header = |name| request.header(name).unwrap_or_else(|| panic!("{name}"));
        let signed = header("X-Zendesk-Webhook-Signature");
        let timestamp = header("X-Zendesk-Webhook-Signature-Timestamp");
        assert!(signature::verify([&self.secret], timestamp, &request.body, signed));
        assert!(request.body.starts_with(b"{\n  \"account_id\": ") && request.body.ends_with(b"}\n"));
        let event = request.json();
        if let Err(error) = self.schema.validate(&event, self.index) {
            panic!("{error:#}\n{event:#}");
        }
        event
    }
}

/// A call of the agent, as its request.
fn request(session: &str, response: &str, tag: &str) -> Value {
    json!({
        "detectIntentResponseId": response,
        "fulfillmentInfo": { "tag": tag },
        "pageInfo": { "currentPage": "projects/p/locations/l/agents/a/flows/f/pages/p", "displayName": "Desk" },
        "sessionInfo": { "session": session, "parameters": {} },
    })
}

fn session(id: &str) -> String {
    format!("projects/p/locations/l/agents/a/environments/prod/sessions/{id}")
}

/// The types that came, in order of their names, without what they begin with.
fn types(events: &[Value]) -> Vec<&str> {
    let mut types: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().expect("text").strip_prefix(OWN).expect("ours"))
        .collect();
    types.sort_unstable();
    types
}

fn of_type<'e>(events: &'e [Value], event_type: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["type"] == format!("{OWN}{event_type}")).collect()
}
