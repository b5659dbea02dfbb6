//! `rejoinder inspect`: what is in a message, in words and as JSON.

use std::path::Path;

use serde_json::{Value, json};

use crate::kit::{Ended, fixture, fixtures_in, run, run_with};

fn inspect(arguments: &[&str], input: &[u8]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    run_with(folder.path(), &[&["inspect"], arguments].concat(), &[], input)
}

#[test]
fn a_request_is_told_in_words() {
    let ended = inspect(&["request", "-"], &fixture("requests/form-filling"));
    assert_eq!((ended.code, &*ended.errors), (Some(0), ""));
    insta::assert_snapshot!(ended.out, @r#"
    WebhookRequest 1457 bytes
    tag            validate-form
    query          text "four please"
    language       en
    page           Ticket Order projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/flows/b1e6d4a8-2f90-4c35-8d7b-19ac5e03f672/pages/4be0a9c7-51d3-47f6-a2e8-90f3c6d1b7a5
    form           event_name = "Harbour Concert" (required, FILLED)
                   quantity = 4 (required, FILLED)
                   email = "ada(at)example.com" (required, INVALID)
                   seat_row (required, EMPTY)
                   gift_message (optional, EMPTY)
    session        projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/sessions/63d0a8-f12-9c7-b4e-08a5c7e21
    parameters     email = "ada(at)example.com"
                   event_name = "Harbour Concert"
                   quantity = 4
    response id    9f61e8b3-40ad-4c72-bd95-e7a2063cd481
    "#);
}

#[test]
fn a_response_is_told_in_words() {
    let ended = inspect(&["response", "-"], &fixture("responses/form-invalid"));
    assert_eq!((ended.code, &*ended.errors), (Some(0), ""));
    insta::assert_snapshot!(ended.out, @r#"
    WebhookResponse 585 bytes
    says           text You can order between 1 and 10 tickets. How many would you like?
    parameters     quantity = null
    form           quantity = null (required, INVALID)
                   seat_row = "C" (optional, PARAMETER_STATE_UNSPECIFIED)
    "#);
    let ended = inspect(&["response", "-"], b"{}");
    assert!(ended.out.contains("changes        nothing"), "{}", ended.out);
}

#[test]
fn a_message_is_printed_as_canonical_json() {
    let request = br#"{"fulfillment_info":{"tag":"t"},"language_code":"","messages":[{"response_type":1,"play_audio":{"audio_uri":"u"}}],
        "sessionInfo":null,"intent_info":{"confidence":"0.5"},"later":{"kept":null}}"#;
    let ended = inspect(&["request", "-", "--json"], request);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    let printed: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(
        printed,
        json!({
            "fulfillmentInfo": { "tag": "t" },
            "intentInfo": { "confidence": 0.5 },
            "messages": [{ "responseType": "ENTRY_PROMPT", "playAudio": { "audioUri": "u" } }],
            "later": { "kept": null },
        })
    );
    assert!(ended.errors.contains("later"), "findings go to standard error: {}", ended.errors);
}

#[test]
fn every_fixture_is_accepted_and_its_json_is_stable() {
    // A process a fixture would be slow: the library is what `inspect` prints, see the next test.
    for (kind, folder) in [("request", "requests"), ("response", "responses")] {
        for name in fixtures_in(folder) {
            let body = fixture(&name);
            let print = |body: &[u8]| match kind {
                "request" => {
                    serde_json::to_string(&rejoinder::protocol::inspect::request(body).expect(&name).message)
                }
                _ => {
                    serde_json::to_string(&rejoinder::protocol::inspect::response(body).expect(&name).message)
                }
            };
            let printed = print(&body).expect("JSON");
            assert_eq!(print(printed.as_bytes()).expect("JSON"), printed, "{name}");
        }
    }
}

#[test]
fn what_is_no_message_is_told_with_its_place() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/refused/requests");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, expected) in [
        ("duplicate-nested-key", "`id` stands twice in one object"),
        ("lone-surrogate-parameter", "half of a surrogate pair"),
        ("query-two-members", "exclude each other"),
        ("truncated", "the text ends here"),
    ] {
        let file = fixtures.join(format!("{name}.json"));
        for extra in [&[][..], &["--json"], &["--strict"]] {
            let file = file.to_str().expect("text");
            let ended = run(folder.path(), &[&["inspect", "request", file], extra].concat(), &[]);
            assert_eq!((ended.code, &*ended.out), (Some(1), ""), "{name}");
            let errors = &ended.errors;
            assert!(errors.starts_with(&format!("rejoinder: {file} is no WebhookRequest: ")), "{errors}");
            assert!(errors.contains(expected) && errors.contains("line "), "{errors}");
        }
    }
}

#[test]
fn every_refused_message_is_refused() {
    for name in fixtures_in("refused/requests") {
        assert!(rejoinder::protocol::inspect::request(&fixture(&name)).is_err(), "{name}");
    }
    for name in fixtures_in("refused/responses") {
        assert!(rejoinder::protocol::inspect::response(&fixture(&name)).is_err(), "{name}");
    }
}

#[test]
fn findings_leave_the_exit_code_alone_unless_asked() {
    let variants =
        br#"{"fulfillmentResponse":{"messages":[{"text":{"text":["One.","Two."]}}]},"source":"x"}"#;
    let ended = inspect(&["response", "-"], variants);
    assert_eq!(ended.code, Some(0));
    for finding in ["[variants]", "[unknown_field]", "fulfillmentResponse.messages[0].text", "source"] {
        assert!(ended.out.contains(finding), "{finding}: {}", ended.out);
    }
    assert_eq!(inspect(&["response", "-", "--strict"], variants).code, Some(1));
    assert_eq!(inspect(&["response", "-", "--strict", "--json"], variants).code, Some(1));
    assert_eq!(inspect(&["response", "-", "--strict"], &fixture("responses/text")).code, Some(0));
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let ended = inspect(&["request", "no-such.json"], b"");
    assert_eq!(ended.code, Some(1));
    assert!(ended.errors.starts_with("rejoinder: cannot read no-such.json: "), "{}", ended.errors);
}
