//! Calls that arrive again: their handler runs once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rejoinder::{
    Call, DuplicateScope, Error, OnDeadline, OnError, Params, Rejoinder, Reply, Result, Route, Tag,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::kit::{Answer, PATIENCE, Program, Request, Served, call, until};

/// How often each tag's handler has begun.
#[derive(Clone, Default)]
pub(crate) struct Runs(Arc<Mutex<HashMap<String, usize>>>);

impl Runs {
    fn count(&self, tag: &str) -> usize {
        let mut runs = self.0.lock().expect("no panic");
        let count = runs.entry(tag.to_owned()).or_default();
        *count += 1;
        *count
    }

    pub(crate) fn of(&self, tag: &str) -> usize {
        self.0.lock().expect("no panic").get(tag).copied().unwrap_or_default()
    }

    /// A handler that says how often it has run.
    pub(crate) fn route(&self, tag: &str) -> Route {
        let runs = self.clone();
        Route::new(tag, move |tag: Tag| std::future::ready(format!("run {}", runs.count(&tag.0))))
    }
}

/// A handler that begins, and answers when it is let go.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) runs: Runs,
    began: Sender<()>,
    pub(crate) go: Arc<Notify>,
}

impl Gate {
    pub(crate) fn new() -> (Self, Receiver<()>) {
        let (began, begun) = channel();
        (Self { runs: Runs::default(), began, go: Arc::default() }, begun)
    }

    pub(crate) fn route(&self, tag: &str, then: fn() -> Result<Reply>) -> Route {
        let gate = self.clone();
        Route::new(tag, move |tag: Tag| {
            let gate = gate.clone();
            async move {
                gate.runs.count(&tag.0);
                gate.began.send(()).expect("the test waits");
                gate.go.notified().await;
                then()
            }
        })
    }
}

pub(crate) fn done() -> Result<Reply> {
    Ok(Reply::text("done"))
}

#[track_caller]
pub(crate) fn began(begun: &Receiver<()>) {
    begun.recv_timeout(PATIENCE).expect("the handler begins");
}

#[track_caller]
pub(crate) fn is_first(answer: Answer) -> Answer {
    assert_eq!(answer.header("X-Rejoinder-Duplicate"), None);
    answer
}

#[track_caller]
pub(crate) fn is_again(answer: Answer) -> Answer {
    assert_eq!(answer.header("X-Rejoinder-Duplicate"), Some("1"));
    answer
}

fn changed(body: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value = serde_json::from_slice(body).expect("JSON");
    change(&mut value);
    value.to_string().into_bytes()
}

const DEADLINE: (&str, &str) = ("REJOINDER_SERVER__DEADLINE", "80ms");

#[test]
fn a_repetition_gets_the_first_ones_answer_whichever_thread_ran_it() {
    let runs = Runs::default();
    let routes = (runs.route("spawned"), runs.route("inline").inline());
    let served = Served::start(|| Rejoinder::new().route(routes.0).route(routes.1), &[]);
    for tag in ["spawned", "inline"] {
        let body = call(tag, &json!({ "a": 1, "b": { "c": 2, "d": 3 } }));
        assert_eq!(is_first(served.call(body.clone())).said(), "run 1");
        let stored = is_again(served.call(body.clone()));
        assert_eq!(stored.said(), "run 1");
        // serde_json writes names in their order, so this is another text of the same message.
        let other = String::from_utf8(body.clone())
            .expect("text")
            .replace("{\"c\":2,\"d\":3}", "{ \"d\": 3.0, \"c\": 2 }");
        assert_ne!(other.as_bytes(), body);
        assert_eq!(is_again(served.call(other)).said(), "run 1");
        assert_eq!(runs.of(tag), 1);
    }
}

#[test]
fn what_differs_is_another_call() {
    let runs = Runs::default();
    let routes = (runs.route("t"), runs.route("u"));
    let settings = [("REJOINDER_SERVER__WEBHOOK_PATHS", "[\"/webhook\", \"/other\"]")];
    let served = Served::start(|| Rejoinder::new().route(routes.0).route(routes.1), &settings);
    let body = call("t", &json!({ "a": 1 }));
    is_first(served.call(body.clone()));
    for (what, other) in [
        ("the turn", changed(&body, |it| it["detectIntentResponseId"] = json!("another"))),
        ("the session", changed(&body, |it| it["sessionInfo"]["session"] = json!("projects/p/s"))),
        ("the page", changed(&body, |it| it["pageInfo"]["currentPage"] = json!("elsewhere"))),
        ("the tag", changed(&body, |it| it["fulfillmentInfo"]["tag"] = json!("u"))),
        ("a parameter", changed(&body, |it| it["sessionInfo"]["parameters"]["a"] = json!(2))),
        ("a parameter more", changed(&body, |it| it["sessionInfo"]["parameters"]["b"] = json!(null))),
        (
            "what was said before",
            changed(&body, |it| it["messages"] = json!([{ "text": { "text": ["x"] } }])),
        ),
    ] {
        is_first(served.call(other.clone()));
        assert_eq!(is_again(served.call(other)).status, 200, "{what}");
    }
    is_first(served.ask(&Request::call(body.clone()).path("/other")));
    is_again(served.call(body));
    assert_eq!((runs.of("t"), runs.of("u")), (8, 1));
}

#[test]
fn a_call_without_a_turn_takes_no_part() {
    let runs = Runs::default();
    let route = runs.route("t");
    let served = Served::start(|| Rejoinder::new().route(route), &[]);
    for id in [None, Some("")] {
        let body = changed(&call("t", &json!({})), |it| match id {
            None => drop(it.as_object_mut().expect("an object").remove("detectIntentResponseId")),
            Some(id) => it["detectIntentResponseId"] = json!(id),
        });
        is_first(served.call(body.clone()));
        is_first(served.call(body));
    }
    assert_eq!(runs.of("t"), 4);
}

#[test]
fn a_repetition_in_flight_waits_for_the_first_ones_answer() {
    for inline in [false, true] {
        let (gate, begun) = Gate::new();
        let route = gate.route("t", done);
        let route = if inline { route.inline() } else { route };
        let served = Served::start(|| Rejoinder::new().route(route).tag("quick", async || "quick"), &[]);
        let body = Request::call(call("t", &json!({}))).text();
        let mut connections: Vec<_> = (0..4).map(|_| served.connect()).collect();
        for connection in &mut connections {
            connection.send(&body);
        }
        began(&begun);
        assert_eq!(served.call(call("quick", &json!({}))).said(), "quick");
        gate.go.notify_one();
        let answers = connections.iter_mut().map(crate::kit::Connection::answer);
        let duplicates = answers.filter(|answer| {
            assert_eq!(answer.said(), "done");
            answer.header("X-Rejoinder-Duplicate").is_some()
        });
        assert_eq!(duplicates.count(), 3, "inline: {inline}");
        assert_eq!(gate.runs.of("t"), 1);
    }
}

#[test]
fn those_who_wait_get_the_failure_too_and_nothing_hangs() {
    let panics: fn() -> Result<Reply> = || panic!("at once");
    let fails: fn() -> Result<Reply> = || Err(Error::unavailable("The shop is closed."));
    for inline in [false, true] {
        for (then, status, code) in [(panics, 500, "panic"), (fails, 503, "unavailable")] {
            let (gate, begun) = Gate::new();
            let route = gate.route("t", then);
            let route = if inline { route.inline() } else { route };
            let served = Served::start(|| Rejoinder::new().route(route), &[]);
            let body = call("t", &json!({}));
            let mut connections: Vec<_> = (0..3).map(|_| served.connect()).collect();
            connections[0].send(&Request::call(body.clone()).text());
            began(&begun);
            for connection in &mut connections[1..] {
                connection.send(&Request::call(body.clone()).text());
            }
            // They wait, or come too late and run by themselves: then there is something to let go.
            std::thread::sleep(Duration::from_millis(100));
            gate.go.notify_one();
            for connection in &mut connections {
                connection.answer().refused(status, code);
            }
            assert_eq!(gate.runs.of("t"), 1);
            // It is not remembered: the next one runs anew.
            gate.go.notify_one();
            is_first(served.call(body)).refused(status, code);
            assert_eq!(gate.runs.of("t"), 2);
        }
    }
}

#[test]
fn failures_are_remembered_where_that_is_asked() {
    let runs = Runs::default();
    let counting = runs.clone();
    let fails = move || {
        counting.count("t");
        std::future::ready(Err::<Reply, _>(Error::unavailable("The shop is closed.")))
    };
    let apologises = Route::new("a", fails.clone()).on_error(OnError::apologise("Sorry."));
    let settings = [("REJOINDER_DUPLICATES__REMEMBER_FAILURES", "true")];
    let served = Served::start(|| Rejoinder::new().tag("t", fails).route(apologises), &settings);
    let (body, other) = (call("t", &json!({})), call("a", &json!({})));
    is_first(served.call(body.clone())).refused(503, "unavailable");
    let again = is_again(served.call(body));
    again.refused(503, "unavailable");
    assert_eq!(again.header("Retry-After"), Some("1"));
    assert_eq!(is_first(served.call(other.clone())).said(), "Sorry.");
    assert_eq!(is_again(served.call(other)).said(), "Sorry.");
    assert_eq!(runs.of("t"), 2);
}

#[test]
fn a_retry_after_the_deadline_joins_the_handler_that_runs_on_or_gets_its_result() {
    for inline in [false, true] {
        let (gate, begun) = Gate::new();
        let route = gate.route("t", done);
        let route = if inline { route.inline() } else { route };
        let served = Served::start(|| Rejoinder::new().route(route), &[DEADLINE]);
        let body = call("t", &json!({}));
        is_first(served.call(body.clone())).refused(504, "deadline_exceeded");
        began(&begun);
        // One that also waits in vain, and one that waits long enough.
        is_again(served.call(body.clone())).refused(504, "deadline_exceeded");
        let mut joining = served.connect();
        joining.send(&Request::call(body.clone()).text());
        std::thread::sleep(Duration::from_millis(20));
        gate.go.notify_one();
        assert_eq!(is_again(joining.answer()).said(), "done");
        assert_eq!(is_again(served.call(body)).said(), "done");
        assert_eq!(gate.runs.of("t"), 1, "inline: {inline}");
    }
}

#[test]
fn a_retry_of_a_cancelled_handler_runs_anew() {
    let (gate, begun) = Gate::new();
    let route = gate.route("t", done).on_deadline(OnDeadline::Cancel);
    let served = Served::start(|| Rejoinder::new().route(route), &[DEADLINE]);
    let body = call("t", &json!({}));
    is_first(served.call(body.clone())).refused(504, "deadline_exceeded");
    began(&begun);
    until("the handler has ended", || {
        gate.go.notify_one();
        is_duplicate_free(&served.call(body.clone()))
    });
    assert!(gate.runs.of("t") >= 2);
}

fn is_duplicate_free(answer: &Answer) -> bool {
    answer.header("X-Rejoinder-Duplicate").is_none() && answer.status == 200
}

#[test]
fn one_that_waits_takes_the_place_of_a_handler_that_was_ended() {
    let (gate, begun) = Gate::new();
    let route = gate.route("t", done).on_deadline(OnDeadline::Cancel).deadline(Duration::from_millis(200));
    let served = Served::start(|| Rejoinder::new().route(route), &[]);
    let body = Request::call(call("t", &json!({}))).text();
    let (mut first, mut second) = (served.connect(), served.connect());
    first.send(&body);
    began(&begun);
    std::thread::sleep(Duration::from_millis(100));
    second.send(&body);
    first.answer().refused(504, "deadline_exceeded");
    began(&begun);
    gate.go.notify_one();
    assert_eq!(is_first(second.answer()).said(), "done");
    assert_eq!(gate.runs.of("t"), 2);
}

#[test]
fn one_caller_never_gets_the_answer_of_another() {
    let runs = Runs::default();
    let route = runs.route("t");
    let checks = r#"[{ kind = "basic", username = "ada", password = "one" }, { kind = "basic", username = "bob", password = "two" }]"#;
    let settings = [("REJOINDER_AUTH__ANY_OF", checks)];
    let served = Served::start(|| Rejoinder::new().route(route), &settings);
    let body = call("t", &json!({}));
    // ada:one and bob:two
    let ask = |credentials: &str| {
        served.ask(&Request::call(body.clone()).header("Authorization", format!("Basic {credentials}")))
    };
    assert_eq!(is_first(ask("YWRhOm9uZQ==")).said(), "run 1");
    assert_eq!(is_first(ask("Ym9iOnR3bw==")).said(), "run 2");
    assert_eq!(is_again(ask("YWRhOm9uZQ==")).said(), "run 1");
    is_first(ask("YWRhOnR3bw==")).refused(401, "unauthorized");
    assert_eq!(runs.of("t"), 2);
}

#[test]
fn it_is_off_where_a_route_or_the_settings_say_so() {
    let runs = Runs::default();
    let routes = (runs.route("off").duplicates(DuplicateScope::Off), runs.route("usual"));
    let served = Served::start(|| Rejoinder::new().route(routes.0).route(routes.1), &[]);
    let body = call("off", &json!({}));
    assert_eq!(is_first(served.call(body.clone())).said(), "run 1");
    assert_eq!(is_first(served.call(body)).said(), "run 2");

    let routes = (runs.route("on").duplicates(DuplicateScope::Local), runs.route("usual"));
    let settings = [("REJOINDER_DUPLICATES__SCOPE", "off")];
    let served = Served::start(|| Rejoinder::new().route(routes.0).route(routes.1), &settings);
    let (on, usual) = (call("on", &json!({})), call("usual", &json!({})));
    assert_eq!(is_first(served.call(usual.clone())).said(), "run 1");
    assert_eq!(is_first(served.call(usual)).said(), "run 2");
    assert_eq!(is_first(served.call(on.clone())).said(), "run 1");
    assert_eq!(is_again(served.call(on)).said(), "run 1");
}

#[test]
fn an_answer_is_forgotten_when_the_window_ends() {
    let runs = Runs::default();
    let route = runs.route("t");
    let settings = [("REJOINDER_DUPLICATES__WINDOW", "60ms")];
    let served = Served::start(|| Rejoinder::new().route(route), &settings);
    let body = call("t", &json!({}));
    let begun = Instant::now();
    assert_eq!(is_first(served.call(body.clone())).said(), "run 1");
    until("it is forgotten", || served.call(body.clone()).said() != "run 1");
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[test]
fn flexible_calls_take_part_if_their_route_names_a_header() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    #[derive(serde::Deserialize)]
    struct Order {
        id: String,
    }
    async fn order(Params(order): Params<Order>) -> Reply {
        let run = RUNS.fetch_add(1, Ordering::SeqCst) + 1;
        Reply::unchanged().set("said", format!("{} {run}", order.id))
    }
    let rejoinder = || {
        Rejoinder::new()
            .route(Route::new("named", order).idempotency_header("Idempotency-Key"))
            .tag("unnamed", order)
    };
    let served = Served::start(rejoinder, &[]);
    let ask = |tag: &str, id: &str, turn: Option<&str>| {
        let request = Request::new("POST", format!("/flexible/{tag}"))
            .header("Content-Type", "application/json")
            .body(json!({ "id": id, "detectIntentResponseId": "r" }).to_string());
        served.ask(&match turn {
            Some(turn) => request.header("idempotency-key", turn),
            None => request,
        })
    };
    let said = |answer: Answer| answer.reply()["said"].as_str().expect("a text").to_owned();
    assert_eq!(said(is_first(ask("named", "a", Some("1")))), "a 1");
    assert_eq!(said(is_again(ask("named", "a", Some("1")))), "a 1");
    assert_eq!(said(is_first(ask("named", "b", Some("1")))), "b 2", "another order is another call");
    assert_eq!(said(is_first(ask("named", "a", Some("2")))), "a 3");
    assert_eq!(said(is_first(ask("named", "a", None))), "a 4");
    assert_eq!(said(is_first(ask("named", "a", None))), "a 5");
    assert_eq!(said(is_first(ask("unnamed", "a", Some("1")))), "a 6");
    assert_eq!(said(is_first(ask("unnamed", "a", Some("1")))), "a 7");
}

#[test]
fn a_header_that_cannot_be_is_found_at_start_up() {
    let route = Route::new("t", async |_: Call| "x").idempotency_header("Turn Id");
    let error = Rejoinder::new().route(route).bind(crate::kit::config(&[])).expect_err("no header");
    let expected = "the idempotency header of `t` cannot be a header's name: \"Turn Id\"";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_repetition_is_logged_as_one() {
    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &[]);
    let body = call("counter", &json!({}));
    let mut connection = program.connect();
    for _ in 0..2 {
        let answer = connection.ask(&Request::call(body.clone()));
        assert_eq!(answer.reply()["sessionInfo"]["parameters"]["count"], 1);
    }
    drop(connection);
    program.signal("TERM");
    let log = program.end().errors;
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    let told: Vec<_> =
        lines.filter(|line| line["message"] == "call").map(|line| line["duplicate"].clone()).collect();
    assert_eq!(told, [Value::Null, json!(true)]);
}
