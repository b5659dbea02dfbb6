//! What is written straight has the form that is read.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::*;
use crate::activity::kept::{Messages, Summary};
use crate::activity::literals::Literals;
use crate::config::Secret;

/// The text as somebody writes it who knows nothing but the form.
fn again<T: Serialize + DeserializeOwned>(text: &str) -> String {
    let read: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    serde_json::to_string(&read).expect("JSON")
}

fn check(log: &Log, call: Inbound) -> Value {
    let mut texts = Vec::new();
    let row = log.activity.0.rules.row(&Record::Inbound(Box::new(call)), &mut texts);
    let texts = String::from_utf8(texts).expect("text");
    let [_, summary, messages] = row.kept(&texts);
    // Names of members that the form has not would be gone.
    assert_eq!(again::<Summary<'static>>(summary), summary);
    assert_eq!(again::<Messages<'static>>(messages), messages);
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    json!([read(summary), read(messages)])
}

#[tokio::test]
async fn every_kind_of_call_has_the_form_that_is_read() {
    for settings in ["parameters = [\"order_id\", \"long\"]", "inbound_bodies = true\nparameters = [\"a\"]"] {
        let log = Log::of(&Store::in_memory(), settings);
        let plain = request("order-status", "s-1");
        check(&log, log.call(&plain));
        check(&log, log.call(&json!({})));
        let hostile = "q\"\\\n\u{1}é\u{2028}";
        let mut all = Map::from_iter((0..300).map(|number| (format!("p{number:03}"), json!(number))));
        all.extend([("long".to_owned(), json!(["x".repeat(5000)])), (hostile.to_owned(), json!(null))]);
        let mut other = request(hostile, &"é".repeat(400));
        other["sessionInfo"]["parameters"] = all.into();
        other["detectIntentResponseId"] = hostile.into();
        other["pageInfo"] = json!({ "currentPage": "a/b\"c" });
        let mut call = log.call(&other);
        call.answer = Some(
            json!({ "sessionInfo": { "parameters": { hostile: null, "a": { "b": 1 } } } }).to_string().into(),
        );
        call.headers = Headers::with_room();
        for (name, value) in [
            ("host", &b"a"[..]),
            ("x-empty", b""),
            ("x-latin", b"caf\xe9\""),
            ("authorization", b"Bearer abc"),
        ] {
            call.headers.push(name, value);
        }
        (call.origin, call.trace_id, call.duplicate) = (Some(log.activity.next_id()), Some(7), true);
        (call.error, call.took) = (Some(("late", hostile.to_owned())), Duration::from_secs(70));
        call.target = format!("/webhook?token=t&{hostile}{}", "y".repeat(9000));
        let shown = check(&log, call);
        assert_eq!(shown[1]["requests"][0]["headers"][2], json!(["x-latin", "caf\u{fffd}\""]));
        assert_eq!(shown[1]["requests"][0]["headers"][3], json!(["authorization", "Bearer ***"]));
        assert_eq!(shown[1]["parameters"]["before"]["more"], json!(302 - 256));
        assert_eq!(shown[1]["parameters"]["set"]["cleared"], json!([hostile]));
        let mut call = log.call(&plain);
        (call.kind, call.target) = (Kind::Flexible, "/flexible/a?b=c".to_owned());
        call.answer = Some(json!({ "order_id": 1, "messages": [], "n": null }).to_string().into());
        check(&log, call);
        let mut call = log.call(&plain);
        (call.call, call.status, call.outcome, call.answer) = (None, 401, "refused", None);
        call.error = Some(("unauthorized", "nobody".to_owned()));
        check(&log, call);
    }
}

#[test]
fn of_secrets_that_begin_alike_the_longest_is_masked() {
    let secrets = ["secret-1", "secret-1-and-more"].map(|secret| Secret::from(secret.to_owned()));
    let literals = Literals::new(secrets.into());
    assert_eq!(literals.without("a secret-1-and-more, secret-1."), "a ***, ***.");
}
