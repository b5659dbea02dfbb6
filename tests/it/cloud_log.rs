//! The log as Cloud Logging reads it, what may be let into it, and its documentation.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::kit::{Request, call, fixture};
use crate::log::{LABELS, calls, log_of};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[test]
fn a_call_belongs_to_the_trace_that_its_headers_name() {
    let traced =
        |name: &str, value: &str| Request::call(fixture("requests/order-status")).header(name, value);
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let requests = [
        traced("traceparent", &parent),
        traced("X-Cloud-Trace-Context", &format!("{TRACE}/255;o=1")),
        traced("X-Cloud-Trace-Context", TRACE),
        traced("traceparent", &parent)
            .header("X-Cloud-Trace-Context", "105445aa7843bc8bf206b12000100000/1;o=0"),
        traced("traceparent", "00-0-0-0"),
    ];
    let log = log_of(&[("GOOGLE_CLOUD_PROJECT", "bots")], &requests);
    let told: Vec<Value> = calls(&log)
        .into_iter()
        .map(|line| {
            let google = |name: &str| line[format!("logging.googleapis.com/{name}")].clone();
            json!([google("trace"), google("spanId"), google("trace_sampled")])
        })
        .collect();
    let trace = format!("projects/bots/traces/{TRACE}");
    let expected = [
        json!([trace, "00f067aa0ba902b7", true]),
        json!([trace, "00000000000000ff", true]),
        json!([trace, null, false]),
        json!([trace, "00f067aa0ba902b7", true]),
        json!([null, null, null]),
    ];
    assert_eq!(told, expected, "{log}");
    let own = [("GOOGLE_CLOUD_PROJECT", "bots"), ("REJOINDER_LOG__PROJECT", "ours")];
    assert!(log_of(&own, &requests[..1]).contains("projects/ours/traces/"));
}

#[test]
fn what_a_handler_logs_belongs_to_its_call() {
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let panics = Request::call(call("fail", &json!({ "kind": "panic" }))).header("traceparent", parent);
    let log = log_of(&[("GOOGLE_CLOUD_PROJECT", "bots")], &[panics]);
    let panic = log.lines().find(|line| line.contains("panic: ")).expect("a line");
    let panic: Value = serde_json::from_str(panic).expect("JSON");
    assert_eq!(panic["logging.googleapis.com/trace"], format!("projects/bots/traces/{TRACE}"));
    assert_eq!(panic["logging.googleapis.com/spanId"], "00f067aa0ba902b7");
}

#[test]
fn the_http_request_is_told_without_its_query() {
    let request = Request::get("/flexible/order-status?customer_name=Somebody-Secret&order_id=42")
        .header("User-Agent", "Google-Dialogflow");
    let log = log_of(&[], &[request]);
    let calls = calls(&log);
    let mut http = calls[0]["httpRequest"].clone();
    assert!(http["latency"].take().as_str().is_some_and(|latency| latency.ends_with('s')), "{log}");
    assert!(http["responseSize"].take().as_str().is_some_and(|size| size.parse::<u64>().is_ok()), "{log}");
    let expected = json!({
        "requestMethod": "GET", "requestUrl": "/flexible/order-status", "protocol": "HTTP/1.1", "status": 200,
        "userAgent": "Google-Dialogflow", "latency": null, "responseSize": null,
    });
    assert_eq!(http, expected);
    assert_eq!(calls[0][LABELS], json!({ "tag": "order-status" }));
    assert!(!log.contains("Somebody-Secret") && !log.contains("customer_name"), "{log}");
}

#[test]
fn parameters_are_shown_by_name_and_masked_by_name() {
    let sent = json!({ "customer_name": "Somebody-Secret", "order_id": "42\n\"x\"", "phone": "555-0199" });
    let request = [Request::call(call("order-status", &sent)), Request::call(call("gallery", &json!({})))];
    let settings = [
        ("REJOINDER_LOG__PARAMETERS", r#"["Order_ID", "phone"]"#),
        ("REJOINDER_LOG__MASK_PARAMETERS", r#"["phone"]"#),
    ];
    let log = log_of(&settings, &request);
    let lines = calls(&log);
    assert_eq!(lines[0]["parameters"], json!({ "Order_ID": "42\n\"x\"", "phone": "***" }));
    assert!(lines[1].get("parameters").is_none(), "{log}");
    assert!(!log.contains("Somebody-Secret") && !log.contains("555-0199"), "{log}");
    let text = [settings[0], settings[1], ("REJOINDER_LOG__FORMAT", "text")];
    let log = log_of(&text, &request);
    let line = log.lines().find(|line| line.contains("order-status")).expect("a line");
    assert!(line.contains(r#"parameters={"Order_ID":"42\n\"x\"","phone":"***"}"#), "{line}");
    for hidden in ["httpRequest", "User-Agent", "span_id", "trace_sampled"] {
        assert!(!line.contains(hidden), "{line}");
    }
}

#[test]
fn every_field_of_a_call_is_documented() {
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let requests = [
        Request::call(fixture("requests/typical-3kb"))
            .header("traceparent", parent)
            .header("User-Agent", "x"),
        Request::call(call("slow", &json!({ "ms": 5 }))),
        Request::call(call("fail", &json!({}))),
        Request::get("/flexible/order-status?customer_name=Ada"),
    ];
    let show = ("REJOINDER_LOG__PARAMETERS", r#"["order_id"]"#);
    let mut names = BTreeSet::new();
    for project in ["", "bots"] {
        let log = log_of(&[show, ("REJOINDER_LOG__PROJECT", project)], &requests);
        for line in calls(&log) {
            for (name, value) in line.as_object().expect("an object") {
                let inner = value.as_object().filter(|_| name != "parameters").into_iter().flatten();
                names.extend(inner.map(|(inner, _)| format!("{name}.{inner}")));
                if !value.is_object() || name == "parameters" {
                    names.insert(name.clone());
                }
            }
        }
    }
    assert!(names.len() > 20, "{names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !DOCUMENTED.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/LOGGING.md does not say what these are: {missing:?}");
}

const DOCUMENTED: &str = include_str!("../../docs/LOGGING.md");

#[test]
fn every_event_of_the_source_is_documented() {
    let mut events = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut events);
    assert!(events.len() > 25, "{events:?}");
    let documented: String = DOCUMENTED.split_whitespace().collect::<Vec<_>>().join(" ");
    let missing: Vec<_> = events.iter().filter(|event| !documented.contains(&format!("`{event}`"))).collect();
    assert!(missing.is_empty(), "docs/LOGGING.md does not have these events: {missing:#?}");
}

/// The messages of all events in a folder's sources, but for those of unit tests, and their targets.
fn collect(folder: &Path, events: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            collect(&path, events);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            let source = std::fs::read_to_string(&path).expect("UTF-8");
            let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            for level in ["error", "warn", "info", "debug", "trace", "$level"] {
                let start = format!("tracing::{level}!(");
                events.extend(source.split(&start).skip(1).flat_map(event));
            }
        }
    }
}

/// The target, if it is named, and the message: the last text among the macro's arguments.
fn event(arguments: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let (mut depth, mut target) = (0_usize, None);
    let mut rest = arguments.chars();
    while let Some(character) = rest.next() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            '"' => {
                let mut text = String::new();
                while let Some(character) = rest.next().filter(|character| *character != '"') {
                    text.push(if character == '\\' {
                        rest.next().expect("something escaped")
                    } else {
                        character
                    });
                }
                if texts.is_empty() && text.starts_with("rejoinder::") {
                    target = Some(text.clone());
                }
                if depth == 0 {
                    texts.push(text);
                }
            }
            _ => {}
        }
    }
    let message = texts.pop().expect("a message");
    target.into_iter().chain([message.split_whitespace().collect::<Vec<_>>().join(" ")]).collect()
}
