//! Automations at times that tests set, on every store, with two instances.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::automations;
use super::conversation::Conversation;
use super::envelope::Making;
use crate::access::{Access, Who};
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::delivery::rules::{Kind, Rules};
use crate::delivery::webhooks::Webhooks;
use crate::delivery::{Delivery, Surroundings};
use crate::outbound::{Outbound, Parts};
use crate::resources::Edit;
use crate::store::testing::each;
use crate::store::{Query, Store, Synced};
use crate::telemetry::metrics::Metrics;

/// One of several servers on a store.
struct Instance {
    store: Store,
    making: Making,
    clock: Clock,
}

impl Instance {
    async fn of(store: &Store, clock: &Clock) -> Self {
        let environment = vec![("REJOINDER_STORE__ACCEPT_LOSS".to_owned(), "true".to_owned())];
        let config = Config::load(&Sources { environment, ..Sources::default() }).expect("settings");
        let (metrics, runtime) = (Metrics::default(), Handle::current());
        let parts = Parts { clock: clock.clone(), metrics: metrics.clone(), ..Parts::default() };
        let outbound = Outbound::with_parts(&config.outbound, parts);
        let access = Access::new(&config.access, store.clone());
        let webhooks = Webhooks::start(store, &access, &config, clock.clone(), &runtime).await;
        let around = Surroundings {
            store,
            webhooks: &webhooks,
            outbound: &outbound,
            activity: None,
            metrics: &metrics,
        };
        let delivery = Delivery::start(&config, &around, clock.clone(), &runtime).expect("a client");
        let rules = Rules::start(store, &webhooks, &access, &config, clock.clone(), &runtime).await;
        let making = Making::new(&config, &rules, &delivery, &metrics);
        Self { store: store.clone(), making, clock: clock.clone() }
    }

    async fn webhook(&self) -> String {
        let webhook = json!({
            "name": "W", "status": "inactive", "endpoint": "https://receiver.example.com/hook", "http_method": "POST",
            "request_format": "json", "subscriptions": ["conditional_ticket_events"],
        });
        let webhook = webhook.as_object().expect("an object");
        self.making.webhooks.create(webhook, &edit()).await.expect("made").webhook.id.to_string()
    }

    async fn automation(&self, webhook: &str, all: Value, once_per: &str) -> String {
        let rule = json!({
            "title": "A", "conditions": { "all": all }, "once_per": once_per,
            "actions": [{ "field": "notification_webhook", "value": [webhook, "{\"calls\": {{conversation.calls}}}"] }],
        });
        let rule = rule.as_object().expect("an object");
        self.making.rules.create(Kind::Automation, rule, &edit()).await.expect("made").id.to_string()
    }

    /// How many conversations are notified of now.
    async fn looks(&self) -> usize {
        self.making.rules.refresh().await.expect("read");
        self.making.webhooks.refresh().await.expect("read");
        automations::look(&self.store, &self.making, &self.clock).await.expect("looked")
    }

    /// Notes a call of a conversation now; times of others are kept.
    async fn call(&self, id: &str, column: Option<&str>) {
        let name = format!("projects/p/locations/l/agents/a/environments/prod/sessions/{id}");
        let conversation = Conversation::of(&name).expect("one");
        let now = self.clock.unix_micros();
        let insert = Query::new(
            "INSERT INTO conversations (id, session, name, first_at, last_at, calls, last_response) \
             VALUES ($1, $2, $3, $4, $4, 1, '') ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, \
             calls = conversations.calls + 1",
        );
        let insert = insert.bind(conversation.key.as_str()).bind(id).bind(name).bind(now);
        self.store.execute(Synced::Lazy, insert).await.expect("written");
        if let Some(column) = column {
            let update = Query::built(format!("UPDATE conversations SET {column} = $1 WHERE session = $2"));
            self.store.execute(Synced::Lazy, update.bind(now).bind(id)).await.expect("written");
        }
    }

    fn minutes(&self, count: u64) {
        self.clock.advance(Duration::from_secs(count * 60));
    }
}

fn edit() -> Edit {
    Edit { who: Who::command_line(), request_id: "r".into(), if_match: None }
}

fn waits(field: &str, minutes: &str) -> Value {
    json!({ "field": field, "operator": "greater_than", "value": minutes })
}

#[test]
fn what_has_waited_is_notified_of_once_whichever_instance_looks() {
    each("automations at set times", async |test| {
        let clock = Clock::manual();
        let one = Instance::of(&test.store, &clock).await;
        let store = if test.name == "memory" { test.store.clone() } else { test.again() };
        let two = Instance::of(&store, &clock).await;
        let webhook = one.webhook().await;
        // What is over when a rule is made is none of its concern.
        one.call("before", None).await;
        one.minutes(11);
        one.automation(&webhook, json!([waits("minutes_since_last_call", "10")]), "session").await;
        assert_eq!(one.looks().await, 0, "{}", test.name);
        one.call("s-1", None).await;
        one.call("s-2", None).await;
        one.minutes(10);
        assert_eq!((one.looks().await, two.looks().await), (0, 0));
        two.call("s-2", None).await;
        one.minutes(1);
        let looks = tokio::join!(one.looks(), two.looks());
        assert_eq!(looks.0 + looks.1, 1, "s-1 alone; somebody went on with s-2");
        one.minutes(10);
        let looks = tokio::join!(one.looks(), two.looks());
        assert_eq!(looks.0 + looks.1, 1);
        // Once a session, however it goes on.
        one.call("s-1", None).await;
        one.minutes(11);
        assert_eq!((one.looks().await, two.looks().await), (0, 0));
        let jobs = test.store.one(Query::new("SELECT COUNT(*) AS n FROM deliveries")).await;
        assert_eq!(jobs.and_then(|row| row.get::<i64>("n")).expect("a count"), 2);
    });
}

#[test]
fn handoffs_and_failures_are_waited_for_and_conditions_beside_them_hold() {
    each("automations of handoffs", async |test| {
        let clock = Clock::manual();
        let one = Instance::of(&test.store, &clock).await;
        let webhook = one.webhook().await;
        let elsewhere = json!({ "field": "environment", "operator": "is", "value": "draft" });
        let short = json!({ "field": "calls", "operator": "less_than", "value": 3 });
        one.automation(&webhook, json!([waits("minutes_since_handoff", "5"), short]), "session").await;
        one.automation(&webhook, json!([waits("minutes_since_failure", "5")]), "session").await;
        one.automation(&webhook, json!([waits("minutes_since_last_call", "5"), elsewhere]), "session").await;
        one.call("handed", Some("handed_off_at")).await;
        one.call("failed", Some("failed_at")).await;
        one.call("long", Some("handed_off_at")).await;
        one.minutes(4);
        for _ in 0..2 {
            one.call("long", None).await;
        }
        one.call("handed", None).await;
        assert_eq!(one.looks().await, 0);
        one.minutes(2);
        assert_eq!((one.looks().await, one.looks().await), (2, 0), "{}", test.name);
    });
}

#[test]
fn once_per_call_notifies_again_and_what_is_forgotten_is() {
    each("automations per call", async |test| {
        let clock = Clock::manual();
        let one = Instance::of(&test.store, &clock).await;
        let webhook = one.webhook().await;
        let all = json!([waits("minutes_since_last_call", "5")]);
        let id = one.automation(&webhook, all, "call").await;
        for _ in 0..3 {
            one.call("s-1", None).await;
            one.minutes(6);
            assert_eq!((one.looks().await, one.looks().await), (1, 0), "{}", test.name);
        }
        let fired = async || {
            let count = test.store.one(Query::new("SELECT COUNT(*) AS n FROM rules_fired")).await;
            count.and_then(|row| row.get::<i64>("n")).expect("a count")
        };
        assert_eq!(fired().await, 1);
        one.call("s-1", Some("ended_at")).await;
        super::conversations::forget(&test.store, clock.unix_micros() + 1).await.expect("forgotten");
        assert_eq!(fired().await, 0);
        // A session that is forgotten is.
        one.call("s-3", None).await;
        one.minutes(6);
        assert_eq!((one.looks().await, fired().await), (1, 1));
        let mut transaction = test.store.begin(Synced::Full).await.expect("begun");
        super::conversations::erase(&mut transaction, "s-3").await.expect("erased");
        transaction.commit().await.expect("committed");
        assert_eq!(fired().await, 0);
        // A rule that goes takes what is known of it along.
        one.call("s-2", None).await;
        one.minutes(6);
        assert_eq!((one.looks().await, fired().await), (1, 1));
        one.making.rules.delete(Kind::Automation, &[id], &edit()).await.expect("deleted");
        assert_eq!((one.looks().await, fired().await), (0, 0));
    });
}

#[test]
fn a_rule_that_is_switched_on_again_begins_anew() {
    each("automations switched off", async |test| {
        let clock = Clock::manual();
        let one = Instance::of(&test.store, &clock).await;
        let webhook = one.webhook().await;
        let id = one.automation(&webhook, json!([waits("minutes_since_last_call", "5")]), "session").await;
        let active = async |active: bool| {
            let part = json!({ "active": active });
            let part = part.as_object().expect("an object");
            let rules = &one.making.rules;
            Arc::clone(&rules.update(Kind::Automation, &id, part, &edit()).await.expect("changed"))
        };
        active(false).await;
        one.call("s-1", None).await;
        one.minutes(6);
        assert_eq!(one.looks().await, 0);
        active(true).await;
        assert_eq!(one.looks().await, 0, "{}", test.name);
        one.call("s-2", None).await;
        one.minutes(6);
        assert_eq!(one.looks().await, 1);
    });
}
