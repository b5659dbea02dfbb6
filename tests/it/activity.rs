//! The activity log through the server's API, on every store.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::kit::stores::{TestStore, durable, stores};
use crate::kit::{Program, Reply, Request, Served, Upstream, call, until};
use crate::routes::{flexible, folder};

/// What the API answers to this path.
#[track_caller]
pub(crate) fn get(served: &Served, path: &str) -> Value {
    let answer = served.manage(Request::get(path));
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// The invocations that a query finds.
#[track_caller]
pub(crate) fn list(served: &Served, query: &str) -> Vec<Value> {
    let page = get(served, &format!("/api/invocations{query}"));
    page["invocations"].as_array().expect("a list").clone()
}

fn tags(served: &Served, query: &str) -> Vec<String> {
    list(served, query).iter().map(|one| one["tag"].as_str().unwrap_or("-").to_owned()).collect()
}

fn order(session: &str) -> Vec<u8> {
    json!({
        "fulfillmentInfo": { "tag": "order-status" },
        "pageInfo": { "displayName": "Order" },
        "sessionInfo": {
            "session": format!("projects/p/locations/l/agents/a/environments/prod/sessions/{session}"),
            "parameters": { "customer_name": "Ada-of-the-test", "order_id": "42" },
        },
    })
    .to_string()
    .into_bytes()
}

#[test]
fn every_call_is_an_invocation_that_can_be_found() {
    for store in stores("activity api") {
        let served =
            Served::demo_with(&[store.setting(), ("REJOINDER_ACTIVITY__PARAMETERS", "[\"order_id\"]")])
                .managed(&store);
        served.call(order("s-1")).reply();
        served.call(call("fail", &json!({ "kind": "unavailable" }))).refused(503, "unavailable");
        served.call("{").refused(400, "invalid_request");
        let query = Request::new("GET", "/flexible/order-status?customer_name=Ada-of-the-test&order_id=7");
        assert_eq!(served.ask(&query).status, 200);
        assert_eq!(tags(&served, ""), ["order-status", "-", "fail", "order-status"], "{}", store.name);
        for (query, expected) in [
            ("?status=failed", &["-", "fail"][..]),
            ("?status=success&kind=flexible", &["order-status"]),
            ("?status_code=503", &["fail"]),
            ("?error_type=invalid_request", &["-"]),
            ("?tag=fail", &["fail"]),
            ("?environment=prod", &["order-status"]),
            ("?session=s-1", &["order-status"]),
            ("?direction=outbound", &[]),
            ("?text=ORDER_ID&order=oldest", &["order-status", "order-status"]),
            ("?start=1h&end=2200-01-01&page_size=2", &["order-status", "-"]),
            ("?end=1h", &[]),
        ] {
            assert_eq!(tags(&served, query), expected, "{query} in {}", store.name);
        }
        let first = &list(&served, "?session=s-1")[0];
        assert_eq!(first["page"], "Order");
        assert_eq!((&first["status"], &first["outcome"]), (&json!("success"), &json!("replied")));
        let id = first["id"].as_str().expect("an id");
        let shown = get(&served, &format!("/api/invocations/{id}"));
        let attempt = &shown["invocation"]["attempts"][0];
        assert_eq!((&attempt["status_code"], &attempt["request"]["method"]), (&json!(200), &json!("POST")));
        assert_eq!(attempt["response"]["body"], Value::Null);
        assert_eq!(shown["invocation"]["parameters"]["before"]["values"], json!({ "order_id": "42" }));
        assert!(!list(&served, "").iter().any(|one| one.to_string().contains("Ada-of-the-test")));
        assert!(!shown.to_string().contains("Ada-of-the-test"));
        let counted = get(&served, "/api/invocations/count?status=failed");
        assert_eq!(counted, json!({ "count": 2, "exact": true }));
        let counts = get(&served, "/api/invocations/counts?by=tag");
        assert_eq!(counts["groups"][1]["name"], "order-status");
        assert_eq!(counts["groups"][1]["calls"], 2);
    }
}

#[test]
fn a_conversation_is_shown_in_order_and_can_be_erased() {
    for store in stores("activity sessions") {
        let served =
            Served::demo_with(&[store.setting(), ("REJOINDER_ACTIVITY__PARAMETERS", "[\"order_status\"]")])
                .managed(&store);
        for _ in 0..3 {
            served.call(order("s-1")).reply();
        }
        served.call(order("s-2")).reply();
        let session = get(&served, "/api/sessions/s-1?page_size=2");
        let calls = session["calls"].as_array().expect("calls");
        assert_eq!(calls.len(), 2);
        assert!(calls[0]["id"].as_str() < calls[1]["id"].as_str());
        assert_eq!(calls[0]["parameters"]["after"]["values"], json!({ "order_status": "shipped" }));
        let after = session["meta"]["after"].as_str().expect("more");
        let rest = get(&served, &format!("/api/sessions/s-1?after={after}"));
        assert_eq!(rest["calls"].as_array().map(Vec::len), Some(1));
        let name =
            "/api/sessions/projects%2Fp%2Flocations%2Fl%2Fagents%2Fa%2Fenvironments%2Fprod%2Fsessions%2Fs-1";
        let erased = served.manage(Request::new("DELETE", name));
        assert_eq!((erased.status, erased.json()), (200, json!({ "erased": 3 })));
        assert_eq!(list(&served, "").len(), 1);
        assert_eq!(get(&served, "/api/sessions/s-1")["calls"], json!([]));
    }
}

#[test]
fn calls_of_apis_are_kept_with_each_attempt() {
    for store in stores("activity upstream") {
        let asked = AtomicUsize::new(0);
        let upstream = Upstream::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::new(503),
            _ => Reply::json(200, json!({ "degrees": 7, "token": "s3cret-of-the-answer" })),
        });
        let uri = upstream.url("/v1/$session.params.city?api_key=s3cret-of-the-query");
        let rest = json!({
            "parameterMapping": { "degrees": "$.degrees" },
            "requestHeaders": { "Authorization": "Bearer s3cret-of-the-resource" },
        });
        let settings = "[routes.\"weather\"]\nwebhook = \"Weather API\"\n";
        let folder = folder(settings, &[flexible("Weather API", &uri, &rest)], &[]);
        let file = std::fs::read_to_string(folder.path().join("rejoinder.toml")).expect("a file");
        let file = file.replace("max_attempts = 1", "max_attempts = 2");
        let file = format!("{file}[store]\nurl = {:?}\n", store.url);
        std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
        let served = crate::routes::serve(&folder).managed(&store);
        let mut asked: Value =
            serde_json::from_slice(&call("weather", &json!({ "city": "Oslo" }))).expect("JSON");
        asked["sessionInfo"]["session"] = "projects/p/locations/l/agents/a/sessions/s-9".into();
        served.call(asked.to_string()).reply();
        let outbound = list(&served, "?direction=outbound&webhook=Weather+API");
        assert_eq!(outbound.len(), 1, "{}", store.name);
        let inbound = &list(&served, "?direction=inbound")[0];
        assert_eq!(outbound[0]["parent"], inbound["id"]);
        assert_eq!((&outbound[0]["tag"], &outbound[0]["session"]), (&json!("weather"), &json!("s-9")));
        let id = inbound["id"].as_str().expect("an id");
        assert_eq!(
            get(&served, &format!("/api/invocations/{id}"))["invocation"]["calls"][0]["id"],
            outbound[0]["id"]
        );
        let id = outbound[0]["id"].as_str().expect("an id");
        let shown = get(&served, &format!("/api/invocations/{id}"))["invocation"].take();
        assert_eq!(shown["attempt_count"], 2);
        assert_eq!(
            (&shown["attempts"][0]["status_code"], &shown["attempts"][1]["status_code"]),
            (&json!(503), &json!(200))
        );
        let text = shown.to_string();
        assert!(text.contains("/v1/Oslo?api_key=***") && text.contains("Bearer ***"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
        let counts = get(&served, "/api/invocations/counts");
        assert_eq!(
            counts["groups"],
            json!([{ "name": "Weather API", "calls": 1, "failed": 0, "days": [0, 0, 0, 0, 0, 0, 1] }])
        );
    }
}

#[test]
fn what_was_answered_is_there_after_a_restart() {
    for store in durable("activity restart") {
        let start = || {
            let folder = tempfile::tempdir().expect("a folder");
            let demo = ("REJOINDER_DEMO__ENABLED", "true");
            Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &[store.setting(), demo])
        };
        let program = start();
        for _ in 0..20 {
            program.connect().ask(&Request::call(order("s-1"))).reply();
        }
        // No pause in which anything could be written in the background.
        program.signal("TERM");
        assert_eq!(program.end().code, Some(0));
        let program = start();
        let token = format!("Bearer {}", store.token("viewer"));
        let list = Request::get("/api/invocations?session=s-1").header("Authorization", token);
        let found = program.connect().ask(&list).json();
        assert_eq!(found["invocations"].as_array().map(Vec::len), Some(20), "{}", store.name);
    }
}

#[test]
fn the_agent_is_answered_while_the_store_is_away_and_the_gap_is_told() {
    // Nobody listens there.
    let store = ("REJOINDER_STORE__URL", "postgres://u:s3cret@127.0.0.1:1/d");
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        [store, ("REJOINDER_DEMO__ENABLED", "true"), ("REJOINDER_ACTIVITY__QUEUE_MEMORY", "64KiB")];
    let program = Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &settings);
    let mut connection = program.connect();
    for _ in 0..100 {
        connection.ask(&Request::call(order("s-1"))).reply();
    }
    let told = "the activity log cannot be written";
    until("the outage is told", || program.log().contains(told));
    let metrics = String::from_utf8(connection.ask(&Request::get("/metrics")).body).expect("UTF-8");
    let lost =
        metrics.lines().find_map(|line| line.strip_prefix("rejoinder_activity_lost_total{why=\"full\"} "));
    assert!(lost.and_then(|lost| lost.parse::<u64>().ok()).is_some_and(|lost| lost > 0), "{metrics}");
    assert_eq!(program.log().matches(told).count(), 1, "{}", program.log());
    assert!(!program.log().contains("s3cret"));
}

#[test]
fn questions_that_cannot_be_answered_say_why() {
    let served = Served::demo().managed(&TestStore::memory());
    for (path, code, expected) in [
        ("/api/invocations?statsu=failed", "invalid_argument", "did you mean \"status\"?"),
        ("/api/invocations?status=fialed", "invalid_argument", "status: expected some of failed, accepted"),
        ("/api/invocations?start=soon", "invalid_argument", "start: expected a time such as"),
        ("/api/invocations?start=1h&end=2h", "invalid_argument", "expected a moment before end"),
        ("/api/invocations?page_size=1000", "invalid_argument", "page_size: expected a number from 1 to 200"),
        ("/api/invocations?after=1", "invalid_argument", "after: expected the 26 characters"),
        ("/api/invocations?tag=a&tag=b", "invalid_argument", "\"tag\" twice"),
        ("/api/invocations/counts?by=page", "invalid_argument", "by: expected one of webhook, tag"),
        ("/api/invocations/nonsense", "invalid_argument", "expected the 26 characters"),
    ] {
        let message = served.manage(Request::get(path)).refused(400, code);
        assert!(message.contains(expected), "{path}: {message}");
    }
    let none = "/api/invocations/01ARZ3NDEKTSV4RRFFQ69G5FAV";
    served.manage(Request::get(none)).refused(400, "invalid_argument");
    served.manage(Request::new("PUT", "/api/invocations")).refused(405, "method_not_allowed");
    let off = Served::demo_with(&[("REJOINDER_ACTIVITY__ENABLED", "off")]).managed(&TestStore::memory());
    off.manage(Request::get("/api/invocations")).refused(404, "activity_off");
}

#[test]
fn secrets_and_personal_data_never_come_to_the_file() {
    let store = TestStore::sqlite();
    let check = "[{ kind = \"header\", name = \"X-Agent\", values = [\"s3cret-of-the-agent\"] }]";
    let served = Served::demo_with(&[store.setting(), ("REJOINDER_AUTH__ANY_OF", check)]).managed(&store);
    let request =
        Request::call(order("s-1")).header("X-Agent", "s3cret-of-the-agent").header("Cookie", "s3cret-2");
    served.ask(&request).reply();
    served.ask(&request.header("X-Agent", "s3cret-3")).refused(401, "unauthorized");
    drop(served);
    let path = store.url.strip_prefix("sqlite://").expect("a file");
    // Its log is written back when there is time.
    let mut bytes = std::fs::read(path).expect("readable");
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("order-status") && holds("x-agent") && holds("customer_name"));
    assert!(!holds("s3cret") && !holds("Ada-of-the-test"));
}

#[test]
fn each_role_may_its_part_and_replays_are_in_the_audit_trail() {
    for store in durable("activity roles") {
        let served = Served::demo_with(&[store.setting(), ("REJOINDER_ACTIVITY__INBOUND_BODIES", "true")])
            .managed(&store);
        served.call(order("s-1")).reply();
        let id = list(&served, "")[0]["id"].as_str().expect("an id").to_owned();
        let replay = || Request::new("POST", format!("/api/invocations/{id}/replay"));
        served.ask(&Request::get("/api/invocations")).refused(401, "unauthorized");
        served.ask(&replay()).refused(401, "unauthorized");
        for (role, view, manage) in [("viewer", 200, 403), ("creator", 403, 403), ("editor", 200, 200)] {
            let token = format!("Bearer {}", store.token(role));
            let ask = |request: Request| served.ask(&request.header("Authorization", &token)).status;
            assert_eq!(ask(Request::get("/api/invocations")), view, "{role}");
            assert_eq!(ask(Request::get(format!("/api/invocations/{id}"))), view, "{role}");
            assert_eq!(ask(Request::get("/api/sessions/s-1")), view, "{role}");
            assert_eq!(ask(replay()), manage, "{role}");
            assert_eq!(ask(Request::new("DELETE", "/api/sessions/s-2")), manage, "{role}");
        }
        let trail = get(&served, "/api/audit")["entries"].take();
        let actions: Vec<_> =
            trail.as_array().expect("entries").iter().map(|entry| entry["action"].clone()).collect();
        assert_eq!(actions[..3], ["erase", "replay", "create"]);
        assert_eq!(trail[1]["resource"], format!("activity/invocations/{id}"));
        assert!(!trail[0].to_string().contains("s-2"), "who was forgotten is not told: {trail}");
    }
}
