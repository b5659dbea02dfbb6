//! What is news, on every store, and for several instances at once.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::conversations::{self, News};
use super::drafts::Batch;
use super::fact::{Answered, Fact};
use super::types::{self, Wanted};
use crate::activity::record::Heard;
use crate::protocol::Envelope;
use crate::store::testing::{TestStore, each};
use crate::store::{Query, Store, Synced};

#[derive(Debug)]
struct Call(Envelope);

impl Heard for Call {
    fn envelope(&self) -> &Envelope {
        &self.0
    }

    fn caller(&self) -> Cow<'_, str> {
        "nobody".into()
    }
}

const ALL: Wanted = Wanted {
    started: true,
    turn: true,
    handoff: true,
    ended: true,
    failed: true,
    timed_out: true,
    triggers: false,
    automations: false,
};

fn fact(at: i64, session: &str, response: &str, request: Value, answer: &Value) -> Fact {
    let mut request = request;
    request["detectIntentResponseId"] = response.into();
    request["sessionInfo"]["session"] = session.into();
    let envelope = Envelope::parse(&request.to_string().into()).expect("a request");
    Fact::answered(
        at,
        Answered {
            call: Arc::new(Call(envelope)),
            flexible: false,
            answer: Some(answer.to_string().into()),
            status: 200,
            outcome: "replied",
            failure: None,
            took: Duration::from_millis(1),
            invocation: None,
        },
    )
}

fn plain(at: i64, session: &str, response: &str) -> Fact {
    fact(at, session, response, json!({}), &json!({}))
}

fn batch(facts: &[Fact], wanted: Wanted) -> Batch {
    let mut batch = Batch::default();
    for (index, fact) in facts.iter().enumerate() {
        batch.add(index, fact, wanted);
    }
    batch
}

/// The types of what is news in these calls, without what they begin with.
async fn told(store: &Store, facts: &[Fact], wanted: Wanted) -> Vec<&'static str> {
    let batch = batch(facts, wanted);
    let mut transaction = store.begin(Synced::Full).await.expect("a transaction");
    let news = conversations::note(&mut transaction, &batch).await.expect("noted");
    transaction.commit().await.expect("committed");
    kinds(&batch, &news)
}

fn kinds(batch: &Batch, news: &News) -> Vec<&'static str> {
    batch
        .drafts
        .iter()
        .filter(|draft| draft.when.is_news(news))
        .map(|draft| types::word(draft.kind))
        .collect()
}

const STARTED: &str = "conversation.started";
const TURN: &str = "conversation.turn";
const HANDOFF: &str = "conversation.handoff";
const ENDED: &str = "conversation.ended";

#[test]
fn each_thing_is_news_once() {
    each("told once", async |TestStore { store, .. }| {
        let first = [plain(1, "s", "r1"), plain(2, "s", "r1"), plain(3, "s", "r2"), plain(4, "t", "r1")];
        assert_eq!(told(store, &first, ALL).await, [STARTED, TURN, TURN, STARTED, TURN]);
        assert_eq!(told(store, &first, ALL).await, [""; 0]);
        assert_eq!(told(store, &[plain(5, "s", "r3"), plain(6, "s", "r1")], ALL).await, [TURN]);
        // Without an id every call is a turn.
        assert_eq!(told(store, &[plain(7, "s", ""), plain(8, "s", "")], ALL).await, [TURN, TURN]);
    });
}

#[test]
fn a_person_is_asked_for_and_an_end_reached_once_a_turn() {
    let hands_over = json!({ "fulfillmentResponse": { "messages": [{ "liveAgentHandoff": {} }] } });
    let queued = json!({ "messages": [{ "liveAgentHandoff": {} }] });
    let replaced = json!({ "fulfillmentResponse": { "mergeBehavior": "REPLACE" } });
    let ends = json!({ "targetPage": "projects/p/locations/l/agents/a/flows/f/pages/END_SESSION" });
    let says = json!({ "fulfillmentResponse": { "messages": [{ "text": { "text": ["liveAgentHandoff END_SESSION"] } }] } });
    each("told handoffs", async |TestStore { store, .. }| {
        let wanted = Wanted { handoff: true, ended: true, ..Wanted::default() };
        let facts = [
            fact(1, "s", "r1", json!({}), &hands_over),
            fact(2, "s", "r1", queued.clone(), &json!({})),
            fact(3, "s", "r2", queued.clone(), &json!({})),
            fact(4, "s", "r3", queued.clone(), &replaced),
            fact(5, "s", "r4", json!({}), &says),
            fact(6, "s", "r5", json!({}), &ends),
            fact(7, "s", "r6", json!({ "messages": [{ "endInteraction": {} }] }), &json!({})),
        ];
        assert_eq!(told(store, &facts, wanted).await, [HANDOFF, HANDOFF, ENDED, ENDED]);
        // Alone it needs no state, and is told once all the same.
        let wanted = Wanted { handoff: true, ..Wanted::default() };
        let facts = [fact(8, "u", "r1", json!({}), &hands_over), plain(9, "u", "r2")];
        assert_eq!(told(store, &facts, wanted).await, [HANDOFF]);
        assert_eq!(told(store, &facts, wanted).await, [""; 0]);
        let rows = store.one(Query::new("SELECT COUNT(*) AS n FROM conversations WHERE id = 'u'")).await;
        assert_eq!(rows.and_then(|row| row.get::<i64>("n")).expect("a count"), 0);
    });
}

#[test]
fn idle_conversations_end_and_are_gone_on_with() {
    each("told idle", async |TestStore { store, .. }| {
        let ends = json!({ "targetPage": "END_SESSION" });
        let facts = [
            plain(10, "s", "r1"),
            plain(20, "s", "r2"),
            plain(15, "t", "r1"),
            fact(10, "u", "r1", json!({}), &ends),
        ];
        told(store, &facts, ALL).await;
        let end = async |before: i64| {
            let mut transaction = store.begin(Synced::Full).await.expect("a transaction");
            let idle = conversations::end_idle(&mut transaction, before, 100).await.expect("looked");
            transaction.commit().await.expect("committed");
            let mut idle: Vec<_> = idle
                .iter()
                .map(|idle| {
                    (idle.conversation.name.clone(), idle.known.first_at, idle.last_at, idle.known.calls)
                })
                .collect();
            idle.sort();
            idle
        };
        assert!(!conversations::any_idle(store, 15).await.expect("looked"));
        assert_eq!(end(20).await, [("t".to_owned(), 15, 15, 1)]);
        assert_eq!(end(21).await, [("s".to_owned(), 10, 20, 2)]);
        assert_eq!(end(1000).await, []);
        // A late call changes nothing, one after the end goes on; neither begins anew.
        assert_eq!(told(store, &[plain(19, "s", "r0"), plain(200, "t", "r2")], ALL).await, [TURN, TURN]);
        assert_eq!(end(1000).await, [("t".to_owned(), 15, 200, 2)]);
        conversations::forget(store, 150).await.expect("forgotten");
        assert_eq!(told(store, &[plain(300, "s", "r1"), plain(300, "t", "r2")], ALL).await, [STARTED, TURN]);
    });
}

#[test]
fn instances_share_what_is_news() {
    each("told by instances", async |test| {
        let others = if test.name == "memory" { vec![] } else { vec![test.again(), test.again()] };
        let stores: Vec<Store> = std::iter::once(test.store.clone()).chain(others).collect();
        // Every instance sees every call, in an order of its own.
        let tasks: Vec<_> = stores
            .into_iter()
            .enumerate()
            .map(|(instance, store)| {
                tokio::spawn(async move {
                    let mut all = Vec::new();
                    for round in 0..20 {
                        let mut facts: Vec<Fact> = (0..30)
                            .map(|n| plain(n, &format!("s{}", (n * 7 + round) % 25), &format!("r{round}")))
                            .collect();
                        if instance % 2 == 1 {
                            facts.reverse();
                        }
                        all.extend(told(&store, &facts, ALL).await);
                    }
                    all
                })
            })
            .collect();
        let mut count = std::collections::HashMap::new();
        for task in tasks {
            for kind in task.await.expect("no panic") {
                *count.entry(kind).or_insert(0) += 1;
            }
        }
        assert_eq!((count[STARTED], count[TURN]), (25, 25 * 20), "{}", test.name);
    });
}

#[test]
fn a_session_is_forgotten_whatever_it_is_called() {
    each("told erased", async |TestStore { store, .. }| {
        let hostile = "a\0'; DELETE FROM conversations; --";
        let name = |id: &str| format!("projects/p/locations/l/agents/a/sessions/{id}");
        let facts = [plain(1, &name(hostile), "r1"), plain(1, &name("s"), "r1")];
        assert_eq!(told(store, &facts, ALL).await.len(), 4);
        let mut transaction = store.begin(Synced::Full).await.expect("a transaction");
        conversations::erase(&mut transaction, hostile).await.expect("erased");
        transaction.commit().await.expect("committed");
        assert_eq!(told(store, &facts, ALL).await, [STARTED, TURN]);
    });
}
