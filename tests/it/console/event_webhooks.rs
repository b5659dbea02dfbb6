//! Event and trigger webhooks, by their pages: made, changed, cloned, switched, deleted, and by whom.

use rejoinder::{Rejoinder, Reply as Said};
use serde_json::{Value, json};

use super::Browser;
use super::browser::Page;
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Answer, Reply, Request, Served, Upstream, until};

pub(super) const NEW: &str = "/console/webhooks/events/new";
pub(super) const XSS: &str = "\"><img src=x onerror=alert(1)><script>alert(1)</script>";

/// What lets a receiver on this machine be called, and webhooks be in memory.
pub(super) const SETTINGS: [(&str, &str); 3] = [
    ("REJOINDER_OUTBOUND__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"),
    ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
    ("REJOINDER_STORE__ACCEPT_LOSS", "true"),
];

/// A server with a handler that hangs over nothing.
pub(super) fn served(store: &TestStore, settings: &[(&str, &str)]) -> Served {
    let mut all: Vec<_> =
        [store.setting()].into_iter().chain(SETTINGS).chain(settings.iter().copied()).collect();
    all.retain(|(_, value)| !value.is_empty());
    let make = || Rejoinder::new().fallback(async || Said::text("Hello."));
    Served::start(make, &all).managed(store)
}

/// Somebody who may manage.
pub(super) fn manager<'s>(served: &'s Served, store: &TestStore) -> Browser<'s> {
    if !store.url.is_empty() {
        return Browser::sign_in(served, store, "editor");
    }
    let mut browser = Browser::stranger(served);
    assert_eq!(browser.try_token(served.token()).status, 303);
    browser
}

pub(super) fn api(served: &Served, method: &'static str, path: &str, body: Option<&Value>) -> Answer {
    let request = Request::new(method, format!("/api/v2/{path}"));
    served.manage(match body {
        Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
        None => request,
    })
}

/// The fields of a webhook that is told of turns.
pub(super) fn events<'f>(name: &'f str, endpoint: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("connection", "events"),
        ("name", name),
        ("endpoint", endpoint),
        ("status", "true"),
        ("subscriptions", "rejoinder:event-type:conversation.turn"),
        ("do", "save"),
    ]
}

/// Makes one by the form; gives its page.
#[track_caller]
pub(super) fn made(browser: &Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let connection = fields[0].1;
    let form = browser.open(&format!("{NEW}?connection={connection}"));
    let page = browser.send(&form, NEW, fields);
    assert!(page.path.ends_with("?done=created"), "{}: {}", page.path, page.text);
    page
}

/// Where a page is, without what was done.
pub(super) fn place(page: &Page) -> String {
    page.path.split('?').next().unwrap_or_default().to_owned()
}

pub(super) fn id_of(page: &Page) -> String {
    place(page).rsplit('/').next().unwrap_or_default().to_owned()
}

pub(super) fn turn(served: &Served, response: &str) {
    let request = json!({
        "detectIntentResponseId": response, "fulfillmentInfo": { "tag": "hello" },
        "sessionInfo": { "session": "projects/p/locations/l/agents/a/sessions/s-1", "parameters": {} },
    });
    assert_eq!(served.call(request.to_string()).status, 200);
}

#[test]
fn a_webhook_is_made_with_help_and_faults_beside_its_fields() {
    for store in stores("webhooks by pages") {
        let served = served(&store, &[]);
        let browser = manager(&served, &store);
        browser.open(NEW).shows("fixed once the webhook is created");
        let form = browser.open(&format!("{NEW}?connection=events"));
        form.shows("conversation.handoff").shows("The conversation goes to a person, once a turn.");
        form.hides("id=\"http_method\"").shows("\"type\": \"rejoinder:event-type:conversation.turn\"");
        // What is wrong is told beside each field, what was typed stays, and secrets do not.
        let wrong = [
            ("connection", "events"),
            ("name", " "),
            ("endpoint", "ftp://example.com/x"),
            ("auth_type", "bearer_token"),
            ("auth_secret", "s3cret-token"),
            ("header_name", "Host"),
            ("header_value", "kept"),
            ("header_name", "X-A"),
            ("header_value", "1"),
            ("header_name", "X-A"),
            ("header_value", "2"),
            ("others", "rejoinder:event-type:conversation.turns"),
            ("do", "save"),
        ];
        let refused = browser.send(&form, NEW, &wrong);
        assert_eq!(refused.status, 422);
        refused.shows("X-A stands here twice").shows("value=\"ftp://example.com/x\"").hides("s3cret-token");
        let wrong: Vec<_> = wrong
            .into_iter()
            .filter(|(name, value)| !(name.starts_with("header") && *value != "Host" && *value != "kept"))
            .collect();
        let refused = browser.send(&form, NEW, &wrong);
        assert_eq!(refused.status, 422);
        refused.shows("Name: it is blank").shows("Endpoint: its scheme is ftp").shows("href=\"#endpoint\"");
        refused.shows("Headers: a header of this name is set by the server").hides("s3cret-token");
        refused.shows("did you mean rejoinder:event-type:conversation.turn?").shows("value=\"kept\"");
        let mut fields = events(XSS, "https://receiver.example.com/hook?a=b");
        fields.extend([
            ("description", XSS),
            ("auth_type", "api_key"),
            ("auth_name", "X-Key"),
            ("auth_secret", "s3cret-token"),
            ("header_name", "X-Team"),
            ("header_value", "<b>orders</b>"),
            ("others", "rejoinder:event-type:custom.order_placed\r\nzen:event-type:ticket.*"),
        ]);
        let page = made(&browser, &fields);
        page.shows("Created.").shows("custom.order_placed").shows("X-Team: <b>orders</b>").shows("api_key");
        page.hides("s3cret-token");
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{}", page.text);
        let shown = api(&served, "GET", &format!("webhooks/{}", id_of(&page)), None).json();
        let webhook = &shown["webhook"];
        assert_eq!(webhook["name"], XSS);
        assert_eq!(webhook["subscriptions"].as_array().map(Vec::len), Some(3), "{webhook}");
        assert_eq!(webhook["authentication"]["data"], json!({ "name": "X-Key" }));
        assert_eq!(webhook["custom_headers"], json!({ "X-Team": "<b>orders</b>" }));
        // The form of it has the same, and keeps the secret that it does not show.
        let edit = browser.open(&format!("{}/edit", place(&page)));
        edit.shows("leave this empty to keep it")
            .hides("s3cret-token")
            .shows("order_placed\nzen:event-type:ticket.*");
        assert!(!edit.text.contains("<script>alert") && !edit.text.contains("<img src=x"));
    }
}

#[test]
fn secrets_are_kept_while_they_are_not_typed_and_go_nowhere_else() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let browser = manager(&served, &store);
    let receiver = Upstream::start(|_| Reply::new(200));
    let endpoint = receiver.url("/in");
    let mut fields = events("Kept", &endpoint);
    fields.extend([("auth_type", "basic_auth"), ("auth_name", "ada"), ("auth_secret", "s3cret-pass")]);
    let page = made(&browser, &fields);
    let edit = format!("{}/edit", place(&page));
    let with = |changes: &[(&'static str, &'static str)]| {
        let form = browser.open(&edit);
        let etag = form.value("etag");
        let mut fields = events("Kept", &endpoint);
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let basic = [("auth_type", "basic_auth"), ("auth_name", "ada"), ("etag", &*etag)];
        fields.extend(basic.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        browser.send(&form, &edit, &fields)
    };
    with(&[("name", "Another name")]).shows("Saved.").shows("Another name");
    turn(&served, "r-1");
    until("it is told", || !receiver.requests().is_empty());
    let sent = receiver.requests()[0].header("authorization").expect("credentials").to_owned();
    assert_eq!(sent, "Basic YWRhOnMzY3JldC1wYXNz");
    let dropped = with(&[("endpoint", "http://127.0.0.1:9/in")]);
    dropped.shows("without the credentials").shows("none");
    // Another kind needs a secret.
    let refused = with(&[("auth_type", "bearer_token"), ("auth_name", "")]);
    assert_eq!(refused.status, 422);
    refused.shows("Token: it is required");
    // Whoever was quicker is told of, and what was typed stays.
    let stale = with(&[("etag", "\"1\""), ("name", "Typed")]);
    assert_eq!(stale.status, 409);
    stale.shows("Somebody else has changed this webhook").shows("value=\"Typed\"");
    assert_ne!(stale.value("etag"), "\"1\"");
}

#[test]
fn cloning_switching_and_deleting_ask_first() {
    for store in stores("webhooks are confirmed") {
        let served = served(&store, &[]);
        let browser = manager(&served, &store);
        let fields = [
            ("connection", "rules"),
            ("name", "Tickets"),
            ("endpoint", "https://tickets.example.com/"),
            ("http_method", "POST"),
            ("request_format", "json"),
            ("status", "true"),
            ("auth_type", "bearer_token"),
            ("auth_secret", "s3cret-token"),
        ];
        let page = made(&browser, &fields);
        let (path, id) = (place(&page), id_of(&page));
        let trigger = json!({ "trigger": {
            "title": "Open <b>a ticket</b>",
            "conditions": { "all": [{ "field": "tag", "operator": "is", "value": "x" }] },
            "actions": [{ "field": "notification_webhook", "value": [id, "{}"] }],
        } });
        assert_eq!(api(&served, "POST", "triggers", Some(&trigger)).status, 201);
        let asked = browser.open(&format!("{path}/clone"));
        assert_eq!(asked.value("name"), "Tickets (copy)");
        let refused = browser.send(&asked, &format!("{path}/clone"), &[("name", " ")]);
        assert_eq!(refused.status, 422);
        refused.shows("Name: it is blank");
        let clone = browser.send(&asked, &format!("{path}/clone"), &[("name", "Second")]);
        clone.shows("Cloned.").shows("Second").shows("bearer_token").shows("No rule notifies it yet");
        let asked = browser.open(&format!("{path}/deactivate"));
        asked.shows("trigger “Open <b>a ticket</b>”");
        browser.send(&asked, &format!("{path}/deactivate"), &[]).shows("Deactivated.").shows("inactive");
        let asked = browser.open(&format!("{path}/activate"));
        browser.send(&asked, &format!("{path}/activate"), &[]).shows("Activated.");
        let asked = browser.open(&format!("{path}/delete"));
        asked.shows("They stay, and cannot notify it any more").shows("trigger “Open <b>a ticket</b>”");
        let etag = asked.value("etag");
        let stale = browser.send(&asked, &format!("{path}/delete"), &[("etag", "\"1\"")]);
        assert_eq!(stale.status, 409, "{}", store.name);
        let gone = browser.send(&asked, &format!("{path}/delete"), &[("etag", &etag)]);
        assert_eq!(gone.path, "/console/webhooks?done=deleted");
        assert_eq!(browser.look(&path).status, 404);
        let faulty = api(&served, "GET", "triggers", None).json();
        assert!(faulty["triggers"][0]["faults"].is_array(), "{faulty}");
    }
}

#[test]
fn what_an_app_made_is_marked_and_limited() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let webhook = json!({ "webhook": {
        "name": "App's", "status": "active", "endpoint": "https://app.example.com/", "http_method": "POST",
        "request_format": "json", "subscriptions": ["rejoinder:event-type:conversation.*"],
        "external_source": { "type": XSS, "data": { "app_id": 7 } },
    } });
    let made = api(&served, "POST", "webhooks", Some(&webhook)).json();
    let path = format!("/console/webhooks/events/{}", made["webhook"]["id"].as_str().expect("an id"));
    let browser = manager(&served, &store);
    let page = browser.open(&path);
    page.shows("made by an app").shows("It cannot be cloned").shows("\"app_id\": 7");
    page.hides("/clone\"").hides("/delete\"").hides("/secret\"").shows("/edit\"");
    assert!(!page.text.contains("<img src=x"));
    let asked = browser.open(&format!("{path}/deactivate"));
    for (action, fields) in
        [("clone", &[("name", "x")][..]), ("secret", &[]), ("secret/rotate", &[]), ("delete", &[])]
    {
        let refused = browser.send(&asked, &format!("{path}/{action}"), fields);
        assert_eq!(refused.status, 403, "{action}: {}", refused.text);
        refused.shows("made by an app");
    }
    let edit = browser.open(&format!("{path}/edit"));
    edit.shows("An app made this webhook");
    let etag = edit.value("etag");
    let mut fields = events("Edited", "https://app.example.com/");
    fields.push(("etag", &etag));
    browser
        .send(&edit, &format!("{path}/edit"), &fields)
        .shows("Saved.")
        .shows("Edited")
        .shows("made by an app");
}

#[test]
fn roles_see_what_they_may_do() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let editor = manager(&served, &store);
    let path = place(&made(&editor, &events("Seen", "https://example.com/")));
    let viewer = Browser::sign_in(&served, &store, "viewer");
    viewer.open(&path).hides("/edit\"").hides("test-panel").hides("/secret\"").hides("name=\"since\"");
    for below in
        ["edit", "test", "clone", "delete", "activate", "deactivate", "secret", "secret/rotate", "replay"]
    {
        assert_eq!(viewer.look(&format!("{path}/{below}")).status, 403, "{below}");
    }
    assert_eq!(viewer.look(NEW).status, 403);
    let creator = Browser::sign_in(&served, &store, "creator");
    let form = creator.open(&format!("{NEW}?connection=events"));
    form.hides("test-panel");
    creator.send(&form, NEW, &events("Made", "https://example.com/")).shows("Your role may create webhooks");
    let mut test = events("Made", "https://example.com/");
    test.retain(|(name, _)| *name != "do");
    test.push(("do", "test"));
    assert_eq!(creator.send(&form, NEW, &test).status, 403);
    assert_eq!(creator.look(&path).status, 403);
    for wrong in ["nothing", "01EJFTSCC78X5V07NPY2MHR00M", "%3Cscript%3E"] {
        assert_eq!(editor.look(&format!("/console/webhooks/events/{wrong}")).status, 404, "{wrong}");
    }
}
