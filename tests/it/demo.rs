//! The built-in demo, as `rejoinder serve` serves it.

use serde_json::{Value, json};

use crate::kit::{Program, Request, call};

#[test]
fn the_demo_shows_what_a_webhook_can_do() {
    let program = Program::serve();
    let mut connection = program.connect();
    let mut ask = |tag: &str, parameters: Value| connection.ask(&Request::call(call(tag, &parameters)));
    let reply = ask("order-status", json!({ "Customer_Name": "Eve", "order_id": 7.0, "attempts": "2" }));
    assert_eq!(reply.said(), "Hi Eve, order 7 shipped and arrives on Friday.");
    assert_eq!(reply.json()["sessionInfo"]["parameters"]["attempts"], 3);
    let reply = ask("transition", json!({ "target_page": "CONFIRM" })).reply();
    assert!(reply["targetPage"].as_str().is_some_and(|page| page.ends_with("/flows/orders/pages/CONFIRM")));
    let reply = ask("clear", json!({ "name": "coupon" })).reply();
    assert_eq!(reply["sessionInfo"]["parameters"], json!({ "coupon": null }));
    assert_eq!(ask("counter", json!({})).reply()["sessionInfo"]["parameters"]["count"], 1);
    assert_eq!(ask("slow", json!({ "ms": "1" })).said(), "That took 1 ms.");
    assert_eq!(ask("block", json!({ "ms": 1 })).said(), "That held a thread for 1 ms.");
    let gallery = ask("gallery", json!({})).reply();
    let messages = gallery["fulfillmentResponse"]["messages"].as_array().expect("messages").clone();
    let mut kinds: Vec<String> =
        messages.iter().flat_map(|message| message.as_object().expect("an object").keys().cloned()).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "channel",
            "conversationSuccess",
            "knowledgeInfoCard",
            "liveAgentHandoff",
            "outputAudioText",
            "payload",
            "playAudio",
            "telephonyTransferCall",
            "text",
            "toolCall",
        ]
    );
}

#[test]
fn the_demo_checks_a_form() {
    let program = Program::serve();
    for (quantity, accepted) in
        [(json!(1), true), (json!(10.0), true), (json!(11), false), (json!(0), false), (json!(2.5), false)]
    {
        let parameter =
            json!({ "displayName": "quantity", "required": true, "state": "FILLED", "value": quantity });
        let body = json!({
            "fulfillmentInfo": { "tag": "validate-form" },
            "pageInfo": { "formInfo": { "parameterInfo": [parameter] } },
        });
        let reply = program.connect().ask(&Request::call(body.to_string())).reply();
        if accepted {
            assert_eq!(reply, json!({}), "{quantity}");
        } else {
            let form = &reply["pageInfo"]["formInfo"]["parameterInfo"];
            assert_eq!(form, &json!([{ "displayName": "quantity", "required": true, "state": "INVALID" }]));
            assert_eq!(reply["sessionInfo"]["parameters"], json!({ "quantity": null }), "{quantity}");
        }
    }
}
