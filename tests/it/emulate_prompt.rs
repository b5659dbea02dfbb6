//! The prompt of `rejoinder emulate` with lines from a pipe, and what is recorded.

use serde_json::{Value, json};

use super::emulate::emulate_in;
use crate::kit::{Ended, Served, run};

fn prompt(lines: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    emulate_in(folder.path(), arguments, lines)
}

#[test]
fn lines_are_turns_and_commands_prepare_them() {
    let ended = prompt(
        ":set customer_name=Ada\n:set order_id:=42\n:queue One moment.\nWhere is it?\n\n:unset order_status\n:also counter\n:dtmf 12\n:event back\n:call\n:tag\nbye",
        &["--tag", "order-status"],
    );
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r#"
    user       Where is it?
    agent sets customer_name = "Ada"
    agent sets order_id = 42
    calls      order-status
    agent      One moment.
    agent      Hi Ada, order 42 shipped and arrives on Friday.
    sets       attempts = 1
    sets       last_tag = "order-status"
    sets       order_status = "shipped"

    agent sets order_status to nothing
    calls      counter
    sets       count = 1

    user       (keys) 12
    calls      order-status
    agent      Hi Ada, order 42 shipped and arrives on Friday.
    sets       attempts = 2
    sets       last_tag = "order-status"
    sets       order_status = "shipped"

    event      back
    calls      order-status
    agent      Hi Ada, order 42 shipped and arrives on Friday.
    sets       attempts = 3
    sets       last_tag = "order-status"
    sets       order_status = "shipped"

    calls      order-status
    agent      Hi Ada, order 42 shipped and arrives on Friday.
    sets       attempts = 4
    sets       last_tag = "order-status"
    sets       order_status = "shipped"

    user       bye
    "#);
}

#[test]
fn what_is_not_understood_is_told_and_ends_with_2() {
    let ended = prompt(":sett a=1\n:set a\n:call\n:page projects/x\nhello\n:clear\nhello\n:quit\nnever", &[]);
    assert_eq!(ended.code, Some(2));
    let told = "rejoinder: there is no command :sett; did you mean :set? :help lists them\n\
                rejoinder: expected NAME=TEXT or NAME:=JSON, found \"a\"\n\
                rejoinder: there is no tag to call; :tag TAG says which\n\
                rejoinder: \"projects/x\" is no name of a page; expected projects/P/locations/L/agents/A/flows/F/pages/P\n";
    assert_eq!(ended.errors, told);
    assert_eq!(ended.out, "user       hello\n\n");
    let long = prompt(&format!("{}\nhello\n", "x".repeat(200_000)), &[]);
    assert_eq!(
        (long.code, long.errors.as_str()),
        (Some(2), "rejoinder: the line is longer than 65536 bytes\n")
    );
    assert_eq!(long.out, "user       hello\n\n");
    assert_eq!(prompt("", &[]).code, Some(0));
}

#[test]
fn an_event_ends_with_1() {
    let ended = prompt(":tag fail\n:set kind=forbidden\nhello\n:reset\n:tag counter\nhello\n", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("event      webhook.error.rejected"), "{}", ended.out);
    assert!(ended.out.contains("A new session begins."), "{}", ended.out);
}

#[test]
fn the_state_and_the_tags_are_shown() {
    let ended = prompt(":tag counter\nhello\n:state\n", &[]);
    let state = ended.out.split_once("\n\n").expect("a turn and a state").1;
    let state: Value = serde_json::from_str(state).expect("JSON");
    assert_eq!(state["parameters"], json!({ "count": 1 }));
    assert_eq!(state["place"]["page"], "Start Page");
    let tags = prompt(":tags\n", &[]).out;
    assert!(tags.lines().any(|line| line == "order-status"), "{tags}");
    let help = prompt(":help\n", &[]).out;
    assert!(help.contains(":set NAME=TEXT, NAME:=JSON"), "{help}");
}

/// Records these lines and plays what was recorded.
fn recorded(lines: &str, arguments: &[&str]) -> (String, Ended) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = emulate_in(folder.path(), &[arguments, &["--record", "r.yaml"]].concat(), lines);
    assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
    assert!(run.errors.contains("turns written to r.yaml"), "{}", run.errors);
    let text = std::fs::read_to_string(folder.path().join("r.yaml")).expect("a transcript");
    (text, emulate_in(folder.path(), &["r.yaml"], ""))
}

#[test]
fn a_recorded_run_passes_when_it_is_played() {
    let (text, played) = recorded(
        ":flow orders\n:page Details\n:tag order-status\n:set customer_name=no\n:set order_id:=42\n:set 'odd: name'=~\nWhere is it: \"now\"?\n\
         :tag gallery\n:queue first\nshow #1\n:also clear\n:tag clear\n:set name=order_status\n:dtmf 007\n:tag validate-form\n:fill quantity:=99\n99\n\
         :tag transition\n:set target_page=PREVIOUS_PAGE\n:event back\n:tag fail\n:set kind=unavailable\nfail\n:tag\nthe end",
        &[],
    );
    assert_eq!(played.code, Some(0), "{text}\n{}\n{}", played.out, played.errors);
    assert!(text.contains("webhook.error.unavailable") && text.contains("sys.invalid-parameter"), "{text}");
    // A change of what was seen is noticed.
    let folder = tempfile::tempdir().expect("a folder");
    let changed = text.replace("order 42 shipped", "order 42 sank");
    assert_ne!(changed, text);
    std::fs::write(folder.path().join("r.yaml"), changed).expect("a file");
    assert_eq!(emulate_in(folder.path(), &["r.yaml"], "").code, Some(1));
}

#[test]
fn an_agents_run_is_recorded_with_its_export() {
    let export = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/agents/order-status");
    let (text, played) = recorded(
        ":tag\n:flow Orders\n:page Change quantity\nI want another number\n:tag validate-form\n:fill quantity:=99\n99\n:fill quantity:=3\n3\n:tag counter\n:page Cancel order\n:fill cancel_reason=late\ncancel",
        &["--agent", &export.display().to_string(), "--tag", "validate-form"],
    );
    assert!(text.contains("- Please choose another number."), "{text}");
    assert!(text.contains("order-status\n"), "{text}");
    assert_eq!(played.code, Some(0), "{text}\n{}\n{}", played.out, played.errors);
}

#[test]
fn nothing_is_recorded_of_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = emulate_in(folder.path(), &["--record", "r.yaml"], ":help\n");
    assert_eq!(ended.code, Some(2));
    assert!(ended.errors.contains("nothing happened, so r.yaml was not written"), "{}", ended.errors);
    assert!(!folder.path().join("r.yaml").exists());
}

#[test]
fn a_transcript_played_again_is_recorded_with_what_it_came_to() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("t.yaml"),
        "turns:\n  - tag: counter\n    expect: { parameters: { count: 7 } }\n",
    )
    .expect("a file");
    let ended = emulate_in(folder.path(), &["t.yaml", "--record", "new.yaml"], "");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(emulate_in(folder.path(), &["new.yaml"], "").code, Some(0));
}

#[test]
fn recorded_calls_become_a_transcript_that_passes() {
    let server = Served::demo();
    let url = format!("http://{}/webhook", server.address);
    let folder = tempfile::tempdir().expect("a folder");
    let mut calls = String::new();
    for arguments in [
        &[
            "--tag",
            "order-status",
            "--param",
            "customer_name=Ada",
            "--param-json",
            "order_id=42",
            "--text",
            "Where?",
            "--intent",
            "order.status",
        ][..],
        &["--tag", "validate-form", "--page", "Details", "--form-json", "quantity=11", "--text", "11"],
        &["--tag", "clear", "--param", "name=x", "--param", "x=1", "--dtmf", "1"],
        &["--tag", "fail", "--param", "kind=unavailable", "--event", "e"],
        &["--tag", "gallery", "--language", "de"],
    ] {
        let arguments: Vec<&str> = ["call", &url, "--json"].iter().chain(arguments).copied().collect();
        calls += &run(folder.path(), &arguments, &[]).out;
    }
    std::fs::write(folder.path().join("calls.json"), calls).expect("a file");
    let made = emulate_in(folder.path(), &["--calls", "calls.json", "--record", "t.yaml"], "");
    assert_eq!(made.code, Some(0), "{made:?}");
    let text = std::fs::read_to_string(folder.path().join("t.yaml")).expect("a transcript");
    let played = emulate_in(folder.path(), &["t.yaml"], "");
    assert_eq!(played.code, Some(0), "{text}\n{}\n{}", played.out, played.errors);
    let piped = emulate_in(
        folder.path(),
        &["--calls", "-", "--record", "u.yaml"],
        "{\"request\": {}, \"response\": {}}",
    );
    assert_eq!(piped.code, Some(0), "{piped:?}");
    let broken = emulate_in(folder.path(), &["--calls", "-", "--record", "v.yaml"], "{\"request\": ");
    assert_eq!(broken.code, Some(2), "{broken:?}");
    assert!(broken.errors.contains("call 1: this is no JSON object"), "{}", broken.errors);
}
