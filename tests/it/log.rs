//! What is logged of a call, and what never is.

use serde_json::{Value, json};

use crate::kit::{Program, Request, call, fixture};

/// Makes these calls of a served demo; gives its log.
pub(crate) fn log_of(environment: &[(&str, &str)], requests: &[Request]) -> String {
    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], environment);
    let mut connection = program.connect();
    for request in requests {
        connection.ask(request);
    }
    drop(connection);
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    ended.errors
}

pub(crate) const LABELS: &str = "logging.googleapis.com/labels";

/// The lines of the access log.
pub(crate) fn calls(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str(line).expect(line));
    lines.filter(|line: &Value| line["target"] == "rejoinder::access").collect()
}

#[test]
fn a_call_is_one_json_line_without_its_parameters() {
    let request = Request::call(fixture("requests/typical-3kb"));
    let log = log_of(&[], &[request.header("X-Request-Id", "abc-1")]);
    let calls = calls(&log);
    let [line] = &calls[..] else { panic!("one line a call: {log}") };
    let mut line = line.clone();
    assert!(line["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    for varying in ["ms", "time"] {
        line[varying] = json!("…");
    }
    let latency = line["httpRequest"]["latency"].take();
    let seconds = latency.as_str().and_then(|text| text.strip_suffix('s')?.parse::<f64>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0.0), "{latency}");
    // A phase is told where it was long, which another test looks at.
    line.as_object_mut().expect("an object").retain(|name, _| !name.ends_with("ing_ms"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&line).expect("JSON"), @r#"
    {
      "caller": "unverified",
      "environment": "draft",
      "httpRequest": {
        "latency": null,
        "protocol": "HTTP/1.1",
        "requestMethod": "POST",
        "requestUrl": "/webhook",
        "responseSize": "203",
        "status": 200
      },
      "logging.googleapis.com/labels": {
        "page": "Order Status",
        "session": "dfMessenger-59260417",
        "tag": "order-status"
      },
      "message": "call",
      "ms": "…",
      "outcome": "replied",
      "request_id": "abc-1",
      "response_id": "6c0f9e81-d24b-4a57-93b6-7de5a10c8f32",
      "severity": "INFO",
      "status": 200,
      "target": "rejoinder::access",
      "time": "…"
    }
    "#);
    let request: Value = serde_json::from_slice(&fixture("requests/typical-3kb")).expect("JSON");
    let parameters = request["sessionInfo"]["parameters"].as_object().expect("parameters");
    assert!(parameters.contains_key("customer_name") && parameters.len() > 3);
    assert!(!log.contains("customer_name") && !log.contains("Ada"), "{log}");
    let texts = parameters.values().filter_map(Value::as_str).filter(|text| text.len() > 3);
    for value in texts.chain(request["text"].as_str()) {
        assert!(!log.contains(value), "{value} is in {log}");
    }
}

#[test]
fn a_long_phase_is_told_and_the_phases_are_no_more_than_the_whole() {
    let log = log_of(&[], &[Request::call(call("slow", &json!({ "ms": 30 })))]);
    let calls = calls(&log);
    let [line] = &calls[..] else { panic!("one line a call: {log}") };
    let ms = |name: &str| line[name].as_f64();
    assert!(ms("handling_ms").is_some_and(|handling| handling >= 30.0), "{line}");
    let names = ["reading_ms", "verifying_ms", "queueing_ms", "handling_ms", "writing_ms"];
    let told: Vec<f64> = names.into_iter().filter_map(ms).collect();
    assert!(told.iter().all(|ms| *ms >= 0.1), "{line}");
    assert!(told.iter().sum::<f64>() <= ms("ms").expect("the whole") + 0.01, "{line}");
}

#[test]
fn every_outcome_is_logged_with_its_severity() {
    let log = log_of(
        &[],
        &[
            Request::call(fixture("requests/order-status")),
            Request::call(call("big", &json!({}))),
            Request::call(call("no-such", &json!({}))),
            Request::call(call("order-status", &json!({ "customer_name": "Somebody-Secret" }))),
            Request::call(call("fail", &json!({ "kind": "panic" }))),
            Request::call(call("fail", &json!({ "kind": "unavailable" }))),
            Request::call("{\"text\":\"Somebody-Secret"),
            Request::call("").header("Content-Type", "text/plain"),
        ],
    );
    let told: Vec<String> = calls(&log)
        .iter()
        .map(|line| {
            let word = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", word("severity"), line["status"], word("outcome"), word("code"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "INFO 200 replied -",
            "WARNING 200 oversize reply_too_large",
            "WARNING 404 failed unknown_tag",
            "WARNING 400 failed parameter_missing",
            "ERROR 500 failed panic",
            "ERROR 503 failed unavailable",
            "WARNING 400 refused invalid_request",
            "WARNING 415 refused unsupported_content_type",
        ],
        "{log}"
    );
    assert!(
        log.contains("the demo panics as asked") && log.contains("src/demo.rs"),
        "where it panicked: {log}"
    );
    assert!(!log.contains("Somebody-Secret"), "{log}");
}

#[test]
fn a_call_carries_its_environment_session_and_trace() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let log = log_of(
        &[],
        &[
            Request::call(fixture("requests/session-environment")).header("traceparent", parent),
            Request::call(fixture("requests/session-colon-suffix")),
        ],
    );
    let calls = calls(&log);
    let request: Value = serde_json::from_slice(&fixture("requests/session-environment")).expect("JSON");
    let session = request["sessionInfo"]["session"].as_str().expect("a session");
    let (before, id) = session.split_once("/sessions/").expect("a session");
    assert_eq!(calls[0][LABELS]["session"], id);
    assert_eq!(calls[0]["environment"], before.rsplit('/').next().expect("an environment"));
    assert_eq!((&calls[0]["trace_id"], &calls[0]["request_id"]), (&json!(trace), &json!(trace)));
    assert!(calls[1][LABELS]["session"].as_str().is_some_and(|id| id.contains(':')), "{log}");
    assert!(calls[1].get("trace_id").is_none());
}

#[test]
fn the_log_may_be_for_people_or_silent() {
    let request = [Request::call(fixture("requests/order-status"))];
    let log = log_of(&[("REJOINDER_LOG__FORMAT", "text")], &request);
    let line = log.lines().find(|line| line.contains("order-status")).expect("a line");
    assert!(line.contains("INFO") && line.contains("outcome=\"replied\""), "{line}");
    assert!(serde_json::from_str::<Value>(line).is_err());
    let log = log_of(&[("REJOINDER_LOG__LEVEL", "info,rejoinder::access=off")], &request);
    assert!(log.contains("shutting down") && calls(&log).is_empty(), "{log}");
    assert_eq!(log_of(&[("REJOINDER_LOG__LEVEL", "off")], &request), "");
}

#[test]
fn an_open_door_seen_through_a_proxy_warns_once() {
    let forwarded = Request::call(fixture("requests/order-status")).header("X-Forwarded-For", "203.0.113.9");
    let log = log_of(&[], &[forwarded.clone(), forwarded.clone(), forwarded]);
    assert_eq!(log.matches("without a caller check").count(), 1, "{log}");
    assert!(!log.contains("203.0.113.9"));
    let log = log_of(&[], &[Request::call(fixture("requests/order-status"))]);
    assert!(!log.contains("without a caller check"), "{log}");
}

#[test]
fn names_as_long_as_a_request_are_cut_in_answers_and_in_the_log() {
    let long = "n".repeat(400_000);
    let unknown = json!({ "fulfillmentInfo": { "tag": long }, "sessionInfo": { "session": long } });
    let doubled = format!(r#"{{"{long}":{{"tag":1,"sessionInfo":x}}}}"#);
    let missing =
        json!({ "fulfillmentInfo": { "tag": "fail" }, "sessionInfo": { "parameters": { "kind": long } } });
    let program = Program::serve();
    let mut connection = program.connect();
    for (body, status, code) in [
        (unknown.to_string(), 404, "unknown_tag"),
        (doubled, 400, "invalid_request"),
        (missing.to_string(), 400, "bad_request"),
    ] {
        let message = connection.ask(&Request::call(body)).refused(status, code);
        assert!(message.len() < 1100, "{} bytes for {code}", message.len());
    }
    drop(connection);
    program.signal("TERM");
    let log = program.end().errors;
    assert_eq!(calls(&log).len(), 3);
    for line in log.lines() {
        assert!(line.len() < 8000, "{} bytes in one line", line.len());
    }
}
