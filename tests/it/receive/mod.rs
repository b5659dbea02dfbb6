//! Events of a neighbour system, from its request to the handler: the real server, over every kind of store.

mod door;
mod killed;
mod many;
mod working;

use std::sync::atomic::{AtomicUsize, Ordering};

use rejoinder::Rejoinder;
use rejoinder::config::Config;
use rejoinder::zendesk::signature;
use serde_json::{Value, json};

use crate::kit::stores::TestStore;
use crate::kit::{Answer, Request, Served, config};

const SECRET: &str = "c2VjcmV0LW9mLXRoZS1zdXBwb3J0LXdlYmhvb2s=";
const COMMENT_ADDED: &str = "zen:event-type:ticket.comment_added";

/// Settings with a source `support` that has these keys besides its secret.
fn settings(store: &TestStore, keys: &str, more: &[(&str, &str)]) -> Config {
    let sources = format!("{{ support = {{ secrets = [{SECRET:?}], {keys} }} }}");
    let mut all = vec![
        store.setting(),
        ("REJOINDER_STORE__ACCEPT_LOSS", "true"),
        ("REJOINDER_RECEIVE__ZENDESK", &sources),
    ];
    all.extend(more);
    all.retain(|(_, value)| !value.is_empty());
    config(&all)
}

pub(crate) fn serve(
    store: &TestStore,
    make: impl FnOnce() -> Rejoinder + Send + 'static,
    keys: &str,
    more: &[(&str, &str)],
) -> Served {
    Served::start_config(make, settings(store, keys, more)).managed(store)
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A request that brings this body, signed at this time.
fn signed(secret: &str, timestamp: &str, body: &[u8]) -> Request {
    Request::new("POST", "/receive/zendesk/support")
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Zendesk-Webhook-Signature", signature::sign(secret, timestamp, body))
        .header("X-Zendesk-Webhook-Signature-Timestamp", timestamp)
        .body(body)
}

/// The same, signed now, in an invocation of its own.
pub(crate) fn sent(body: &Value) -> Request {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let invocation = format!("i-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    signed(SECRET, &now(), body.to_string().as_bytes()).header("X-Zendesk-Webhook-Invocation-Id", invocation)
}

pub(crate) fn event(id: &str, event_type: &str) -> Value {
    json!({
        "account_id": 4001, "id": id, "type": event_type, "subject": "zen:ticket:4711", "time": now(),
        "zendesk_event_version": "2022-11-06",
        "detail": { "id": "4711", "status": "OPEN" },
        "event": { "comment": { "id": 1, "body": "Hello.", "is_public": true, "author": { "id": 8001, "is_staff": true } } },
    })
}

/// How it was acknowledged.
fn outcome(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["status"].as_str().expect("a word").to_owned()
}

/// What `/api/received` lists with this query.
pub(crate) fn listed(served: &Served, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = served.manage(Request::get(format!("/api/received?page_size=500&{query}{after}"))).json();
        all.extend(page["received"].as_array().unwrap_or_else(|| panic!("{page}")).iter().cloned());
        match page["meta"]["after"].as_str() {
            Some(cursor) => after = format!("&after={cursor}"),
            None => return all,
        }
    }
}
