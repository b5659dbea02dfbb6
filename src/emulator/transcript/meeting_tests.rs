//! What meets expectations, and what is expected of recorded calls.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::config::{Config, Sources};
use crate::emulator::session::{Reaction, Session};
use crate::emulator::verdict::Circumstances;
use crate::emulator::{Answer, Verdict};
use crate::outbound::Chance;

fn reaction(answer: &Value) -> Reaction {
    let config = Config::load(&Sources::default()).expect("settings");
    let pages = Transcript::parse("turns: []\npages: {P: {form: [{name: a, prompt: A?}, b]}}")
        .expect("a transcript")
        .pages;
    let mut session = Session::new(&config, Start::default(), pages.into()).expect("a session");
    let input = Input::text("x").page("P").tag("t").parameter("kept", 1);
    let request = session.begin(&input).expect("an input").expect("a tag");
    let outcome = Ok(Answer::new(200, answer.to_string()));
    let verdict = Verdict::standard(&outcome, &Circumstances::new(&request, &Chance::seeded(0)));
    session.conclude(Some(&verdict), Some(Duration::from_millis(20)), false)
}

#[test]
fn every_expectation_is_met_or_told() {
    let good = reaction(&json!({
        "fulfillmentResponse": { "messages": [{ "text": { "text": ["one", "two"] } }, { "payload": { "k": [1, { "x": 2 }], "l": 3 } }] },
        "sessionInfo": { "parameters": { "n": 2.0, "list": [1, 2], "kept": null } },
        "pageInfo": { "formInfo": { "parameterInfo": [{ "displayName": "b", "state": "INVALID" }] } },
    }));
    let failed = reaction(&json!({ "targetPage": 1 }));
    for (reaction, expect, wrong) in [
        (&good, "messages: two", &[][..]),
        (&good, "messages: [two, {kind: payload, content: {k: [1, {x: 2}]}}, A?]", &[]),
        (&good, "messages: [{matches: '^o'}, {content: {l: 3, m: null}}, {contains: '?', kind: text}]", &[]),
        (
            &good,
            "messages: three",
            &["messages: expected \"three\", found \"two\", payload {\"k\":[1,{\"x\":2}],\"l\":3}, \"A?\""],
        ),
        (
            &good,
            "messages: [one, one]",
            &[
                "messages[1]: expected \"one\", found payload {\"k\":[1,{\"x\":2}],\"l\":3}",
                "messages[2]: expected no more messages, found \"A?\"",
            ],
        ),
        (
            &good,
            "messages: [one, {kind: payload}, A?, {contains: b}]",
            &["messages[3]: expected a message that contains \"b\", found no more messages"],
        ),
        (
            &good,
            "messages: {content: {k: [1]}}",
            &[
                "messages: expected a message that holds {\"k\":[1]}, found \"two\", payload {\"k\":[1,{\"x\":2}],\"l\":3}, \"A?\"",
            ],
        ),
        (
            &good,
            "messages: {kind: toolCall, matches: x}",
            &[
                "messages: expected a message that matches /x/, a message of the kind toolCall, found \"two\", payload {\"k\":[1,{\"x\":2}],\"l\":3}, \"A?\"",
            ],
        ),
        (&good, "parameters: {N: 2, list: [1.0, 2], kept: null, other: null}", &[]),
        (
            &good,
            "parameters: {n: 3, kept: 1, list: null}",
            &[
                "parameters.kept: expected 1, found not set",
                "parameters.list: expected not set, found [1,2]",
                "parameters.n: expected 3, found 2.0",
            ],
        ),
        (&good, "form: {a: EMPTY, b: INVALID}", &[]),
        (
            &good,
            "form: {a: FILLED, c: EMPTY}",
            &["form.a: expected FILLED, found EMPTY", "form.c: expected EMPTY, found no such parameter"],
        ),
        (&good, "{page: p, flow: default start flow}", &[]),
        (
            &good,
            "{page: Q, flow: F}",
            &["page: expected \"Q\", found \"P\"", "flow: expected \"F\", found \"Default Start Flow\""],
        ),
        (&good, "events: sys.invalid-parameter", &[]),
        (&good, "events: []", &["events: expected nothing, found sys.invalid-parameter"]),
        (&good, "latency: 20ms", &[]),
        (&good, "latency: 19ms", &["latency: expected at most 19ms, found 20ms"]),
        (&failed, "events: [webhook.error]", &[]),
    ] {
        let text = format!("turns:\n  - tag: t\n    expect:\n      {expect}\n");
        let transcript = Transcript::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let found: Vec<String> =
            transcript.turns[0].expect.check(reaction).iter().map(ToString::to_string).collect();
        assert_eq!(found, wrong, "{expect}");
    }
    let unexpected = Expect::default().check(&failed);
    assert_eq!((unexpected.len(), unexpected[0].expected.as_str()), (1, "no webhook.error.* event"));
    assert!(
        unexpected[0].found.starts_with("webhook.error: the answer is no WebhookResponse: "),
        "{unexpected:?}"
    );
}

fn of(calls: &str) -> Result<Transcript, RecordError> {
    of_calls(calls, &Config::load(&Sources::default()).expect("settings"))
}

#[test]
fn recorded_calls_become_turns() {
    let agent = "projects/p/locations/global/agents/a";
    let request = |page: &str, parameters: &Value, form: &Value| {
        json!({
            "text": "hello", "fulfillmentInfo": { "tag": "t" }, "languageCode": "de",
            "pageInfo": { "currentPage": format!("{agent}/flows/f/pages/{page}"), "displayName": format!("Page {page}"),
                "formInfo": { "parameterInfo": form } },
            "sessionInfo": { "session": format!("{agent}/environments/e/sessions/s"), "parameters": parameters },
        })
    };
    let first = json!({
        "request": request("p1", &json!({ "a": 1, "gone": true }), &json!([])),
        "response": { "fulfillmentResponse": { "messages": [{ "text": { "text": ["Hi"] } }] },
            "sessionInfo": { "parameters": { "b": 2 } }, "targetPage": format!("{agent}/flows/f/pages/p2") },
    });
    let form = json!([{ "displayName": "size", "required": true, "state": "FILLED", "value": "L", "justCollected": true }]);
    let second = json!({
        "request": { "method": "POST", "body": request("p2", &json!({ "a": 1, "b": 2, "c": 3, "size": "L" }), &form) },
        "answer": { "status": 503, "body": "" },
    });
    let third = json!({ "request": { "method": "POST", "body": request("p2", &json!({ "a": 1, "b": 2, "c": 3, "size": "L" }), &json!([])) },
        "answer": null, "verdict": { "event": "webhook.error.timeout" } });
    let text = format!("{first}\n{}\n\n{third}", serde_json::to_string_pretty(&second).expect("JSON"));
    let transcript = of(&text).unwrap_or_else(|error| panic!("{error}"));
    insta::assert_snapshot!(transcript.to_yaml(), @r"
    environment: e
    language: de
    parameters:
      a: 1
      gone: true
    pages:
      Page p1:
        flow: f
        id: p1
      Page p2:
        flow: f
        form:
        - name: size
        id: p2
    turns:
    - text: hello
      flow: f
      page: Page p1
      tag: t
      expect:
        messages:
        - Hi
        parameters:
          b: 2
        form:
          size: EMPTY
        flow: f
        page: Page p2
    - text: hello
      parameters:
        c: 3
        gone: null
      form:
        size: L
      tag: t
      expect:
        messages: []
        form:
          size: FILLED
        events:
        - webhook.error.unavailable
    - text: hello
      tag: t
      expect:
        messages: []
        form:
          size: FILLED
        events:
        - webhook.error.timeout
    ");
    for (calls, told) in [
        ("", "there is no call in it"),
        ("[]", "call 1: this is no JSON object"),
        ("{}", "call 1: expected what `rejoinder call --json` prints"),
        (
            r#"{"request": {"method": "GET", "url": "u", "body": null}, "answer": {"status": 200}}"#,
            "call 1: the request is no WebhookRequest",
        ),
        (
            r#"{"request": {}}"#,
            "call 1: expected what `rejoinder call --json` prints, or {\"request\": WebhookRequest, \"response\": WebhookResponse}; it has no `response`",
        ),
    ] {
        let error = of(calls).expect_err(calls).to_string();
        assert!(error.starts_with(told), "{calls}: {error}");
    }
}
