//! What a rule would send is shown, and nobody is sent it.

use rejoinder::{Rejoinder, Reply};
use serde_json::{Value, json};

use super::{Ruled, condition, rule, session};
use crate::kit::stores::stores;

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
