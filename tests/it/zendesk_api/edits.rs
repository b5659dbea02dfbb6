//! A webhook from its making to its end.

use serde_json::{Value, json};

use super::{Managed, below, details, events, refused, rules};
use crate::kit::stores::durable;

#[test]
fn a_webhook_lives_and_ends() {
    for store in durable("the life of a webhook") {
        let managed = Managed::over(&store);
        let mut sent = events("One");
        sent["description"] = "what it is for".into();
        sent["custom_headers"] = json!({ "X-Team": "orders" });
        sent["authentication"] = Value::Null;
        let made = managed.create(&sent);
        let members: Vec<&str> = made.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(
            members,
            [
                "created_at",
                "created_by",
                "custom_headers",
                "description",
                "endpoint",
                "http_method",
                "id",
                "name",
                "request_format",
                "status",
                "subscriptions"
            ]
        );
        let created = made["created_at"].as_str().expect("a time");
        let (seconds, fraction) = created.split_once('.').expect("a fraction");
        assert_eq!((fraction.len(), made["id"].as_str().map(str::len)), (10, Some(26)), "{made}");
        let shown = managed.show(&made);
        assert_eq!(shown["created_at"], format!("{seconds}Z"));
        for (member, value) in sent.as_object().expect("an object") {
            if member != "authentication" {
                assert_eq!(&shown[member], value, "{member}");
            }
        }

        // PUT without subscriptions and authentication leaves both as they are.
        let whole = json!({ "name": "Two", "endpoint": "https://receiver.example.com/other", "http_method": "POST",
            "request_format": "json", "status": "inactive" });
        assert_eq!(managed.done(204, "PUT", &below(&made), Some(&json!({ "webhook": whole }))), Value::Null);
        let after = managed.show(&made);
        assert_eq!((&after["name"], &after["status"]), (&json!("Two"), &json!("inactive")));
        assert_eq!(after["subscriptions"], sent["subscriptions"]);
        assert_eq!(after["custom_headers"], sent["custom_headers"]);
        assert!(after["updated_at"].is_string() && after["updated_by"].is_string());
        // PUT without the rest does not pass for PATCH.
        let part = json!({ "webhook": { "name": "Three" } });
        let missing = details(&managed.ask("PUT", &below(&made), Some(&part)));
        assert_eq!(missing, ["endpoint", "http_method", "request_format", "status"]);

        // PATCH takes what was shown, read-only members and all.
        let mut back = after.clone();
        back["name"] = "Three".into();
        back["created_by"] = "somebody else".into();
        back["signing_secret"] = json!({ "algorithm": "SHA256", "secret": "mine" });
        assert_eq!(managed.patch(&made, &back).status, 204);
        let patched = managed.show(&made);
        assert_eq!((&patched["name"], &patched["created_by"]), (&json!("Three"), &after["created_by"]));
        assert_ne!(managed.secret(&made), "mine");
        assert_eq!(managed.patch(&made, &json!({ "custom_headers": {}, "description": null })).status, 204);
        let bare = managed.show(&made);
        assert!(bare.get("custom_headers").is_none() && bare.get("description").is_none());

        // A body may come along.
        let body = json!({ "webhook": { "id": made["id"] } });
        assert_eq!(managed.done(204, "DELETE", &below(&made), Some(&body)), Value::Null);
        for (method, path) in
            [("GET", below(&made)), ("DELETE", below(&made)), ("GET", "/nonsense".to_owned())]
        {
            assert!(refused(&managed.ask(method, &path, None), 404, "RecordNotFound").contains(&path[1..]));
        }
    }
}

#[test]
fn how_a_webhook_is_told_is_fixed_once_it_is_chosen() {
    for store in durable("connections of webhooks") {
        let managed = Managed::over(&store);
        let (told, notified) = (managed.create(&events("E")), managed.create(&rules("R")));
        let types = json!(["rejoinder:event-type:fulfillment.failed"]);
        let trigger = json!(["conditional_ticket_events"]);
        for (webhook, subscriptions) in [(&told, &trigger), (&told, &json!([])), (&notified, &json!([]))] {
            let answer = managed.patch(webhook, &json!({ "subscriptions": subscriptions }));
            refused(&answer, 422, "UnprocessableEntity");
        }
        // What events need comes with them, so that the connection alone is refused.
        let events = json!({ "subscriptions": types, "http_method": "POST", "request_format": "json" });
        refused(&managed.patch(&notified, &events), 422, "UnprocessableEntity");
        assert_eq!(managed.patch(&told, &json!({ "subscriptions": types })).status, 204);
        assert_eq!(managed.show(&told)["subscriptions"], types);
        // Nothing yet may still be chosen.
        let mut later = super::events("L");
        later.as_object_mut().expect("an object").remove("subscriptions");
        let later = managed.create(&later);
        assert_eq!(later["subscriptions"], json!([]));
        assert_eq!(managed.patch(&later, &json!({ "subscriptions": trigger })).status, 204);
        refused(&managed.patch(&later, &json!({ "subscriptions": types })), 422, "UnprocessableEntity");
        // Events want POST and json.
        assert_eq!(details(&managed.patch(&told, &json!({ "http_method": "PUT" }))), ["http_method"]);
        assert_eq!(details(&managed.patch(&told, &json!({ "request_format": "xml" }))), ["request_format"]);
    }
}

#[test]
fn a_clone_is_like_its_origin_and_has_a_secret_of_its_own() {
    for store in durable("clones of webhooks") {
        let managed = Managed::over(&store);
        let mut webhook = events("One");
        webhook["authentication"] =
            json!({ "type": "basic_auth", "data": { "username": "u", "password": "p" } });
        let made = managed.create(&webhook);
        let path = format!("?clone_webhook_id={}", &below(&made)[1..]);
        let clone = managed.done(201, "POST", &path, None)["webhook"].clone();
        assert_eq!(clone["name"], "One (copy)");
        assert_ne!(clone["id"], made["id"]);
        for member in ["endpoint", "subscriptions", "authentication", "status"] {
            assert_eq!(clone[member], made[member], "{member}");
        }
        assert_ne!(managed.secret(&clone), managed.secret(&made));
        let named = json!({ "webhook": { "name": "Two" } });
        assert_eq!(managed.done(201, "POST", &path, Some(&named))["webhook"]["name"], "Two");
        let long = managed.create(&events(&"n".repeat(256)));
        let clone = managed.done(201, "POST", &format!("?clone_webhook_id={}", &below(&long)[1..]), None);
        assert_eq!(clone["webhook"]["name"], format!("{} (copy)", "n".repeat(249)));
        refused(&managed.ask("POST", "?clone_webhook_id=none", None), 404, "RecordNotFound");
    }
}

#[test]
fn a_change_with_an_etag_is_made_to_that_form_alone() {
    for store in durable("etags of webhooks") {
        let managed = Managed::over(&store);
        let made = managed.create(&events("One"));
        let path = below(&made);
        let etag = |name: &str| {
            let answer = managed.ask("GET", &path, None);
            assert_eq!(answer.json()["webhook"]["name"], name);
            answer.header("ETag").expect("an etag").to_owned()
        };
        let first = etag("One");
        let change = |name: &str, etag: &str| {
            let body = json!({ "webhook": { "name": name } });
            managed.send(&managed.request("PATCH", &path, Some(&body)).header("If-Match", etag))
        };
        let changed = change("Two", &first);
        assert_eq!((changed.status, changed.header("ETag")), (204, Some(&*etag("Two"))));
        assert!(refused(&change("Three", &first), 409, "Conflict").contains(&etag("Two")));
        let delete = managed.request("DELETE", &path, None).header("If-Match", &first);
        refused(&managed.send(&delete), 409, "Conflict");
        assert_eq!(change("Four", "*").status, 204);
        etag("Four");
    }
}
