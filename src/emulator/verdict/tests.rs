//! Verdicts by table: each failure's event, each fixture's changes.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::emulator::{Answer, Turn};
use crate::outbound::{OutboundError, Phase};

fn verdict(outcome: &Outcome) -> Verdict {
    let mut turn = Turn::new("order-status");
    turn.form = vec![("quantity".to_owned(), json!(99))];
    let request = turn.request().expect("names");
    Verdict::standard(outcome, &Circumstances::new(&request, &Chance::seeded(1)))
}

fn of(body: &str) -> Verdict {
    verdict(&Ok(Answer::new(200, body.to_owned())))
}

#[test]
fn statuses_and_bodies_raise_their_events() {
    for (status, body, event, code, rpc) in [
        (400, "", "webhook.error.bad-request", "bad_request", 3),
        (401, "", "webhook.error.rejected", "unauthorized", 16),
        (403, "", "webhook.error.rejected", "forbidden", 7),
        (404, "", "webhook.error", "not_found", 5),
        (405, "", "webhook.error", "method_not_allowed", 14),
        (418, "", "webhook.error", "status", 14),
        (302, "", "webhook.error", "redirect", 14),
        (500, "", "webhook.error", "server_error", 14),
        (503, "", "webhook.error.unavailable", "unavailable", 14),
        (504, "", "webhook.error", "server_error", 14),
        (200, "", "webhook.error", "answer_empty", 3),
        (204, "", "webhook.error", "answer_empty", 3),
        (200, "<html>", "webhook.error", "answer_is_html", 3),
        (200, "{\"targetPage\": 1}", "webhook.error", "answer_invalid", 3),
        (200, "OK", "webhook.error", "answer_invalid", 3),
    ] {
        let failure = verdict(&Ok(Answer::new(status, body))).failure.expect("an event");
        assert_eq!((failure.event, failure.code, failure.status.code), (event, code, rpc), "{status} {body}");
        assert!(failure.status.message.starts_with("Webhook call failed. Error: "), "{failure:?}");
        assert!(!failure.hint.is_empty() && !failure.reason.is_empty(), "{failure:?}");
    }
    let failure = of("{\"fulfillmentResponse\":\n {\"messages\": {}}}").failure.expect("an event");
    assert!(failure.reason.contains("line 2, column"), "{failure:?}");
    let failure = verdict(&Ok(Answer::new(502, ""))).failure.expect("an event");
    assert_eq!(
        failure.status.message,
        "Webhook call failed. Error: UNAVAILABLE, State: URL_UNREACHABLE, Reason: UNREACHABLE_5xx, HTTP status code: 502."
    );
}

#[test]
fn a_refusal_tells_what_the_server_said_and_wants() {
    let body = r#"{"error":{"code":"unauthorized","message":"The caller is not known."}}"#;
    let mut answer = Answer::new(401, body);
    answer.headers.append("www-authenticate", "Basic realm=\"a\"".parse().expect("a value"));
    answer.headers.append("www-authenticate", "Bearer".parse().expect("a value"));
    let failure = verdict(&Ok(answer)).failure.expect("an event");
    assert_eq!(failure.reason, "the answer has status 401 and says \"The caller is not known.\"");
    assert!(
        failure.hint.starts_with("what was presented: nothing; the server wants Basic realm=\"a\", Bearer")
    );
}

#[test]
fn a_missing_answer_raises_its_event() {
    let host = || "http://127.0.0.1:1".to_owned();
    let reason = || "as found".to_owned();
    let after = Duration::from_secs(5);
    for (error, event, rpc) in [
        (OutboundError::TimedOut { host: host(), after, phase: Phase::Answer }, "webhook.error.timeout", 4),
        (OutboundError::TimedOut { host: host(), after, phase: Phase::Body }, "webhook.error.timeout", 4),
        (OutboundError::Unreachable { host: host(), reason: reason() }, "webhook.error.not-found", 14),
        (OutboundError::Unresolvable { host: host(), reason: reason() }, "webhook.error.not-found", 14),
        (OutboundError::Tls { host: host(), reason: reason() }, "webhook.error.not-found", 14),
        (OutboundError::ConnectionLost { host: host(), reason: reason() }, "webhook.error", 14),
        (OutboundError::InvalidAnswer { host: host(), reason: reason() }, "webhook.error", 14),
        (
            OutboundError::ResponseTooLarge { host: host(), limit: 65_536, announced: None },
            "webhook.error",
            3,
        ),
    ] {
        let code = error.code();
        let failure = verdict(&Err(error)).failure.expect("an event");
        assert_eq!((failure.event, failure.code, failure.status.code), (event, code, rpc));
    }
}

#[test]
fn every_answer_of_the_fixtures_lets_the_agent_go_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/responses");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let body = std::fs::read(&path).expect("a file");
        let verdict = verdict(&Ok(Answer::new(200, body)));
        assert!(verdict.goes_on(), "{}: {verdict:?}", path.display());
        assert_eq!(verdict.webhook_status(), WebhookStatus::default());
        let written = serde_json::to_value(&verdict).expect("JSON");
        assert_eq!(written["event"], json!(null), "{}", path.display());
        let changes_something = verdict.changes != Changes::default();
        assert_eq!(changes_something, !path.ends_with("empty.json"), "{}", path.display());
    }
}

#[test]
fn an_answer_changes_what_it_names() {
    let verdict = of(r#"{"fulfillmentResponse":{"mergeBehavior":"REPLACE","messages":[
            {"text":{"text":["a","b","c"]},"channel":"X"},{"outputAudioText":{"ssml":"<speak/>"}},{"payload":{"k":1}}]},
        "pageInfo":{"formInfo":{"parameterInfo":[{"displayName":"Quantity","state":"INVALID","value":null},
            {"displayName":"color","value":"red"}]}},
        "sessionInfo":{"parameters":{"size":"L","order":null}},"payload":{"p":1},
        "targetPage":"projects/p/locations/l/agents/a/flows/f/pages/END_SESSION"}"#);
    let changes = &verdict.changes;
    assert!(changes.replaces_queued);
    let said: Vec<_> =
        changes.messages.iter().map(|message| (message.kind, message.said.as_deref())).collect();
    assert!(["a", "b", "c"].contains(&said[0].1.expect("a variant")), "{said:?}");
    assert_eq!(said[1..], [("outputAudioText", Some("<speak/>")), ("payload", None)]);
    assert_eq!(
        (changes.messages[0].variants, changes.messages[0].channel.as_str(), &changes.messages[2].content),
        (3, "X", &json!({ "k": 1 }))
    );
    assert_eq!(json!(changes.set), json!({ "size": "L" }));
    assert_eq!(changes.cleared, ["order"]);
    assert_eq!(
        json!(changes.form),
        json!([{ "name": "Quantity", "state": "INVALID", "value": null, "required": true, "askedAgain": true }])
    );
    assert!(changes.target_page.as_ref().is_some_and(|page| page.ends_with("/END_SESSION")));
    let codes: Vec<_> = verdict.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["variants", "form_parameter_unknown"]);
}

#[test]
fn one_seed_chooses_one_variant() {
    let request = Turn::new("t").request().expect("names");
    let body = r#"{"fulfillmentResponse":{"messages":[{"text":{"text":["a","b","c","d"]}}]}}"#;
    let choose = |seed| {
        let outcome = Ok(Answer::new(200, body));
        let verdict = Verdict::standard(&outcome, &Circumstances::new(&request, &Chance::seeded(seed)));
        verdict.changes.messages[0].said.clone().expect("a text")
    };
    let drawn: std::collections::BTreeSet<String> = (0..64).map(choose).collect();
    assert_eq!(drawn.len(), 4, "all are chosen in time");
    assert!((0..8).all(|seed| choose(seed) == choose(seed)));
}

#[test]
fn what_the_platform_may_not_take_is_found() {
    for (status, body, codes) in [
        (201, "{}", &["status_not_200"][..]),
        (200, r#"{"later":1}"#, &["unknown_field"]),
        (200, r#"{"targetPage":"Next"}"#, &["target_invalid"]),
        (200, r#"{"targetFlow":""}"#, &["target_invalid"]),
    ] {
        let verdict = verdict(&Ok(Answer::new(status, body)));
        let found: Vec<_> = verdict.findings.iter().map(|finding| finding.code).collect();
        assert!(verdict.goes_on());
        assert_eq!(found, codes, "{body}");
    }
}
