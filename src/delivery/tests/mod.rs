//! Deliveries on every store, to real receivers, with a clock that tests move.

mod accounting;
mod breaking;
mod counting;
mod isolation;
mod leases;
mod lifecycle;
mod logging;
mod receiver;
mod retrying;
mod sending;
mod throttling;
mod trying;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::job::Source;
use super::webhook::{Webhook, WebhookId};
use super::webhooks::{Extent, Webhooks};
use super::*;
use crate::access::{Access, Who};
use crate::activity::record::Place;
use crate::activity::replay::NotReplayable;
use crate::config::Sources;
use crate::outbound::{Chance, Parts};
use crate::resources::Edit;
use crate::store::Synced;
use crate::store::testing::{TestStore, each};
use receiver::{Answer, Receiver};

/// How long a test waits for what it knows must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Deliveries from one instance.
struct World {
    delivery: Delivery,
    webhooks: Webhooks,
    activity: Activity,
    store: Store,
    clock: Clock,
    metrics: Metrics,
}

impl World {
    /// One with these keys of `[delivery]`.
    async fn of(store: &TestStore, settings: &str) -> Self {
        Self::with(&store.store, Clock::manual(), settings, "").await
    }

    /// One with this clock, and these sections besides.
    async fn with(store: &Store, clock: Clock, settings: &str, besides: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rejoinder.toml");
        let text = format!(
            "[store]\naccept_loss = true\n[outbound]\nallow_hosts = [\"127.0.0.1\"]\n{besides}\n[delivery]\n{settings}\n"
        );
        std::fs::write(&file, text).expect("written");
        let config = Config::load(&Sources { file: Some(file), ..Sources::default() }).expect("valid");
        let (metrics, runtime) = (Metrics::default(), Handle::current());
        let parts = Parts {
            clock: clock.clone(),
            chance: Chance::seeded(7),
            metrics: metrics.clone(),
            ..Parts::default()
        };
        let outbound = Outbound::with_parts(&config.outbound, parts);
        let access = Access::new(&config.access, store.clone());
        let webhooks = Webhooks::start(store, &access, &config, clock.clone(), &runtime).await;
        let activity = Activity::start(&config, store, &metrics, clock.clone(), &runtime);
        let surroundings = Surroundings {
            store,
            webhooks: &webhooks,
            outbound: &outbound,
            activity: Some(&activity),
            metrics: &metrics,
        };
        let delivery = Delivery::start(&config, &surroundings, clock.clone(), &runtime).expect("a client");
        Self { delivery, webhooks, activity, store: store.clone(), clock, metrics }
    }

    fn edit() -> Edit {
        Edit { who: Who::command_line(), request_id: "r".into(), if_match: None }
    }

    /// A webhook that is told of all conversations, with these members besides.
    async fn webhook(&self, endpoint: &str, members: Value) -> WebhookId {
        let mut object = object(json!({
            "name": "neighbour", "status": "active", "endpoint": endpoint, "http_method": "POST",
            "request_format": "json", "subscriptions": ["rejoinder:event-type:conversation.*"],
        }));
        object.extend(self::object(members));
        self.webhooks.create(&object, &Self::edit()).await.expect("created").webhook.id
    }

    async fn change(&self, webhook: WebhookId, members: Value) {
        let (members, edit) = (object(members), Self::edit());
        let changed = self.webhooks.update(webhook.as_str(), &members, Extent::Part, &edit).await;
        changed.expect("changed");
    }

    fn job(&self, webhook: WebhookId, content: Content) -> Job {
        let place = Place {
            agent: "projects/p/locations/l/agents/a".to_owned(),
            environment: "draft".to_owned(),
            session: "s-1".to_owned(),
            tag: "order".to_owned(),
        };
        Job {
            id: self.delivery.next_id(),
            webhook,
            source: Source::Event("e-1".to_owned()),
            origin: None,
            event_type: "rejoinder:event-type:conversation.turn".to_owned(),
            place,
            content,
        }
    }

    /// Adds jobs as whatever causes them does.
    async fn add(&self, jobs: Vec<Job>) {
        let mut transaction = self.store.begin(Synced::Full).await.expect("begun");
        self.delivery.enqueue(&mut transaction, jobs).await.expect("added");
        transaction.commit().await.expect("committed");
        self.delivery.wake();
    }

    /// Tells a webhook so many events.
    async fn tell(&self, webhook: WebhookId, count: usize) -> Vec<InvocationId> {
        let jobs: Vec<Job> = (0..count)
            .map(|number| self.job(webhook, event(&format!("{{\n  \"n\": {number}\n}}\n"))))
            .collect();
        let ids = jobs.iter().map(|job| job.id).collect();
        self.add(jobs).await;
        ids
    }

    /// The time goes on, and what is due then is due.
    fn advance(&self, time: Duration) {
        self.clock.advance(time);
        self.delivery.wake();
    }

    async fn all(&self, webhook: WebhookId, filter: &InvocationFilter) -> Vec<Invocation> {
        let page = Wanted { size: 20_000, ..Wanted::default() };
        self.delivery.invocations(&webhook, filter, &page).await.expect("read").invocations
    }

    async fn invocation(&self, webhook: WebhookId, id: InvocationId) -> Invocation {
        let all = self.all(webhook, &InvocationFilter::default()).await;
        all.into_iter().find(|invocation| invocation.id == id).expect("it is there")
    }

    /// Waits until an invocation is so.
    async fn until(
        &self,
        webhook: WebhookId,
        id: InvocationId,
        so: impl Fn(&Invocation) -> bool,
    ) -> Invocation {
        let mut last = None;
        for _ in 0..PATIENCE.as_millis() / 5 {
            let found = self.invocation(webhook, id).await;
            if so(&found) {
                return found;
            }
            last = Some(found);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it never was so: {last:?}");
    }

    async fn ended(&self, webhook: WebhookId, id: InvocationId) -> Invocation {
        self.until(webhook, id, |found| !found.state.is_waiting()).await
    }

    /// Waits until nothing waits for a webhook any more.
    async fn all_ended(&self, webhook: WebhookId) -> Vec<Invocation> {
        for _ in 0..PATIENCE.as_millis() / 5 {
            let all = self.all(webhook, &InvocationFilter::default()).await;
            if all.iter().all(|found| !found.state.is_waiting()) {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("something waits: {:?}", self.all(webhook, &InvocationFilter::default()).await);
    }

    async fn attempts(&self, webhook: WebhookId, id: InvocationId) -> Vec<ShownAttempt> {
        self.delivery.attempts(&webhook, id).await.expect("read").expect("it is there")
    }

    /// The states of an invocation's attempts.
    async fn states(&self, webhook: WebhookId, id: InvocationId) -> Vec<State> {
        self.attempts(webhook, id).await.iter().map(|attempt| attempt.state).collect()
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("no object: {other}"),
    }
}

fn event(text: &str) -> Content {
    Content::Body(text.to_owned().into())
}

/// Waits until something is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..PATIENCE.as_millis() / 5 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never was so: {what}");
}

/// A moment in which nothing must happen.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(60)).await;
}
