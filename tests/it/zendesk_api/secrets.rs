//! Credentials and signing secrets: written, kept, and never given back.

use serde_json::{Value, json};

use super::{Managed, below, details, events};
use crate::kit::stores::durable;

#[test]
fn no_answer_has_a_key_a_token_or_a_password() {
    for store in durable("secrets of webhooks") {
        let managed = Managed::over(&store);
        for (authentication, shown) in [
            (
                json!({ "type": "api_key", "data": { "name": "X-Key", "value": "s3cret" }, "add_position": "header" }),
                json!({ "type": "api_key", "data": { "name": "X-Key" }, "add_position": "header" }),
            ),
            (
                json!({ "type": "basic_auth", "data": { "username": "u", "password": "s3cret" } }),
                json!({ "type": "basic_auth", "data": { "username": "u" }, "add_position": "header" }),
            ),
            (
                json!({ "type": "bearer_token", "data": { "token": "s3cret" }, "add_position": "header" }),
                json!({ "type": "bearer_token", "add_position": "header" }),
            ),
        ] {
            let mut webhook = events("One");
            webhook["authentication"] = authentication;
            let made = managed.create(&webhook);
            assert_eq!(made["authentication"], shown);
            let clone = format!("?clone_webhook_id={}", &below(&made)[1..]);
            let answers = [
                made.clone(),
                managed.show(&made),
                managed.done(200, "GET", "", None),
                managed.done(201, "POST", &clone, None),
            ];
            for answer in answers {
                assert!(!answer.to_string().contains("s3cret"), "{answer}");
            }
            // Sent back as it is shown, it stays.
            assert_eq!(managed.patch(&made, &managed.show(&made)).status, 204);
            assert_eq!(managed.show(&made)["authentication"], shown);
            // Another kind, or another name, is not what is kept.
            let other = json!({ "authentication": { "type": "basic_auth", "data": { "username": "v" } } });
            assert_eq!(details(&managed.patch(&made, &other)), ["authentication.data.password"]);
            assert_eq!(managed.patch(&made, &json!({ "authentication": null })).status, 204);
            assert_eq!(managed.show(&made).get("authentication"), None);
        }
    }
}

#[test]
fn credentials_stay_with_the_origin_they_were_given_for() {
    for store in durable("origins of credentials") {
        let managed = Managed::over(&store);
        let mut webhook = events("One");
        webhook["authentication"] = json!({ "type": "bearer_token", "data": { "token": "s3cret" } });
        for (endpoint, kept) in [
            ("https://receiver.example.com/elsewhere", true),
            ("https://RECEIVER.example.com:443/hook", true),
            ("https://receiver.example.com:8443/hook", false),
            ("https://receiver.example.org/hook", false),
            ("http://receiver.example.com/hook", false),
        ] {
            let made = managed.create(&webhook);
            let mut whole = managed.show(&made);
            whole["endpoint"] = endpoint.into();
            for part in [json!({ "endpoint": endpoint }), whole] {
                let made = managed.create(&webhook);
                let answer = managed.patch(&made, &part);
                assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
                let dropped = answer.header("X-Rejoinder-Dropped-Secrets");
                assert_eq!(dropped, (!kept).then_some("authentication"), "{endpoint}");
                assert_eq!(managed.show(&made).get("authentication").is_some(), kept, "{endpoint}");
            }
            let own = json!({ "endpoint": endpoint, "authentication": webhook["authentication"] });
            let answer = managed.patch(&made, &own);
            assert_eq!((answer.status, answer.header("X-Rejoinder-Dropped-Secrets")), (204, None));
        }
    }
}

#[test]
fn a_signing_secret_is_shown_and_replaced() {
    for store in durable("signing secrets") {
        let managed = Managed::over(&store);
        let made = managed.create(&events("One"));
        let path = format!("{}/signing_secret", below(&made));
        let shown = managed.done(200, "GET", &path, None);
        let signing = shown["signing_secret"].as_object().expect("an object");
        let members: Vec<&str> = signing.keys().map(String::as_str).collect();
        assert_eq!(
            (members, &shown["signing_secret"]["algorithm"]),
            (vec!["algorithm", "secret"], &json!("SHA256"))
        );
        let secret = shown["signing_secret"]["secret"].as_str().expect("a text");
        assert!(secret.len() == 44 && secret.ends_with('='), "{secret}");
        assert_eq!(managed.done(200, "GET", &path, None), shown);
        let new = managed.done(201, "POST", &path, None);
        assert_ne!(new, shown);
        assert_eq!(managed.done(200, "GET", &path, None), new);
        assert!(!managed.show(&made).to_string().contains(secret));
        assert_eq!(managed.show(&made).get("updated_at"), None::<&Value>);
    }
}
