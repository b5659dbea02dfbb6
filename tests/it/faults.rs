//! Handlers that panic, hang or block, beside healthy ones; and what the log says of them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::{Program, Request, call, until};

fn lines(program: &Program, target: &str) -> Vec<Value> {
    let lines =
        program.log().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
    lines.into_iter().filter(|line| line["target"] == target).collect()
}

fn serve(environment: &[(&str, &str)]) -> Program {
    Program::serve_with(&["--bind", "127.0.0.1:0"], environment)
}

#[test]
fn a_panic_is_one_500_and_its_place_is_logged_with_the_call() {
    let program = serve(&[]);
    let panicking = call("fail", &json!({ "kind": "panic" }));
    let mut connection = program.connect();
    connection.ask(&Request::call(panicking).header("X-Request-Id", "abc-1")).refused(500, "panic");
    assert_eq!(connection.ask(&Request::call(call("counter", &json!({})))).status, 200);
    until("it is logged", || program.log().contains("panic: the demo"));
    let found: Vec<Value> = program
        .log()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &Value| line["message"].as_str().is_some_and(|text| text.starts_with("panic: ")))
        .collect();
    let [panic] = &found[..] else { panic!("one line: {found:?}") };
    assert_eq!(panic["message"], "panic: the demo panics as asked");
    let tag = &panic["logging.googleapis.com/labels"]["tag"];
    assert_eq!((tag, &panic["request_id"]), (&json!("fail"), &json!("abc-1")));
    assert_eq!(panic["severity"], "ERROR");
    let place = panic["place"].as_str().expect("a place");
    let line = place.strip_prefix("src/demo.rs:").and_then(|rest| rest.split(':').next());
    assert!(line.is_some_and(|line| line.parse::<u32>().is_ok()), "{place}");
}

#[test]
fn all_threads_may_be_held_and_the_rest_goes_on_and_the_log_names_the_tag() {
    let program =
        serve(&[("REJOINDER_SERVER__HANDLER_THREADS", "4"), ("REJOINDER_SERVER__BLOCKING_WARNING", "20ms")]);
    let mut held: Vec<_> = (0..4).map(|_| program.connect()).collect();
    for connection in &mut held {
        connection.send(&Request::call(call("block", &json!({ "ms": 1500 }))).text());
    }
    // While they are held.
    until("it is noticed", || !lines(&program, "rejoinder::blocking").is_empty());
    let begun = Instant::now();
    for _ in 0..8 {
        let mut connection = program.connect();
        assert_eq!(connection.ask(&Request::get("/healthz")).status, 200);
        assert_eq!(connection.ask(&Request::get("/readyz")).status, 200);
        let healthy = Request::call(call("slow", &json!({ "ms": 5 })));
        assert_eq!(connection.ask(&healthy).said(), "That took 5 ms.");
        connection.ask(&Request::call(call("fail", &json!({ "kind": "panic" })))).refused(500, "panic");
    }
    assert!(begun.elapsed() < Duration::from_millis(1000), "{:?}", begun.elapsed());
    for connection in &mut held {
        assert_eq!(connection.answer().said(), "That held a thread for 1500 ms.");
    }
    let warnings = lines(&program, "rejoinder::blocking");
    let [warning] = &warnings[..] else { panic!("once for a tag: {warnings:?}") };
    let tag = &warning["logging.googleapis.com/labels"]["tag"];
    assert_eq!((tag, &warning["severity"]), (&json!("block"), &json!("WARNING")));
    assert_eq!(warning["still_running"], true, "while it is held: {warning}");
    assert!(warning["ms"].as_u64().is_some_and(|ms| (20..1500).contains(&ms)), "{warning}");
    assert!(
        warning["message"].as_str().is_some_and(|text| text.contains("`blocking(handler)`")),
        "{warning}"
    );
}

#[test]
fn a_handler_that_only_awaits_is_not_warned_of() {
    let program = serve(&[("REJOINDER_SERVER__BLOCKING_WARNING", "200ms")]);
    let answer = program.connect().ask(&Request::call(call("slow", &json!({ "ms": 400 }))));
    assert_eq!(answer.said(), "That took 400 ms.");
    assert_eq!(lines(&program, "rejoinder::blocking"), [] as [Value; 0]);
}
