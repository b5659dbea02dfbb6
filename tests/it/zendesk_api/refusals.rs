//! What is refused: each with its status, the member and the way out.

use serde_json::{Value, json};

use super::{Managed, PATH, below, details, events, refused, rules};
use crate::kit::Request;
use crate::kit::stores::TestStore;

#[test]
fn faulty_webhooks_are_refused_member_by_member() {
    let store = TestStore::sqlite();
    let managed = Managed::over(&store);
    for (changes, expected) in [
        (json!({ "name": null, "endpoint": "x", "status": "on" }), &["endpoint", "name", "status"][..]),
        (json!({ "subscriptions": ["zen:event-type:ticket.updated"] }), &["subscriptions[0]"]),
        (
            json!({ "subscriptions": ["conditional_ticket_events", "zen:event-type:user.created"] }),
            &["subscriptions"],
        ),
        (json!({ "http_method": "PUT", "request_format": "xml" }), &["http_method", "request_format"]),
        (
            json!({ "custom_headers": { "X-Zendesk-Foo": "v", "Host": "v", "ORIGIN": "v" } }),
            &["custom_headers.Host", "custom_headers.ORIGIN", "custom_headers.X-Zendesk-Foo"],
        ),
        (
            json!({ "custom_headers": { "a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6" } }),
            &["custom_headers"],
        ),
        (json!({ "endpoint": "http://a.example.com", "custom_headers": { "X": "v" } }), &["custom_headers"]),
        (json!({ "authentication": { "type": "bearer_token" } }), &["authentication.data.token"]),
        (json!({ "custom_header": {} }), &["custom_header"]),
    ] {
        let mut webhook = events("One");
        for (member, value) in changes.as_object().expect("an object") {
            webhook[member] = value.clone();
        }
        let answer = managed.ask("POST", "", Some(&json!({ "webhook": webhook })));
        assert_eq!(details(&answer), expected, "{changes}");
        for problem in answer.json()["details"].as_object().expect("details").values() {
            assert_eq!(problem[0]["error"], "InvalidValue");
        }
    }
    assert_eq!(managed.done(200, "GET", "", None)["webhooks"], json!([]));
}

#[test]
fn bodies_and_addresses_that_are_none_are_refused() {
    let store = TestStore::sqlite();
    let managed = Managed::over(&store);
    let made = managed.create(&rules("One"));
    let post = |body: &[u8], content_type: &str| {
        let request = managed.request("POST", "", None).header("Content-Type", content_type).body(body);
        managed.send(&request)
    };
    for body in [&b"{"[..], b"[]", b"{}", b"\xff", b"{\"webhook\":5}", b"null"] {
        refused(&post(body, "application/json"), 400, "RecordInvalid");
    }
    refused(&post(b"{}", "text/plain"), 415, "UnsupportedMediaType");
    refused(&post(&vec![b' '; (1 << 20) + 1], "application/json"), 413, "PayloadTooLarge");
    refused(&managed.ask("POST", "", None), 400, "RecordInvalid");
    let answer = managed.ask("DELETE", "", None);
    refused(&answer, 405, "MethodNotAllowed");
    assert_eq!(answer.header("Allow"), Some("GET, POST"));
    for path in ["/", "/a/b", "/a/b/c/d/e", "/%ff", &format!("{}/nothing", below(&made))] {
        refused(&managed.ask("GET", path, None), 404, "InvalidEndpoint");
    }
    // What is deep enough to be a trap is none.
    let deep = format!("{{\"webhook\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    refused(&post(deep.as_bytes(), "application/json"), 400, "RecordInvalid");
}

#[test]
fn a_quota_is_kept_whoever_makes_one_more() {
    let store = TestStore::sqlite();
    let managed = Managed::with(&store, "[delivery]\nmax_webhooks = 10\n");
    for number in 0..10 {
        managed.create(&events(&number.to_string()));
    }
    let eleventh = json!({ "webhook": events("11") });
    let why = refused(&managed.ask("POST", "", Some(&eleventh)), 403, "Forbidden");
    assert!(why.contains("10 webhooks") && why.contains("delivery.max_webhooks"), "{why}");
    let list = managed.done(200, "GET", "", None);
    let clone = format!("?clone_webhook_id={}", list["webhooks"][0]["id"].as_str().expect("an id"));
    refused(&managed.ask("POST", &clone, None), 403, "Forbidden");
    managed.done(204, "DELETE", &below(&list["webhooks"][0]), None);
    managed.done(201, "POST", "", Some(&eleventh));
}

#[test]
fn gzip_and_http_are_as_elsewhere() {
    let store = TestStore::sqlite();
    let managed = Managed::over(&store);
    let mut webhook = events("Plain");
    webhook["endpoint"] = "http://127.0.0.1:9/x".into();
    // The kit's settings allow http, so credentials may go over it, too.
    webhook["authentication"] = json!({ "type": "bearer_token", "data": { "token": "t" } });
    assert_eq!(managed.create(&webhook)["authentication"]["type"], "bearer_token");
    let strict = Managed::with(&store, "");
    let request = Request::get(PATH);
    assert_eq!(strict.send(&request).status, 401);
    assert_ne!(managed.done(200, "GET", "", None)["webhooks"], Value::Null);
}

#[test]
fn webhooks_that_are_tried_leave_the_other_calls_alone() {
    let store = TestStore::sqlite();
    let managed = Managed::with(&store, "[delivery]\ntimeout = \"2s\"\n");
    let slow = crate::kit::Upstream::start(|_| crate::kit::Reply::silence());
    let request =
        json!({ "request": { "endpoint": slow.url("/"), "http_method": "GET", "request_format": "json" } });
    std::thread::scope(|scope| {
        let trials: Vec<_> =
            (0..8).map(|_| scope.spawn(|| managed.done(200, "POST", "/test", Some(&request)))).collect();
        crate::kit::until("all are on their way", || slow.requests().len() == 8);
        refused(&managed.ask("POST", "/test", Some(&request)), 503, "ServiceUnavailable");
        managed.done(200, "GET", "", None);
        for trial in trials {
            // No answer in time is the one that stands for it.
            assert_eq!(trial.join().expect("tried")["response"]["status_code"], 504);
        }
    });
}
