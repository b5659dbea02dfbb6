//! Sample events, in the place of a payload that somebody would have to write.

use serde_json::json;

use super::{Managed, details, events};
use crate::kit::stores::TestStore;
use crate::kit::{Reply, Upstream};

use rejoinder::zendesk::signature::{TEST_SECRET, verify};

#[test]
fn a_webhook_is_tried_with_a_sample_of_an_event() {
    let store = TestStore::sqlite();
    let managed = Managed::over(&store);
    let receiver = Upstream::start(|_| Reply::new(204));
    let request = |more: serde_json::Value| {
        let mut request = json!({
            "endpoint": receiver.url("/in"), "http_method": "POST", "request_format": "json",
        });
        for (name, value) in more.as_object().expect("an object") {
            request[name] = value.clone();
        }
        managed.ask("POST", "/test", Some(&json!({ "request": request })))
    };
    let sample = "rejoinder:event-type:fulfillment.timed_out";
    assert_eq!(request(json!({ "sample_event": sample })).json()["response"]["status_code"], 204);
    let got = receiver.requests().remove(0);
    assert_eq!((&got.json()["type"], &got.json()["event"]["code"]), (&json!(sample), &json!("timed_out")));
    let header = |name| got.header(name).expect(name);
    let timestamp = header("X-Zendesk-Webhook-Signature-Timestamp");
    assert!(verify([TEST_SECRET], timestamp, &got.body, header("X-Zendesk-Webhook-Signature")));
    for wrong in [
        json!({ "sample_event": "rejoinder:event-type:fulfillment.timeout" }),
        json!({ "sample_event": 5 }),
        json!({ "sample_event": sample, "payload": "{}" }),
        json!({ "sample_events": sample }),
    ] {
        let refused = details(&request(wrong.clone()));
        assert!(refused[0].starts_with("request.sample_event"), "{wrong}: {refused:?}");
    }
    // A saved one has the form of its own.
    let mut webhook = events("Saved");
    webhook["endpoint"] = receiver.url("/saved").into();
    let made = managed.create(&webhook);
    let asked = json!({ "request": { "sample_event": "conversation.turn" } });
    let path = format!("/test?webhook_id={}", made["id"].as_str().expect("an id"));
    assert_eq!(managed.done(200, "POST", &path, Some(&asked))["response"]["status_code"], 204);
}
