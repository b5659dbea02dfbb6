//! Triggers notify of the turns that they are about, once each.

use rejoinder::{Error, Rejoinder, Reply, Result};
use serde_json::json;

use super::{Ruled, condition, request, rule, session};
use crate::kit::stores::{TestStore, stores};
use crate::kit::until;

fn desk() -> Rejoinder {
    Rejoinder::new()
        .tag("hello", async || Reply::text("Hello."))
        .tag("person", async || {
            Reply::text("One moment.").set("size", 3).hand_off(json!({ "queue": "billing" }))
        })
        .tag("fail", async || -> Result<Reply> { Err(Error::unavailable("The shop is closed.")) })
}

const BODY: &str = r#"{"ticket": {"subject": "{{session.id}} needs a person", "comment": {"body": "{{input.utterance}} ({{params.note}})"},
 "queue": {{handoff.metadata.queue}}, "size": {{params.size}}, "order": "{{params.order_id}}", "page": "{{page.display_name}}",
 "flow": "{{flow.id}}", "rule": "{{rule.title}}", "none": {{params.none}}}}"#;

#[test]
fn a_trigger_on_a_handoff_posts_what_it_renders() {
    for store in stores("triggers on handoffs") {
        let ruled = Ruled::over(&store, desk);
        let notified = ruled.notified(&json!({}));
        let all =
            [condition("message", "includes", "live_agent_handoff"), condition("environment", "is", "prod")];
        let path = ruled.make("trigger", &rule(&all, &notified.id, &json!(BODY)));
        let one = session("s-1");
        ruled.call(&one, "r-1", "hello");
        ruled.call(&one, "r-2", "person");
        // The same turn, and a turn of another environment.
        ruled.call(&one, "r-2", "person");
        ruled.call("projects/p/locations/l/agents/a/sessions/s-1", "r-2", "person");
        ruled.call(&one, "r-3", "person");
        let bodies = notified.bodies(2);
        assert_eq!(bodies.len(), 2, "{}", store.name);
        let expected = json!({ "ticket": {
            "subject": "s-1 needs a person", "comment": { "body": "I want a person (\"quoted\")" },
            "queue": "billing", "size": 3, "order": "A-1", "page": "Desk", "flow": "f", "rule": "Test", "none": null,
        } });
        assert_eq!(bodies[0], expected);
        // An inactive trigger notifies of nothing.
        ruled.done(200, "PUT", &path, Some(&json!({ "trigger": { "active": false } })));
        ruled.call(&one, "r-4", "person");
        let id = &notified.id;
        until("all are in the log", || {
            let page =
                ruled.done(200, "GET", &format!("webhooks/{id}/invocations?filter[status]=success"), None);
            page["invocations"].as_array().expect("a list").len() == 2
        });
        assert_eq!(notified.requests(2).len(), 2);
        let metrics =
            String::from_utf8(ruled.0.manage(crate::kit::Request::get("/metrics")).body).expect("text");
        assert!(metrics.contains("rejoinder_rules_fired_total{kind=\"trigger\"} 2"), "{metrics}");
    }
}

#[test]
fn conditions_choose_calls() {
    let store = TestStore::sqlite();
    let ruled = Ruled::over(&store, desk);
    let conditions = [
        ("tag", condition("tag", "is", "hello"), true),
        ("page", condition("page", "is", "desk"), true),
        ("flow", condition("flow", "is", "g"), false),
        ("language", condition("language", "is", "en"), true),
        ("channel", condition("channel", "is", "telephony"), true),
        ("sentiment", condition("sentiment", "less_than", "-0.5"), true),
        ("intent", condition("intent", "is", "book"), true),
        ("input", condition("input", "is", "text"), true),
        ("parameter", condition("params.size", "greater_than", "1"), true),
        ("changed", condition("params.size", "changed", ""), false),
        ("outcome", condition("outcome", "is", "replied"), true),
        ("status", condition("status", "is", "200"), true),
        ("failure", condition("failure", "present", ""), false),
    ];
    let notified = ruled.notified(&json!({ "request_format": "form_encoded" }));
    for (name, condition, _) in &conditions {
        let pairs = json!([["name", name], ["tag", "{{tag}}"]]);
        ruled.make("trigger", &rule(std::slice::from_ref(condition), &notified.id, &pairs));
    }
    let mut call = request(&session("s-1"), "r-1", "hello");
    call["intentInfo"] = json!({ "displayName": "book", "confidence": 0.5 });
    call["sentimentAnalysisResult"] = json!({ "score": -0.6, "magnitude": 1.0 });
    call["payload"] = json!({ "telephony": { "caller_id": "+1" } });
    ruled.0.call(call.to_string()).reply();
    let expected: Vec<String> = conditions
        .iter()
        .filter(|(.., holds)| *holds)
        .map(|(name, ..)| format!("name={name}&tag=hello"))
        .collect();
    let found = |count| {
        let requests = notified.requests(count);
        requests.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect::<Vec<_>>()
    };
    let mut found_now = found(expected.len());
    found_now.sort();
    let mut expected = expected;
    expected.sort();
    assert_eq!(found_now, expected);
    // A failure, and a parameter that the reply changes.
    ruled.call(&session("s-2"), "r-1", "fail");
    ruled.call(&session("s-2"), "r-2", "person");
    until("they notify, too", || {
        let all = found(0);
        all.contains(&"name=failure&tag=fail".to_owned())
            && all.contains(&"name=changed&tag=person".to_owned())
    });
}
