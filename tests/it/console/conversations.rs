//! Conversations: found, read, saved, forgotten.

use rejoinder::emulator::transcript::Transcript;
use serde_json::{Value, json};

use super::Browser;
use crate::activity::{get, list};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Request, Served};

const BODIES: (&str, &str) = ("REJOINDER_ACTIVITY__INBOUND_BODIES", "true");

fn admin<'s>(served: &'s Served) -> Browser<'s> {
    let mut browser = Browser::stranger(served);
    assert_eq!(browser.try_token(served.token()).status, 303);
    browser
}

fn turn(session: &str, tag: &str, text: &str, parameters: &Value) -> Vec<u8> {
    json!({
        "detectIntentResponseId": format!("{session}-{text}"),
        "text": text,
        "languageCode": "en",
        "fulfillmentInfo": { "tag": tag },
        "pageInfo": { "displayName": "Order" },
        "sessionInfo": { "session": format!("projects/p/locations/l/agents/a/sessions/{session}"), "parameters": parameters },
    })
    .to_string()
    .into_bytes()
}

#[test]
fn a_conversation_is_read_from_the_list_to_the_difference_of_its_parameters() {
    for store in stores("console conversations") {
        let parameters = ("REJOINDER_ACTIVITY__PARAMETERS", "[\"order_id\",\"order_status\"]");
        let served = Served::demo_with(&[store.setting(), BODIES, parameters]).managed(&store);
        let browser = admin(&served);
        browser.open("/console/conversations").shows("The log has no calls of conversations");
        let known = json!({ "customer_name": "Ada", "order_id": "42" });
        served.call(turn("s-1", "order-status", "Where is it?", &known)).reply();
        served.call(turn("s-2", "order-status", "Mine, too?", &known)).reply();
        let later =
            json!({ "customer_name": "Ada", "order_id": "43", "order_status": "shipped", "city": "Oslo" });
        served.call(turn("s-1", "fail", "Break it.", &later)).refused(500, "internal");
        let page = browser.open("/console/conversations");
        let place = |text: &str| page.text.find(text).unwrap_or_else(|| panic!("no {text} in {}", page.text));
        assert!(place(">s-1<") < place(">s-2<"), "the one with the newest call is first, in {}", store.name);
        page.shows("order-status").shows("<span class=\"badge bad\">1</span>");
        let name = "projects%2Fp%2Flocations%2Fl%2Fagents%2Fa%2Fsessions%2Fs-1";
        let found = browser.look(&format!("/console/conversations?session={name}"));
        assert_eq!((found.status, &*found.path), (303, "/console/conversations/s%2D1"));
        let page = browser.open(&found.path);
        // What was said, and answered.
        page.shows("Where is it?").shows("Hi Ada, order 42 shipped").shows("Break it.").hides("Mine, too?");
        page.shows("At status 500 the agent raises webhook.error,");
        // What the call set, and what the agent changed until the next one.
        page.shows("<ins>order_status</ins>").shows("<ins>shipped</ins>");
        page.shows("Changed by the agent before it")
            .shows("<del>42</del>")
            .shows("<ins>43</ins>")
            .shows("<ins>city</ins>");
        page.shows("value not kept").shows("activity.parameters names: order_id, order_status.");
        for one in list(&served, "?session=s-1") {
            page.shows(&format!("/console/activity/{}", one["id"].as_str().expect("an id")));
        }
    }
}

#[test]
fn what_is_not_kept_is_told_with_the_setting_that_keeps_it() {
    let served = Served::demo().managed(&TestStore::memory());
    let browser = admin(&served);
    let known = json!({ "customer_name": "Ada-of-the-test", "order_id": "42" });
    served.call(turn("s-1", "order-status", "Where is it?", &known)).reply();
    let page = browser.open("/console/conversations/s-1");
    page.hides("Where is it?").hides("Ada-of-the-test").shows("not kept (activity.inbound_bodies)");
    page.shows("activity.inbound_bodies = true keeps it of calls to come")
        .shows("values are kept of those that activity.parameters names");
    page.shows("<ins>order_status</ins>")
        .shows("No transcript can be saved of it: the bodies of calls are not kept");
    let nothing = browser.look("/console/conversations/unheard-of");
    assert_eq!(nothing.status, 404);
    nothing.shows("The log has nothing of this session.");
}

#[test]
fn a_long_conversation_has_pages() {
    for store in stores("console long conversation") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let browser = admin(&served);
        for number in 0..60 {
            served.call(turn(
                "long",
                "order-status",
                &format!("n{number}"),
                &json!({ "customer_name": "Ada", "order_id": "1" }),
            ));
        }
        let first = browser.open("/console/conversations/long");
        assert_eq!(first.text.matches("<li class=\"turn\">").count(), 50, "{}", store.name);
        let link = |page: &super::browser::Page, rel: &str| {
            let link = page.text.split(&format!("\" rel=\"{rel}\"")).next().expect("a link");
            link.rsplit("href=\"").next().expect("an address").to_owned()
        };
        assert!(!first.text.contains("Earlier calls"));
        let second = browser.open(&link(&first, "next"));
        assert_eq!(second.text.matches("<li class=\"turn\">").count(), 10);
        let back = browser.open(&link(&second, "prev"));
        assert_eq!(back.text.matches("<li class=\"turn\">").count(), 50);
        browser.open("/console/conversations").shows("60");
    }
}

#[test]
fn a_session_may_be_called_anything() {
    for store in stores("console session names") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let browser = admin(&served);
        let names = ["a/b c%2Fd+e", "é\u{202e}😀", "100%", "?a=b&c#d", "\"'<>", "a\\b;c"];
        for name in names {
            served.call(turn(name, "order-status", "x", &json!({ "customer_name": "Ada", "order_id": "1" })));
        }
        let page = browser.open("/console/conversations");
        let links: Vec<&str> = page
            .text
            .split("<td class=\"session\"><a href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().expect("an address"))
            .collect();
        assert_eq!(links.len(), names.len(), "{}", store.name);
        for link in links {
            let page = browser.open(link);
            assert_eq!(page.text.matches("<li class=\"turn\">").count(), 1, "{link} in {}", store.name);
        }
        // What no database can hold is nowhere.
        assert_eq!(browser.look("/console/conversations/a%00b").status, 404, "{}", store.name);
        assert_eq!(browser.look("/console/conversations/%ff").status, 404, "{}", store.name);
    }
}

#[test]
fn a_conversation_is_saved_as_a_transcript_and_forgotten() {
    for store in stores("console erase") {
        let served = Served::demo_with(&[store.setting(), BODIES]).managed(&store);
        let browser = admin(&served);
        let known = json!({ "customer_name": "Ada", "order_id": "42" });
        served.call(turn("s-1", "order-status", "Where is it?", &known)).reply();
        served.call(turn("s-1", "fail", "Break it.", &known)).refused(500, "internal");
        served.call(turn("s-2", "order-status", "Mine, too?", &known)).reply();
        let file = served.manage(Request::get("/console/conversations/s-1/transcript"));
        assert_eq!(file.status, 200, "{}", String::from_utf8_lossy(&file.body));
        assert_eq!(file.header("Content-Disposition"), Some("attachment; filename=\"s-1.yaml\""));
        let text = String::from_utf8(file.body).expect("UTF-8");
        let transcript = Transcript::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!((&*transcript.name, transcript.turns.len()), ("s-1", 2), "{text}");
        let asked = browser.open("/console/conversations/s-1/erase");
        asked.shows("2 invocations of it are in the log.");
        let erased = browser.send(&asked, "/console/conversations/s-1/erase", &[]);
        erased.shows("Erased.").hides(">s-1<").shows(">s-2<");
        assert_eq!(list(&served, "").len(), 1, "{}", store.name);
        let trail = get(&served, "/api/audit");
        assert_eq!(trail["entries"][0]["action"], "erase");
        assert!(!trail.to_string().contains("s-1"), "the session's name may be personal itself");
    }
}

#[test]
fn a_conversation_with_much_text_has_more_pages_and_each_is_bounded() {
    let names: Vec<String> = (0..60).map(|number| format!("p{number:02}")).collect();
    let allowed = json!(names).to_string();
    let settings = [
        BODIES,
        ("REJOINDER_ACTIVITY__PARAMETERS", allowed.as_str()),
        ("REJOINDER_ACTIVITY__BODY_LIMIT", "256KiB"),
    ];
    let served = Served::demo_with(&settings).managed(&TestStore::memory());
    let browser = admin(&served);
    const CALLS: usize = 20;
    for number in 0..CALLS {
        let parameters: Value =
            names.iter().map(|name| (name.clone(), json!(format!("{number}\"<&>").repeat(400)))).collect();
        served.call(turn(
            "much",
            "gallery",
            &format!("{number}{}", "<\"&\u{202e}".repeat(10_000)),
            &parameters,
        ));
    }
    let (mut path, mut turns, mut pages) = ("/console/conversations/much".to_owned(), 0, 0);
    loop {
        let page = browser.open(&path);
        assert!(page.text.len() < 2_500_000, "{path}: {} bytes", page.text.len());
        turns += page.text.matches("<li class=\"turn\">").count();
        pages += 1;
        let Some((before, _)) = page.text.split_once("\" rel=\"next\"") else { break };
        path = before.rsplit("href=\"").next().expect("an address").to_owned();
    }
    assert_eq!(turns, CALLS);
    assert!(pages > 1, "{pages} pages");
}
