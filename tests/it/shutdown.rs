//! Stopping in good order.

use std::time::{Duration, Instant};

use rejoinder::Rejoinder;
use serde_json::json;
use tokio::sync::Notify;

use crate::kit::{Program, Request, Served, call, until};

#[test]
fn sigterm_finishes_what_is_in_flight_and_refuses_the_rest() {
    let program = Program::serve();
    let (mut asking, mut watching, mut calling) = (program.connect(), program.connect(), program.connect());
    assert_eq!(watching.ask(&Request::get("/readyz")).status, 200);
    assert_eq!(calling.ask(&Request::call(call("counter", &json!({})))).status, 200);
    // Sent in one piece: the second call starts when the first has been answered.
    let counted = Request::call(call("counter", &json!({}))).text();
    let slow = Request::call(call("slow", &json!({ "ms": 500 }))).text();
    asking.send(&[counted, slow].concat());
    assert_eq!(asking.answer().status, 200);

    program.signal("TERM");
    until("not ready", || watching.ask(&Request::get("/readyz")).status == 503);
    let refused = calling.ask(&Request::call(call("counter", &json!({}))));
    refused.refused(503, "shutting_down");
    assert_eq!(refused.header("Retry-After"), Some("1"));
    assert_eq!(refused.header("Connection"), Some("close"));
    assert_eq!(watching.ask(&Request::get("/healthz")).status, 200, "it is alive while it stops");

    assert_eq!(asking.answer().said(), "That took 500 ms.");
    drop((asking, watching, calling));
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
}

#[test]
fn an_idle_server_ends_at_once() {
    for signal in ["TERM", "INT"] {
        let program = Program::serve();
        // Ready to be told: the handlers of signals are there once it answers.
        assert_eq!(program.connect().ask(&Request::get("/readyz")).status, 200);
        let begun = Instant::now();
        program.signal(signal);
        let ended = program.end();
        assert_eq!(ended.code, Some(0), "{signal}: {}", ended.errors);
        assert!(begun.elapsed() < Duration::from_millis(800), "{signal}: {:?}", begun.elapsed());
    }
}

#[test]
fn an_idle_connection_holds_nobody_for_long() {
    let program = Program::serve();
    let mut connection = program.connect();
    assert_eq!(connection.ask(&Request::get("/readyz")).status, 200);
    let begun = Instant::now();
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(begun.elapsed() < Duration::from_millis(1800), "{:?}", begun.elapsed());
    assert_eq!(connection.rest(), b"");
}

#[test]
fn a_call_that_outlasts_the_shutdown_timeout_is_lost_and_logged() {
    let program =
        Program::serve_with(&["--bind", "127.0.0.1:0"], &[("REJOINDER_SERVER__SHUTDOWN_TIMEOUT", "100ms")]);
    let mut connection = program.connect();
    let counted = Request::call(call("counter", &json!({}))).text();
    let slow = Request::call(call("slow", &json!({ "ms": 60_000 }))).text();
    connection.send(&[counted, slow].concat());
    assert_eq!(connection.answer().status, 200);
    let begun = Instant::now();
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(begun.elapsed() < Duration::from_millis(1800), "{:?}", begun.elapsed());
    assert!(ended.errors.contains("still in flight"), "{}", ended.errors);
}

#[test]
fn a_call_in_flight_is_waited_for_however_the_program_stops() {
    static ENTERED: Notify = Notify::const_new();
    static LEAVE: Notify = Notify::const_new();
    async fn wait() -> &'static str {
        ENTERED.notify_one();
        LEAVE.notified().await;
        "done"
    }
    let mut served = Served::start(|| Rejoinder::new().tag("wait", wait), &[]);
    let (mut asking, mut watching) = (served.connect(), served.connect());
    assert_eq!(watching.ask(&Request::get("/readyz")).json(), json!({ "status": "ready" }));
    asking.send(&Request::call(call("wait", &json!({}))).text());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(ENTERED.notified());

    served.stop();
    until("not ready", || watching.ask(&Request::get("/readyz")).status == 503);
    watching.ask(&Request::call(call("wait", &json!({})))).refused(503, "shutting_down");
    LEAVE.notify_one();
    assert_eq!(asking.answer().said(), "done");
}

#[test]
fn no_call_is_lost_when_the_server_stops_under_load() {
    let program = Program::serve();
    let callers: Vec<_> = (0..16)
        .map(|number| {
            let mut connection = program.connect();
            std::thread::spawn(move || {
                let request = match number % 2 {
                    0 => Request::call(call("counter", &json!({}))),
                    _ => Request::call(call("slow", &json!({ "ms": 20 }))),
                };
                for answered in 0_usize.. {
                    let answer = connection.ask(&request);
                    if answer.status != 200 {
                        answer.refused(503, "shutting_down");
                        assert_eq!(answer.header("Retry-After"), Some("1"));
                        assert_eq!(answer.header("Connection"), Some("close"));
                        assert_eq!(connection.rest(), b"");
                        return answered;
                    }
                }
                0
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    program.signal("TERM");
    for caller in callers {
        // A call without an answer is a panic there.
        assert!(caller.join().expect("every call is answered") > 0);
    }
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let program = Program::serve();
        let mut connection = program.connect();
        let counted = Request::call(call("counter", &json!({}))).text();
        let slow = Request::call(call("slow", &json!({ "ms": 60_000 }))).text();
        connection.send(&[counted, slow].concat());
        assert_eq!(connection.answer().status, 200);
        program.signal("TERM");
        until("it stops", || program.log().contains("shutting down"));
        let begun = Instant::now();
        program.signal(signal);
        let ended = program.end();
        assert_eq!(ended.code, Some(code), "{signal}: {}", ended.errors);
        assert!(begun.elapsed() < Duration::from_millis(800), "{signal}: {:?}", begun.elapsed());
        assert!(ended.errors.contains("asked to stop again"), "{}", ended.errors);
    }
}

#[test]
fn handlers_that_hold_every_thread_do_not_hold_the_program() {
    let program = Program::serve_with(
        &["--bind", "127.0.0.1:0"],
        &[
            ("REJOINDER_SERVER__SHUTDOWN_TIMEOUT", "1200ms"),
            ("REJOINDER_SERVER__HANDLER_THREADS", "2"),
            ("REJOINDER_SERVER__BLOCKING_WARNING", "20ms"),
        ],
    );
    let mut held: Vec<_> = (0..4).map(|_| program.connect()).collect();
    for connection in &mut held {
        connection.send(&Request::call(call("block", &json!({ "ms": 60_000 }))).text());
    }
    until("they are held", || program.log().contains("without awaiting"));
    let begun = Instant::now();
    program.signal("TERM");
    let ended = program.end();
    assert!(begun.elapsed() < Duration::from_millis(1900), "{:?}", begun.elapsed());
    assert!(ended.errors.contains("they are lost"), "{}", ended.errors);
}
