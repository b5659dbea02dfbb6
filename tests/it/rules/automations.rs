//! Automations notify of conversations that have waited, once each.

use rejoinder::{Rejoinder, Reply};
use serde_json::json;

use super::{Ruled, condition, rule, session};
use crate::kit::stores::{TestStore, stores};
use crate::kit::until;

fn desk() -> Rejoinder {
    Rejoinder::new()
        .tag("hello", async || Reply::text("Hello."))
        .tag("person", async || Reply::text("One moment.").hand_off(json!({})))
}

const BODY: &str = r#"{"session": "{{session.id}}", "calls": {{conversation.calls}}, "since": "{{conversation.last_call_at}}"}"#;

#[test]
fn an_automation_notifies_of_silence_after_a_handoff() {
    for store in stores("automations") {
        let ruled = Ruled::over(&store, desk);
        let notified = ruled.notified(&json!({}));
        let all = [
            condition("minutes_since_handoff", "present", ""),
            condition("minutes_since_last_call", "greater_than", "0.02"),
        ];
        ruled.make("automation", &rule(&all, &notified.id, &json!(BODY)));
        ruled.call(&session("s-1"), "r-1", "hello");
        ruled.call(&session("s-2"), "r-1", "hello");
        ruled.call(&session("s-2"), "r-2", "person");
        let bodies = notified.bodies(1);
        assert_eq!((bodies.len(), &bodies[0]["session"], &bodies[0]["calls"]), (1, &json!("s-2"), &json!(2)));
        // Once a session, however it goes on.
        ruled.call(&session("s-2"), "r-3", "person");
        ruled.call(&session("s-3"), "r-1", "person");
        let bodies = notified.bodies(2);
        assert_eq!((bodies.len(), &bodies[1]["session"]), (2, &json!("s-3")), "{}", store.name);
    }
}

#[test]
fn two_instances_notify_once() {
    let Some(store) = TestStore::postgres("automations of two instances") else { return };
    let instances = [Ruled::over(&store, desk), Ruled::over(&store, desk)];
    let notified = instances[0].notified(&json!({}));
    let all = [condition("minutes_since_last_call", "greater_than", "0.05")];
    instances[0].make("automation", &rule(&all, &notified.id, &json!(BODY)));
    // The other one knows of the rule when it keeps conversations for it.
    until("both know", || {
        instances[1].call(&session("first"), "", "hello");
        notified.upstream.requests().iter().any(|request| request.json()["session"] == "first")
            || !instances[1].done(200, "GET", "automations/active", None)["automations"]
                .as_array()
                .expect("a list")
                .is_empty()
    });
    for number in 0..40 {
        for instance in &instances {
            instance.call(&session(&format!("s-{number}")), "r-1", "hello");
        }
    }
    let sessions = || -> Vec<String> {
        let bodies = notified.bodies(0);
        let ids = bodies.iter().map(|body| body["session"].as_str().expect("text").to_owned());
        ids.filter(|id| id != "first").collect()
    };
    until("all have waited", || sessions().len() >= 40);
    let mut found = sessions();
    found.sort();
    let count = found.len();
    found.dedup();
    assert_eq!((found.len(), count), (40, 40));
}
