//! `rejoinder call`: what it sends, what it says, how it ends.

use rejoinder::testing::Issuer;
use serde_json::{Value, json};

use crate::kit::{Ended, Judged, Program, Served, run};

/// Calls in an empty folder.
pub(crate) fn call(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    call_in(folder.path(), arguments)
}

/// Calls with the files of this folder.
pub(crate) fn call_in(folder: &std::path::Path, arguments: &[&str]) -> Ended {
    let arguments: Vec<&str> = ["call"].iter().chain(arguments).copied().collect();
    run(folder, &arguments, &[])
}

/// The document that `--json` printed, and whether the agent goes on by the exit code.
#[track_caller]
pub(crate) fn document(ended: &Ended) -> (Value, bool) {
    assert!(matches!(ended.code, Some(0 | 1)), "{ended:?}");
    let document: Value =
        serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    let goes_on = ended.code == Some(0);
    assert_eq!(document["verdict"]["goesOn"], goes_on, "{document:#}");
    (document, goes_on)
}

fn demo(server: &Served, tag: &str, arguments: &[&str]) -> Value {
    let url = format!("http://{}/webhook", server.address);
    let arguments = [&[&url, "--tag", tag, "--json"][..], arguments].concat();
    document(&call(&arguments)).0
}

#[test]
fn every_tag_of_the_demo_gets_its_verdict() {
    let server = Served::demo();
    let verdict = |tag: &str, arguments: &[&str]| demo(&server, tag, arguments)["verdict"].take();
    let order = verdict("order-status", &["--param", "customer_name=Ada", "--param-json", "order_id=42"]);
    assert_eq!(order["messages"][0]["said"], "Hi Ada, order 42 shipped and arrives on Friday.");
    assert_eq!(order["set"], json!({ "attempts": 1, "last_tag": "order-status", "order_status": "shipped" }));
    let form = verdict("validate-form", &["--form-json", "quantity=11"]);
    assert_eq!(
        form["form"],
        json!([{ "name": "quantity", "state": "INVALID", "value": null, "required": true, "askedAgain": true }])
    );
    assert_eq!(form["messages"][0]["said"], "Please choose a whole number from 1 to 10.");
    assert_eq!(verdict("validate-form", &["--form-json", "quantity=3"])["messages"], json!([]));
    let gallery = verdict("gallery", &[]);
    let kinds: Vec<_> =
        gallery["messages"].as_array().expect("a list").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds.len(), 12, "{kinds:?}");
    assert_eq!(gallery["messages"][1]["variants"], 2);
    assert_eq!(gallery["payload"], json!({ "demo": { "kinds": 9 } }));
    let moved = verdict("transition", &["--param", "target_page=END_SESSION", "--flow", "orders"]);
    let page = moved["targetPage"].as_str().expect("a page");
    assert!(page.ends_with("/flows/orders/pages/END_SESSION"), "{page}");
    assert_eq!(verdict("clear", &["--param", "name=size", "--param", "size=L"])["cleared"], json!(["size"]));
    assert_eq!(verdict("slow", &["--param-json", "ms=1"])["messages"][0]["said"], "That took 1 ms.");
    let blocked = verdict("block", &["--param-json", "ms=1"]);
    assert_eq!(blocked["messages"][0]["said"], "That held a thread for 1 ms.");
    assert_eq!(verdict("counter", &[])["set"], json!({ "count": 1 }));
    assert_eq!(verdict("big", &[])["messages"][0]["said"], "Sorry, that answer is too long to send.");
    for (kind, event) in [
        ("bad-request", "webhook.error.bad-request"),
        ("unauthorized", "webhook.error.rejected"),
        ("forbidden", "webhook.error.rejected"),
        ("not-found", "webhook.error"),
        ("internal", "webhook.error"),
        ("panic", "webhook.error"),
        ("unavailable", "webhook.error.unavailable"),
    ] {
        assert_eq!(verdict("fail", &["--param", &format!("kind={kind}")])["event"], event, "{kind}");
    }
    let unknown = verdict("order-statu", &[]);
    assert!(unknown["reason"].as_str().expect("why").contains("order-status"), "{unknown}");
}

#[test]
fn the_document_has_the_whole_call() {
    let server = Served::demo();
    let arguments =
        ["--page", "Find a table", "--session", "s:detectIntent", "--text", "hello", "--language", "pt-BR"];
    let mut document = demo(&server, "clear", &[&arguments[..], &["--param", "name=x"]].concat());
    for time in ["connectMs", "answerMs", "bodyMs", "totalMs"] {
        let time = document["times"][time].take();
        assert!(time.as_f64().is_some_and(|ms| ms >= 0.0), "{time}");
    }
    let id = document["request"]["body"]["detectIntentResponseId"].take();
    assert_eq!(id.as_str().map(str::len), Some(36));
    let request_id = document["answer"]["headers"].take();
    assert_eq!(request_id["content-type"], "application/json");
    let agent = "projects/example-project/locations/global/agents/example-agent";
    let flow = format!("{agent}/flows/00000000-0000-0000-0000-000000000000");
    assert_eq!(
        document,
        json!({
            "request": {
                "method": "POST",
                "url": format!("http://{}/webhook", server.address),
                "headers": { "accept": "*/*", "content-type": "application/json", "user-agent": "Google-Dialogflow" },
                "body": {
                    "detectIntentResponseId": null,
                    "text": "hello",
                    "languageCode": "pt-BR",
                    "fulfillmentInfo": { "tag": "clear" },
                    "pageInfo": { "currentPage": format!("{flow}/pages/Find-a-table"), "displayName": "Find a table" },
                    "sessionInfo": { "session": format!("{agent}/sessions/s:detectIntent"), "parameters": { "name": "x" } },
                    "languageInfo": { "inputLanguageCode": "pt-BR", "resolvedLanguageCode": "pt-BR", "confidenceScore": 1.0 },
                },
            },
            "answer": { "status": 200, "headers": null, "bytes": 41, "body": { "sessionInfo": { "parameters": { "x": null } } } },
            "times": { "credentialsMs": null, "connectMs": null, "answerMs": null, "bodyMs": null, "totalMs": null },
            "verdict": {
                "goesOn": true, "event": null, "code": null, "reason": null, "hint": null,
                "webhookStatus": { "code": 0, "message": "" },
                "messages": [], "replacesQueued": false, "set": {}, "cleared": ["x"], "form": [],
                "targetPage": null, "targetFlow": null, "payload": null, "findings": [],
            },
            "notes": [],
        })
    );
}

#[test]
fn a_person_reads_what_was_sent_answered_and_done() {
    let server = Served::demo();
    let url = format!("http://{}/webhook", server.address);
    let ended =
        call(&[&url, "--tag", "order-status", "--param", "customer_name=Ada", "--param", "order_id=42"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for line in [
        &format!("POST {url}\n")[..],
        "  user-agent: Google-Dialogflow\n",
        "    \"tag\": \"order-status\"\n",
        "\n200 in ",
        "\nThe agent goes on\nsays            Hi Ada, order 42 shipped and arrives on Friday.\nsets            attempts = 1\n",
    ] {
        assert!(ended.out.contains(line), "{line:?} in {}", ended.out);
    }
    let ended = call(&[&url, "--tag", "nobody"]);
    assert_eq!(ended.code, Some(1));
    for line in [
        "\n404 in ",
        "\nThe agent raises webhook.error\nwhy             the answer has status 404",
        "\nto mend it      ",
        "\nwebhookStatuses {\"code\":5,",
    ] {
        assert!(ended.out.contains(line), "{line:?} in {}", ended.out);
    }
}

#[test]
fn files_and_options_make_the_request() {
    let server = Served::demo();
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("params.json", r#"{"order_id":"1","customer_name":"Ada"}"#);
    write("payload.json", r#"{"telephony":{"caller_id":"+15550100000"}}"#);
    write("rejoinder.toml", "[agent]\nname = \"projects/p/locations/l/agents/a\"\n");
    let url = format!("http://{}/webhook", server.address);
    let ended = call_in(
        folder.path(),
        &[
            &url,
            "--tag",
            "order-status",
            "--params",
            "params.json",
            "--param",
            "order_id=2",
            "--payload",
            "payload.json",
            "--dtmf",
            "123#",
            "--intent",
            "order.status",
            "--environment",
            "e-1",
            "--json",
        ],
    );
    let (document, _) = document(&ended);
    let body = &document["request"]["body"];
    assert_eq!(body["sessionInfo"]["parameters"], json!({ "order_id": "2", "customer_name": "Ada" }));
    assert_eq!(body["payload"]["telephony"]["caller_id"], "+15550100000");
    assert_eq!(body["dtmfDigits"], "123#");
    assert_eq!(body["intentInfo"]["displayName"], "order.status");
    let session = body["sessionInfo"]["session"].as_str().expect("a name");
    assert!(session.starts_with("projects/p/locations/l/agents/a/environments/e-1/sessions/"), "{session}");
}

#[test]
fn checks_of_callers_are_tried() {
    let basic = Judged::by(r#"[{ kind = "basic", username = "agent", password = "s3cret-pass" }]"#);
    let url = |judged: &Judged| format!("http://{}/webhook", judged.program().address);
    let ended = call(&[&url(&basic), "--tag", "counter", "--json"]);
    let hint = document(&ended).0["verdict"]["hint"].as_str().expect("a hint").to_owned();
    assert!(hint.starts_with("what was presented: nothing; the server wants Basic "), "{hint}");
    // agent:s3cret-pass
    let header = "Authorization: Basic YWdlbnQ6czNjcmV0LXBhc3M=";
    let ended = call(&[&url(&basic), "--tag", "counter", "--header", header]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.out.contains("  authorization: Basic ***\n") && !ended.out.contains("YWdl"),
        "{}",
        ended.out
    );

    let keyed = Judged::by(r#"[{ kind = "header", name = "X-Key", values = ["s3cret-value"] }]"#);
    let ended = call(&[&url(&keyed), "--tag", "counter", "--header", "X-Key: s3cret-value"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.out.contains("s3cret"), "{}", ended.out);
    let ended = call(&[&url(&keyed), "--tag", "counter", "--header", "X-Key: wrong"]);
    assert!(ended.out.contains("what was presented: the x-key given"), "{}", ended.out);

    let issuer = Issuer::start();
    let check = format!(
        r#"[{{ kind = "service_agent", project_number = "42", jwks_url = "{}" }}]"#,
        issuer.jwks_url()
    );
    let judged = Judged::by(&check);
    let token = issuer.service_agent("42").audience("https://door.example.com/webhook").sign();
    let ended = call(&[&url(&judged), "--tag", "counter", "--bearer", &token]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.out.contains(&token), "{}", ended.out);
    let other = issuer.service_agent("43").audience("https://door.example.com/webhook").sign();
    let ended = call(&[&url(&judged), "--tag", "counter", "--bearer", &other, "--json"]);
    assert_eq!(document(&ended).0["verdict"]["event"], "webhook.error.rejected");
}

#[test]
fn wrong_usage_is_told_with_exit_code_2() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("list.json"), "[]").expect("written");
    std::fs::write(folder.path().join("faulty.toml"), "[server]\nbnd = 1\n").expect("written");
    let url = "http://127.0.0.1:1/webhook";
    for (arguments, told) in [
        (&[url][..], "--tag"),
        (&["--tag", "t"], "--webhook"),
        (&["ftp://a", "--tag", "t"], "expected http://HOST/PATH or https://HOST/PATH"),
        (&["http://u:p@a/", "--tag", "t"], "without user and password"),
        (&[url, "--tag", "t", "--to", url], "cannot be used with"),
        (&[url, "--tag", "t", "--webhook", "w.json"], "cannot be used with"),
        (&["--tag", "t", "--webhook", "nothing.json"], "cannot read nothing.json"),
        (&["--tag", "t", "--webhook", "list.json"], "list.json is no Webhook resource"),
        (&[url, "--tag", "t", "--param", "x"], "expected NAME=VALUE"),
        (&[url, "--tag", "t", "--param-json", "x=y"], "no JSON"),
        (&[url, "--tag", "t", "--params", "list.json"], "list.json is no JSON object"),
        (&[url, "--tag", "t", "--text", "a", "--dtmf", "1"], "cannot be used with"),
        (&[url, "--tag", "t", "--page", "projects/p"], "is no name of a page"),
        (&[url, "--tag", "t", "--header", "x"], "expected 'Name: value'"),
        (&[url, "--tag", "t", "--header", "Authorization: a", "--bearer", "b"], "set the same header"),
        (&[url, "--tag", "t", "--header", "Content-Length: 1"], "content-length"),
        (&[url, "--tag", "t", "--timeout", "31s"], "from 1ms to 30s"),
        (&[url, "--tag", "t", "--concurrency", "2"], "--repeat"),
        (&[url, "--tag", "t", "--repeat", "0"], "1..=100000"),
        (&[url, "--tag", "t", "--config", "faulty.toml"], "server.bnd"),
    ] {
        let ended = call_in(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: {}", ended.errors);
        assert_eq!(ended.out, "", "{arguments:?}");
    }
}

#[test]
fn curl_prints_a_command_that_makes_the_call() {
    let program = Program::serve();
    let url = format!("http://{}/webhook", program.address);
    let arguments = [
        &url,
        "--tag",
        "order-status",
        "--param",
        "customer_name=O'Neil $HOME",
        "--param",
        "order_id=42",
        "--curl",
    ];
    let ended = call(&arguments);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    let Ok(output) = std::process::Command::new("sh").args(["-c", &ended.out]).output() else {
        panic!("no shell")
    };
    // Where there is no curl, the unit test of the quoting has to do.
    if output.status.code() != Some(127) {
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let said = &answer["fulfillmentResponse"]["messages"][0]["text"]["text"][0];
        assert_eq!(said, "Hi O'Neil $HOME, order 42 shipped and arrives on Friday.");
    }
    let ended = call(&[&url, "--tag", "t", "--bearer", "s3cret", "--curl"]);
    assert!(ended.out.contains("-H \"authorization: Bearer ${TOKEN}\""), "{}", ended.out);
    assert!(!ended.out.contains("s3cret") && ended.errors.contains("TOKEN"), "{ended:?}");
}

#[test]
fn many_calls_are_counted_and_timed() {
    let server = Served::demo();
    let url = format!("http://{}/webhook", server.address);
    let ended = call(&[&url, "--tag", "counter", "--repeat", "40", "--concurrency", "4", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let tally: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!((&tally["calls"], &tally["goesOn"]), (&json!(40), &json!(40)));
    assert_eq!((&tally["statuses"], &tally["events"]), (&json!({ "200": 40 }), &json!({})));
    let time = |name: &str| tally["latencyMs"][name].as_f64().expect("a time");
    assert!(time("min") > 0.0 && time("min") <= time("p50") && time("p99") <= time("max"), "{tally}");
    assert_eq!(demo(&server, "counter", &[])["verdict"]["set"]["count"], 41);
    let ended = call(&[&url, "--tag", "fail", "--repeat", "3"]);
    assert_eq!(ended.code, Some(1));
    for line in ["calls      3\n", "answers    3 x 500\n", "events     3 x webhook.error\n"] {
        assert!(ended.out.contains(line), "{line:?} in {}", ended.out);
    }
}
