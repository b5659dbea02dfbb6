//! What becomes of an event: its handler, again after failures, dead letters, other webhooks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rejoinder::zendesk::event::{Comment, Ticket};
use rejoinder::{Error, EventSource, Received, Rejoinder, State};
use serde_json::json;

use super::*;
use crate::kit::stores::stores;
use crate::kit::{Reply, Upstream, until};

/// What handlers saw, by the event's id.
type Seen = Arc<Mutex<HashMap<String, Vec<String>>>>;

fn of(seen: &Seen, id: &str) -> Vec<String> {
    seen.lock().expect("unharmed").get(id).cloned().unwrap_or_default()
}

fn note(seen: &Seen, id: &str, what: String) {
    seen.lock().expect("unharmed").entry(id.to_owned()).or_default().push(what);
}

async fn on_comment(
    received: Received,
    ticket: Ticket,
    comment: Comment,
    source: EventSource,
    seen: State<Seen>,
) -> Result<(), Error> {
    let (id, attempt) = (received.event_id(), received.attempt());
    let said = comment.body.as_deref().unwrap_or_default();
    note(&seen, id, format!("{source} {} {said} {attempt}", ticket.id.as_deref().unwrap_or_default()));
    match id {
        "fails" => Err(Error::unavailable("the shop is closed")),
        "fails-once" if attempt == 1 => Err(Error::unavailable("the shop opens late")),
        "unreadable" => Err(Error::bad_request("nobody knows such a ticket")),
        "panics" => panic!("on purpose"),
        "hangs" => std::future::pending().await,
        _ => Ok(()),
    }
}

fn handlers(seen: &Seen) -> impl FnOnce() -> Rejoinder + Send + use<> {
    let seen = Arc::clone(seen);
    move || Rejoinder::new().state(seen).on_event(COMMENT_ADDED, on_comment)
}

const QUICK: [(&str, &str); 2] =
    [("REJOINDER_RECEIVE__RETRY_DELAYS", "[\"10ms\", \"20ms\"]"), ("REJOINDER_RECEIVE__TIMEOUT", "200ms")];

fn state(served: &Served, event_id: &str) -> Value {
    listed(served, "").into_iter().find(|one| one["event_id"] == event_id).unwrap_or_default()
}

#[test]
fn handlers_work_and_fail_and_are_run_again_and_what_stays_is_a_dead_letter() {
    for store in stores("receive_working") {
        let seen = Seen::default();
        let served = serve(&store, handlers(&seen), "", &QUICK);
        let ids = ["works", "fails", "fails-once", "unreadable", "panics", "hangs"];
        for id in ids {
            assert_eq!(outcome(&served.ask(&sent(&event(id, COMMENT_ADDED)))), "stored");
        }
        assert_eq!(outcome(&served.ask(&sent(&event("nobody", "zen:event-type:user.created")))), "stored");
        until("all have ended", || ids.iter().all(|id| state(&served, id)["due_at"].is_null()));
        assert_eq!(of(&seen, "works"), ["support 4711 Hello. 1"], "{}", store.name);
        assert_eq!(of(&seen, "fails").len(), 3);
        assert_eq!(of(&seen, "fails-once").len(), 2);
        assert_eq!(of(&seen, "unreadable").len(), 1, "the event stays the same");
        assert_eq!((of(&seen, "panics").len(), of(&seen, "hangs").len()), (3, 3));
        for (id, expected, error) in [
            ("works", "done", ""),
            ("fails", "dead", "the shop is closed"),
            ("fails-once", "done", ""),
            ("unreadable", "dead", "nobody knows such a ticket"),
            ("panics", "dead", "panic"),
            ("hangs", "dead", "receive.timeout"),
            ("nobody", "unhandled", ""),
        ] {
            let found = state(&served, id);
            assert_eq!(found["state"], expected, "{found}");
            assert!(found["error"].as_str().unwrap_or_default().contains(error), "{found}");
        }
        let dead = listed(&served, "state=dead&source=support&type=zen:event-type:ticket.comment_added");
        assert_eq!(dead.len(), 4);
        // Somebody has mended it, and wants it worked on again.
        let id = state(&served, "fails")["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/received/{id}/replay");
        let again = served.manage(Request::new("POST", &*path)).json();
        assert_eq!(again["received"]["state"], "waiting", "{again}");
        until("it was worked on again", || of(&seen, "fails").len() == 6);
        until("it has ended again", || state(&served, "fails")["due_at"].is_null());
        let again = served.manage(Request::new("POST", format!("/api/invocations/{id}/replay")));
        assert_eq!(again.status, 200, "{}", String::from_utf8_lossy(&again.body));
        until("and again, as rejoinder replay does it", || of(&seen, "fails").len() == 9);
        let nothing = "/api/received/01ARZ3NDEKTSV4RRFFQ69G5FAV";
        served.manage(Request::get(nothing)).refused(404, "not_found");
        served.manage(Request::get("/api/received?state=lost")).refused(400, "invalid_argument");
        assert_eq!(served.ask(&Request::get("/api/received")).status, 401);
        assert_eq!(served.ask(&Request::new("POST", &*path)).status, 401);
    }
}

#[test]
fn who_is_left_out_is_neither_worked_on_nor_told() {
    let store = TestStore::memory();
    let seen = Seen::default();
    let served = serve(&store, handlers(&seen), "ignore_actor_ids = [\"8001\"]", &QUICK);
    assert_eq!(outcome(&served.ask(&sent(&event("bot", COMMENT_ADDED)))), "ignored");
    let mut person = event("person", COMMENT_ADDED);
    person["event"]["comment"]["author"]["id"] = "8002".into();
    assert_eq!(outcome(&served.ask(&sent(&person))), "stored");
    until("it is worked on", || of(&seen, "person").len() == 1);
    assert!(of(&seen, "bot").is_empty());
    assert_eq!(state(&served, "bot")["state"], "ignored");
}

#[test]
fn events_are_sent_on_to_webhooks_that_have_subscribed() {
    for store in stores("receive_fan_out") {
        let settings = [
            ("REJOINDER_OUTBOUND__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"),
            ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
        ];
        let served = serve(&store, Rejoinder::new, "fan_out = true", &settings);
        let upstream = Upstream::start(|_| Reply::new(200));
        subscribe(&served, &upstream.url("/hook"));
        let body = event("e-1", COMMENT_ADDED);
        let request = sent(&body);
        assert_eq!(outcome(&served.ask(&request)), "stored");
        assert_eq!(outcome(&served.ask(&request)), "duplicate");
        assert_eq!(outcome(&served.ask(&sent(&event("e-2", "zen:event-type:user.created")))), "stored");
        let last = event("e-3", "zen:event-type:ticket.created");
        assert_eq!(outcome(&served.ask(&sent(&last))), "stored");
        until("they come", || upstream.requests().len() >= 2);
        let came = upstream.requests();
        assert_eq!(came.len(), 2, "{}", store.name);
        let whole = body.to_string();
        let first = came.iter().find(|request| request.body == whole.as_bytes()).expect("byte for byte");
        assert!(first.header("X-Zendesk-Webhook-Signature").is_some());
    }
}

fn subscribe(served: &Served, endpoint: &str) {
    let webhook = json!({ "webhook": {
        "name": "neighbour", "status": "active", "endpoint": endpoint, "http_method": "POST", "request_format": "json",
        "subscriptions": ["zen:event-type:ticket.*"],
    } });
    let create = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
    let made = served.manage(create.body(webhook.to_string()));
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
}

#[test]
fn instances_share_the_work_and_each_event_is_worked_on_once() {
    let Some(store) = TestStore::postgres("receive_instances") else { return };
    let seen = Seen::default();
    let (one, other) =
        (serve(&store, handlers(&seen), "", &QUICK), serve(&store, handlers(&seen), "", &QUICK));
    let count = 200;
    for number in 0..count {
        let request = sent(&event(&format!("e-{number}"), COMMENT_ADDED));
        // Zendesk sends to one of them, and again to the other.
        let (first, second) = (one.ask(&request), other.ask(&request));
        assert_eq!((outcome(&first).as_str(), outcome(&second).as_str()), ("stored", "duplicate"));
    }
    until("all are worked off", || listed(&one, "state=done").len() == count);
    let seen = seen.lock().expect("unharmed");
    assert_eq!(seen.len(), count);
    assert!(seen.values().all(|times| times.len() == 1), "{seen:?}");
}

#[test]
fn a_handler_may_end_when_the_server_stops_and_what_it_leaves_is_worked_on_later() {
    let store = TestStore::sqlite();
    let seen = Seen::default();
    let make = |seen: &Seen| {
        let seen = Arc::clone(seen);
        move || {
            Rejoinder::new().state(seen).on_event("*", async |received: Received, seen: State<Seen>| {
                note(&seen, received.event_id(), "begun".to_owned());
                if received.event_id() == "long" && of(&seen, "long").len() == 1 {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                note(&seen, received.event_id(), "ended".to_owned());
            })
        }
    };
    let served = serve(&store, make(&seen), "", &[("REJOINDER_SERVER__SHUTDOWN_TIMEOUT", "2s")]);
    for id in ["short", "long"] {
        assert_eq!(outcome(&served.ask(&sent(&event(id, COMMENT_ADDED)))), "stored");
    }
    until("both are begun", || ["short", "long"].iter().all(|id| !of(&seen, id).is_empty()));
    drop(served);
    assert_eq!(
        (of(&seen, "short"), of(&seen, "long")),
        (vec!["begun".to_owned(), "ended".to_owned()], vec!["begun".to_owned()])
    );
    let served = serve(&store, make(&seen), "", &[]);
    until("the other is worked on at once", || state(&served, "long")["state"] == "done");
    assert_eq!(state(&served, "long")["attempts"], 1, "what was given back is no attempt");
    assert_eq!(of(&seen, "short").len(), 2);
}
