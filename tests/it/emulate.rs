//! `rejoinder emulate`: transcripts and the prompt, against the configured server and others.

use std::path::Path;

use serde_json::{Value, json};

use crate::kit::{Ended, Judged, Program, Served, Upstream, run, run_with};

/// The folder of the repository's transcripts.
pub(crate) fn transcripts() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/transcripts")
}

fn transcript(name: &str) -> String {
    transcripts().join(name).display().to_string()
}

/// Plays in an empty folder, where the demo is served.
fn emulate(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    emulate_in(folder.path(), arguments, "")
}

pub(crate) fn emulate_in(folder: &Path, arguments: &[&str], lines: &str) -> Ended {
    let arguments: Vec<&str> = ["emulate"].iter().chain(arguments).copied().collect();
    run_with(folder, &arguments, &[], lines.as_bytes())
}

/// Writes a transcript into a folder of its own and plays it.
fn play(text: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.yaml"), text).expect("a file");
    emulate_in(folder.path(), &[&["t.yaml"], arguments].concat(), "")
}

#[test]
fn every_fixture_passes_with_the_server_of_the_run_and_with_another() {
    let server = Served::demo();
    let url = format!("http://{}", server.address);
    let names = std::fs::read_dir(transcripts()).expect("the folder");
    let files: Vec<String> =
        names.map(|entry| entry.expect("an entry").path().display().to_string()).collect();
    assert!(files.len() >= 6, "{files:?}");
    let mut arguments: Vec<&str> = files.iter().map(String::as_str).collect();
    let own = emulate(&arguments);
    assert_eq!(own.code, Some(0), "{}\n{}", own.out, own.errors);
    arguments.extend(["--server", &url]);
    let other = emulate(&arguments);
    assert_eq!(other.code, Some(0), "{}\n{}", other.out, other.errors);
    assert_eq!(other.out.matches("\nok: ").count(), files.len());
}

#[test]
fn a_dialogue_is_for_people() {
    let ended = play(
        "name: Tables\nparameters: { customer_name: Ada }\nturns:\n  - text: \"Where\\e[31m is it?\"\n    tag: order-status\n    parameters: { order_id: 1, old: null }\n    \
         queued: Let me look.\n    expect:\n      messages: { contains: Friday }\n      parameters: { order_status: lost }\n      page: Orders\n",
        &[],
    );
    assert_eq!(ended.code, Some(1), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r#"
    == Tables

    user       Where�[31m is it?
    agent sets old to nothing
    agent sets order_id = 1
    calls      order-status
    agent      Let me look.
    agent      Hi Ada, order 1 shipped and arrives on Friday.
    sets       attempts = 1
    sets       last_tag = "order-status"
    sets       order_status = "shipped"
    FAILED     parameters.order_status: expected "lost", found "shipped"
    FAILED     page: expected "Orders", found "Start Page"

    FAILED: 1 of 1 turns; t.yaml line 4
    "#);
    assert_eq!(ended.errors, "");
}

#[test]
fn an_unexpected_event_fails_and_an_expected_one_passes() {
    let turn = "turns:\n  - text: a\n    tag: fail\n    parameters: { kind: forbidden }\n";
    let unexpected = play(turn, &[]);
    assert_eq!(unexpected.code, Some(1));
    let told = "FAILED     events: expected no webhook.error.* event, found webhook.error.rejected: the answer has status 403";
    assert!(unexpected.out.contains(told), "{}", unexpected.out);
    let expected = play(&format!("{turn}    expect: {{ events: webhook.error.rejected }}\n"), &[]);
    assert_eq!(expected.code, Some(0), "{}", expected.out);
}

#[test]
fn a_turn_that_cannot_be_played_stops_its_transcript() {
    let form = "pages: { P: { form: [a] } }\nturns:\n  - tag: counter\n    page: P\n    form: { b: 1 }\n  - tag: counter\n";
    let ended = play(form, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.out.contains(
            "the turn could not be played: the form of the page \"P\" has no parameter \"b\"; it has a"
        ),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("skipped    a turn before could not be played"), "{}", ended.out);
    assert!(ended.out.ends_with("FAILED: 2 of 2 turns; t.yaml line 3, 6\n"), "{}", ended.out);
}

#[test]
fn wrong_usage_and_wrong_transcripts_end_with_2_before_anything_is_called() {
    let upstream = Upstream::start(|_| crate::kit::Reply::json(200, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).expect("a file");
    write("good.yaml", b"turns: [{tag: t}]");
    write("bad.yaml", b"turns:\n  - tag: t\n    expct: {}\n");
    write("binary.yaml", b"turns: [\xff]");
    write("there.yaml", b"x");
    write("agent.yaml", b"agent: nowhere.zip\nturns: [{tag: t}]");
    let url = upstream.url("/webhook");
    for (arguments, told) in [
        (
            &["good.yaml", "bad.yaml", "--server", &url][..],
            "bad.yaml:3:5: turns[0]: unknown key \"expct\"; did you mean \"expect\"?",
        ),
        (&["nowhere.yaml"], "cannot read nowhere.yaml: No such file"),
        (&["binary.yaml"], "cannot read binary.yaml: it is no UTF-8 from byte 8"),
        (
            &["good.yaml", "--record", "there.yaml"],
            "there.yaml is there already; --record writes new files only",
        ),
        (&["good.yaml", "good.yaml", "--record", "new.yaml"], "--record takes one transcript at a time"),
        (&["--format", "junit"], "--format junit is for transcripts; name one"),
        (&["good.yaml", "--bearer", "x"], "--server <URL>"),
        (&["good.yaml", "--server", "ftp://x"], "expected http://HOST/PATH or https://HOST/PATH"),
        (&["good.yaml", "--agent", "nowhere.zip"], "nowhere.zip"),
        (&["agent.yaml"], "nowhere.zip"),
        (&["good.yaml", "--config", "nowhere.toml"], "nowhere.toml"),
        (&["--calls", "good.yaml"], "--record <FILE>"),
        (
            &["good.yaml", "--environment", "a", "--environment", "b", "--record", "r.yaml"],
            "--record takes one environment at a time",
        ),
    ] {
        let ended = emulate_in(folder.path(), arguments, "");
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: expected {told:?} in {}", ended.errors);
        assert!(!ended.errors.contains("panicked"), "{}", ended.errors);
    }
    assert!(upstream.requests().is_empty());
}

#[test]
fn the_server_of_the_run_is_closed_to_others_and_needs_no_credentials() {
    // Its settings let in nobody whom a transcript could be.
    let folder = tempfile::tempdir().expect("a folder");
    let settings = "[demo]\nenabled = true\n[auth]\nany_of = [{ kind = \"basic\", username = \"agent\", password = \"p\" }]\n\
                    agents = [\"projects/p/locations/l/agents/a\"]\n";
    std::fs::write(folder.path().join("rejoinder.toml"), settings).expect("a file");
    let ended = emulate_in(folder.path(), &[&transcript("order.yaml")], "");
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.errors);
}

#[test]
fn a_guarded_server_wants_a_header() {
    let judged = Judged::by(r#"[{ kind = "header", name = "x-key", values = ["s3cret"] }]"#);
    let url = format!("http://{}", judged.program().address);
    let without = emulate(&[&transcript("order.yaml"), "--server", &url]);
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.out.contains("found webhook.error.rejected"), "{}", without.out);
    let with = emulate(&[&transcript("order.yaml"), "--server", &url, "--header", "X-Key: s3cret"]);
    assert_eq!(with.code, Some(0), "{}", with.out);
    assert!(!with.out.contains("s3cret"));
}

#[test]
fn environments_override_webhooks_and_are_in_the_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = "projects/p/locations/global/agents/a";
    let write = |name: &str, value: Value| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, value.to_string()).expect("a file");
    };
    let upstream = Upstream::start(|request| {
        crate::kit::Reply::json(
            200,
            json!({ "sessionInfo": { "parameters": {
            "key": request.header("x-env"), "session": request.json()["sessionInfo"]["session"] } } }),
        )
    });
    let webhook = |value: &str| {
        json!({ "name": format!("{agent}/webhooks/w"), "displayName": "W", "genericWebService": {
            "uri": "https://example.com/hook", "serviceAgentAuth": "NONE", "requestHeaders": { "x-env": value } } })
    };
    write("w.json", webhook("draft"));
    let environment = |id: &str, name: &str| {
        json!({ "name": format!("{agent}/environments/{id}"), "displayName": name,
            "webhookConfig": { "webhookOverrides": [webhook(name)] } })
    };
    write("environments/staging.json", environment("e1", "staging"));
    write("environments/production.json", environment("e2", "production"));
    std::fs::write(folder.path().join("rejoinder.toml"), format!("[agent]\nname = \"{agent}\"\n"))
        .expect("a file");
    let text = "webhook: w.json\nenvironment: staging\nturns:\n  - tag: t\n    expect: { parameters: { key: staging } }\n";
    std::fs::write(folder.path().join("t.yaml"), text).expect("a file");
    let url = upstream.url("/own");
    let play = |arguments: &[&str]| {
        emulate_in(folder.path(), &[&["t.yaml", "--server", &url], arguments].concat(), "")
    };
    let own = play(&[]);
    assert_eq!(own.code, Some(0), "{}{}", own.out, own.errors);
    let sent = upstream.requests().remove(0);
    let session = sent.json()["sessionInfo"]["session"].as_str().expect("text").to_owned();
    assert!(session.starts_with(&format!("{agent}/environments/e1/sessions/")), "{session}");
    assert_eq!(sent.path, "/own");
    let both = play(&["--environment", "staging", "--environment", "e2"]);
    assert_eq!(both.code, Some(1), "{}", both.out);
    assert!(both.out.contains("== t [staging]") && both.out.contains("== t [e2]"), "{}", both.out);
    assert!(both.out.contains("parameters.key: expected \"staging\", found \"production\""), "{}", both.out);
    let unknown = play(&["--environment", "nightly"]);
    assert!(unknown.out.contains("== t [nightly]"), "{unknown:?}");
}

#[test]
fn webhooks_of_others_are_not_called_unless_that_is_asked_for() {
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/agents/order-status");
    let export = export.display().to_string();
    let turn = |tag: &str| format!("turns: [{{tag: {tag}}}]");
    let closed = play(&turn("weather"), &["--agent", &export]);
    assert_eq!(closed.code, Some(1));
    let told = "the flexible webhook \"Weather\" goes to an address that is not served here, so it was not called; --external calls it there";
    assert!(closed.out.contains(told), "{}", closed.out);
    // Nobody has that name, and the door to private addresses stays closed as elsewhere.
    let open = play(&turn("weather"), &["--agent", &export, "--external"]);
    assert_eq!(open.code, Some(1));
    assert!(!open.out.contains("was not called; --external"), "{}", open.out);
    let unknown = play(&turn("wether"), &["--agent", &export]);
    assert!(
        unknown.out.contains("no fulfillment of the agent has the tag \"wether\"; did you mean \"weather\"?"),
        "{}",
        unknown.out
    );
    let other = play("turns: [{tag: weather, webhook: Orders service}]", &["--agent", &export]);
    assert!(
        other.out.contains("no fulfillment with the tag \"weather\" calls the webhook \"Orders service\""),
        "{}",
        other.out
    );
}

#[test]
fn latency_is_judged() {
    let slow = "turns:\n  - tag: slow\n    parameters: { ms: 60 }\n    expect: { latency: 50ms }\n";
    let ended = play(slow, &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("latency: expected at most 50ms, found "), "{}", ended.out);
    assert_eq!(play(&slow.replace("50ms", "5s"), &[]).code, Some(0));
    let none = play("turns:\n  - text: a\n    expect: { latency: 5s }\n", &[]);
    assert!(none.out.contains("latency: expected at most 5s, found no call"), "{}", none.out);
}

#[test]
fn a_server_that_is_gone_raises_its_event() {
    let url = "http://127.0.0.9:9/webhook";
    let ended = emulate(&[&transcript("same-turn.yaml"), "--server", url]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("event      webhook.error.not-found"), "{}", ended.out);
}

#[test]
fn the_schema_is_printed_and_published() {
    let folder = tempfile::tempdir().expect("a folder");
    let printed = run(folder.path(), &["schema", "transcript"], &[]).out;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/transcript.schema.json");
    assert_eq!(printed, std::fs::read_to_string(file).expect("the schema"));
    let config = run(folder.path(), &["schema", "config"], &[]);
    assert_eq!(config.out, run(folder.path(), &["schema"], &[]).out);
}

#[test]
fn serve_and_emulate_agree() {
    let program = Program::serve();
    let url = format!("http://{}/webhook", program.address);
    let ended = emulate(&[&transcript("messages.yaml"), "--server", &url]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
}
