//! `ANY /flexible/{tag}`: handlers called as flexible webhooks.

use rejoinder::protocol::{ParameterInfo, ResponseMessage};
use rejoinder::{
    Form, FulfillmentMessage, OnError, Page, Param, Params, Rejoinder, Reply, Route, Session, Utterance,
    param,
};
use serde_json::{Value, json};

use crate::kit::{Answer, Request, Served, run};

#[derive(serde::Deserialize)]
struct Order {
    id: u64,
    note: Option<String>,
    items: Option<Vec<Value>>,
}

param!(Size: String = "size");

async fn status(Params(order): Params<Order>) -> Reply {
    Reply::text(format!("Order {} has shipped.", order.id))
        .set("status", "shipped")
        .set("items", order.items.map_or(0, |items| items.len()))
        .set("note", order.note)
}

fn served() -> Served {
    Served::start(
        || {
            Rejoinder::new()
                .tag("order status", status)
                .tag("size", async |size: Param<Size>| Reply::unchanged().set("size", size.0))
                .tag("session", async |_: Session| "never")
                .tag("page", async |_: Page, _: Form<Value>| "never")
                .tag("perhaps", async |page: Option<Page>, words: Option<Utterance>| {
                    format!("{} {}", page.is_none(), words.is_none())
                })
                .tag("go", async || Reply::text("x").goto_page("END_FLOW"))
                .tag("form", async || Reply::unchanged().require("size"))
                .tag("payload", async || Reply::unchanged().payload(json!({ "a": 1 })))
                .tag("replace", async || Reply::text("x").replace())
                .tag("clash", async || Reply::text("x").set("messages", 1))
                .tag("card", async || {
                    Reply::text("first").message(FulfillmentMessage::custom_payload(json!({ "a": 1 })))
                })
                .tag("large", async || Reply::text("x".repeat(70_000)))
                .route(
                    Route::new("sorry", async || Err::<Reply, _>(rejoinder::Error::unavailable("closed")))
                        .on_error(OnError::apologise("Please call us.")),
                )
        },
        &[],
    )
}

fn post(path: &str, body: &Value) -> Request {
    Request::new("POST", path).header("Content-Type", "application/json").body(body.to_string())
}

fn get(served: &Served, path: &str) -> Answer {
    served.ask(&Request::get(path))
}

#[test]
fn query_and_body_are_the_parameters_and_the_answer_is_what_is_set() {
    let served = served();
    let expected =
        json!({ "messages": ["Order 42 has shipped."], "status": "shipped", "items": 0, "note": null });
    assert_eq!(get(&served, "/flexible/order%20status?id=42").reply(), expected);
    assert_eq!(get(&served, "/flexible/order%20status?ID=42.0").reply(), expected);
    for method in ["POST", "PUT", "PATCH"] {
        let request = Request::new(method, "/flexible/order%20status?note=a%20b+c")
            .header("Content-Type", "application/json")
            .body(r#"{"id":42,"items":[1,2],"fulfillmentInfo":{"tag":"other"}}"#);
        let expected = json!({ "messages": ["Order 42 has shipped."], "status": "shipped", "items": 2, "note": "a b c" });
        assert_eq!(served.ask(&request).reply(), expected, "{method}");
    }
    // What the agent has not, an exported webhook sends as its own reference.
    let unset = json!({ "id": 42, "note": "$session.params.note", "items": "$flow.items" });
    assert_eq!(served.ask(&post("/flexible/order%20status", &unset)).reply(), expected);
    assert_eq!(get(&served, "/flexible/order%20status?id=42&note=%24session.params.NOTE").reply(), expected);
    // A list or object in a query is JSON text, as the platform writes it.
    let listed = get(&served, "/flexible/order%20status?id=42&items=%5B1%2C2%2C3%5D").reply();
    assert_eq!(listed["items"], 3);
    let deleted = served.ask(&Request::new("DELETE", "/flexible/order%20status?id=42"));
    assert_eq!(deleted.reply(), expected);
    assert_eq!(get(&served, "/flexible/size?size=%5Bhi%5D").reply(), json!({ "size": "[hi]" }));
}

#[test]
fn messages_are_texts_or_whole_messages() {
    let served = served();
    assert_eq!(
        get(&served, "/flexible/card").reply(),
        json!({ "messages": ["first", { "payload": { "a": 1 } }] })
    );
    let _: ResponseMessage = serde_json::from_value(json!({ "payload": { "a": 1 } })).expect("a message");
    assert_eq!(get(&served, "/flexible/sorry").reply(), json!({ "messages": ["Please call us."] }));
    assert_eq!(get(&served, "/flexible/perhaps").reply(), json!({ "messages": ["true true"] }));
    assert_eq!(
        get(&served, "/flexible/large").reply(),
        json!({ "messages": ["Sorry, that answer is too long to send."] })
    );
    let _ = ParameterInfo::default();
}

#[test]
fn what_a_flexible_call_cannot_carry_is_refused_by_name() {
    let served = served();
    for (tag, expected) in [("session", "needs a session"), ("page", "needs a page and a form")] {
        let message = get(&served, &format!("/flexible/{tag}")).refused(400, "not_flexible");
        assert!(message.contains(expected), "{message}");
    }
    for (tag, expected) in [
        ("go", "a transition"),
        ("form", "a change of the page's form"),
        ("payload", "a payload"),
        ("replace", "the replacement of queued messages"),
    ] {
        let code = if tag == "go" { "reply_invalid" } else { "reply_not_flexible" };
        let message = get(&served, &format!("/flexible/{tag}")).refused(500, code);
        assert!(tag == "go" || message.contains(expected), "{message}");
    }
    let message = get(&served, "/flexible/clash").refused(500, "reply_invalid");
    assert!(message.contains("flexible.messages_key"), "{message}");
}

#[test]
fn parameters_that_do_not_read_are_told() {
    let served = served();
    for (request, status, code) in [
        (Request::get("/flexible/size"), 400, "parameter_missing"),
        (Request::get("/flexible/order%20status?id=x"), 400, "parameter_invalid"),
        (Request::get("/flexible/size?size=1&SIZE=2"), 400, "invalid_parameters"),
        (Request::get("/flexible/size?=1"), 400, "invalid_parameters"),
        (Request::get("/flexible/nothing"), 404, "unknown_tag"),
        (Request::get("/flexible/%ff"), 400, "invalid_parameters"),
        (Request::get("/flexible/"), 404, "not_found"),
        (Request::get("/flexible"), 404, "not_found"),
        (post("/flexible/size?size=1", &json!({ "Size": 2 })), 400, "invalid_parameters"),
        (post("/flexible/size", &json!([1])), 400, "invalid_parameters"),
        (post("/flexible/size", &json!({})).body("{\"size\":"), 400, "invalid_parameters"),
        (post("/flexible/size", &json!({})).without("Content-Type"), 415, "unsupported_content_type"),
        (post("/flexible/size", &json!({ "size": "x".repeat(2 << 20) })), 413, "too_large"),
    ] {
        served.ask(&request).refused(status, code);
    }
}

#[test]
fn the_door_is_as_closed_as_the_other_and_can_be_moved_or_shut() {
    let checks = r#"[{ kind = "header", name = "X-Key", values = ["k"] }]"#;
    let closed = Served::start(
        || Rejoinder::new().tag("hours", async || "nine"),
        &[
            ("REJOINDER_AUTH__ANY_OF", checks),
            ("REJOINDER_FLEXIBLE__PATH", "/f"),
            ("REJOINDER_FLEXIBLE__MESSAGES_KEY", "said"),
        ],
    );
    get(&closed, "/f/hours").refused(401, "unauthorized");
    assert_eq!(
        closed.ask(&Request::get("/f/hours").header("X-Key", "k")).reply(),
        json!({ "said": ["nine"] })
    );
    get(&closed, "/flexible/hours").refused(404, "not_found");
    let shut =
        Served::start(|| Rejoinder::new().tag("hours", async || "nine"), &[("REJOINDER_FLEXIBLE__PATH", "")]);
    get(&shut, "/flexible/hours").refused(404, "not_found");
}

#[test]
fn a_tag_is_exported_as_the_webhook_that_calls_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = [
        ("REJOINDER_DEMO__ENABLED", "true"),
        ("REJOINDER_SERVER__PUBLIC_URL", "https://orders.example.com/"),
    ];
    let exported = run(
        folder.path(),
        &["export", "webhook", "order-status", "--set", "order_status", "--messages", "said"],
        &demo,
    );
    assert_eq!(exported.code, Some(0), "{}", exported.errors);
    let webhook: Value = serde_json::from_str(&exported.out).expect("JSON");
    let service = &webhook["genericWebService"];
    assert_eq!(service["uri"], "https://orders.example.com/flexible/order-status");
    assert_eq!(service["parameterMapping"]["said"], "$.messages");
    assert_eq!(service["parameterMapping"]["order_status"], "$.order_status");
    let body: Value = serde_json::from_str(service["requestBody"].as_str().expect("text")).expect("JSON");
    assert_eq!(body["order_id"], "$session.params.order_id");
    std::fs::write(folder.path().join("w.json"), &exported.out).expect("written");
    let inspected = run(folder.path(), &["inspect", "webhook", "w.json", "--strict"], &[]);
    assert_eq!(inspected.code, Some(0), "{}{}", inspected.out, inspected.errors);

    let secured = [
        ("REJOINDER_DEMO__ENABLED", "true"),
        ("REJOINDER_AGENT__NAME", "projects/shop/locations/global/agents/a"),
        ("REJOINDER_AUTH__ANY_OF", r#"[{ kind = "header", name = "X-Key", values = ["hush"] }]"#),
    ];
    let arguments = [
        "export",
        "webhook",
        "order-status",
        "--public-url",
        "https://o.example.com",
        "--format",
        "terraform",
    ];
    let exported = run(folder.path(), &arguments, &secured);
    insta::assert_snapshot!(exported.out, @r#"
    resource "google_dialogflow_cx_webhook" "webhook_order_status" {
      parent       = "projects/shop/locations/global/agents/a"
      display_name = "order-status"
      timeout      = "5s"

      generic_web_service {
        uri = "https://o.example.com/flexible/order-status"
        webhook_type = "FLEXIBLE"
        http_method = "POST"
        request_body = "{\n  \"attempts\": \"$session.params.attempts\",\n  \"customer_name\": \"$session.params.customer_name\",\n  \"order_id\": \"$session.params.order_id\"\n}"
        parameter_mapping = {
          "attempts" = "$.attempts"
          "last_tag" = "$.last_tag"
          "order_status" = "$.order_status"
        }
        secret_versions_for_request_headers {
          key            = "x-key"
          secret_version = "projects/shop/secrets/rejoinder-x-key/versions/latest"
        }
      }
    }
    "#);
    assert!(!exported.out.contains("hush") && !exported.errors.contains("hush"));

    for (arguments, expected) in [
        (
            &["export", "webhook", "validate-form", "--public-url", "https://o.example.com"][..],
            "needs a form",
        ),
        (
            &["export", "webhook", "order-statsu", "--public-url", "https://o.example.com"],
            "did you mean `order-status`?",
        ),
        (&["export", "webhook", "order-status"], "set server.public_url or pass --public-url"),
    ] {
        let refused = run(folder.path(), arguments, &[("REJOINDER_DEMO__ENABLED", "true")]);
        assert_eq!(refused.code, Some(1), "{}", refused.out);
        assert!(refused.errors.contains(expected), "{}", refused.errors);
    }
}

#[test]
fn a_tag_is_exported_with_the_token_that_its_check_wants() {
    let folder = tempfile::tempdir().expect("a folder");
    let exported = |check: &str, format: &str| {
        let settings = [
            ("REJOINDER_DEMO__ENABLED", "true"),
            ("REJOINDER_SERVER__PUBLIC_URL", "https://o.example.com"),
            ("REJOINDER_AUTH__ANY_OF", check),
        ];
        run(folder.path(), &["export", "webhook", "order-status", "--format", format], &settings)
    };
    let agent = r#"[{ kind = "service_agent", project_number = "42" }]"#;
    let json: Value = serde_json::from_str(&exported(agent, "json").out).expect("JSON");
    assert_eq!(json["genericWebService"]["serviceAgentAuth"], "ID_TOKEN");
    assert!(exported(agent, "terraform").out.contains("    service_agent_auth = \"ID_TOKEN\"\n"));
    let issuer =
        r#"[{ kind = "jwt", issuer = "https://login.example.com", audience = ["a"], scopes = ["read"] }]"#;
    let ended = exported(issuer, "json");
    assert!(
        ended.errors.contains("of the issuer https://login.example.com: add oauthConfig"),
        "{}",
        ended.errors
    );
    assert!(ended.errors.contains(r#"scopes ["read"]"#), "{}", ended.errors);
}
