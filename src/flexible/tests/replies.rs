//! Replies after an exchange.

use serde_json::{Value, json};

use super::{Noon, call};
use crate::config::Semantics;
use crate::flexible::{RenderedReply, ReplyTemplate, Scope};

fn rendered(template: &ReplyTemplate, set: &Value) -> Value {
    let (call, Value::Object(set)) = (call(), set.clone()) else { panic!("an object") };
    let scope = Scope::new(&call, Semantics::default(), &Noon).after(&set, 200);
    match template.render(&scope, &mut Vec::new()).expect("a reply") {
        RenderedReply::Text(text) => text.into(),
        RenderedReply::Document(response) => serde_json::to_value(&response).expect("JSON"),
    }
}

#[test]
fn a_text_says_what_was_found() {
    let template = ReplyTemplate::text("It is $session.params.degrees degrees in $session.params.city.")
        .expect("a template");
    assert_eq!(rendered(&template, &json!({ "degrees": 7.0 })), "It is 7 degrees in New York.");
}

#[test]
fn a_document_keeps_types_where_the_platform_takes_any() {
    let template = ReplyTemplate::document(&json!({
        "fulfillmentResponse": { "messages": [
            { "text": { "text": ["$session.params.degrees"] } },
            { "payload": { "degrees": "$session.params.degrees", "text": "$session.params.degrees °C" } },
        ] },
        "sessionInfo": { "parameters": { "copy": "$session.params.list" } },
        "targetPage": "projects/p/locations/l/agents/a/flows/f/pages/p",
    }))
    .expect("a template");
    assert_eq!(
        rendered(&template, &json!({ "degrees": 7 })),
        json!({
            "fulfillmentResponse": { "messages": [
                { "text": { "text": ["7"] } },
                { "payload": { "degrees": 7, "text": "7 °C" } },
            ] },
            "sessionInfo": { "parameters": { "copy": ["a", "b", { "c": "d" }] } },
            "targetPage": "projects/p/locations/l/agents/a/flows/f/pages/p",
        })
    );
}

#[test]
fn what_is_no_reply_is_told() {
    for (document, expected) in [
        (json!({ "fulfillmentResponse": 5 }), "no WebhookResponse"),
        (json!({ "targetPage": "a", "targetFlow": "b" }), "exclude each other"),
        (json!({ "payload": { "x": "$sys.func.NOPE()" } }), "no system function"),
    ] {
        let error = ReplyTemplate::document(&document).expect_err("no reply").to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(ReplyTemplate::text("$sys.func.LEN(").is_err());
}
