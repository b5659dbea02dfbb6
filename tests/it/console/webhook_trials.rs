//! The test panel of Dialogflow's webhooks: what is sent, what is shown of it, and what is not sent.

use serde_json::{Value, json};

use super::Browser;
use super::browser::{Page, encoded};
use super::webhooks::{AGENT, Console, NEW, SCRIPT, fields, path, stays_text};
use crate::kit::stores::TestStore;
use crate::kit::{Reply, Request, Upstream, until};
use crate::routes::flexible;

const TRY: &str = "/console/webhooks/dialogflow/new/try";

/// An upstream that says what it was asked.
fn echo() -> Upstream {
    Upstream::start(|request| {
        let headers: Vec<Value> = request.headers.iter().map(|(name, value)| json!([name, value])).collect();
        Reply::json(200, json!({ "now": { "celsius": 7.5 }, "path": request.path, "headers": headers }))
    })
}

/// The part of a page that says what came of a test.
fn tried(page: &Page) -> &str {
    page.text.split("id=\"tried\"").nth(1).unwrap_or_default()
}

#[test]
fn a_flexible_webhook_is_tried_before_it_is_there() {
    let upstream = echo();
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let browser = console.browser();
    let mut sent = fields("Weather", "");
    let uri = upstream.url("/v1/$session.params.city?n=$session.params.n");
    sent[1].1 = &uri;
    sent[3].1 = "POST";
    sent.extend([
        ("body", "{\"days\": \"$session.params.n\", \"note\": \"for $session.params.n days\"}"),
        ("header_name", "X-Api-Key"),
        ("header_value", "s3cret-header"),
        ("username", "agent"),
        ("password", "s3cret-password"),
        ("turn_parameters", "{\"city\": \"São Paulo\", \"n\": 3}"),
        ("turn_query_kind", "text"),
        ("turn_query", "how warm is it?"),
        ("send", "1"),
    ]);
    let page = browser.send(&browser.open(NEW), TRY, &sent);
    assert_eq!(page.status, 200);
    page.shows("goes on")
        .shows("temperature")
        .shows("7.5")
        .shows("/v1/S%C3%A3o%20Paulo?n=3")
        .shows("for 3 days");
    page.shows("connecting").shows("waiting").shows("curl -sS -X POST").shows("In the log");
    let request = &upstream.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.json()),
        ("POST", json!({ "days": 3, "note": "for 3 days" }))
    );
    assert_eq!(request.header("x-api-key"), Some("s3cret-header"));
    // The answer repeats what was sent.
    for secret in ["s3cret-header", "s3cret-password", "YWdlbnQ6czNjcmV0LXBhc3N3b3Jk"] {
        assert!(!tried(&page).contains(secret), "{secret}: {}", page.text);
    }
    page.hides("s3cret-password");
    assert_eq!(
        (page.value("display_name"), page.value("username")),
        ("Weather".to_owned(), "agent".to_owned())
    );
    browser.open("/console/webhooks").shows("There are no webhooks yet");

    // It is in the log as a test, with what was shown.
    let log = || console.served.manage(Request::get("/api/invocations?webhook=Weather")).json();
    until("the test is in the log", || !log()["invocations"].as_array().is_none_or(Vec::is_empty));
    let one = &log()["invocations"][0];
    assert_eq!((one["kind"].as_str(), one["status"].as_str()), (Some("test"), Some("success")));
    let whole = console
        .served
        .manage(Request::get(format!("/api/invocations/{}", one["id"].as_str().expect("an id"))));
    let whole = String::from_utf8_lossy(&whole.body).into_owned();
    assert!(whole.contains("for 3 days") && !whole.contains("s3cret"), "{whole}");
}

#[test]
fn a_standard_webhook_gets_the_platforms_request() {
    let answer = json!({
        "fulfillmentResponse": { "messages": [{ "text": { "text": ["On its way."] } }], "mergeBehavior": "REPLACE" },
        "sessionInfo": { "parameters": { "status": "shipped", "old": null } },
        "targetPage": format!("{AGENT}/flows/f/pages/p"), "payload": { "seen": true },
        "pageInfo": { "formInfo": { "parameterInfo": [{ "displayName": "seats", "state": "INVALID" }] } },
    });
    let upstream = Upstream::start(move |_| Reply::json(200, answer.clone()));
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let service = json!({ "uri": upstream.url("/webhook"), "requestHeaders": { "X-Shop": "north" } });
    let id = console.create(&json!({ "displayName": "Orders", "genericWebService": service }));
    let browser = console.browser();
    let page = browser.open(&path(&id, ""));
    let sample = browser.send(&page, &path(&id, "/try"), &[("sample", "form"), ("fill", "1")]);
    assert_eq!(sample.value("turn_tag"), "validate-form");
    assert!(upstream.requests().is_empty());
    sample.shows("\"seats\": 4");
    let sent = [
        ("turn_tag", "order-status"),
        ("turn_parameters", "{\"order_id\": \"4711\"}"),
        ("turn_form", "{\"seats\": 4, \"row\": null}"),
        ("turn_intent", "order.status"),
        ("turn_intent_parameters", "{\"day\": \"today\"}"),
        ("turn_query_kind", "dtmf"),
        ("turn_query", "0047"),
        ("turn_language", "de"),
        ("turn_page", "Choose"),
        ("turn_session", "s-1"),
        ("turn_payload", "{\"telephony\": {\"caller_id\": \"+15550100000\"}}"),
    ];
    let page = browser.send(&page, &path(&id, "/try"), &sent);
    for shown in [
        "goes on",
        "Says, instead of what is queued",
        "On its way.",
        "shipped",
        "Parameters that are cleared",
        "/flows/f/pages/p",
        "asked again, with sys.invalid-parameter",
        "\"seen\": true",
    ] {
        page.shows(shown);
    }
    let request = &upstream.requests()[0];
    let body = request.json();
    assert_eq!(body["fulfillmentInfo"]["tag"], "order-status");
    assert_eq!(body["sessionInfo"]["session"], format!("{AGENT}/sessions/s-1"));
    assert_eq!(body["sessionInfo"]["parameters"], json!({ "order_id": "4711", "seats": 4, "day": "today" }));
    assert_eq!((&body["dtmfDigits"], &body["languageCode"]), (&json!("0047"), &json!("de")));
    assert_eq!(body["payload"]["telephony"]["caller_id"], "+15550100000");
    assert_eq!(request.header("x-shop"), Some("north"));
    until("the page lists the test", || browser.open(&path(&id, "")).text.contains("order-status"));
}

#[test]
fn stored_secrets_are_sent_and_never_shown_nor_led_elsewhere() {
    let (upstream, other) = (echo(), echo());
    let store = TestStore::memory();
    let console = Console::over(&store, "", &[], &[]);
    let service =
        json!({ "username": "agent", "password": "s3cret-1", "requestHeaders": { "X-Api-Key": "s3cret-2" } });
    let id = console.create(&flexible("Orders", &upstream.url("/x"), &service));
    let browser = console.browser();
    let page = browser.send(&browser.open(&path(&id, "")), &path(&id, "/try"), &[]);
    page.shows("goes on").hides("s3cret");
    assert_eq!(upstream.requests()[0].header("x-api-key"), Some("s3cret-2"));
    let edit = browser.open(&path(&id, "/edit"));
    let attempt = |uri: &str| {
        let mut sent = fields("Orders", uri);
        sent.extend([("username", "agent"), ("header_name", "X-Api-Key"), ("header_value", "***")]);
        browser.send(&edit, &path(&id, "/edit/try"), &sent)
    };
    // Edited and not saved: the secrets are those that saving would keep.
    attempt(&upstream.url("/changed")).shows("goes on").shows("/changed").hides("s3cret");
    let request = upstream.requests().pop().expect("a request");
    assert_eq!((&*request.path, request.header("x-api-key")), ("/changed", Some("s3cret-2")));
    assert_eq!(request.header("authorization"), Some("Basic YWdlbnQ6czNjcmV0LTE="));
    assert_eq!(console.get(&id)["genericWebService"]["uri"], upstream.url("/x"));
    attempt(&other.url("/x")).shows("goes on");
    let request = other.requests().pop().expect("a request");
    assert_eq!(request.header("x-api-key"), None);
    assert!(!format!("{request:?}").contains("czNjcmV0"), "{request:?}");
}

#[test]
fn what_may_not_be_saved_or_called_is_not_sent() {
    let upstream = echo();
    let store = TestStore::memory();
    let console = Console::over(&store, "", &[], &[]);
    let browser = console.browser();
    let new = browser.open(NEW);
    let uri = upstream.url("/x");
    for (field, value, told) in [
        ("user_secret", "projects/p/secrets/s/versions/1", "may not name"),
        ("service_account", "a@p.iam.gserviceaccount.com", "may not act as"),
        ("agent_auth", "ACCESS_TOKEN", "opens Google's APIs"),
        ("timeout", "31", "at most 30s"),
        ("turn_parameters", "[1]", "Expected a JSON object"),
        ("turn_payload", "{", "This is no JSON"),
        ("turn_intent_parameters", "{\"a\": 1}", "name the intent, too"),
        ("turn_page", "projects/x", "is no name of"),
    ] {
        let mut sent = fields("Weather", &uri);
        sent.push((field, value));
        let page = browser.send(&new, TRY, &sent);
        page.shows("Not sent").shows(told);
    }
    assert!(upstream.requests().is_empty());

    // Private addresses are not called, nor plain HTTP, where the settings do not allow it.
    let environment = [("REJOINDER_DEMO__ENABLED", "true")];
    let guarded = crate::kit::Served::demo_with(&environment).managed(&store);
    let mut browser = Browser::stranger(&guarded);
    browser.try_token(guarded.token());
    let new = browser.open(NEW);
    browser.send(&new, TRY, &fields("Weather", &uri)).shows("Not sent").shows("https");
    let uri = uri.replace("http:", "https:");
    browser.send(&new, TRY, &fields("Weather", &uri)).shows("Not sent").shows("outbound.");
    assert!(upstream.requests().is_empty());
}

#[test]
fn failures_say_which_event_the_agent_raises() {
    let upstream = Upstream::start(|request| match &*request.path {
        "/401" => Reply::json(401, json!({ "error": SCRIPT })),
        "/503" => Reply::text(503, SCRIPT),
        "/html" => Reply::text(200, SCRIPT),
        "/slow" => Reply::silence(),
        _ => Reply::json(200, json!({ "now": { "celsius": SCRIPT }, "messages": SCRIPT }))
            .header("X-Said", SCRIPT),
    });
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let browser = console.browser();
    let new = browser.open(NEW);
    for (place, told) in [
        ("/401", "webhook.error.rejected"),
        ("/503", "webhook.error.unavailable"),
        ("/html", "webhook.error"),
        ("/slow", "webhook.error.timeout"),
        ("/fine", "goes on"),
    ] {
        let uri = upstream.url(place);
        let mut sent = fields(SCRIPT, &uri);
        sent.extend([("timeout", "0.2"), ("turn_parameters", "{\"a\": \"<script>alert(1)</script>\"}")]);
        let page = browser.send(&new, TRY, &sent);
        page.shows(told);
        stays_text(&page);
    }
    let mut sent = fields("Nobody", "http://127.0.0.1:1/x");
    sent.push(("turn_parameters", "{}"));
    browser.send(&new, TRY, &sent).shows("webhook.error.not-found").shows("No answer");
}

#[test]
fn an_environment_and_a_disabled_webhook_are_tried_as_they_are() {
    let (upstream, other) = (echo(), echo());
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let mut webhook =
        flexible("Orders", &upstream.url("/x"), &json!({ "requestHeaders": { "X-Api-Key": "s3cret-2" } }));
    webhook["disabled"] = true.into();
    let id = console.create(&webhook);
    let environment = json!({ "displayName": "Staging", "webhookConfig": { "webhookOverrides": [
        { "name": format!("{AGENT}/webhooks/{id}"), "genericWebService": { "uri": other.url("/staging") } }] } });
    let made = console.made("environments", &environment);
    let environment =
        made["response"]["name"].as_str().and_then(|name| name.rsplit('/').next()).expect("a name");
    let browser = console.browser();
    let page = browser.open(&path(&id, ""));
    page.shows("Staging").shows("overrides uri");
    let plain = browser.send(&page, &path(&id, "/try"), &[]);
    plain.shows("it is disabled, so the agent would not call it").shows("goes on");
    let sent = [("turn_environment", environment)];
    browser.send(&page, &path(&id, "/try"), &sent).shows("/staging").shows("goes on");
    assert_eq!(other.requests()[0].header("x-api-key"), None, "it leads elsewhere");
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
fn a_script_gets_what_came_of_it_alone() {
    let upstream = echo();
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let browser = console.browser();
    let page = browser.open(NEW);
    let (csrf, uri) = (page.value("csrf"), upstream.url("/x"));
    let mut sent = fields("Weather", &uri);
    sent.extend([("csrf", &*csrf), ("send", "1")]);
    let request = browser
        .with(Request::new("POST", TRY))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Requested-With", "fetch")
        .body(encoded(&sent));
    let answer = console.served.ask(&request);
    let text = String::from_utf8_lossy(&answer.body);
    assert!(text.contains("goes on") && !text.contains("<html"), "{text}");
}

#[test]
fn only_some_are_tried_at_the_same_time() {
    const MOST: usize = 8;
    let upstream = Upstream::start(|_| Reply::silence());
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let id = console.create(&json!({ "displayName": "Slow", "timeout": "2s",
        "genericWebService": { "uri": upstream.url("/x") } }));
    let browser = console.browser();
    let page = browser.open(&path(&id, ""));
    std::thread::scope(|scope| {
        let under_way: Vec<_> =
            (0..MOST).map(|_| scope.spawn(|| browser.send(&page, &path(&id, "/try"), &[]))).collect();
        until("all are under way", || upstream.requests().len() == MOST);
        browser.send(&page, &path(&id, "/try"), &[]).shows("As many tests as may be are under way");
        for one in under_way {
            one.join().expect("answered").shows("webhook.error.timeout");
        }
    });
}
