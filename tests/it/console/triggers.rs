//! Triggers and automations, by their pages: from nothing to what they send.

use serde_json::{Value, json};

use super::Browser;
use super::browser::Page;
use super::event_webhooks::{XSS, api, id_of, made, manager, place, served};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Reply, Served, Upstream, until};

const NEW: &str = "/console/triggers/new";

/// A webhook that rules notify, by its id.
fn webhook(browser: &Browser<'_>, endpoint: &str, method: &str) -> String {
    let fields = [
        ("connection", "rules"),
        ("name", XSS),
        ("endpoint", endpoint),
        ("http_method", method),
        ("request_format", "json"),
        ("status", "true"),
        ("do", "save"),
    ];
    id_of(&made(browser, &fields))
}

/// The fields of a trigger about a tag.
fn trigger<'f>(title: &'f str, tag: &'f str, webhook: &'f str, body: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("kind", "trigger"),
        ("title", title),
        ("active", "true"),
        ("all_field", "tag"),
        ("all_parameter", ""),
        ("all_operator", "is"),
        ("all_value", tag),
        ("action_index", "0"),
        ("action_0_webhook", webhook),
        ("action_0_body", body),
    ]
}

#[track_caller]
fn make(browser: &Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let form = browser.open(NEW);
    let page = browser.send(&form, NEW, fields);
    assert!(page.path.ends_with("?done=created"), "{}: {}", page.path, page.text);
    page
}

fn turn(served: &Served, response: &str, tag: &str) {
    let request = json!({
        "detectIntentResponseId": response, "fulfillmentInfo": { "tag": tag },
        "sessionInfo": {
            "session": "projects/p/locations/l/agents/a/sessions/s-1", "parameters": { "order_id": "A-1" },
        },
    });
    assert_eq!(served.call(request.to_string()).status, 200);
}

#[test]
fn a_trigger_goes_from_nothing_to_its_preview_and_fires() {
    for store in stores("triggers by pages") {
        let served = served(&store, &[("REJOINDER_ACTIVITY__INBOUND_BODIES", "true")]);
        let browser = manager(&served, &store);
        browser.open("/console/triggers").shows("are no triggers yet").shows("create such a webhook");
        browser.open(NEW).shows("There is no webhook that rules notify");
        let receiver = Upstream::start(|_| Reply::new(200));
        let id = webhook(&browser, &receiver.url("/tickets"), "POST");
        let form = browser.open(NEW);
        form.shows("{{params.NAME}}").shows("live_agent_handoff").shows("the current page: display name");
        let body = "{\"order\": {{params.order_id}}, \"tag\": \"{{tag}}\"}";
        let fields = trigger(XSS, "hello", &id, body);
        // Nothing was called yet: samples stand for it.
        let with = |more: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> {
            fields.iter().copied().chain(more.iter().copied()).collect()
        };
        let shown = browser.send(&form, NEW, &with(&[("do", "preview")]));
        assert_eq!(shown.status, 200);
        shown.shows("samples stand for everything").shows("(params.order_id)");
        turn(&served, "r-1", "hello");
        turn(&served, "r-2", "bye");
        let shown = browser.send(&form, NEW, &with(&[("do", "preview")]));
        shown.shows("\"tag\": \"bye\"").shows("the conditions do not hold").shows("\"order\": \"A-1\"");
        assert!(
            !shown.text.contains("<script>alert") && !shown.text.contains("<img src=x"),
            "{}",
            shown.text
        );
        // The call before it.
        let call = shown.text.split(" · hello").next().and_then(|text| text.rsplit("value=\"").next());
        let call = call.and_then(|text| text.split('"').next()).expect("a call").to_owned();
        let fields_of_call: Vec<_> =
            with(&[("do", "preview")]).into_iter().chain([("turn", &*call)]).collect();
        browser.send(&form, NEW, &fields_of_call).shows("\"tag\": \"hello\"").shows("the conditions hold");
        assert!(receiver.requests().is_empty() && api(&served, "GET", "triggers", None).json()["count"] == 0);
        let page = make(&browser, &with(&[("do", "save")]));
        page.shows("tag is hello").shows("Created.").shows("not in the last seven days");
        turn(&served, "r-3", "bye");
        turn(&served, "r-4", "hello");
        until("it fires", || !receiver.requests().is_empty());
        assert_eq!(receiver.requests()[0].json(), json!({ "order": "A-1", "tag": "hello" }));
        let list = browser.open("/console/triggers");
        list.shows("tag is hello").hides("not in 7 days").shows(XSS);
        assert!(!list.text.contains("<script>alert") && !list.text.contains("<img src=x"), "{}", list.text);
        browser.open(&place(&page)).hides("not in the last seven days");
        let told = browser.open(&format!("/console/webhooks/events/{id}"));
        until("it is told of", || {
            browser.open(&format!("/console/webhooks/events/{id}")).text.contains("success")
        });
        told.shows(&format!("trigger “{XSS}”"));
    }
}

#[test]
fn what_is_wrong_with_a_rule_stands_beside_its_row() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let browser = manager(&served, &store);
    let id = webhook(&browser, "https://example.com/", "POST");
    let form = browser.open(NEW);
    let mut fields = trigger(" ", "x", &id, "{\"tag\": {{tagg}}}");
    fields.extend([
        ("any_field", "input"),
        ("any_parameter", ""),
        ("any_operator", "is"),
        ("any_value", "txt"),
        ("position", "-1"),
    ]);
    let refused = browser.send(&form, NEW, &fields);
    assert_eq!(refused.status, 422);
    refused
        .shows("Title: it is blank")
        .shows("Condition 1: expected one of text, transcript")
        .shows("href=\"#any-0\"");
    refused.shows("Position: ").shows("{{tagg}}");
    let refused = browser.send(&form, NEW, &trigger("T", "x", &id, "{\"tag\": {{tagg}}}"));
    refused.shows("Webhook 1: line 1, column 9: there is no placeholder `tagg`; did you mean `tag`?");
    let preview: Vec<_> =
        trigger("T", "x", &id, "{\"tag\": \"{{tag}\"}").into_iter().chain([("do", "preview")]).collect();
    let shown = browser.send(&form, NEW, &preview);
    assert_eq!(shown.status, 200);
    shown.shows("It would not be sent: line 1, column ");
    let none = [("kind", "trigger"), ("title", "T"), ("action_index", "0"), ("action_0_webhook", "")];
    let refused = browser.send(&form, NEW, &none);
    refused.shows("Conditions: expected at least one").shows("What is sent: expected at least one");
    let mut automation = trigger("T", "x", &id, "{}");
    automation[0] = ("kind", "automation");
    (automation[3], automation[5], automation[6]) =
        (("all_field", "calls"), ("all_operator", "greater_than"), ("all_value", "1"));
    browser.send(&form, NEW, &automation).shows("expected at least one that waits: minutes_since_last_call");
    assert_eq!(api(&served, "GET", "triggers", None).json()["count"], 0);
}

#[test]
fn an_automation_is_made_with_what_it_has_of_its_own() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let browser = manager(&served, &store);
    let id = webhook(&browser, "https://example.com/find", "GET");
    let form = browser.open(&format!("{NEW}?kind=automation"));
    form.shows("minutes_since_handoff")
        .shows("{{conversation.calls}}")
        .hides("params.NAME")
        .shows("Once per");
    let fields = [
        ("kind", "automation"),
        ("title", "Ask how it was"),
        ("active", "true"),
        ("once_per", "call"),
        ("all_field", "minutes_since_last_call"),
        ("all_parameter", ""),
        ("all_operator", "greater_than"),
        ("all_value", "30"),
        ("any_field", "state"),
        ("any_parameter", ""),
        ("any_operator", "is"),
        ("any_value", "ended"),
        ("action_index", "3"),
        ("action_3_webhook", &*id),
        ("action_3_body", "not sent"),
        ("action_3_key", "session"),
        ("action_3_value", "{{session.id}}"),
        ("action_3_key", ""),
        ("action_3_value", ""),
    ];
    let page = browser.send(&form, NEW, &fields);
    page.shows("Created.")
        .shows("minutes_since_last_call greater than 30")
        .shows("state is ended")
        .shows("call");
    let shown = api(&served, "GET", "automations", None).json();
    let rule = &shown["automations"][0];
    assert_eq!(rule["once_per"], "call");
    assert_eq!(rule["actions"][0]["value"], json!([id, [["session", "{{session.id}}"]]]), "{rule}");
    browser.open("/console/triggers?kind=automation").shows("Ask how it was").shows("New automation");
    browser.open("/console/triggers").hides("Ask how it was");
    let edit = browser.open(&format!("{}/edit", place(&page)));
    edit.shows("value=\"minutes_since_last_call\"").shows("{{session.id}}");
}

#[test]
fn rules_are_ordered_cloned_switched_and_deleted() {
    for store in stores("rules by pages") {
        let served = served(&store, &[]);
        let browser = manager(&served, &store);
        let id = webhook(&browser, "https://example.com/", "POST");
        let paths: Vec<String> = ["One", "Two", "Three"]
            .map(|title| place(&make(&browser, &trigger(title, "x", &id, "{}"))))
            .into();
        let titles = || -> Vec<String> {
            let list = api(&served, "GET", "triggers", None).json();
            let all = list["triggers"].as_array().expect("a list").clone();
            all.iter().map(|rule| rule["title"].as_str().expect("a title").to_owned()).collect()
        };
        let list = browser.open("/console/triggers");
        let moved = |path: &str, to: &str| browser.send(&list, &format!("{path}/move"), &[("to", to)]);
        moved(&paths[2], "up").shows("Moved.");
        assert_eq!(titles(), ["One", "Three", "Two"], "{}", store.name);
        moved(&paths[0], "down").shows("Moved.");
        assert_eq!(titles(), ["Three", "One", "Two"]);
        moved(&paths[2], "up").shows("There was nothing to do.");
        assert_eq!(moved(&paths[0], "aside").status, 400);
        // Those that stand at the same place are told apart first.
        let same: Vec<Value> = paths
            .iter()
            .map(|path| json!({ "id": path.rsplit('/').next().expect("an id").parse::<i64>().expect("a number"), "position": 5 }))
            .collect();
        assert_eq!(
            api(&served, "PUT", "triggers/update_many", Some(&json!({ "triggers": same }))).status,
            200
        );
        moved(&paths[1], "up").shows("Moved.");
        assert_eq!(titles(), ["Two", "One", "Three"]);
        browser.open("/console/triggers?q=thr").shows("Three").hides("tag is x</td>\n<td>Two");
        browser.open("/console/triggers?active=false").shows("None fits.");
        let clone = browser.open(&format!("{NEW}?from={}", paths[0].rsplit('/').next().expect("an id")));
        assert_eq!((clone.value("title"), clone.value("position")), ("One (copy)".to_owned(), String::new()));
        let asked = browser.open(&format!("{}/deactivate", paths[0]));
        browser.send(&asked, &format!("{}/deactivate", paths[0]), &[]).shows("Deactivated.");
        // A rule that can notify nobody any more is marked, and is not switched on.
        let gone = json!({ "webhook": { "status": "inactive" } });
        assert_eq!(api(&served, "PATCH", &format!("webhooks/{id}"), Some(&gone)).status, 204);
        browser.open("/console/triggers").hides("cannot notify");
        assert_eq!(api(&served, "DELETE", &format!("webhooks/{id}"), None).status, 204);
        browser.open("/console/triggers").shows("cannot notify").shows("(deleted)");
        browser.open(&paths[0]).shows("It cannot notify: there is no webhook");
        let asked = browser.open(&format!("{}/activate", paths[0]));
        let refused = browser.send(&asked, &format!("{}/activate", paths[0]), &[]);
        assert_eq!(refused.status, 400);
        refused.shows("It cannot be activated as it is");
        let asked = browser.open(&format!("{}/delete", paths[0]));
        assert_eq!(browser.send(&asked, &format!("{}/delete", paths[0]), &[("etag", "\"99\"")]).status, 409);
        let etag = asked.value("etag");
        let gone = browser.send(&asked, &format!("{}/delete", paths[0]), &[("etag", &etag)]);
        gone.shows("Deleted.");
        assert_eq!(browser.look(&paths[0]).status, 404);
    }
}

#[test]
fn a_rule_that_somebody_else_changed_is_not_written_over_unseen() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let browser = manager(&served, &store);
    let id = webhook(&browser, "https://example.com/", "POST");
    let path = place(&make(&browser, &trigger("One", "x", &id, "{}")));
    let edit = browser.open(&format!("{path}/edit"));
    let etag = edit.value("etag");
    let rule = path.rsplit('/').next().expect("an id");
    let changed = json!({ "trigger": { "description": "by somebody else" } });
    assert_eq!(api(&served, "PUT", &format!("triggers/{rule}"), Some(&changed)).status, 200);
    let mut fields = trigger("Typed", "x", &id, "{}");
    fields.push(("etag", &etag));
    let stale = browser.send(&edit, &format!("{path}/edit"), &fields);
    assert_eq!(stale.status, 409);
    stale.shows("Somebody else has changed this rule").shows("value=\"Typed\"");
    let newest = stale.value("etag");
    let mut fields = trigger("Typed", "x", &id, "{}");
    fields.push(("etag", &newest));
    browser.send(&stale, &format!("{path}/edit"), &fields).shows("Saved.").shows("Typed");
}

#[test]
fn viewers_look_at_rules_and_change_none() {
    let store = TestStore::sqlite();
    let served = served(&store, &[]);
    let editor = manager(&served, &store);
    let id = webhook(&editor, "https://example.com/", "POST");
    let path = place(&make(&editor, &trigger("Seen", "x", &id, "{}")));
    let viewer = Browser::sign_in(&served, &store, "viewer");
    let list = viewer.open("/console/triggers");
    list.shows("Seen").hides("New trigger").hides("/move\"");
    viewer.open(&path).shows("tag is x").hides("/edit\"").hides("/delete\"");
    assert_eq!(viewer.look(NEW).status, 403);
    for below in ["edit", "activate", "deactivate", "delete"] {
        assert_eq!(viewer.look(&format!("{path}/{below}")).status, 403, "{below}");
    }
    assert_eq!(viewer.send(&list, &format!("{path}/move"), &[("to", "up")]).status, 403);
    for wrong in ["0", "999999", "x", "%3Cscript%3E"] {
        assert_eq!(editor.look(&format!("/console/triggers/{wrong}")).status, 404, "{wrong}");
    }
}
