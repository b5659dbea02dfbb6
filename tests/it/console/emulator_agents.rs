//! Agents' exports in the console's emulator: told what they call, and executed.

use super::Browser;
use super::emulator::{Talk, demo, editor, upload};
use crate::emulate::emulate_in;
use crate::kit::Served;
use crate::kit::package::{agent, files, unpack, zip};

fn export() -> Vec<u8> {
    zip(&files(&agent("order-status")))
}

#[track_caller]
fn begin<'b>(served: &Served, browser: &'b Browser<'b>, fields: &[(&str, &str)]) -> Talk<'b> {
    let answer = upload(served, browser, fields, &[("export", "orders.zip", &export())]);
    assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.body));
    Talk::of(browser, browser.open(answer.header("Location").expect("a place")))
}

#[test]
fn an_exports_webhooks_pages_and_forms_are_known() {
    let served = demo();
    let browser = editor(&served);
    let mut talk = begin(&served, &browser, &[("told", "true")]);
    let turn = [
        ("said", "I want another number"),
        ("intent", "order.change"),
        ("flow", "Orders"),
        ("page", "Change quantity"),
    ];
    talk.turn(&turn).shows("How many do you want?");
    let wrong = [("said", "99"), ("fills", "quantity:=99"), ("tag", "validate-form")];
    talk.turn(&wrong).shows("Please choose another number.").shows("through Orders service");
    let cancel = [
        ("said", "Cancel it"),
        ("page", "Cancel order"),
        ("fills", "cancel_reason=late"),
        ("tag", "counter"),
    ];
    talk.turn(&cancel)
        .shows("through Cancellations")
        .shows("POST /flexible/counter")
        .shows("\"reason\": \"late\"");
    let yaml = talk.transcript();
    assert!(yaml.contains("agent: orders.zip"), "{yaml}");
    // Beside the export, the command plays it with the same outcome.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("orders.zip"), export()).expect("a file");
    std::fs::write(folder.path().join("t.yaml"), &yaml).expect("a file");
    // How often the counter was called differs.
    let played = emulate_in(folder.path(), &["t.yaml"], "");
    assert_eq!(played.code, Some(0), "{yaml}\n{}\n{}", played.out, played.errors);
    // A weather service is somebody else's.
    let page = browser.send(
        &talk.page,
        &format!("{}/turn", talk.path),
        &[("said", "Rain?"), ("page", "Delivery weather"), ("tag", "weather")],
    );
    assert_eq!(page.status, 422);
    let page =
        browser.send(&talk.page, &format!("{}/turn", talk.path), &[("said", "x"), ("page", "Cancel ordr")]);
    page.shows("did you mean \"Cancel order\"?");
}

#[test]
fn an_agent_runs_by_itself() {
    let served = demo();
    let browser = editor(&served);
    let mut talk = begin(&served, &browser, &[]);
    talk.page.shows("intents are in scope").hides("Tag that is called");
    talk.turn(&[("kind", "event"), ("said", "WELCOME")]).shows("What was evaluated");
    talk.turn(&[("kind", "text"), ("said", "qwertyuiop")]).shows("no match");
    let page = talk.turn(&[("kind", "text"), ("said", "#order.status")]);
    page.shows("understood as").shows("#order.status").shows("(Orders)");
    let page = talk.turn(&[("kind", "none")]);
    page.shows("no input");
    talk.does("undo", &[]).shows("after turn 3");
    let yaml = talk.transcript();
    let folder = tempfile::tempdir().expect("a folder");
    unpack(folder.path(), &[("orders.zip", export()), ("t.yaml", yaml.clone().into_bytes())]);
    let played = emulate_in(folder.path(), &["t.yaml"], "");
    assert_eq!(played.code, Some(0), "{yaml}\n{}\n{}", played.out, played.errors);
}

#[test]
fn what_is_no_export_is_refused() {
    let served = demo();
    let browser = editor(&served);
    for (bytes, told) in
        [(b"hello".to_vec(), "expected a ZIP file"), (zip(&[("a.txt", "x")]), "There is no agent.json")]
    {
        let answer = upload(&served, &browser, &[], &[("export", "orders.zip", &bytes)]);
        assert_eq!(answer.status, 422);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains(told), "{told}: {text}");
    }
}
