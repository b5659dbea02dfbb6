//! Restarts, and several servers on one store.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::{Managed, below, events};
use crate::kit::stores::durable;

#[test]
fn what_was_made_is_there_after_a_restart_and_on_other_instances() {
    for store in durable("instances of Zendesk's API") {
        let one = Managed::over(&store);
        let made = one.create(&events("One"));
        let secret = one.secret(&made);
        drop(one);
        let (one, two) = (Managed::over(&store), Managed::over(&store));
        assert_eq!((one.show(&made), one.secret(&made)), (two.show(&made), secret), "{}", store.name);
        // Reads are of now.
        assert_eq!(two.patch(&made, &json!({ "name": "Two" })).status, 204);
        assert_eq!(one.show(&made)["name"], "Two");
        one.done(204, "DELETE", &below(&made), None);
        assert_eq!(two.done(200, "GET", "", None)["webhooks"], json!([]));
    }
}

#[test]
fn changes_through_several_instances_at_once_all_last() {
    for store in durable("changes of webhooks at once") {
        let (one, two) = (Managed::over(&store), Managed::over(&store));
        let made = one.create(&events("One"));
        let parts = [
            json!({ "name": "Two" }),
            json!({ "description": "d" }),
            json!({ "status": "inactive" }),
            json!({ "custom_headers": { "X": "1" } }),
            json!({ "endpoint": "https://receiver.example.com/other" }),
            json!({ "subscriptions": ["rejoinder:event-type:custom.*"] }),
        ];
        std::thread::scope(|scope| {
            for (number, part) in parts.iter().enumerate() {
                let (managed, made) = (if number % 2 == 0 { &one } else { &two }, &made);
                scope.spawn(move || assert_eq!(managed.patch(made, part).status, 204));
            }
        });
        let shown = one.show(&made);
        for part in &parts {
            for (member, value) in part.as_object().expect("an object") {
                assert_eq!(&shown[member], value, "{}: {member}", store.name);
            }
        }
    }
}

#[test]
fn a_quota_holds_for_all_instances_together() {
    for store in durable("a quota of webhooks") {
        let settings = "[delivery]\nmax_webhooks = 5\n";
        let (one, two) = (Managed::with(&store, settings), Managed::with(&store, settings));
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for number in 0..12 {
                let (managed, made) = (if number % 2 == 0 { &one } else { &two }, &made);
                scope.spawn(move || {
                    let answer = managed.ask("POST", "", Some(&json!({ "webhook": events("W") })));
                    assert!(matches!(answer.status, 201 | 403), "{}", answer.status);
                    made.fetch_add(usize::from(answer.status == 201), Ordering::Relaxed);
                });
            }
        });
        assert_eq!(made.into_inner(), 5, "{}", store.name);
        assert_eq!(one.done(200, "GET", "", None)["webhooks"].as_array().map(Vec::len), Some(5));
    }
}
