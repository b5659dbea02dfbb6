//! The service over every kind of store, at times that tests set.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Extent, WebhookError, Webhooks};
use crate::access::{Access, Who};
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::resources::Edit;
use crate::store::testing::{TestStore, each};
use crate::store::{Query, Synced};
use crate::zendesk::signature::TEST_SECRET;

fn over(store: &TestStore, clock: &Clock, settings: &[(&str, &str)]) -> Webhooks {
    let environment = settings.iter().map(|(name, value)| (format!("REJOINDER_{name}"), (*value).to_owned()));
    let mut environment: Vec<(String, String)> = environment.collect();
    environment.push(("REJOINDER_STORE__ACCEPT_LOSS".to_owned(), "true".to_owned()));
    let config = Config::load(&Sources { environment, ..Sources::default() }).expect("settings");
    let access = Access::new(&config.access, store.store.clone());
    Webhooks::new(&store.store, &access, &config, clock.clone())
}

fn edit() -> Edit {
    Edit { who: Who::command_line(), request_id: "req-1".into(), if_match: None }
}

fn sent(changes: &Value) -> Map<String, Value> {
    let mut sent = json!({
        "name": "W", "status": "active", "endpoint": "https://receiver.example.com/hook", "http_method": "POST",
        "request_format": "json", "subscriptions": ["rejoinder:event-type:conversation.turn"],
        "authentication": { "type": "bearer_token", "data": { "token": "s3cret" } },
    });
    for (member, value) in changes.as_object().expect("an object") {
        sent[member] = value.clone();
    }
    sent.as_object().expect("an object").clone()
}

const TURN: &str = "rejoinder:event-type:conversation.turn";

#[test]
fn a_change_is_served_at_once_here_and_when_it_is_read_elsewhere() {
    each("webhooks are served", async |store| {
        let clock = Clock::manual();
        let (here, there) = (over(store, &clock, &[]), over(store, &clock, &[]));
        let made = here.create(&sent(&json!({})), &edit()).await.expect("made").webhook;
        let id = made.id.to_string();
        assert!(here.snapshot().is_wanted(TURN) && !there.snapshot().is_wanted(TURN));
        there.refresh().await.expect("read");
        assert!(there.snapshot().is_wanted(TURN), "{}", store.name);
        assert_eq!(there.snapshot().get(&made.id), Some(&made), "nothing of it is lost in the store");
        let off = json!({ "status": "inactive" });
        there.update(&id, off.as_object().expect("a part"), Extent::Part, &edit()).await.expect("changed");
        assert!(here.snapshot().is_wanted(TURN) && !there.snapshot().is_wanted(TURN));
        here.refresh().await.expect("read");
        assert!(!here.snapshot().is_wanted(TURN));
        assert!(here.snapshot().subscribed(TURN).next().is_none());
    });
}

#[test]
fn a_replaced_secret_is_honoured_for_a_while() {
    each("secrets overlap", async |store| {
        let clock = Clock::manual();
        let webhooks = over(store, &clock, &[("DELIVERY__SECRET_OVERLAP", "1h")]);
        let made = webhooks.create(&sent(&json!({})), &edit()).await.expect("made").webhook;
        assert_eq!(made.previous_secret, None);
        let id = made.id.to_string();
        let new = webhooks.reset_secret(&id, &edit()).await.expect("reset");
        assert!(new != made.signing_secret);
        let now = webhooks.get(&id).await.expect("there");
        assert!(now.signing_secret == new && now.made.updated.is_none());
        let minutes = |count: i64| webhooks.now() + count * 60_000_000;
        assert_eq!(now.previous_secret_at(minutes(0)), Some(&made.signing_secret));
        assert_eq!(now.previous_secret_at(minutes(59)), Some(&made.signing_secret));
        assert_eq!(now.previous_secret_at(minutes(60)), None);
        // Another one: the first is forgotten.
        clock.advance(Duration::from_secs(60));
        webhooks.reset_secret(&id, &edit()).await.expect("reset again");
        let now = webhooks.get(&id).await.expect("there");
        assert_eq!(now.previous_secret_at(minutes(59)), Some(&new));

        let strict = over(store, &clock, &[("DELIVERY__SECRET_OVERLAP", "0s")]);
        strict.reset_secret(&id, &edit()).await.expect("reset");
        assert_eq!(strict.get(&id).await.expect("there").previous_secret, None);
    });
}

#[test]
fn a_trial_has_what_is_kept_for_its_origin_alone() {
    each("trials", async |store| {
        let webhooks = over(store, &Clock::manual(), &[]);
        let made = webhooks.create(&sent(&json!({})), &edit()).await.expect("made").webhook;
        let id = made.id.to_string();
        let bearer = json!({ "type": "bearer_token", "add_position": "header" });
        let own = json!({ "type": "bearer_token", "data": { "token": "own" } });
        for (request, header, dropped) in [
            (json!({}), Some("Bearer s3cret"), false),
            (json!({ "endpoint": "https://receiver.example.com/other" }), Some("Bearer s3cret"), false),
            (json!({ "authentication": bearer }), Some("Bearer s3cret"), false),
            (json!({ "authentication": null }), None, false),
            (json!({ "endpoint": "https://elsewhere.example.com" }), None, true),
            (json!({ "endpoint": "https://elsewhere.example.com", "authentication": bearer }), None, true),
            (json!({ "endpoint": "http://receiver.example.com/hook" }), None, true),
            (
                json!({ "endpoint": "https://elsewhere.example.com", "authentication": own }),
                Some("Bearer own"),
                false,
            ),
            // What events ask for, a test need not have.
            (json!({ "http_method": "DELETE", "request_format": "xml" }), Some("Bearer s3cret"), false),
        ] {
            let request = request.as_object().expect("an object");
            let (trial, without) = webhooks.trial(Some(&id), request).await.expect("a trial");
            let found = trial.authentication.as_ref().map(|one| one.header().1);
            assert_eq!((found.as_deref(), !without.is_empty()), (header, dropped), "{request:?}");
            assert!(trial.id == made.id && trial.signing_secret == made.signing_secret);
        }
        let other = json!({ "authentication": { "type": "basic_auth", "data": { "username": "u" } } });
        assert!(webhooks.trial(Some(&id), other.as_object().expect("an object")).await.is_err());
        assert!(webhooks.trial(Some("none"), &Map::new()).await.is_err());
        assert_eq!(webhooks.get(&id).await.expect("there"), made, "a trial changes nothing");

        let unsaved =
            json!({ "endpoint": "https://x.example.com", "http_method": "GET", "request_format": "json" });
        let (trial, _) =
            webhooks.trial(None, unsaved.as_object().expect("an object")).await.expect("a trial");
        assert_eq!(&*trial.signing_secret.expose(), TEST_SECRET);
        let missing = webhooks.trial(None, &Map::new()).await;
        assert!(matches!(missing, Err(WebhookError::Invalid(violations)) if violations.len() == 3));
    });
}

#[test]
fn what_cannot_be_read_is_left_out_and_the_rest_is_served() {
    each("unreadable webhooks", async |store| {
        let webhooks = over(store, &Clock::manual(), &[]);
        let made = webhooks.create(&sent(&json!({})), &edit()).await.expect("made").webhook;
        for (id, body) in [("x", "{}"), ("y", "no JSON"), ("z", "{\"resource\":{\"name\":5}}")] {
            let insert = Query::new("INSERT INTO delivery_webhook (id, revision, body) VALUES ($1, 1, $2)");
            store.store.execute(Synced::Lazy, insert.bind(id).bind(body)).await.expect("written");
        }
        let count = Query::new("UPDATE delivery_webhook_version SET version = version + 1");
        store.store.execute(Synced::Lazy, count).await.expect("written");
        let all: Vec<_> = webhooks.current().await.expect("read").all().map(Arc::clone).collect();
        assert_eq!(all, [made], "{}", store.name);
    });
}
