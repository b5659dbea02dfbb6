//! Secrets and what nobody has let in never come to the store.

use super::erasing::holds;
use super::*;
use crate::outbound::{Attempt, HeaderMap, HeaderValue, Method, Request, Response, Timing};

const AUTH: &str = "[auth]\nany_of = [{ kind = \"header\", name = \"X-Agent\", values = [\"s3cret-of-the-agent\"] }, \
                    { kind = \"basic\", username = \"u\", password = \"pass\\\"word & more\" }]";

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::with_room();
    pairs.iter().for_each(|(name, value)| headers.push(name, value.as_bytes()));
    headers
}

#[test]
fn secrets_never_come_to_the_store() {
    secrets_are_masked(true, Packing::CROWDS);
}

#[test]
fn secrets_never_come_to_a_pack_where_bodies_are_not_kept() {
    secrets_are_masked(false, Packing::from(1));
}

fn secrets_are_masked(bodies: bool, packing: Packing) {
    crate::store::testing::each("activity_masking", async |store| {
        let settings = format!("inbound_bodies = {bodies}\nmask = [\"iban\"]\nparameters = [\"order_id\"]");
        let log = Log::packing(&store.store, &settings, AUTH, packing);
        let mut call = log.call(&json!({
            "fulfillmentInfo": { "tag": "t" },
            "payload": { "access_token": "s3cret-1", "pair": { "key": "shown" }, "IBAN": 12345678 },
            "sessionInfo": { "parameters": { "password": "s3cret-2", "order_id": "s3cret-of-the-agent", "note": "it is s3cret-of-the-agent" } },
        }));
        call.target = "/webhook?api_key=s3cret-3&city=Oslo".to_owned();
        call.headers = headers(&[
            ("authorization", "Bearer s3cret-4"),
            ("cookie", "a=s3cret-5"),
            ("x-agent", "s3cret-of-the-agent"),
            ("x-other", "pass\"word & more"),
            ("x-session-token", "s3cret-6"),
            ("user-agent", "Google-Dialogflow"),
        ]);
        call.answer = Some(r#"{"payload":{"client_secret":"s3cret-7"}}"#.into());
        call.error = Some((
            "internal",
            "the value was \"pass\\\"word & more\" and pass%22word%20%26%20more".to_owned(),
        ));
        let inbound = log.put(call);
        let mut outbound = log.upstream("W", Some(&request("t", "s")));
        let url = "https://user:s3cret-8@a.example/x?sig=s3cret-9&q=1".parse().expect("a URL");
        let mut sent = Request::new(Method::POST, url).body(r#"{"a":"b","token":"s3cret-10"}"#);
        let mut token = HeaderValue::from_static("Bearer s3cret-of-the-upstream");
        token.set_sensitive(true);
        sent.headers.insert("x-plain", token);
        outbound.seen.requests.push(sent);
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", HeaderValue::from_static("Bearer s3cret-of-the-upstream"));
        let body = r#"{"you_sent":"s3cret-of-the-upstream"}"#.into();
        let response = Response { status: 200, headers, body, attempts: 1, timing: Timing::default() };
        let (began, took) = (std::time::Instant::now(), Duration::from_millis(1));
        outbound.seen.attempts.push(Attempt { request: 0, began, took, outcome: Some(Ok(response)) });
        outbound.error = Some(("unreachable", "it said s3cret-of-the-upstream".to_owned()));
        let outbound_id = outbound.id;
        log.activity.note(Record::Outbound(Box::new(outbound)));
        let (inbound, outbound) = (log.shown(inbound).await, log.shown(outbound_id).await);
        let text = format!("{inbound}{outbound}");
        assert!(
            !text.contains("s3cret") && !text.contains("word & more") && !text.contains("12345678"),
            "{text}"
        );
        for kept in [
            "Google-Dialogflow",
            "city=Oslo",
            "api_key=***",
            "Bearer ***",
            if bodies { "\\\"key\\\":\\\"shown\\\"" } else { "order_id" },
            "q=1",
            "***@a.example",
        ] {
            assert!(text.contains(kept), "{kept} is not in {text}");
        }
        assert_eq!(inbound["replay"]["code"], if bodies { "body_masked" } else { "body_not_kept" });
        assert_eq!(outbound["replay"]["code"], "body_masked");
        if let Some(folder) = &store.folder {
            assert!(holds(folder.path(), b"city=Oslo"));
            for secret in ["s3cret", "word & more", "word%20", "12345678"] {
                assert!(!holds(folder.path(), secret.as_bytes()), "{secret}");
            }
        }
    });
}

#[test]
fn by_default_no_body_and_no_value_of_a_call_is_kept() {
    each("activity_bodies_off", "", async |log| {
        let mut call = log.call(&request("t", "s"));
        let answer =
            json!({ "sessionInfo": { "parameters": { "order_id": null, "status": "shipped-to-Ada" } } });
        call.answer = Some(answer.to_string().into());
        let mut flexible = log.call(&request("t", "s"));
        (flexible.kind, flexible.target) = (Kind::Flexible, "/flexible/t?phone=%2B1+555+0100".to_owned());
        let (standard, flexible) = (log.put(call), log.put(flexible));
        let (standard, flexible) = (log.shown(standard).await, log.shown(flexible).await);
        let expected = json!({
            "before": { "names": ["order_id", "phone"], "values": {} },
            "set": { "names": ["order_id", "status"], "values": {}, "cleared": ["order_id"] },
            "after": { "names": ["phone", "status"], "values": {} },
        });
        assert_eq!(standard["parameters"], expected);
        assert_eq!(standard["attempts"][0]["request"]["body"], Value::Null);
        assert_eq!(standard["replay"]["code"], "body_not_kept");
        let text = format!("{standard}{flexible}");
        // Not the bare digits: a time may have them.
        assert!(!["555 0100", "555+0100", "shipped"].iter().any(|value| text.contains(value)), "{text}");
        let reason = standard["replay"]["reason"].as_str().expect("a reason");
        assert!(reason.contains("activity.inbound_bodies = true"), "{reason}");
    });
}

#[test]
fn values_of_parameters_that_are_let_in_are_followed_through_a_call() {
    each("activity_parameters", "parameters = [\"order_id\", \"status\"]", async |log| {
        let mut call = log.call(&request("t", "s"));
        let answer = json!({ "sessionInfo": { "parameters": { "status": "shipped", "phone": "private" } } });
        call.answer = Some(answer.to_string().into());
        let id = log.put(call);
        let shown = log.shown(id).await;
        assert_eq!(shown["parameters"]["before"]["values"], json!({ "order_id": 42 }));
        assert_eq!(shown["parameters"]["after"]["values"], json!({ "order_id": 42, "status": "shipped" }));
        assert!(!shown.to_string().contains("private"));
    });
}

#[test]
fn what_is_long_is_cut_and_said_to_be() {
    each("activity_cap", "inbound_bodies = true\nbody_limit = \"1KiB\"", async |log| {
        let mut long = request("t", "s");
        long["text"] = "é".repeat(5000).into();
        let (long, whole) = (log.put(log.call(&long)), log.put(log.call(&request("t", "s"))));
        let (long, whole) = (log.shown(long).await, log.shown(whole).await);
        let body = &long["attempts"][0]["request"]["body"];
        assert_eq!((&body["truncated"], body["text"].as_str().map(str::len)), (&json!(true), Some(1023)));
        assert_eq!(long["replay"]["code"], "body_truncated");
        assert!(long["attempts"][0]["request"]["bytes"].as_u64().is_some_and(|bytes| bytes > 10_000));
        assert_eq!(whole["replay"], json!({ "possible": true }));
        let body = whole["attempts"][0]["request"]["body"]["text"].as_str().expect("a body");
        assert_eq!(serde_json::from_str::<Value>(body).expect("JSON"), request("t", "s"));
    });
}
