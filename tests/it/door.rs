//! The agent's door: what is answered, what is refused, and how.

use rejoinder::{OnError, Rejoinder, Reply, Result, Route};
use serde_json::json;

use crate::kit::{Request, Served, call, fixture, fixtures_in};

const SHIPPED: &str = "Hi Ada, order 42 shipped and arrives on Friday.";

#[test]
fn a_real_request_gets_a_real_reply() {
    let served = Served::demo();
    for name in ["order-status", "typical-3kb", "large-40kb"] {
        let answer = served.call(fixture(&format!("requests/{name}")));
        assert_eq!(answer.said(), SHIPPED, "{name}");
        let parameters = &answer.json()["sessionInfo"]["parameters"];
        assert_eq!(
            parameters,
            &json!({ "order_status": "shipped", "attempts": 3, "last_tag": "order-status" }),
            "{name}"
        );
    }
}

#[test]
fn every_request_fixture_is_read() {
    let served = Served::start(|| Rejoinder::new().fallback(async || "read"), &[]);
    for name in fixtures_in("requests") {
        assert_eq!(served.call(fixture(&name)).said(), "read", "{name}");
    }
}

#[test]
fn every_refused_request_is_refused_with_its_place_when_all_of_it_is_read() {
    async fn whole(_: rejoinder::protocol::WebhookRequest) -> &'static str {
        "read"
    }
    let served = Served::start(|| Rejoinder::new().fallback(whole), &[]);
    for name in fixtures_in("refused/requests") {
        let message = served.call(fixture(&name)).refused(400, "invalid_request");
        assert!(message.contains("line "), "{name}: {message}");
    }
}

#[test]
fn faults_inside_values_are_refused_by_whoever_reads_them() {
    let served = Served::demo();
    for name in
        ["duplicate-parameter", "duplicate-escaped-key", "lone-surrogate-parameter", "duplicate-nested-key"]
    {
        let body = String::from_utf8(fixture(&format!("refused/requests/{name}"))).expect("text");
        let reply = served.call(body.as_str()).reply();
        assert!(reply["sessionInfo"]["parameters"]["count"].is_u64(), "{name} is not read by counter");
    }
    for name in ["duplicate-parameter", "duplicate-escaped-key"] {
        let body = String::from_utf8(fixture(&format!("refused/requests/{name}"))).expect("text");
        let read = body
            .replace("\"counter\"", "\"order-status\"")
            .replace("\"parameters\": {", "\"parameters\": {\"customer_name\": \"Ada\", ");
        let message = served.call(read).refused(400, "parameter_invalid");
        assert!(message.contains("`order_id` stands twice"), "{name}: {message}");
    }
}

#[test]
fn a_failing_handler_answers_the_status_of_its_kind() {
    let served = Served::demo();
    for (kind, status, code) in [
        ("bad-request", 400, "bad_request"),
        ("unauthorized", 401, "unauthorized"),
        ("forbidden", 403, "forbidden"),
        ("not-found", 404, "not_found"),
        ("internal", 500, "internal"),
        ("unavailable", 503, "unavailable"),
    ] {
        let answer = served.call(call("fail", &json!({ "kind": kind })));
        assert_eq!(answer.refused(status, code), "The demo fails as asked.", "{kind}");
        assert_eq!(answer.header("Retry-After").is_some(), status == 503, "{kind}");
        assert_eq!(answer.header("WWW-Authenticate").is_some(), status == 401, "{kind}");
    }
}

#[test]
fn a_panic_is_one_500_and_the_connection_goes_on() {
    let served = Served::demo();
    let mut connection = served.connect();
    let answer = connection.ask(&Request::call(call("fail", &json!({ "kind": "panic" }))));
    assert_eq!(answer.refused(500, "panic"), "The handler failed.");
    assert_eq!(connection.ask(&Request::call(fixture("requests/order-status"))).said(), SHIPPED);
}

#[test]
fn an_input_asked_for_in_vain_is_named() {
    let served = Served::demo();
    let answer = served.call(call("order-status", &json!({ "customer_name": "Ada" })));
    let message = answer.refused(400, "parameter_missing");
    assert_eq!(message, "session parameters: `order_id` is missing");
    let answer = served.call(call("slow", &json!({ "ms": [1] })));
    let message = answer.refused(400, "parameter_invalid");
    assert!(message.contains("`ms`"), "{message}");
    assert!(!message.contains("[1]"), "values are not quoted: {message}");
}

#[test]
fn an_unknown_tag_names_the_nearest_one() {
    let served = Served::demo();
    let message = served.call(call("order_statsu", &json!({}))).refused(404, "unknown_tag");
    insta::assert_snapshot!(message, @r#"No handler serves the tag "order_statsu". Did you mean `order-status`?"#);
    let message = served.call(call("refund", &json!({}))).refused(404, "unknown_tag");
    insta::assert_snapshot!(message, @r#"No handler serves the tag "refund"."#);
    let message = served.call("{}").refused(400, "tag_missing");
    assert!(message.contains("fulfillmentInfo.tag"), "{message}");
}

#[test]
fn json_is_accepted_under_its_names_and_nothing_else_is() {
    let served = Served::demo();
    let request = Request::call(fixture("requests/order-status"));
    for accepted in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        "application/json ; x=y",
        "application/cloudevents+json",
    ] {
        assert_eq!(
            served.ask(&request.clone().header("Content-Type", accepted)).said(),
            SHIPPED,
            "{accepted}"
        );
    }
    for refused in
        ["text/plain", "application/x-www-form-urlencoded", "json", "text/json", "", "application/jsonp"]
    {
        let answer = served.ask(&request.clone().header("Content-Type", refused));
        let message = answer.refused(415, "unsupported_content_type");
        assert!(message.contains("application/json"), "{refused:?}: {message}");
    }
    let message = served.ask(&request.without("Content-Type")).refused(415, "unsupported_content_type");
    assert!(message.contains("no Content-Type"), "{message}");
}

#[test]
fn a_request_id_comes_back() {
    let served = Served::demo();
    let request = Request::call(fixture("requests/order-status"));
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let id = |request: &Request| served.ask(request).header("X-Request-Id").expect("an id").to_owned();
    assert_eq!(id(&request.clone().header("X-Request-Id", "abc-1")), "abc-1");
    assert_eq!(id(&request.clone().header("traceparent", &parent)), trace);
    assert_eq!(id(&request.clone().header("traceparent", &parent).header("X-Request-Id", "b")), "b");
    assert_ne!(id(&request), id(&request));
    let refused = served.ask(&Request::call("no JSON").header("X-Request-Id", "abc-2"));
    assert_eq!(refused.header("X-Request-Id"), Some("abc-2"), "refusals have it too");
}

#[test]
fn an_apology_is_a_reply() {
    let served = Served::demo_with(&[
        ("REJOINDER_FULFILLMENT__ON_ERROR", "apologise"),
        ("REJOINDER_FULFILLMENT__APOLOGY", "Call us, please."),
    ]);
    for kind in ["unavailable", "panic"] {
        assert_eq!(served.call(call("fail", &json!({ "kind": kind }))).said(), "Call us, please.", "{kind}");
    }
    // Nobody is spoken to where no conversation is known.
    served.call("no JSON").refused(400, "invalid_request");
}

#[test]
fn a_reply_over_the_limit_is_replaced() {
    let served = Served::demo_with(&[("REJOINDER_FULFILLMENT__OVERSIZE_REPLY", "Too much to say.")]);
    let answer = served.call(call("big", &json!({})));
    assert_eq!(answer.said(), "Too much to say.");
    assert_eq!(
        answer.json().as_object().map(serde_json::Map::len),
        Some(1),
        "nothing of the large one is left"
    );
    let served = Served::demo_with(&[("REJOINDER_FULFILLMENT__OVERSIZE_REPLY", "")]);
    let message = served.call(call("big", &json!({}))).refused(500, "reply_too_large");
    assert!(message.contains("message 0 (text) 70"), "{message}");
}

#[test]
fn no_answer_of_the_door_is_200_with_nothing() {
    async fn nothing() -> Result<Reply> {
        Ok(Reply::unchanged())
    }
    let hush = OnError::Apologise(Reply::unchanged());
    let served = Served::start(
        || {
            Rejoinder::new()
                .tag("unchanged", nothing)
                .tag("unit", async || ())
                .route(Route::new("hushed", async || -> Result<Reply> { panic!("hush") }).on_error(hush))
        },
        &[],
    );
    for tag in ["unchanged", "unit", "hushed"] {
        assert_eq!(served.call(call(tag, &json!({}))).reply(), json!({}), "{tag}");
    }
}
