//! The life of a page.

use serde_json::json;

use super::written::{agent, page};
use super::{AgentInput, act, ask, event, on, when};
use crate::emulator::agent::Source;

#[test]
fn e23_entry_then_handlers_then_the_prompt_all_in_one_turn() {
    let mut talk = agent()
        .route(on("go").says("route").to("Page"))
        .page(
            "Page",
            page().entry(&act().says("entry")).ask(ask("name")).route(&when("true").says("handler")),
        )
        .talk();
    let reaction = talk.turn(&AgentInput::text("go"));
    let said: Vec<_> = reaction.messages.iter().map(|one| (one.said.said.as_deref(), one.origin)).collect();
    assert_eq!(
        said,
        [
            (Some("route"), Source::Route),
            (Some("entry"), Source::Entry),
            (Some("handler"), Source::Route),
            (Some("name?"), Source::Prompt)
        ]
    );
    assert_eq!(reaction.messages[1].place, "flow Default Start Flow, page Page, entry fulfillment");
}

#[test]
fn e24_a_flow_whose_start_page_leads_on_is_passed_through() {
    let mut talk = agent()
        .route(on("go").says("route").to_flow("Second"))
        .route_of("Second", when("true").to("Inside"))
        .page_of("Second", "Inside", page().ask(ask("name")))
        .talk();
    assert_eq!(talk.say("go"), ["route", "name?"]);
    assert_eq!((talk.flow(), talk.page()), ("Second".to_owned(), "Inside".to_owned()));
}

#[test]
fn e25_the_form_takes_what_session_and_intent_know() {
    let mut talk = agent()
        .intent_with("order", &[], json!({ "parameters": [{ "id": "size", "entityType": "@sys.date" }] }))
        .route(on("order").sets("size", "S").to("Form"))
        .page(
            "Form",
            page().entry(&act().sets("colour", "red")).ask(ask("colour")).ask(ask("size")).ask(ask("name")),
        )
        .talk();
    let reaction = talk.turn(&AgentInput::intent("order").value("size", "L"));
    assert_eq!(reaction.texts(), ["name?"]);
    let form: Vec<_> = reaction.form.iter().map(|field| (field.name.as_str(), &field.value)).collect();
    assert_eq!(form, [("colour", &json!("red")), ("size", &json!("L")), ("name", &json!(null))]);
    assert_eq!(talk.value("size"), "L");
}

#[test]
fn e26_the_first_required_parameter_without_a_value_is_asked_for_unless_one_was_asked_again() {
    let first = ask("first").strict().reprompt(&event("sys.no-match-1").says("first, please"));
    let mut talk = agent()
        .route(on("go").to("Form"))
        .page("Form", page().ask(ask("none").optional()).ask(first).ask(ask("second")))
        .talk();
    assert_eq!(talk.say("go"), ["first?"]);
    assert_eq!(talk.say("hm"), ["first, please"]);
    let reaction = talk.turn(&AgentInput::text("1").value("first", 1));
    assert_eq!(reaction.texts(), ["second?"]);
}
