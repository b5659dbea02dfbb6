//! `rejoinder replay --agent`: the test cases of an export.

use std::path::Path;

use serde_json::{Value, json};

use super::emulate_agent::order_status;
use crate::kit::{Ended, Served, run};

fn replay(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["replay"], arguments].concat(), &[])
}

/// A copy of the agent, with these test cases and no others.
fn agent_with(folder: &Path, cases: &[Value]) -> String {
    let to = folder.join("agent");
    copied(Path::new(&order_status()), &to);
    std::fs::remove_dir_all(to.join("testCases")).expect("test cases");
    std::fs::create_dir(to.join("testCases")).expect("a folder");
    for (index, case) in cases.iter().enumerate() {
        std::fs::write(to.join(format!("testCases/{index}.json")), case.to_string()).expect("a file");
    }
    to.display().to_string()
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// A test case of one turn after a greeting.
fn case(name: &str, text: &str, output: &Value) -> Value {
    json!({
        "displayName": name, "languageCode": "en", "testCaseConversationTurns": [{
            "userInput": { "isWebhookEnabled": true, "input": { "text": { "text": text }, "languageCode": "en" } },
            "virtualAgentOutput": output,
        }],
    })
}

#[test]
fn the_agent_s_test_cases_pass_against_the_demo() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = replay(folder.path(), &["--agent", &order_status()]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r"
    passed   Bestellnummer erfragt
    passed   Order cancelled
    passed   Order shipped

    3 test cases: 3 passed
    ");
    let strict =
        replay(folder.path(), &["--agent", &order_status(), "--strict", "--test-case", "Order shipped"]);
    assert_eq!(strict.code, Some(0), "{strict:?}");
    assert!(strict.out.ends_with("1 test case: 1 passed\n"), "{}", strict.out);
}

#[test]
fn each_difference_is_told_and_texts_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = |name: &str, flow: &str| json!({ "name": name, "flow": flow });
    let start = page("Start Page", "Default Start Flow");
    let mut tracked = case(
        "Tracked",
        "where is my order",
        &json!({
            "currentPage": page("Collect order", "Orders"), "sessionParameters": { "attempts": 1, "$flow.reason": "status" },
            "textResponses": [{ "text": ["Let me look that up."] }, { "text": ["What is your order number?"] }],
        }),
    );
    tracked["testConfig"] = json!({ "trackingParameters": ["attempts", "$flow.reason"] });
    let mut elsewhere = case("Elsewhere", "hi", &json!({}));
    elsewhere["testConfig"] = json!({ "flow": "Nowhere" });
    let agent = agent_with(
        folder.path(),
        &[
            case(
                "Other words",
                "hi",
                &json!({ "currentPage": start, "textResponses": [{ "text": ["Welcome!"] }] }),
            ),
            case("Other page", "hi", &json!({ "currentPage": page("Collect order", "Orders") })),
            case(
                "No phrase",
                "howdy partner",
                &json!({ "currentPage": start, "triggeredIntent": { "name": "Default Welcome Intent" } }),
            ),
            tracked,
            elsewhere,
        ],
    );
    let ended = replay(folder.path(), &["--agent", &agent]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r#"
    texts    Other words
      turn 1, "hi"
        texts[0]: expected "Welcome!", found "Hello! I know about orders, deliveries and the weather on the way." or "Hi! Ask me about an order."
    FAILED   Other page
      turn 1, "hi"
        page: expected "Collect order" of flow "Orders", found "Start Page" of flow "Default Start Flow"
        texts[0]: expected no more texts, found "Hello! I know about orders, deliveries and the weather on the way." or "Hi! Ask me about an order."
    texts    No phrase
      turn 1, "howdy partner"
        texts[0]: expected no more texts, found "Hello! I know about orders, deliveries and the weather on the way." or "Hi! Ask me about an order."
    FAILED   Tracked
      turn 1, "where is my order"
        attempts: expected 1, found 0
    skipped  Elsewhere
      it begins where nothing is: the agent has no flow "Nowhere"

    5 test cases: 0 passed, 2 passed but for texts, 2 failed, 1 skipped
    "#);
    let of = |arguments: &[&str]| replay(folder.path(), &[&["--agent", agent.as_str()], arguments].concat());
    assert_eq!(of(&["--test-case", "Other words"]).code, Some(0));
    assert_eq!(of(&["--test-case", "Other words", "--strict"]).code, Some(1));
    let junit = of(&["--format", "junit"]);
    assert_eq!(junit.code, Some(1), "{junit:?}");
    assert!(junit.out.contains("tests=\"5\" failures=\"2\" errors=\"0\" skipped=\"1\""), "{}", junit.out);
    assert!(junit.out.contains("<testcase name=\"Other page\" classname=\"Order status\""), "{}", junit.out);
}

#[test]
fn webhooks_of_a_server_elsewhere_are_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Served::demo();
    let url = format!("http://{}", server.address);
    let of = |arguments: &[&str]| replay(folder.path(), &[&["--agent", &order_status()], arguments].concat());
    let ended = of(&["--server", &url, "--header", "X-Any: thing", "--concurrency", "1"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Nobody is there: the page is not the recorded one, and why is told.
    let ended = of(&["--server", "http://127.0.0.1:9", "--test-case", "Order shipped"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.out.contains("note: order-status of Orders service: webhook.error.not-found"),
        "{}",
        ended.out
    );
}

#[test]
fn flexible_webhooks_of_others_are_skipped_with_their_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = json!({ "currentPage": { "name": "Anything else", "flow": "Orders" } });
    let mut weather = case("Weather", "Hamburg", &output);
    weather["testConfig"] = json!({ "flow": "Orders", "page": "Delivery weather" });
    let agent = agent_with(folder.path(), &[weather]);
    let ended = replay(folder.path(), &["--agent", &agent]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let why = "skipped  Weather\n  turn 1: the flexible webhook \"Weather\" goes to an address that is not served here";
    assert!(ended.out.starts_with(why), "{}", ended.out);
    assert!(ended.out.ends_with("1 test case: 0 passed, 1 skipped\n"), "{}", ended.out);
}

#[test]
fn what_cannot_be_played_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = agent_with(folder.path(), &[]);
    for (arguments, told) in [
        (&["--agent", "nothing"][..], "nothing"),
        (&["--agent", none.as_str()], "holds no test cases"),
        (&["--agent", &order_status(), "--test-case", "Order shiped"], "did you mean \"Order shipped\"?"),
        (&["--agent", &order_status(), "--to", "http://127.0.0.1:1"], "cannot be used with"),
        (&["--agent", &order_status(), "--header", "A: b"], "--header goes with"),
    ] {
        let ended = replay(folder.path(), arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.errors.contains(told), "{}", ended.errors);
    }
}
