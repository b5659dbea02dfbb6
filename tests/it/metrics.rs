//! What `/metrics` counts, and who may see it.

use serde_json::json;

use crate::kit::{Answer, Connection, PATIENCE, Reply, Request, Served, Upstream, call, fixture, until};
use crate::routes::{flexible, folder, serve};

const DEMO: (&str, &str) = ("REJOINDER_DEMO__ENABLED", "true");

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, 200);
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("Content-Type"), Some(content_type));
    String::from_utf8(answer.body.clone()).expect("UTF-8")
}

fn scrape(served: &Served) -> String {
    text(&served.ask(&Request::get("/metrics")))
}

/// The value of a sample, written with its labels.
#[track_caller]
fn value(text: &str, sample: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    let value = line.unwrap_or_else(|| panic!("no {sample} in\n{text}"));
    value.parse().expect("a number")
}

#[test]
fn calls_are_counted_by_tag_outcome_and_status_with_their_phases() {
    let served = Served::demo();
    for _ in 0..3 {
        served.call(fixture("requests/order-status")).reply();
    }
    served.call(call("fail", &json!({ "kind": "unavailable" }))).refused(503, "unavailable");
    for invented in ["no-such", "nor-this", "a\"\n{"] {
        served.call(call(invented, &json!({}))).refused(404, "unknown_tag");
    }
    served.call("{").refused(400, "invalid_request");
    let text = scrape(&served);
    for (sample, count) in [
        ("rejoinder_calls_total{tag=\"order-status\",outcome=\"replied\",status=\"200\"}", 3.0),
        ("rejoinder_calls_total{tag=\"fail\",outcome=\"failed\",status=\"503\"}", 1.0),
        ("rejoinder_calls_total{tag=\"(unknown)\",outcome=\"failed\",status=\"404\"}", 3.0),
        ("rejoinder_calls_total{tag=\"(none)\",outcome=\"refused\",status=\"400\"}", 1.0),
        ("rejoinder_call_duration_seconds_count{tag=\"order-status\"}", 3.0),
        ("rejoinder_call_phase_seconds_count{phase=\"reading\"}", 8.0),
        ("rejoinder_call_phase_seconds_count{phase=\"verifying\"}", 8.0),
        ("rejoinder_call_phase_seconds_count{phase=\"handling\"}", 7.0),
        ("rejoinder_call_phase_seconds_count{phase=\"writing\"}", 8.0),
        ("rejoinder_calls_in_flight", 0.0),
        ("rejoinder_calls_shed_total", 0.0),
        // All three were one call of one turn.
        ("rejoinder_duplicates_total{how=\"replayed\"}", 2.0),
    ] {
        assert_eq!(value(&text, sample), count, "{sample} in\n{text}");
    }
    let (whole, handling) = (
        value(&text, "rejoinder_call_duration_seconds_sum{tag=\"order-status\"}"),
        value(&text, "rejoinder_call_phase_seconds_sum{phase=\"handling\"}"),
    );
    assert!(whole > 0.0 && handling > 0.0 && handling < PATIENCE.as_secs_f64(), "{whole} {handling}");
    assert!(!text.contains("no-such") && text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn a_call_in_flight_is_seen() {
    let served = Served::demo();
    let mut waiting = served.connect();
    waiting.send(&Request::call(call("slow", &json!({ "ms": 300 }))).text());
    until("the call is in flight", || value(&scrape(&served), "rejoinder_calls_in_flight") == 1.0);
    waiting.answer().reply();
    until("the call has ended", || value(&scrape(&served), "rejoinder_calls_in_flight") == 0.0);
}

#[test]
fn every_line_is_a_comment_or_a_sample_of_the_family_above_it() {
    let served = Served::demo();
    served.call(fixture("requests/order-status")).reply();
    let text = scrape(&served);
    let mut family = String::new();
    let mut families = Vec::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a sentence");
            assert!(help.ends_with('.'), "{line}");
            name.clone_into(&mut family);
            families.push(family.clone());
        } else if let Some(rest) = line.strip_prefix("# TYPE ").or_else(|| line.strip_prefix("# UNIT ")) {
            assert!(rest.starts_with(&family), "{line} below {family}");
        } else {
            let suffix = line.strip_prefix(&family).unwrap_or_else(|| panic!("{line} below {family}"));
            let suffix = suffix.split(['{', ' ']).next().expect("something");
            assert!(["", "_total", "_bucket", "_sum", "_count", "_info"].contains(&suffix), "{line}");
        }
    }
    let mut once = families.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), families.len(), "{families:?}");
    let documented = include_str!("../../docs/METRICS.md");
    for family in families {
        assert!(documented.contains(&family), "{family} is not in docs/METRICS.md");
    }
}

#[test]
fn our_calls_of_webhooks_are_counted_with_their_breaker() {
    let upstream = Upstream::start(|request| match request.path.as_str() {
        "/good" => Reply::json(200, json!({ "degrees": 7 })),
        _ => Reply::new(500),
    });
    let webhook = flexible("Weather \"API\"", &upstream.url("/$session.params.way"), &json!({}));
    let settings = "breaker_failures = 2\n[routes.\"weather\"]\nwebhook = 'Weather \"API\"'\n";
    let served = serve(&folder(settings, &[webhook], &[]));
    for (way, status) in [("good", 200), ("bad", 503), ("bad", 503), ("good", 503)] {
        assert_eq!(served.call(call("weather", &json!({ "way": way }))).status, status);
    }
    let text = scrape(&served);
    for (sample, count) in [
        ("rejoinder_outbound_calls_total{webhook=\"Weather \\\"API\\\"\",outcome=\"2xx\"}", 1.0),
        ("rejoinder_outbound_calls_total{webhook=\"Weather \\\"API\\\"\",outcome=\"5xx\"}", 2.0),
        ("rejoinder_outbound_calls_total{webhook=\"Weather \\\"API\\\"\",outcome=\"circuit_open\"}", 1.0),
        ("rejoinder_outbound_breaker_state{webhook=\"Weather \\\"API\\\"\",state=\"open\"}", 1.0),
        ("rejoinder_outbound_breaker_state{webhook=\"Weather \\\"API\\\"\",state=\"closed\"}", 0.0),
        ("rejoinder_outbound_call_duration_seconds_count{webhook=\"Weather \\\"API\\\"\"}", 4.0),
    ] {
        assert_eq!(value(&text, sample), count, "{sample} in\n{text}");
    }
}

#[test]
fn only_this_machine_sees_it_and_no_tunnel() {
    let served = Served::demo();
    let plain = Request::get("/metrics");
    for tunnelled in [
        plain.clone().header("X-Forwarded-For", "203.0.113.9"),
        plain.clone().header("X-Forwarded-Proto", "https"),
        plain.clone().header("Forwarded", "for=203.0.113.9"),
        plain.clone().header("Host", "bot.example.com"),
        plain.clone().header("Host", "localhost.example.com"),
        plain.clone().without("Host"),
    ] {
        let answer = served.ask(&tunnelled);
        assert!([400, 403].contains(&answer.status), "{tunnelled:?}: {answer:?}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("rejoinder_"), "{tunnelled:?}");
    }
    served.ask(&plain.clone().header("Host", "bot.example.com")).refused(403, "forbidden");
    let mut head = served.connect();
    head.send(&Request::new("HEAD", "/metrics").text());
    assert_eq!(head.answer_head().0, 200);
    served.ask(&Request::new("POST", "/metrics")).refused(405, "method_not_allowed");
    scrape(&served);
}

#[test]
fn the_operators_address_answers_without_a_token_and_has_no_door() {
    let served = Served::start(
        rejoinder::Rejoinder::new,
        &[
            DEMO,
            ("REJOINDER_SERVER__ADMIN_BIND", "127.0.0.1:0"),
            ("REJOINDER_AUTH__ANY_OF", r#"[{ kind = "header", name = "X-Key", values = ["k3y"] }]"#),
        ],
    );
    served.call(fixture("requests/order-status")).refused(401, "unauthorized");
    let mut admin = Connection::open(served.admin.expect("an address"));
    // Reached under a name of the cluster, say.
    let request = Request::get("/metrics").header("Host", "rejoinder.internal:9090");
    let told = text(&admin.ask(&request));
    assert_eq!(value(&told, "rejoinder_calls_total{tag=\"(none)\",outcome=\"refused\",status=\"401\"}"), 1.0);
    for path in ["/healthz", "/readyz", "/api/handlers"] {
        assert_eq!(admin.ask(&request.clone().path(path)).status, 200, "{path}");
    }
    admin.ask(&Request::call(fixture("requests/order-status"))).refused(404, "not_found");
}
