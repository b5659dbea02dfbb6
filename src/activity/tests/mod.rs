//! The log on every store, from what the paths hand over to what is found again.

mod agents;
mod erasing;
mod filters;
mod masking;
mod outage;
mod packs;
mod paging;
mod replays;
mod retention;
mod sessions;
mod written;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::pack::Packing;
use super::query::{self, Filter, Page, Wanted};
use super::record::{Headers, Heard, Inbound, Outbound, Place};
use super::status::Kind;
use super::{Activity, Record, view};
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::outbound::Seen;
use crate::protocol::Envelope;
use crate::store::Store;
use crate::telemetry::metrics::Metrics;

#[derive(Debug)]
struct Call(Envelope);

impl Heard for Call {
    fn envelope(&self) -> &Envelope {
        &self.0
    }

    fn caller(&self) -> Cow<'_, str> {
        "header:x-key".into()
    }
}

/// A log, its clock, and what it counts.
struct Log {
    activity: Activity,
    clock: Clock,
    metrics: Metrics,
}

impl Log {
    fn of(store: &Store, settings: &str) -> Self {
        Self::with(store, settings, "")
    }

    /// One with these keys of `[activity]`, and this text before them.
    fn with(store: &Store, settings: &str, before: &str) -> Self {
        Self::packing(store, settings, before, Packing::CROWDS)
    }

    /// The same, packing from so many calls on.
    fn packing(store: &Store, settings: &str, before: &str, packing: Packing) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rejoinder.toml");
        std::fs::write(&file, format!("{before}\n[activity]\n{settings}\n")).expect("written");
        let config = Config::load(&Sources { file: Some(file), ..Sources::default() }).expect("valid");
        let (clock, metrics) = (Clock::manual(), Metrics::default());
        let runtime = tokio::runtime::Handle::current();
        let activity = Activity::packing(&config, store, &metrics, clock.clone(), &runtime, packing);
        Self { activity, clock, metrics }
    }

    /// A call with these members in its request, a millisecond after the last one.
    fn call(&self, request: &Value) -> Inbound {
        self.clock.advance(Duration::from_millis(1));
        let envelope = Envelope::parse(&request.to_string().into()).expect("a request");
        Inbound {
            id: self.activity.next_id(),
            kind: Kind::Standard,
            origin: None,
            method: "POST".into(),
            target: "/webhook".to_owned(),
            headers: Headers::default(),
            call: Some(Arc::new(Call(envelope))),
            status: 200,
            outcome: "replied",
            duplicate: false,
            error: None,
            answer_headers: Headers::default(),
            answer: Some("{}".into()),
            answer_size: 2,
            request_id: "r".into(),
            trace_id: None,
            took: Duration::from_millis(3),
            phases: [Duration::from_micros(10); 5],
        }
    }

    /// Keeps a call of this tag and session.
    fn note(&self, tag: &str, session: &str) -> super::InvocationId {
        self.put(self.call(&request(tag, session)))
    }

    fn put(&self, call: Inbound) -> super::InvocationId {
        let id = call.id;
        self.activity.note(Record::Inbound(Box::new(call)));
        id
    }

    /// A call of ours that got no answer, for the agent's call with this request.
    fn upstream(&self, webhook: &str, request: Option<&Value>) -> Outbound {
        self.clock.advance(Duration::from_millis(1));
        let call = request.map(|request| {
            let envelope = Envelope::parse(&request.to_string().into()).expect("a request");
            Arc::new(Call(envelope)) as Arc<dyn Heard>
        });
        Outbound {
            id: self.activity.next_id(),
            kind: Kind::Upstream,
            parent: None,
            origin: None,
            call,
            place: Place::default(),
            webhook: webhook.to_owned(),
            template: "https://a.example/$session.params.id".into(),
            seen: Seen::default(),
            error: Some(("unreachable", "https://a.example cannot be reached".to_owned())),
            ended: true,
            took: Duration::from_millis(2),
        }
    }

    async fn page(&self, filter: &Filter, wanted: &Wanted) -> Page {
        self.activity.flush().await;
        query::page(self.activity.store(), filter, wanted).await.expect("a page")
    }

    /// The tags of what a filter finds, the newest first.
    async fn tags(&self, filter: &Filter) -> Vec<String> {
        let page = self.page(filter, &Wanted { size: 100, ..Wanted::default() }).await;
        page.rows.into_iter().map(|row| row.tag).collect()
    }

    /// One invocation as the API shows it.
    async fn shown(&self, id: super::InvocationId) -> Value {
        self.activity.flush().await;
        let whole = query::one(self.activity.store(), id).await.expect("a store").expect("an invocation");
        view::whole(&whole, self.activity.settings())
    }
}

fn session(id: &str) -> String {
    format!("projects/p/locations/l/agents/a/environments/prod/sessions/{id}")
}

fn request(tag: &str, id: &str) -> Value {
    json!({
        "detectIntentResponseId": "d-1",
        "fulfillmentInfo": { "tag": tag },
        "pageInfo": { "displayName": "Order" },
        "sessionInfo": { "session": session(id), "parameters": { "order_id": 42, "phone": "+1 555 0100" } },
    })
}

/// Runs a test on every store with a log of these settings, as calls come one by one and as all are packed.
fn each(name: &str, settings: &str, test: impl AsyncFn(Log)) {
    for packing in [Packing::CROWDS, Packing::from(1)] {
        crate::store::testing::each(name, async |store| {
            test(Log::packing(&store.store, settings, "", packing)).await;
        });
    }
}
