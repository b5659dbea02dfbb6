//! Each kind of event arrives once.

use rejoinder::{Error, Rejoinder, Reply, Result};
use serde_json::json;

use super::{Told, of_type, request, session, types};
use crate::kit::stores::stores;

fn desk() -> Rejoinder {
    Rejoinder::new()
        .tag("hello", async || Reply::text("Hello.").set("greeted", true))
        .tag("person", async || Reply::text("One moment.").hand_off(json!({ "queue": "billing" })))
        .tag("bye", async || Reply::text("Bye.").goto_page("END_SESSION"))
        .tag("fail", async || -> Result<Reply> { Err(Error::unavailable("The shop is closed.")) })
        .tag("slow", async || std::future::pending::<Reply>().await)
}

#[test]
fn each_kind_arrives_signed_and_once() {
    for store in stores("events of each kind") {
        let deadline = [("REJOINDER_SERVER__DEADLINE", "500ms")];
        let told = Told::over(&store, desk, &["conversation.*", "fulfillment.*"], &deadline);
        let one = session("s-1");
        told.call(&one, "r-1", "hello");
        // The same turn: another tag, and the same call again.
        told.call(&one, "r-1", "hello");
        told.call(&one, "r-2", "person");
        told.call(&one, "r-2", "person");
        told.call(&one, "r-3", "fail");
        told.call(&one, "r-4", "slow");
        let mut queued = request(&one, "r-5", "hello");
        queued["messages"] = json!([{ "liveAgentHandoff": { "metadata": { "skill": "x" } } }]);
        told.served.call(queued.to_string());
        told.call(&one, "r-6", "bye");
        told.call(&session("s-2"), "r-1", "unknown");
        let events = told.events(15);
        let expected = [
            "conversation.ended",
            "conversation.handoff",
            "conversation.handoff",
            "conversation.started",
            "conversation.started",
            "conversation.turn",
            "conversation.turn",
            "conversation.turn",
            "conversation.turn",
            "conversation.turn",
            "conversation.turn",
            "conversation.turn",
            "fulfillment.failed",
            "fulfillment.failed",
            "fulfillment.timed_out",
        ];
        assert_eq!(types(&events), expected, "{}", store.name);

        let started = of_type(&events, "conversation.started");
        let first = started.iter().find(|event| event["detail"]["id"] == "s-1").expect("the first");
        let detail = json!({
            "id": "s-1", "session": one, "agent": "projects/p/locations/l/agents/a", "environment": "prod",
        });
        assert_eq!(first["detail"], detail);
        assert_eq!(first["subject"], format!("rejoinder:conversation:{one}"));
        assert_eq!(
            (&first["event"]["tag"], &first["event"]["response_id"]),
            (&json!("hello"), &json!("r-1"))
        );
        let handoffs = of_type(&events, "conversation.handoff");
        let by = |who: &str| {
            handoffs.iter().find(|event| event["event"]["by"] == who).expect(who)["event"].clone()
        };
        assert_eq!(by("reply")["metadata"], json!({ "names": ["queue"], "values": {} }));
        assert_eq!(by("agent")["metadata"], json!({ "names": ["skill"], "values": {} }));
        let ended = of_type(&events, "conversation.ended")[0];
        assert_eq!(
            (&ended["event"]["reason"], &ended["event"]["page"]["display_name"]),
            (&json!("reply"), &json!("Desk"))
        );
        let turn = of_type(&events, "conversation.turn");
        let turn = turn
            .iter()
            .find(|event| event["event"]["response_id"] == "r-1" && event["detail"]["id"] == "s-1");
        let turn = &turn.expect("the first turn")["event"];
        assert_eq!((&turn["outcome"], &turn["set"]["names"]), (&json!("replied"), &json!(["greeted"])));
        let codes: Vec<_> = of_type(&events, "fulfillment.failed")
            .iter()
            .map(|event| event["event"]["code"].clone())
            .collect();
        assert!(codes.contains(&json!("unavailable")) && codes.contains(&json!("unknown_tag")), "{codes:?}");
        let late = &of_type(&events, "fulfillment.timed_out")[0];
        assert_eq!(
            (&late["event"]["code"], &late["event"]["status"]),
            (&json!("deadline_exceeded"), &json!(504))
        );
        assert_eq!((&late["detail"]["tag"], &late["detail"]["id"]), (&json!("slow"), &json!("s-1")));
        // Each event is one of its own.
        let mut ids: Vec<_> = events.iter().map(|event| event["id"].to_string()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), events.len());
    }
}

#[test]
fn what_nobody_goes_on_with_ends() {
    for store in stores("idle conversations") {
        let idle = [("REJOINDER_EVENTS__IDLE_AFTER", "1s")];
        let told = Told::over(&store, desk, &["conversation.ended"], &idle);
        told.call(&session("s-1"), "r-1", "hello");
        told.call(&session("s-1"), "r-2", "hello");
        told.call(&session("s-2"), "r-1", "bye");
        let events = told.events(2);
        assert_eq!(events.len(), 2, "{}", store.name);
        let of =
            |id: &str| events.iter().find(|event| event["detail"]["id"] == id).expect(id)["event"].clone();
        assert_eq!((&of("s-1")["reason"], &of("s-1")["calls"]), (&json!("idle"), &json!(2)));
        assert_eq!(of("s-2")["reason"], "reply");
        // In memory it is forgotten by now, elsewhere its next call goes on with it.
        told.call(&session("s-1"), "r-3", "hello");
        let calls = told.events(3)[2]["event"]["calls"].clone();
        assert!(calls == 3 || store.name == "memory" && calls == 1, "{} {calls}", store.name);
    }
}

#[test]
fn only_what_somebody_wants_is_told() {
    let store = crate::kit::stores::TestStore::sqlite();
    let told = Told::over(&store, desk, &["conversation.handoff", "fulfillment.timed_out"], &[]);
    for number in 0..5 {
        told.call(&session("s"), &format!("r-{number}"), "hello");
        told.call(&session("s"), &format!("f-{number}"), "fail");
    }
    // A flexible call has no conversation.
    told.served.ask(&crate::kit::Request::get("/flexible/hello"));
    told.call(&session("s"), "r-9", "person");
    assert_eq!(types(&told.events(1)), ["conversation.handoff"]);
    let metrics =
        String::from_utf8(told.served.ask(&crate::kit::Request::get("/metrics")).body).expect("text");
    assert!(metrics.contains("rejoinder_events_told_total{type=\"conversation.handoff\"} 1\n"), "{metrics}");
    assert_eq!(metrics.matches("rejoinder_events_told_total{").count(), 1, "{metrics}");
}
