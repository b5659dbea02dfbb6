//! The log of invocations: found, looked at, made again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rejoinder::{Error, Param, Rejoinder, Reply as Said, Result, param};
use serde_json::json;

use super::Browser;
use super::browser::query;
use crate::activity::{get, list};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Reply, Request, Served, Upstream, call, until};
use crate::routes::{flexible, folder};

param!(Order: String = "order_id");

const BODIES: (&str, &str) = ("REJOINDER_ACTIVITY__INBOUND_BODIES", "true");
const HOSTILE: &str = "\"><img src=x onerror=alert(1)><script>alert(1)</script>";

/// An admin at a server of any store.
fn admin<'s>(served: &'s Served) -> Browser<'s> {
    let mut browser = Browser::stranger(served);
    assert_eq!(browser.try_token(served.token()).status, 303);
    browser
}

fn order(session: &str) -> Vec<u8> {
    let agent = "projects/p/locations/l/agents/a";
    json!({
        "text": "Where is it?",
        "fulfillmentInfo": { "tag": "order-status" },
        "pageInfo": { "displayName": "Order" },
        "sessionInfo": {
            "session": format!("{agent}/environments/prod/sessions/{session}"),
            "parameters": { "customer_name": "Ada-of-the-test", "order_id": "42" },
        },
    })
    .to_string()
    .into_bytes()
}

fn newest(served: &Served, query: &str) -> String {
    list(served, query)[0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn calls_are_found_by_what_they_have_in_common() {
    for store in stores("console activity") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let browser = admin(&served);
        browser.open("/console/activity").shows("Nothing is in the log that fits.");
        for number in 0..3 {
            served.call(order(&format!("s-{number}"))).reply();
        }
        served.call(call("fail", &json!({ "kind": "unavailable" }))).refused(503, "unavailable");
        served.call("{").refused(400, "invalid_request");
        let found = |query: &str, calls: usize| {
            let page = browser.open(&format!("/console/activity{query}"));
            let rows = page.text.matches("<tr data-id=").count();
            assert_eq!(rows, calls, "{query} in {}: {}", store.name, page.text);
            page
        };
        let all = found("", 5);
        all.shows("5 invocations")
            .shows("The demo fails as asked.")
            .shows("client error")
            .hides("Ada-of-the-test");
        found("?status=failed", 2).shows("2 invocations");
        found("?status=server_error&kind=standard&direction=inbound", 1).shows("1 invocation");
        found("?tag=order-status&environment=prod", 3);
        found("?session=s-1", 1);
        found("?error_type=invalid_request", 1);
        found("?status_code=503", 1);
        found("?text=ORDER_ID", 3);
        found("?start=2020-01-01T00:00&end=2020-01-02T00:00:30", 0).shows("value=\"2020-01-02T00:00:30\"");
        // Both ways, with the filters in the addresses.
        let first = found("?tag=order-status&page_size=2", 2);
        let address = |page: &super::browser::Page, rel: &str| {
            let link = page.text.split(&format!("\" rel=\"{rel}\"")).next().expect("a link");
            let link = link.rsplit("href=\"").next().expect("an address");
            link.replace("&#38;", "&").replace("&amp;", "&")
        };
        assert!(!first.text.contains("rel=\"prev\""));
        let second = browser.open(&address(&first, "next"));
        assert_eq!(second.text.matches("<tr data-id=").count(), 1);
        let back = browser.open(&address(&second, "prev"));
        assert_eq!(back.text.matches("<tr data-id=").count(), 2);
        // What a script asks for are rows alone.
        let rows = browser.open("/console/activity/tail?tag=order-status");
        assert!(rows.text.trim_start().starts_with("<tr") && !rows.text.contains("<html"), "{}", rows.text);
    }
}

#[test]
fn a_filter_that_says_nothing_is_told_beside_its_field() {
    let served = Served::demo().managed(&TestStore::memory());
    let browser = admin(&served);
    for (query, field) in [
        ("start=soon", "start"),
        ("status=well", "status"),
        ("status_code=7", "status_code"),
        ("direction=up", "direction"),
        ("start=2026-01-02&end=2026-01-01", "start"),
    ] {
        let page = browser.look(&format!("/console/activity?{query}"));
        assert_eq!(page.status, 422, "{query}");
        page.shows(&format!("href=\"#{field}\"")).shows("expected");
        let field = page.text.split(&format!("id=\"{field}\"")).nth(1).expect("the field");
        assert!(field.split('>').next().expect("its end").contains("aria-invalid"), "{query}");
    }
    assert_eq!(browser.look("/console/activity?after=nonsense").status, 422);
    assert_eq!(browser.look("/console/activity/nonsense").status, 404);
    assert_eq!(browser.look("/console/activity/01M8ADPDA4RET1Q2F85YG4PCZ9").status, 404);
}

#[test]
fn an_invocation_tells_what_was_sent_and_what_is_not_kept() {
    let served = Served::demo_with(&[("REJOINDER_ACTIVITY__PARAMETERS", "[\"order_id\",\"order_status\"]")])
        .managed(&TestStore::memory());
    let browser = admin(&served);
    served.call(order("s-1")).reply();
    let page = browser.open(&format!("/console/activity/{}", newest(&served, "")));
    page.shows("handling").shows("order_status").shows("<ins>shipped</ins>").hides("Ada-of-the-test");
    page.shows("value not kept").shows("activity.inbound_bodies = true keeps those of calls to come");
    page.shows("It cannot be made again: the bodies of the agent's calls are not kept");
    page.shows("curl -sS -X POST").shows("/webhook' ").shows("'http://");
    page.shows("Its body is not kept (activity.inbound_bodies): the command has none.");
    page.shows("href=\"/console/conversations/s%2D1\"");
}

#[test]
fn attempts_are_shown_side_by_side_pretty_or_raw_and_secrets_as_variables() {
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
    let folder = folder(
        "[routes.\"weather\"]\nwebhook = \"Weather API\"\n",
        &[flexible("Weather API", &uri, &rest)],
        &[],
    );
    let file = std::fs::read_to_string(folder.path().join("rejoinder.toml")).expect("a file");
    std::fs::write(
        folder.path().join("rejoinder.toml"),
        file.replace("max_attempts = 1", "max_attempts = 2"),
    )
    .expect("written");
    let served = crate::routes::serve(&folder).managed(&TestStore::memory());
    let browser = admin(&served);
    served.call(call("weather", &json!({ "city": "Oslo" }))).reply();
    let (inbound, outbound) = (newest(&served, "?direction=inbound"), newest(&served, "?direction=outbound"));
    browser
        .open(&format!("/console/activity/{inbound}"))
        .shows("Calls that were made for it")
        .shows(&format!("/console/activity/{outbound}"));
    let path = format!("/console/activity/{outbound}");
    let page = browser.open(&path);
    page.shows("Attempt 1").shows("Attempt 2").shows("\"degrees\": 7,").shows("Made for").shows(&inbound);
    page.hides("s3cret").shows("\"${CALL_API_KEY}\"").shows("-H \"authorization: Bearer ${TOKEN}\"");
    page.shows("Secrets are not kept: set").shows("Secrets were replaced by ***");
    let raw = browser.open(&format!("{path}?raw=1"));
    raw.shows("{\"degrees\":7,").hides("\"degrees\": 7,");
    let body = served.manage(Request::get(format!("{path}/body?attempt=2&of=response")));
    assert_eq!(body.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert!(body.header("Content-Disposition").is_some_and(|file| file.starts_with("attachment")));
    assert!(String::from_utf8_lossy(&body.body).contains("\"token\":\"***\""));
    for nothing in ["attempt=3&of=response", "attempt=0&of=request", "attempt=2&of=all", ""] {
        assert_eq!(browser.look(&format!("{path}/body?{nothing}")).status, 404, "{nothing}");
    }
}

#[test]
fn what_others_put_into_the_log_stays_text() {
    for store in stores("console hostile") {
        let names = format!("[{HOSTILE:?}]");
        let settings = [store.setting(), BODIES, ("REJOINDER_ACTIVITY__PARAMETERS", &*names)];
        let served = Served::demo_with(&settings).managed(&store);
        let browser = admin(&served);
        // A slash would end it.
        let part = HOSTILE.replace('/', "");
        let body = json!({
            "text": format!("{HOSTILE}\u{202e}\u{1b}[31m"),
            "detectIntentResponseId": HOSTILE,
            "fulfillmentInfo": { "tag": HOSTILE },
            "pageInfo": { "displayName": HOSTILE },
            "intentInfo": { "displayName": HOSTILE },
            "languageCode": HOSTILE,
            "sessionInfo": {
                "session": format!("projects/p/locations/l/agents/{part}/environments/{part}/sessions/{HOSTILE}"),
                "parameters": { HOSTILE: HOSTILE },
            },
        });
        let request =
            Request::call(body.to_string()).header("User-Agent", HOSTILE).header("X-Request-Id", HOSTILE);
        assert_eq!(served.ask(&request).status, 404);
        let id = newest(&served, "");
        let session =
            "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E";
        for path in [
            "/console/activity".to_owned(),
            format!("/console/activity?text={session}&tag={session}&session={session}&start={session}"),
            format!("/console/activity?session={session}"),
            format!("/console/activity/{id}"),
            format!("/console/activity/{id}?raw=1&made={session}"),
            format!("/console/activity/{id}/replay"),
            "/console/activity/replay".to_owned(),
            format!("/console/activity/replay?tag={session}"),
            format!("/console/activity/received?source={session}&type={session}&state={session}"),
            "/console/conversations".to_owned(),
            format!("/console/conversations/{session}"),
            format!("/console/conversations/{session}/erase"),
        ] {
            let page = browser.look(&path);
            assert!([200, 422].contains(&page.status), "{path}: {}", page.text);
            for raw in ["<script>alert", "<img", "\u{202e}", "\u{1b}"] {
                let found = page.text.replace("<img src=\"/console/assets/", "").contains(raw);
                assert!(!found, "{raw:?} in {path} in {}: {}", store.name, page.text);
            }
        }
        browser
            .open(&format!("/console/conversations/{session}"))
            .shows(HOSTILE)
            .shows("⟨U+202E⟩⟨U+001B⟩[31m");
        browser.open(&format!("/console/activity/{id}")).shows(HOSTILE);
    }
}

#[test]
fn pages_are_bounded_whatever_is_in_the_log() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100));
    let wide = format!("{{\"a\":{}{}{}}}", "[".repeat(110), vec!["1"; 20_000].join(","), "]".repeat(110));
    let bodies = [
        Reply::text(200, b"\xff\xfe\x00not text".repeat(3_000)),
        Reply::text(200, "x".repeat(60_000)),
        Reply::text(200, deep),
        Reply::text(200, &wide),
    ];
    let next = AtomicUsize::new(0);
    let upstream = Upstream::start(move |_| bodies[next.fetch_add(1, Ordering::SeqCst) % 4].clone());
    let webhook = flexible("Weather API", &upstream.url("/v1"), &json!({}));
    let folder = folder(
        "[routes.\"weather\"]\nwebhook = \"Weather API\"\n[activity]\nbody_limit = \"256KiB\"\n",
        &[webhook],
        &[],
    );
    let served = crate::routes::serve(&folder).managed(&TestStore::memory());
    let browser = admin(&served);
    for _ in 0..4 {
        served.call(call("weather", &json!({ "city": "x".repeat(30_000) })));
    }
    for one in list(&served, "?direction=outbound") {
        let path = format!("/console/activity/{}", one["id"].as_str().expect("an id"));
        for path in [path.clone(), format!("{path}?raw=1")] {
            let page = browser.open(&path);
            assert!(page.text.len() < 400_000, "{path}: {} bytes", page.text.len());
        }
    }
    let path = format!("/console/activity/{}", newest(&served, "?direction=outbound"));
    browser.open(&path).shows("This page shows the first");
    let whole = served.manage(Request::get(format!("{path}/body?attempt=1&of=response")));
    assert_eq!(whole.body, wide.as_bytes());
}

/// A handler that fails until it is mended.
fn shop(works: &Arc<AtomicBool>) -> Rejoinder {
    let works = Arc::clone(works);
    Rejoinder::new().tag("order", move |order: Param<Order>| {
        let works = Arc::clone(&works);
        async move {
            if !works.load(Ordering::SeqCst) {
                return Err(Error::unavailable("The shop is closed."));
            }
            Result::Ok(Said::text(format!("Order {} is known.", order.0)))
        }
    })
}

#[test]
fn one_call_or_all_that_failed_are_made_again() {
    for store in stores("console replay") {
        let works = Arc::new(AtomicBool::new(false));
        let router = shop(&works);
        let served = Served::start(move || router, &[store.setting(), BODIES]).managed(&store);
        let browser = admin(&served);
        for id in ["1", "2", "3"] {
            served.call(call("order", &json!({ "order_id": id }))).refused(503, "unavailable");
        }
        let id = newest(&served, "");
        let asked = browser.open(&format!("/console/activity/{id}/replay"));
        asked.shows("The handler of now answers it, with all its effects.");
        let made = browser.send(&asked, &format!("/console/activity/{id}/replay"), &[]);
        assert_eq!(made.status, 200, "{}", made.text);
        made.shows("Made again.").shows("server error");
        let new = query(&made.path);
        let new = new.strip_prefix("made=").and_then(|new| new.split('&').next()).expect("an id").to_owned();
        browser.open(&format!("/console/activity/{new}")).shows("Replay of").shows(&id);
        works.store(true, Ordering::SeqCst);
        let asked = browser.open("/console/activity/replay?tag=order");
        asked.shows("4 calls failed since").shows("Replay them");
        let until = asked.value("end");
        let fields = [("start", asked.value("start")), ("end", until), ("tag", "order".to_owned())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let tried = browser.send(&asked, "/console/activity/replay", &fields);
        assert_eq!(tried.status, 200, "{}", tried.text);
        tried.shows("<dd>4</dd>").hides("Left");
        assert_eq!(list(&served, "?status=success").len(), 4, "{}", store.name);
        browser.open("/console/activity/replay?tag=other").shows("Nothing failed since");
        let wrong = browser.send(&asked, "/console/activity/replay", &[("tag", "order")]);
        assert_eq!(wrong.status, 400);
        let trail = get(&served, "/api/audit?page_size=100");
        let replays =
            trail["entries"].as_array().expect("a list").iter().filter(|one| one["action"] == "replay");
        assert_eq!(replays.count(), 5);
    }
}

#[test]
fn who_may_only_look_makes_nothing_again() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting(), BODIES]).managed(&store);
    let browser = Browser::sign_in(&served, &store, "viewer");
    served.call(order("s-1")).reply();
    let id = newest(&served, "");
    browser.open("/console/activity").hides("Replay what failed");
    browser
        .open(&format!("/console/activity/{id}"))
        .hides("/replay\"")
        .shows("An editor or an admin may make it again");
    browser.open("/console/conversations/s-1").hides("Erase");
    for path in [
        format!("/console/activity/{id}/replay"),
        "/console/activity/replay".to_owned(),
        "/console/conversations/s-1/erase".to_owned(),
    ] {
        assert_eq!(browser.look(&path).status, 403, "{path}");
    }
    let page = browser.open("/console/");
    for path in [format!("/console/activity/{id}/replay"), "/console/conversations/s-1/erase".to_owned()] {
        assert_eq!(browser.send(&page, &path, &[]).status, 403, "{path}");
    }
    assert_eq!(list(&served, "").len(), 1);
}

#[test]
fn deliveries_say_what_they_tell_of_and_go_out_again() {
    for store in stores("console deliveries") {
        let receiver = Upstream::start(|_| Reply::new(500));
        let settings = [
            store.setting(),
            ("REJOINDER_STORE__ACCEPT_LOSS", "true"),
            ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
            ("REJOINDER_OUTBOUND__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"),
        ];
        let served = Served::demo_with(&settings).managed(&store);
        let browser = admin(&served);
        let webhook = json!({ "webhook": {
            "name": "Ticketing", "endpoint": receiver.url("/in"), "http_method": "POST", "request_format": "json",
            "status": "active", "subscriptions": ["rejoinder:event-type:fulfillment.failed"],
        }});
        let made = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
        assert_eq!(served.manage(made.body(webhook.to_string())).status, 201);
        served.call(call("fail", &json!({ "kind": "unavailable" }))).refused(503, "unavailable");
        until("the delivery has ended", || !list(&served, "?kind=delivery").is_empty());
        let (id, inbound) = (newest(&served, "?kind=delivery"), newest(&served, "?direction=inbound"));
        browser
            .open("/console/activity?kind=delivery")
            .shows("Ticketing")
            .shows("it was answered with status 500");
        browser
            .open(&format!("/console/activity/{id}"))
            .shows("Tells of")
            .shows(&format!("/console/activity/{inbound}"))
            .shows("x-zendesk-webhook-id");
        browser.open("/console/conversations/example-session").shows("Told to others").shows("Ticketing");
        let asked = browser.open(&format!("/console/activity/{id}/replay"));
        let made = browser.send(&asked, &format!("/console/activity/{id}/replay"), &[]);
        made.shows("Made again.").shows("It was made again as");
        until("it is sent again", || list(&served, "?kind=delivery").len() == 2);
    }
}

#[test]
fn without_a_log_the_page_says_how_to_have_one() {
    let served = Served::demo_with(&[("REJOINDER_ACTIVITY__ENABLED", "off")]).managed(&TestStore::memory());
    let browser = admin(&served);
    for path in ["/console/activity", "/console/conversations", "/console/conversations/x"] {
        let page = browser.look(path);
        assert_eq!(page.status, 404);
        page.shows("activity.enabled = \"on\"");
    }
}
