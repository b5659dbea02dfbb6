//! Values and words leave the house only if somebody says so.

use rejoinder::{Error, Rejoinder, Reply, Result};
use serde_json::{Value, json};

use super::{Told, of_type, request, session};
use crate::kit::stores::TestStore;

fn clinic() -> Rejoinder {
    Rejoinder::new()
        .tag("book", async || {
            Reply::text("s3cret-said")
                .set("slot", "s3cret-set")
                .set("department", "eyes")
                .hand_off(json!({ "department": "eyes", "patient": "s3cret-metadata" }))
        })
        .tag("fail", async || -> Result<Reply> {
            Err(Error::internal("s3cret-public").with_cause("s3cret-cause"))
        })
}

fn call(response: &str, tag: &str) -> Value {
    let mut call = request(&session("s-1"), response, tag);
    call["text"] = "s3cret-words".into();
    call["languageCode"] = "en".into();
    call["intentInfo"] = json!({
        "displayName": "book", "confidence": 0.5, "parameters": { "day": { "originalValue": "s3cret-original" } },
    });
    call["payload"] = json!({ "telephony": { "caller_id": "s3cret-number" } });
    call["sessionInfo"]["parameters"] = json!({ "name": "s3cret-value", "Department": "ears" });
    call
}

#[test]
fn by_default_no_value_and_no_word_is_told() {
    let told = Told::over(&TestStore::sqlite(), clinic, &["conversation.*", "fulfillment.*"], &[]);
    told.served.call(call("r-1", "book").to_string()).reply();
    told.served.call(call("r-2", "fail").to_string());
    let events = told.events(5);
    let text = json!(events).to_string();
    assert!(!text.contains("s3cret") && !text.contains("eyes") && !text.contains("ears"), "{text}");
    let turn = &of_type(&events, "conversation.turn");
    let turn = turn.iter().find(|event| event["event"]["response_id"] == "r-1").expect("a turn");
    assert_eq!(turn["event"]["parameters"], json!({ "names": ["Department", "name"], "values": {} }));
    assert_eq!(turn["event"]["set"]["names"], json!(["department", "slot"]));
    assert_eq!(turn["event"]["input"], json!({ "kind": "text" }));
    assert_eq!(turn["event"]["intent"], json!({ "display_name": "book", "confidence": 0.5 }));
}

#[test]
fn what_the_settings_name_is_told() {
    let settings = [
        ("REJOINDER_EVENTS__PARAMETERS", "[\"department\"]"),
        ("REJOINDER_EVENTS__UTTERANCES", "true"),
        ("REJOINDER_DELIVERY__ACCOUNT_ID", "42"),
    ];
    let types = ["conversation.turn", "conversation.handoff"];
    let told = Told::over(&TestStore::sqlite(), clinic, &types, &settings);
    told.served.call(call("r-1", "book").to_string()).reply();
    let events = told.events(2);
    let turn = &of_type(&events, "conversation.turn")[0]["event"];
    assert_eq!(turn["parameters"]["values"], json!({ "Department": "ears" }));
    assert_eq!(turn["set"]["values"], json!({ "department": "eyes" }));
    assert_eq!(turn["input"], json!({ "kind": "text", "utterance": "s3cret-words" }));
    let handoff = &of_type(&events, "conversation.handoff")[0];
    assert_eq!(
        handoff["event"]["metadata"],
        json!({ "names": ["department", "patient"], "values": { "department": "eyes" } })
    );
    assert_eq!(handoff["account_id"], 42);
}
