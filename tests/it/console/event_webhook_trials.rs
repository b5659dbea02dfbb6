//! Event and trigger webhooks, by their pages: tried, what was sent to them, and how it is signed.

use rejoinder::zendesk::signature::{self, TEST_SECRET};
use serde_json::json;

use super::event_webhooks::{NEW, XSS, api, events, id_of, made, manager, place, served, turn};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Received, Reply, Request, Served, Upstream, until};

/// What an action was done to, as the audit trail has it.
fn audited(served: &Served, action: &str) -> Vec<String> {
    let trail = served.manage(Request::get("/api/audit?page_size=100")).json();
    let entries = trail["entries"].as_array().expect("entries").iter();
    let of_action = entries.filter(|entry| entry["action"] == action);
    of_action.map(|entry| entry["resource"].as_str().expect("a resource").to_owned()).collect()
}

#[track_caller]
fn verified(request: &Received, secret: &str) {
    let header = |name| request.header(name).unwrap_or_else(|| panic!("{name}"));
    let timestamp = header("X-Zendesk-Webhook-Signature-Timestamp");
    assert!(signature::verify([secret], timestamp, &request.body, header("X-Zendesk-Webhook-Signature")));
}

#[test]
fn a_webhook_is_tried_before_and_after_it_is_saved() {
    for store in stores("trying webhooks") {
        let served = served(&store, &[]);
        let browser = manager(&served, &store);
        let receiver = Upstream::start(|_| Reply::text(418, format!("short and stout {XSS}")));
        let endpoint = receiver.url("/try");
        let mut fields = events("", &endpoint);
        fields.retain(|(name, _)| *name != "do");
        let form = browser.open(&format!("{NEW}?connection=events"));
        // A sample is put in, and nothing is sent yet.
        let sample = [("do", "sample"), ("sample", "rejoinder:event-type:conversation.handoff")];
        let with: Vec<_> = fields.iter().copied().chain(sample).collect();
        let page = browser.send(&form, NEW, &with);
        page.shows("\"type\": \"rejoinder:event-type:conversation.handoff\"").shows("\"queue\": \"orders\"");
        assert!(receiver.requests().is_empty());
        let body = "{\r\n  \"a\": \"<i>\"\r\n}\r\n";
        let secret = [
            ("auth_type", "bearer_token"),
            ("auth_secret", "typed-token"),
            ("payload", body),
            ("do", "test"),
        ];
        let with: Vec<_> = fields.iter().copied().chain(secret).collect();
        let page = browser.send(&form, NEW, &with);
        assert_eq!(page.status, 200, "{}", page.text);
        page.shows("418").shows("short and stout").shows("x-zendesk-webhook-signature").hides("typed-token");
        page.shows("published for tests").shows("Bearer ***");
        assert!(!page.text.contains("<img src=x") && !page.text.contains("<script>alert"), "{}", page.text);
        let got = receiver.requests().remove(0);
        assert_eq!(got.body, b"{\n  \"a\": \"<i>\"\n}\n");
        assert_eq!(got.header("authorization"), Some("Bearer typed-token"));
        verified(&got, TEST_SECRET);
        // Nothing was saved.
        assert_eq!(api(&served, "GET", "webhooks", None).json()["webhooks"], json!([]));
        let page = made(&browser, &events("Saved", &endpoint));
        page.shows("id=\"test-panel\"").shows("\"type\": \"rejoinder:event-type:conversation.turn\"");
        let test = format!("{}/test", place(&page));
        let panel = browser.open(&test);
        let tested = browser.send(&panel, &test, &[("payload", "{}"), ("do", "test")]);
        tested.shows("418").hides("published for tests");
        let secret = api(&served, "GET", &format!("webhooks/{}/signing_secret", id_of(&page)), None).json();
        verified(&receiver.requests()[1], secret["signing_secret"]["secret"].as_str().expect("a secret"));
        // What cannot be sent is said in words.
        let panel = browser.open(&test);
        let large = "x".repeat(262_144);
        browser.send(&panel, &test, &[("payload", &large), ("do", "test")]).shows("it has 262144 bytes");
        let nobody = {
            let mut fields = events("x", "http://127.0.0.1:1/");
            fields.retain(|(name, _)| *name != "do");
            fields.push(("do", "test"));
            browser.send(&form, NEW, &fields)
        };
        nobody.shows("The endpoint was not reached");
    }
}

#[test]
fn one_that_rules_notify_is_tried_with_parameters() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let browser = manager(&served, &store);
    let receiver = Upstream::start(|_| Reply::json(200, json!({ "taken": true })));
    let endpoint = receiver.url("/find?a=b");
    let fields = [
        ("connection", "rules"),
        ("name", "Find"),
        ("endpoint", &*endpoint),
        ("http_method", "GET"),
        ("request_format", "json"),
        ("status", "true"),
    ];
    let form = browser.open(&format!("{NEW}?connection=rules"));
    form.shows("id=\"http_method\"").hides("conversation.handoff");
    let typed =
        [("parameter_key", "q"), ("parameter_value", "1 2"), ("parameter_key", ""), ("parameter_value", "")];
    let with: Vec<_> = fields.into_iter().chain(typed).chain([("do", "test")]).collect();
    browser.send(&form, NEW, &with).shows("\"taken\": true").shows("q=1+2");
    assert_eq!(receiver.requests()[0].path, "/find?a=b&q=1+2");
    let page = made(&browser, &fields);
    page.shows("triggers and automations").shows("No rule notifies it yet");
    let test = format!("{}/test", place(&page));
    let panel = browser.open(&test);
    panel.hides("name=\"payload\"");
    browser
        .send(&panel, &test, &[("parameter_key", "z"), ("parameter_value", "é"), ("do", "test")])
        .shows("z=%C3%A9");
}

#[test]
fn deliveries_are_looked_at_and_made_again() {
    for store in stores("deliveries by pages") {
        let served = served(&store, &[]);
        let browser = manager(&served, &store);
        let answers = std::sync::Arc::new(std::sync::atomic::AtomicU16::new(500));
        let status = std::sync::Arc::clone(&answers);
        let receiver = Upstream::start(move |_| {
            Reply::text(status.load(std::sync::atomic::Ordering::Relaxed), format!("oh {XSS}"))
        });
        let page = made(&browser, &events("Told", &receiver.url("/in")));
        let path = place(&page);
        page.shows("Nothing was sent in the last seven days");
        for response in ["r-1", "r-2", "r-3"] {
            turn(&served, response);
        }
        let failed = format!("webhooks/{}/invocations?filter[status]=failed", id_of(&page));
        until("all have failed", || {
            api(&served, "GET", &failed, None).json()["invocations"].as_array().map(Vec::len) == Some(3)
        });
        let page = browser.open(&path);
        page.shows("deliveries in 7 days")
            .shows("server error</span>")
            .shows("conversation.turn")
            .shows("500");
        browser.open(&format!("{path}?status=success")).shows("Nothing of the last seven days fits");
        browser.open(&format!("{path}?status=failed&from=2020-01-01T00:00")).shows("server error</span>");
        browser.open(&format!("{path}?until=2020-01-01")).hides("server error</span>");
        browser
            .open(&format!("{path}?status=odd&from=yesterday"))
            .shows("expected a time")
            .shows("none of this word");
        let invocation = page.text.split("/invocations/").nth(1).and_then(|text| text.split('"').next());
        let one = format!("{path}/invocations/{}", invocation.expect("a link"));
        let shown = browser.open(&one);
        shown
            .shows("Attempt 1")
            .shows("POST http://127.0.0.1")
            .shows("\"tag\": \"hello\"")
            .shows("oh \"><img");
        assert!(
            !shown.text.contains("<img src=x") && !shown.text.contains("<script>alert"),
            "{}",
            shown.text
        );
        assert_eq!(browser.look(&format!("{path}/invocations/01EJFTSCC78X5V07NPY2MHR00M")).status, 404);
        // One is made again, then those that are left.
        answers.store(200, std::sync::atomic::Ordering::Relaxed);
        let again = browser.send(&shown, &format!("{one}/replay"), &[]);
        again.shows("Made again.").shows("Repeats");
        let asked = browser.open(&format!("{path}/replay?since=1h"));
        asked.shows("2 deliveries to “Told” failed since");
        let since = asked.value("since");
        browser.send(&asked, &format!("{path}/replay"), &[("since", &since)]).shows("Made again.");
        until("all have arrived", || receiver.requests().len() == 6);
        let arrived = format!("webhooks/{}/invocations?filter[status]=success", id_of(&page));
        until("that is known", || {
            api(&served, "GET", &arrived, None).json()["invocations"].as_array().map(Vec::len) == Some(3)
        });
        assert_eq!(browser.look(&format!("{path}/replay?since=1h")).path, format!("{path}?done=nothing"));
        assert_eq!(browser.look(&format!("{path}/replay?since=soon")).status, 400);
        assert_eq!(audited(&served, "replay").len(), 3, "{}", store.name);
    }
}

#[test]
fn the_signing_secret_is_shown_when_it_is_wanted_and_rotated_with_an_overlap() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let browser = manager(&served, &store);
    let receiver = Upstream::start(|_| Reply::new(200));
    let page = made(&browser, &events("Signed", &receiver.url("/")));
    let (path, id) = (place(&page), id_of(&page));
    let secret = || {
        let answer = api(&served, "GET", &format!("webhooks/{id}/signing_secret"), None).json();
        answer["signing_secret"]["secret"].as_str().expect("a secret").to_owned()
    };
    let first = secret();
    let asked = browser.open(&format!("{path}/secret"));
    asked.hides(&first).shows("audit trail");
    browser.send(&asked, &format!("{path}/secret"), &[]).shows(&first);
    let question = browser.open(&format!("{path}/secret/rotate"));
    question.shows("For 1 d 0 h requests are also signed with the secret of now");
    let etag = question.value("etag");
    let rotated = browser.send(&question, &format!("{path}/secret/rotate"), &[("etag", &etag)]);
    rotated.shows("There is a new signing secret").shows("also signed with the secret before").hides(&first);
    // The page that asked is from before.
    assert_eq!(browser.send(&question, &format!("{path}/secret/rotate"), &[("etag", &etag)]).status, 409);
    let second = secret();
    assert_ne!(first, second);
    turn(&served, "r-1");
    until("it is told", || !receiver.requests().is_empty());
    let got = receiver.requests().remove(0);
    verified(&got, &second);
    let timestamp = got.header("X-Zendesk-Webhook-Signature-Timestamp").expect("a time");
    let previous = got.header("X-Rejoinder-Webhook-Signature-Previous").expect("the one before");
    assert!(signature::verify([&*first], timestamp, &got.body, previous));
    // Once by the page, and twice by the API.
    let told = audited(&served, "reveal_secret");
    assert!(
        told.len() == 3 && told.iter().all(|resource| *resource == format!("zendesk/webhooks/{id}")),
        "{told:?}"
    );
}
