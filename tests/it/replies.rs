//! Replies as they are sent: completed, checked, measured.

use rejoinder::protocol::{ParameterState, Transition};
use rejoinder::testing::{Response, WebhookCall};
use rejoinder::{FulfillmentMessage, Reply, Result, Router};
use serde_json::{Value, json};

const AGENT: &str = "projects/example-project/locations/global/agents/example-agent";
const FLOW: &str = "flows/00000000-0000-0000-0000-000000000000";

/// Lets a handler of tag `t` answer this call with this reply.
async fn answer(call: WebhookCall, reply: Reply) -> Result<Response> {
    call.send(Router::new().tag("t", move || std::future::ready(reply.clone()))).await
}

async fn sent(reply: Reply) -> Value {
    let response = answer(WebhookCall::tag("t"), reply).await.expect("a reply");
    serde_json::to_value(response.0).expect("JSON")
}

/// What the caller is told of a reply that cannot be sent.
async fn refused(reply: Reply) -> String {
    let error = answer(WebhookCall::tag("t"), reply).await.expect_err("refused");
    assert!(matches!(error.code(), "reply_invalid" | "reply_too_large"), "{error:?}");
    error.public_message().to_owned()
}

#[tokio::test]
async fn a_reply_carries_changes_only() {
    assert_eq!(sent(Reply::unchanged()).await, json!({}));
    assert_eq!(
        sent(Reply::text("One.").say("Two.")).await,
        json!({ "fulfillmentResponse": { "messages": [{ "text": { "text": ["One."] } }, { "text": { "text": ["Two."] } }] } })
    );
    assert_eq!(
        sent(Reply::unchanged().set("a", 1).clear("b").set("c", None::<u8>)).await,
        json!({ "sessionInfo": { "parameters": { "a": 1, "b": null, "c": null } } })
    );
    assert_eq!(
        sent(Reply::text("x").replace()).await["fulfillmentResponse"]["mergeBehavior"],
        json!("REPLACE")
    );
    assert_eq!(sent(Reply::unchanged().payload(json!({ "a": {} }))).await, json!({ "payload": { "a": {} } }));
}

#[tokio::test]
async fn one_name_in_two_cases_is_one_parameter() {
    let reply = Reply::unchanged().set("Size", "small").set("size", "large");
    assert_eq!(sent(reply).await["sessionInfo"]["parameters"], json!({ "size": "large" }));
    let reply = Reply::unchanged().clear("SIZE").set("other", 1).clear("other");
    assert_eq!(sent(reply).await["sessionInfo"]["parameters"], json!({ "SIZE": null, "other": null }));
}

#[tokio::test]
async fn a_short_page_is_completed_within_the_current_flow() {
    let full = format!("{AGENT}/flows/f/pages/p");
    for (page, expected) in [
        ("CONFIRM", format!("{AGENT}/{FLOW}/pages/CONFIRM")),
        ("END_SESSION", format!("{AGENT}/{FLOW}/pages/END_SESSION")),
        (&full, full.clone()),
    ] {
        let sent = sent(Reply::unchanged().goto_page(page)).await;
        assert_eq!(sent, json!({ "targetPage": expected }));
    }
    assert_eq!(
        sent(Reply::unchanged().goto_page("A").goto_page("B")).await,
        json!({ "targetPage": format!("{AGENT}/{FLOW}/pages/B") })
    );
}

#[tokio::test]
async fn a_short_flow_is_completed_within_the_agent() {
    let expected = Transition::TargetFlow(format!("{AGENT}/flows/f"));
    for flow in ["f".to_owned(), format!("{AGENT}/flows/f")] {
        let response =
            answer(WebhookCall::tag("t"), Reply::unchanged().goto_flow(flow)).await.expect("a reply");
        assert_eq!(response.0.transition, Some(expected.clone()));
    }
    // The page names the agent where the session does not.
    let call = WebhookCall::tag("t").with(|request| request.session_info = None);
    let response = answer(call, Reply::unchanged().goto_flow("f")).await.expect("a reply");
    assert_eq!(response.0.transition, Some(expected));
}

#[tokio::test]
async fn a_target_that_cannot_be_meant_is_refused() {
    let nowhere = WebhookCall::tag("t").with(|request| {
        request.page_info = None;
        request.session_info = None;
    });
    for (reply, field) in [
        (Reply::unchanged().goto_page("p"), "pageInfo.currentPage"),
        (Reply::unchanged().goto_flow("f"), "sessionInfo.session"),
    ] {
        let error = answer(nowhere.clone(), reply).await.expect_err("refused");
        assert_eq!(error.code(), "reply_invalid");
        assert!(error.public_message().contains(field), "{error}");
    }
    for (reply, expected) in [
        (Reply::unchanged().goto_page("p").goto_flow("f"), "to a page and to a flow"),
        (Reply::unchanged().goto_flow("f").goto_page("p"), "to a page and to a flow"),
        (Reply::unchanged().goto_page(""), "the target page is empty"),
        (Reply::unchanged().goto_flow(""), "the target flow is empty"),
        (Reply::unchanged().goto_page("flows/f/pages/p"), "flows/f/pages/p"),
        (Reply::unchanged().goto_page(format!("{AGENT}/flows/f")), "a page"),
        (Reply::unchanged().goto_flow(format!("{AGENT}/flows/f/pages/p")), "a flow"),
    ] {
        let told = refused(reply.clone()).await;
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn a_rejected_form_parameter_is_asked_for_again() {
    let call = WebhookCall::tag("t").form_parameter("Quantity", 12).with(|request| {
        let form = request.page_info.get_or_insert_default().form_info.get_or_insert_default();
        let optional =
            rejoinder::protocol::ParameterInfo { display_name: "note".to_owned(), ..Default::default() };
        form.parameter_info.push(optional);
    });
    let reply = Reply::unchanged().reject("quantity", "Ten at most.").fill("note", "gift").require("new");
    let response = answer(call.clone(), reply).await.expect("a reply");
    assert_eq!(response.texts(), ["Ten at most."]);
    assert_eq!(response.parameter("quantity"), Some(&Value::Null));
    let form = response.0.page_info.expect("a page").form_info.expect("a form").parameter_info;
    let quantity = &form[0];
    assert_eq!((&*quantity.display_name, &quantity.state), ("Quantity", &ParameterState::Invalid));
    assert!(quantity.required, "it stays required");
    assert!(!form[1].required && form[1].value == Some("gift".into()), "it stays optional");
    assert!(form[2].required);
    let reply = Reply::unchanged().reject("quantity", "No.").optional("quantity");
    let response = answer(call, reply).await.expect("a reply");
    assert!(!response.0.page_info.expect("a page").form_info.expect("a form").parameter_info[0].required);
}

#[tokio::test]
async fn a_reply_too_large_names_its_heaviest_parts() {
    let reply = Reply::text("x".repeat(40_000))
        .set("notes", "y".repeat(30_000))
        .payload(json!({ "z": "z".repeat(2000) }));
    insta::assert_snapshot!(refused(reply).await, @"The handler's reply cannot be sent: the reply is 72122 bytes, but Dialogflow reads at most 65536; its heaviest parts: message 0 (text) 40022 bytes, session parameter `notes` 30002 bytes, payload 2008 bytes.");
    // Bytes are counted as they are encoded.
    let reply = |n: usize| Reply::unchanged().set("a", "\u{1}".repeat(n));
    assert!(answer(WebhookCall::tag("t"), reply(10_000)).await.is_ok());
    assert!(refused(reply(11_000)).await.contains("session parameter `a`"));
    let frame = serde_json::to_vec(&sent(reply(0)).await).expect("JSON").len();
    let exact = |size: usize| Reply::unchanged().set("a", "x".repeat(size - frame));
    assert!(answer(WebhookCall::tag("t"), exact(65_536)).await.is_ok());
    assert!(refused(exact(65_537)).await.contains("65537 bytes"));
}

#[tokio::test]
async fn what_the_platform_cannot_take_is_refused() {
    let unreadable: std::collections::BTreeMap<(u8, u8), u8> = [((1, 2), 3)].into();
    for (reply, expected) in [
        (Reply::unchanged().payload([1]), "payload must be a JSON object"),
        (Reply::unchanged().payload("text"), "payload must be a JSON object"),
        (Reply::unchanged().custom_payload(json!(null)), "a custom payload must be a JSON object"),
        (Reply::unchanged().hand_off(1), "live agent handoff metadata must be a JSON object"),
        (Reply::unchanged().set("a", &unreadable), "session parameter `a` does not become JSON"),
        (Reply::unchanged().fill("a", &unreadable), "form parameter `a` does not become JSON"),
        (Reply::unchanged().payload(&unreadable), "payload does not become JSON"),
        (Reply::unchanged().set("", 1), "a session parameter is empty"),
        (Reply::unchanged().require(""), "a form parameter is empty"),
        (Reply::unchanged().say_one_of(Vec::<String>::new()), "no variants"),
        (Reply::unchanged().message(FulfillmentMessage::play_audio("")), "played audio is empty"),
        (Reply::unchanged().message(FulfillmentMessage::telephony_transfer_call("911")), "E.164"),
        (Reply::unchanged().message(FulfillmentMessage::tool_call("t", "a", 5)), "input of a tool call"),
    ] {
        let told = refused(reply.clone()).await;
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[tokio::test]
async fn a_number_that_json_does_not_have_is_refused() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let told = refused(Reply::unchanged().set("a", number)).await;
        assert!(told.contains("session parameter `a` does not become JSON"), "{told}");
        let told = refused(Reply::unchanged().fill("a", json!({ "ok": 1 })).fill("b", [number])).await;
        assert!(told.contains("form parameter `b` does not become JSON"), "{told}");
    }
}
