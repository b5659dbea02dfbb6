//! Repetitions that reach another instance: `duplicates = "shared"`.

use std::sync::atomic::{AtomicUsize, Ordering};

use rejoinder::{DuplicateScope, Error, Rejoinder, Result, Route, ServerError};
use serde_json::json;

use crate::duplicates::{Gate, Runs, began, done, is_again, is_first};
use crate::kit::stores::{TestStore, durable, wire};
use crate::kit::{Program, Reply, Request, Served, Upstream, call, config, until};
use crate::routes::{flexible, folder};

const SHARED: (&str, &str) = ("REJOINDER_DUPLICATES__SCOPE", "shared");

/// A busy machine makes claims late that are not meant to be.
const PATIENT: (&str, &str) = ("REJOINDER_DUPLICATES__CLAIM_TIMEOUT", "1s");

/// One of several instances on a store.
fn instance(url: &str, route: Route) -> Served {
    Served::start(
        move || Rejoinder::new().tag("warm", warmed).route(route),
        &[SHARED, PATIENT, ("REJOINDER_STORE__URL", url)],
    )
}

fn metrics(served: &Served) -> String {
    String::from_utf8(served.ask(&Request::get("/metrics")).body).expect("UTF-8")
}

/// How often the store said this of calls.
fn counted(served: &Served, what: &str) -> u64 {
    let line = format!("rejoinder_shared_duplicates_total{{what=\"{what}\"}} ");
    let text = metrics(served);
    let count = text.lines().find_map(|text| text.strip_prefix(&line));
    count.and_then(|count| count.parse().ok()).expect("it is told")
}

async fn warmed() -> &'static str {
    "warm"
}

/// Waits until the store says in time what it knows: on a busy machine the first claim may be late.
fn warm(served: &Served) {
    until("a claim is made in time", || {
        served.call(call("warm", &json!({})));
        counted(served, "claimed") > 0
    });
}

#[test]
fn one_turn_sent_to_two_instances_at_once_runs_its_handler_once() {
    for store in durable("one turn, two instances") {
        let (gate, begun) = Gate::new();
        let (one, other) =
            (instance(&store.url, gate.route("t", done)), instance(&store.url, gate.route("t", done)));
        warm(&one);
        warm(&other);
        let body = call("t", &json!({ "a": 1 }));
        let (mut first, mut second) = (one.connect(), other.connect());
        first.send(&Request::call(body.clone()).text());
        began(&begun);
        second.send(&Request::call(body.clone()).text());
        until("it waits", || counted(&other, "elsewhere") == 1);
        gate.go.notify_one();
        assert_eq!(is_first(first.answer()).said(), "done");
        assert_eq!(is_again(second.answer()).said(), "done", "{}", store.name);
        until("the answer is in the store", || {
            let told = other.call(body.clone());
            told.header("X-Rejoinder-Duplicate").is_some() && told.said() == "done"
        });
        assert_eq!(gate.runs.of("t"), 1, "{}", store.name);
    }
}

#[test]
fn a_repetition_waits_for_the_answer_of_another_instance_until_its_deadline() {
    for store in durable("waiting for another instance") {
        let (gate, begun) = Gate::new();
        let one = instance(&store.url, gate.route("t", done));
        let deadline = ("REJOINDER_SERVER__DEADLINE", "1s");
        let route = gate.route("t", done);
        let settings = [SHARED, PATIENT, ("REJOINDER_STORE__URL", &*store.url), deadline];
        let other = Served::start(move || Rejoinder::new().tag("warm", warmed).route(route), &settings);
        warm(&one);
        warm(&other);
        let body = call("t", &json!({}));
        let mut first = one.connect();
        first.send(&Request::call(body.clone()).text());
        began(&begun);
        is_again(other.call(body.clone())).refused(504, "deadline_exceeded");
        gate.go.notify_one();
        assert_eq!(is_first(first.answer()).said(), "done");
        until("the answer is in the store", || other.call(body.clone()).status == 200);
        assert_eq!(gate.runs.of("t"), 1, "{}", store.name);
    }
}

#[test]
fn a_failure_is_told_elsewhere_only_where_failures_are_remembered() {
    let fails = || async { Err::<rejoinder::Reply, _>(Error::unavailable("The shop is closed.")) };
    for store in durable("shared failures") {
        for (remember, again) in [("false", false), ("true", true)] {
            let settings = [
                SHARED,
                PATIENT,
                ("REJOINDER_STORE__URL", &*store.url),
                ("REJOINDER_DUPLICATES__REMEMBER_FAILURES", remember),
            ];
            let start =
                || Served::start(move || Rejoinder::new().tag("warm", warmed).tag("t", fails), &settings);
            let (one, other) = (start(), start());
            warm(&one);
            warm(&other);
            let body = call("t", &json!({}));
            is_first(one.call(body.clone())).refused(503, "unavailable");
            // Whoever comes before it is known elsewhere waits for it, and is told.
            until("it is remembered or forgotten", || {
                let told = other.call(body.clone());
                told.refused(503, "unavailable");
                told.header("X-Rejoinder-Duplicate").is_some() == again
            });
        }
    }
}

#[test]
fn a_store_that_is_lost_or_held_in_the_middle_leaves_calls_to_each_instance() {
    let Some(store) = TestStore::postgres("shared duplicates without their store") else { return };
    let runs = Runs::default();
    let (wire, url) = store.wire();
    let (impatient, patient) = (runs.route("t"), runs.route("t"));
    let settings = [SHARED, ("REJOINDER_STORE__URL", &*url)];
    let one = Served::start(move || Rejoinder::new().tag("warm", warmed).route(impatient), &settings);
    let other = instance(&store.url, patient);
    warm(&one);
    warm(&other);
    wire.set(wire::CUT);
    let body = call("t", &json!({}));
    assert_eq!(is_first(one.call(body.clone())).said(), "run 1");
    assert_eq!(is_again(one.call(body.clone())).said(), "run 1", "by itself it knows");
    assert_eq!(is_first(other.call(body)).said(), "run 2", "nobody told the other one");
    assert!(counted(&one, "late") + counted(&one, "failed") > 0);
    wire.set(wire::OPEN);
    until("both know of each other again", || {
        let body = call("t", &json!({}));
        is_first(one.call(body.clone()));
        other.call(body).header("X-Rejoinder-Duplicate").is_some()
    });

    // A row that somebody holds: the call goes on without it.
    let before = (runs.of("t"), counted(&one, "late"));
    let held = store.hold("LOCK TABLE duplicates IN ACCESS EXCLUSIVE MODE");
    is_first(one.call(call("t", &json!({}))));
    assert_eq!(runs.of("t"), before.0 + 1);
    assert_eq!(counted(&one, "late"), before.1 + 1);
    drop(held);
}

#[test]
fn an_instance_that_is_killed_keeps_its_call_from_others_no_longer_than_its_deadline() {
    for store in durable("killed instances") {
        let asked = AtomicUsize::new(0);
        let upstream = Upstream::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::stalled(),
            _ => Reply::json(200, json!({ "a": 1 })),
        });
        let webhook = flexible("Api", &upstream.url("/x"), &json!({ "parameterMapping": { "a": "$.a" } }));
        let settings = "[routes.\"api\"]\nwebhook = \"Api\"\nduplicates = \"shared\"\ndeadline = \"1s\"\n";
        let serve = || {
            let folder = folder(settings, std::slice::from_ref(&webhook), &[]);
            Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &[store.setting(), PATIENT])
        };
        let (one, other) = (serve(), serve());
        let body = call("api", &json!({}));
        let mut first = one.connect();
        first.send(&Request::call(body.clone()).text());
        until("the upstream is asked", || upstream.requests().len() == 1);
        // Killed, not stopped: its claim stays behind.
        drop(one);
        until("the other one makes the call", || {
            let answer = other.connect().ask(&Request::call(body.clone()));
            answer.status == 200 && answer.json()["sessionInfo"]["parameters"]["a"] == 1.0
        });
        assert_eq!(upstream.requests().len(), 2, "{}", store.name);
    }
}

#[test]
fn without_a_store_there_is_nothing_to_share_by() {
    async fn hello() -> Result<rejoinder::Reply> {
        Ok(rejoinder::Reply::text("hello"))
    }
    let route = Route::new("hello", hello).duplicates(DuplicateScope::Shared);
    let Err(error) = Rejoinder::new().route(route).bind(config(&[])) else { panic!("it needs a store") };
    assert!(matches!(error, ServerError::Setup(_)), "{error}");
    assert!(error.to_string().contains("`hello`") && error.to_string().contains("`store.url`"), "{error}");

    let folder = tempfile::tempdir().expect("a folder");
    let refused = crate::kit::run(folder.path(), &["check"], &[SHARED]);
    assert_eq!(refused.code, Some(1));
    let text = refused.out + &refused.errors;
    assert!(text.contains("duplicates.scope") && text.contains("`store.url`"), "{text}");
}
