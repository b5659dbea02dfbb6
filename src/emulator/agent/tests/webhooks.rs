//! Webhook calls within a turn.

use serde_json::{Value, json};

use super::written::{agent, page};
use super::{AgentInput, Talk, act, ask, event, on, said, when};

fn parameter(name: &str, value: impl Into<Value>) -> Value {
    json!({ "sessionInfo": { "parameters": { name: value.into() } } })
}

fn target(field: &str, path: &str) -> Value {
    json!({ field: format!("projects/example-project/locations/global/agents/example-agent/flows/{path}") })
}

#[test]
fn e47_a_webhook_is_called_with_what_is_known_at_that_moment() {
    let sheet = page()
        .ask(ask("size"))
        .route(&when("$page.params.size.status = \"UPDATED\"").says("queued").sets("n", 1).calls("look"));
    let mut talk = agent().route(on("go").to("Form")).page("Form", sheet).talk();
    talk.say("go");
    let reaction = talk.turn(&AgentInput::text("L"));
    let call = &reaction.calls[0];
    assert_eq!((call.webhook.as_str(), call.tag.as_str()), ("Hook", "look"));
    let request = serde_json::to_value(&call.request).expect("JSON");
    assert_eq!(request["text"], "L");
    assert_eq!(request["fulfillmentInfo"]["tag"], "look");
    assert_eq!(request["sessionInfo"]["parameters"], json!({ "size": "L", "n": 1 }));
    assert_eq!(request["pageInfo"]["displayName"], "Form");
    assert_eq!(request["pageInfo"]["formInfo"]["parameterInfo"][0]["state"], "FILLED");
    assert_eq!(request["pageInfo"]["formInfo"]["parameterInfo"][0]["justCollected"], true);
    assert_eq!(request["messages"][0]["text"]["text"], json!(["queued"]));
    assert_eq!(request["intentInfo"]["displayName"], "go");
}

#[test]
fn e48_where_webhooks_are_off_none_is_called_and_none_fails() {
    let mut talk = agent()
        .route(on("go").says("went").calls("look"))
        .event(event("webhook.error").says("failed"))
        .talk()
        .failing("look", 500);
    assert_eq!(talk.say("go"), ["went", "failed"]);
    let reaction = talk.turn(&AgentInput::text("go").without_webhooks());
    assert_eq!((said(&reaction), reaction.calls.len()), (vec!["went".to_owned()], 0));
}

#[test]
fn e49_an_answer_is_taken_in_order_parameters_form_messages_transition() {
    let answer = json!({
        "sessionInfo": { "parameters": { "a": 1, "gone": null, "$flow.f": 2 } },
        "fulfillmentResponse": { "messages": [{ "text": { "text": ["webhook"] } }] },
        "payload": { "p": 1 },
        "targetPage": "projects/example-project/locations/global/agents/example-agent/flows/Default-Start-Flow/pages/There",
    });
    let mut talk = agent()
        .route(on("go").says("route").calls("look"))
        .page("There", page().entry(&act().says("$session.params.a $session.params.gone $flow.f")))
        .talk()
        .answering("look", answer);
    let reaction = talk.turn(&AgentInput::text("go").parameter("gone", "x"));
    assert_eq!(said(&reaction), ["route", "webhook", "1 $session.params.gone 2"]);
    assert_eq!(reaction.payloads, [json!({ "p": 1 }).as_object().expect("an object").clone()]);
    assert_eq!((reaction.place.page.as_str(), talk.value("$flow.f")), ("There", json!(2)));
}

#[test]
fn e50_messages_of_an_answer_follow_the_queued_ones_or_replace_them() {
    let answer = |behavior: &str| json!({ "fulfillmentResponse": { "mergeBehavior": behavior, "messages": [{ "text": { "text": ["webhook"] } }] } });
    let written = agent()
        .route(on("go").says("route").to("Page"))
        .page("Page", page().entry(&act().says("entry").cases(&[("true", "case")]).calls("look")));
    let mut talk = written.talk().answering("look", answer("APPEND"));
    assert_eq!(talk.say("go"), ["route", "entry", "case", "webhook"]);
    let mut talk = written.talk().answering("look", answer("REPLACE"));
    assert_eq!(talk.say("go"), ["webhook"]);
}

#[test]
fn e51_where_an_answer_leads_wins_over_the_target_of_the_route() {
    let written = agent()
        .route(on("go").calls("look").to("Here"))
        .route(on("yes").to("Asked"))
        .page("Here", page().entry(&act().says("here")))
        .page("Asked", page().entry(&act().calls("look")).ask(ask("size")))
        .page("There", page().entry(&act().says("there")))
        .page_of("Other", "Far", page())
        .route_of("Other", when("true").says("other"));
    let there = target("targetPage", "Default-Start-Flow/pages/There");
    assert_eq!(written.talk().answering("look", there.clone()).say("go"), ["there"]);
    let mut talk = written.talk().answering("look", there);
    assert_eq!(
        talk.turn(&AgentInput::text("yes").parameter("size", 1)).texts(),
        ["there"],
        "before anything is asked"
    );
    assert_eq!(written.talk().answering("look", target("targetFlow", "Other")).say("go"), ["other"]);
    let mut talk =
        written.talk().answering("look", target("targetPage", "Default-Start-Flow/pages/END_SESSION"));
    assert!(talk.turn(&AgentInput::text("go")).ended);
    let mut talk = written.talk().answering("look", target("targetPage", "Other/pages/Far"));
    let reaction = talk.turn(&AgentInput::text("go"));
    assert_eq!((reaction.place.flow.as_str(), reaction.findings[0].code), ("Other", "page_of_other_flow"));
}

#[test]
fn e52_a_value_for_the_form_fills_it_and_the_session() {
    let answer = json!({ "pageInfo": { "formInfo": { "parameterInfo": [
        { "displayName": "size", "value": "L" }, { "displayName": "colour", "required": true }] } } });
    let sheet = page()
        .entry(&act().calls("look"))
        .ask(ask("size"))
        .ask(ask("colour").optional())
        .route(&when("$page.params.status = \"FINAL\"").says("final"));
    let mut talk = agent().route(on("go").to("Form")).page("Form", sheet).talk().answering("look", answer);
    assert_eq!(talk.say("go"), ["colour?"]);
    assert_eq!((talk.value("size"), talk.session.form()[0].value.clone()), (json!("L"), json!("L")));
    let mut plain = agent()
        .route(on("go").to("Form"))
        .page("Form", page().ask(ask("size")).route(&when("true").calls("set")))
        .talk()
        .answering("set", parameter("size", "L"));
    assert_eq!(plain.say("go"), ["size?"], "a session parameter of an answer does not fill the form");
}

/// A page whose route, and whose entry, calls what fails; with handlers of the page and of the flow.
fn failing(handlers: &[&str], of_flow: &[&str], status: u16) -> Talk {
    let mut sheet = page()
        .ask(ask("size"))
        .route(&on("yes").says("queued").calls("look"))
        .route(&on("no").says("queued").calls("look").to("Away"))
        .route(&when("$session.params.more = true").says("more"));
    for name in handlers {
        sheet = sheet.event(&event(name).says(&format!("page: {name}")));
    }
    let mut written = agent()
        .route(on("go").to("Page"))
        .page("Page", sheet)
        .page("Away", page().entry(&act().says("away")));
    for name in of_flow {
        written = written.event(event(name).says(&format!("flow: {name}")));
    }
    let mut talk = written.talk().failing("look", status);
    talk.turn(&AgentInput::text("go").parameter("more", true));
    talk
}

#[test]
fn e53_a_failure_is_silent_where_there_is_a_target() {
    assert_eq!(failing(&["webhook.error"], &[], 500).say("no"), ["queued", "away"]);
}

#[test]
fn e54_without_a_target_its_handler_is_called_and_the_list_ends() {
    for (handlers, of_flow, expected) in [
        (vec!["webhook.error", "webhook.error.unavailable"], vec![], "page: webhook.error.unavailable"),
        (vec!["webhook.error"], vec!["webhook.error.unavailable"], "flow: webhook.error.unavailable"),
        (vec!["webhook.error"], vec!["webhook.error"], "page: webhook.error"),
        (vec!["webhook.error.timeout"], vec!["webhook.error"], "flow: webhook.error"),
    ] {
        assert_eq!(failing(&handlers, &of_flow, 503).say("yes"), ["queued", expected, "size?"]);
    }
    let sheet =
        page().route(&on("yes").calls("look")).event(&event("webhook.error").says("sorry").to("Away"));
    let mut talk = agent()
        .route(on("go").to("Page"))
        .page("Page", sheet)
        .page("Away", page())
        .talk()
        .failing("look", 500);
    talk.say("go");
    assert_eq!((talk.say("yes"), talk.page()), (vec!["sorry".to_owned()], "Away".to_owned()));
}

#[test]
fn e55_without_a_handler_a_failure_is_silent_and_the_list_goes_on() {
    assert_eq!(failing(&[], &["webhook.error.timeout"], 500).say("yes"), ["queued", "more", "size?"]);
}

#[test]
fn e56_a_failure_at_the_entry_or_the_prompt_raises_its_event_too() {
    let sheet = page()
        .entry(&act().says("entry").calls("look"))
        .ask(ask("size").prompt(&act().says("size?").calls("look")))
        .event(&event("webhook.error").says("sorry"));
    let mut talk = agent().route(on("go").to("Page")).page("Page", sheet).talk().failing("look", 500);
    assert_eq!(talk.say("go"), ["entry", "sorry", "size?", "sorry"]);
}

#[test]
fn e57_a_handler_of_webhook_errors_calls_no_webhook() {
    let written =
        agent().route(on("go").calls("look")).event(event("webhook.error").says("sorry").calls("report"));
    let agent = written.agent();
    assert_eq!(agent.findings()[0].code, "webhook_not_called");
    let reaction = written.talk().failing("look", 500).turn(&AgentInput::text("go"));
    assert_eq!((said(&reaction), reaction.calls.len()), (vec!["sorry".to_owned()], 1));
}

#[test]
fn e58_what_was_queued_before_a_failure_is_said() {
    let route = on("go").says("plain").cases(&[("true", "conditional")]).calls("look");
    let mut talk = agent().route(route).talk().failing("look", 500);
    let reaction = talk.turn(&AgentInput::text("go"));
    assert_eq!(said(&reaction), ["plain", "conditional"]);
    assert_eq!(
        reaction.calls[0].verdict.failure.as_ref().map(|failure| failure.event),
        Some("webhook.error")
    );
}
