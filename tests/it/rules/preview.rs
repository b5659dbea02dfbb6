//! What a rule would send is shown, and nobody is sent it.

use rejoinder::{Rejoinder, Reply};
use serde_json::{Value, json};

use super::{Ruled, condition, rule, session};
use crate::kit::stores::{TestStore, stores};

fn desk() -> Rejoinder {
    Rejoinder::new().tag("hello", async || Reply::text("Hello."))
}

#[test]
fn a_preview_renders_a_recent_turn_with_samples_for_what_is_not_kept() {
    for store in stores("previews") {
        let ruled = Ruled::over(&store, desk);
        let notified = ruled.notified(&json!({}));
        let body = json!(r#"{"tag": "{{tag}}", "session": "{{session.id}}", "order": {{params.order_id}}}"#);
        let trigger = rule(&[condition("tag", "is", "hello")], &notified.id, &body);
        let preview = || {
            ruled.done(200, "POST", "triggers/preview", Some(&json!({ "trigger": trigger })))["preview"]
                .clone()
        };
        let rendered = |preview: &Value| -> Value {
            serde_json::from_str(preview["actions"][0]["body"].as_str().expect("a body")).expect("JSON")
        };
        // Nothing was called yet.
        let empty = preview();
        assert_eq!((&empty["invocation_id"], &empty["matches"]), (&Value::Null, &Value::Null));
        assert_eq!(empty["samples"], json!(["params.order_id", "session.id", "tag"]));
        assert_eq!(rendered(&empty)["tag"], "(tag)");
        ruled.call(&session("s-1"), "r-1", "hello");
        let shown = preview();
        assert_eq!(shown["samples"], json!(["params.order_id"]), "{}: {shown}", store.name);
        assert_eq!(
            rendered(&shown),
            json!({ "tag": "hello", "session": "s-1", "order": "(params.order_id)" })
        );
        assert!(shown["invocation_id"].is_string());
        assert!(notified.upstream.requests().is_empty());
    }
}

#[test]
fn a_preview_says_whether_a_rule_fits_where_requests_are_kept() {
    let store = TestStore::sqlite();
    let ruled = Ruled::with(&store, desk, &[("REJOINDER_ACTIVITY__INBOUND_BODIES", "true")]);
    let notified = ruled.notified(&json!({}));
    let body = json!("{\"order\": \"{{params.order_id}}\", \"said\": \"{{input.utterance}}\"}");
    let path = ruled.make("trigger", &rule(&[condition("tag", "is", "hello")], &notified.id, &body));
    ruled.done(200, "PUT", &path, Some(&json!({ "trigger": { "active": false } })));
    ruled.call(&session("s-1"), "r-1", "hello");
    let id = path.rsplit('/').next().expect("an id").parse::<i64>().expect("a number");
    let preview = |changes: &Value, invocation: &Value| {
        let mut trigger = json!({ "id": id });
        for (name, value) in changes.as_object().expect("an object") {
            trigger[name] = value.clone();
        }
        let asked = json!({ "trigger": trigger, "invocation_id": invocation });
        ruled.ask("POST", "triggers/preview", Some(&asked))
    };
    let shown = preview(&json!({}), &Value::Null).json()["preview"].clone();
    assert_eq!((&shown["matches"], &shown["samples"]), (&json!(true), &json!([])), "{shown}");
    let rendered = shown["actions"][0]["body"].as_str().expect("a body");
    assert_eq!(rendered, r#"{"order": "A-1", "said": "I want a person"}"#);
    // The same call by its id, with another condition; and a call that is not there.
    let other = json!({ "conditions": { "all": [condition("tag", "is", "bye")] } });
    let shown = preview(&other, &shown["invocation_id"]).json()["preview"].clone();
    assert_eq!(shown["matches"], false, "{shown}");
    assert_eq!(preview(&json!({}), &json!("01EJFTSCC78X5V07NPY2MHR00M")).status, 404);
    assert!(notified.upstream.requests().is_empty());
}
