//! The addresses that are answered: the door, health, the handlers.

use rejoinder::Rejoinder;
use serde_json::json;

use crate::kit::{Request, Served, fixture};

const SHIPPED: &str = "Hi Ada, order 42 shipped and arrives on Friday.";

#[test]
fn a_wrong_method_is_told_the_right_one() {
    let served = Served::demo();
    for (method, path, allowed) in [
        ("GET", "/webhook", "POST"),
        ("PUT", "/webhook", "POST"),
        ("OPTIONS", "/webhook", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/readyz", "GET, HEAD"),
        ("POST", "/api/handlers", "GET"),
    ] {
        let answer = served.ask(&Request::new(method, path).header("Content-Type", "application/json"));
        answer.refused(405, "method_not_allowed");
        let allow = answer.header("Allow").expect("an Allow header");
        assert!(allow.starts_with(allowed), "{method} {path}: {allow}");
    }
}

#[test]
fn an_unknown_path_is_404() {
    let served = Served::demo();
    for path in ["/", "/webhook/", "/webhooks", "/webhook/order-status", "/%77ebhook2"] {
        served.ask(&Request::call(fixture("requests/order-status")).path(path)).refused(404, "not_found");
    }
    // A query is not part of the path.
    let queried = Request::call(fixture("requests/order-status")).path("/webhook?a=b");
    assert_eq!(served.ask(&queried).said(), SHIPPED);
}

#[test]
fn the_door_may_have_several_paths() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__WEBHOOK_PATHS", r#"["/dialogflow/cx", "/hook"]"#)]);
    let request = Request::call(fixture("requests/order-status"));
    for path in ["/dialogflow/cx", "/hook"] {
        assert_eq!(served.ask(&request.clone().path(path)).said(), SHIPPED, "{path}");
    }
    served.ask(&request.path("/webhook")).refused(404, "not_found");
}

#[test]
fn health_readiness_and_handlers_are_told() {
    let served = Served::start(
        || Rejoinder::new().tag("hours", async || "nine").tag("orders.*", async || "order"),
        &[],
    );
    assert_eq!(served.ask(&Request::get("/healthz")).json(), json!({ "status": "ok" }));
    assert_eq!(served.ask(&Request::get("/readyz")).json(), json!({ "status": "ready" }));
    let handlers = served.ask(&Request::get("/api/handlers"));
    assert_eq!(
        handlers.json(),
        json!({
            "paths": ["/webhook"],
            "flexible_path": "/flexible",
            "handlers": [
                { "tag": "hours", "match": "exact", "reads": [], "sets": [], "flexible": true },
                { "tag": "orders.*", "match": "prefix", "reads": [], "sets": [], "flexible": true },
            ],
            "fallback": false,
        })
    );
}

#[test]
fn the_handlers_are_told_on_loopback_only() {
    let served = Served::demo();
    let request = Request::get("/api/handlers");
    for seen_from_outside in [
        request.clone().header("X-Forwarded-For", "203.0.113.9"),
        request.clone().header("X-Forwarded-Proto", "https"),
        request.clone().header("Forwarded", "for=203.0.113.9"),
        request.clone().header("Host", "rebound.example"),
        request.clone().without("Host").header("Host", ""),
    ] {
        served.ask(&seen_from_outside).refused(403, "forbidden");
    }
    assert_eq!(served.ask(&request.header("Host", "127.0.0.1:1")).status, 200);
}
