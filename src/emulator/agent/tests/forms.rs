//! Forms.

use serde_json::json;

use super::written::{Asks, agent, page};
use super::{AgentInput, Talk, act, ask, event, on, said, when};

/// A page with this parameter, a confirmation when all is there, and handlers of the flow.
fn form(parameter: Asks) -> Talk {
    let sheet = page()
        .ask(parameter)
        .route(&on("no").says("as you like"))
        .route(&when("$page.params.status = \"FINAL\"").says("got $session.params.size"));
    agent()
        .route(on("go").to("Form"))
        .event(event("sys.no-match-default").says("flow did not match"))
        .event(event("sys.no-input-default").says("flow heard nothing"))
        .page("Form", sheet)
        .page("Away", page())
        .talk()
}

#[test]
fn e27_optional_parameters_are_filled_but_never_asked_for() {
    let mut talk = form(ask("size").optional());
    assert_eq!(talk.say("go"), ["got $session.params.size"]);
    assert_eq!(said(&talk.turn(&AgentInput::text("L").value("size", "L"))), ["got L"]);
}

#[test]
fn e28_defaults_are_of_optional_parameters_when_the_page_is_entered() {
    let mut talk = form(ask("size").optional().with("defaultValue", "M"));
    assert_eq!(talk.say("go"), ["got M"]);
    assert_eq!(form(ask("size").with("defaultValue", "M")).say("go"), ["size?"]);
}

#[test]
fn e29_a_value_is_one_of_form_and_session_in_the_turn_it_is_given() {
    let mut talk = form(ask("size"));
    talk.say("go");
    let reaction = talk.turn(&AgentInput::text("L"));
    assert_eq!(reaction.texts(), ["got L"]);
    assert_eq!((reaction.set["size"].clone(), reaction.form[0].value.clone()), (json!("L"), json!("L")));
}

#[test]
fn e30_the_form_is_final_with_all_required_values_and_a_parameter_updated_in_its_turn() {
    let sheet = page()
        .ask(ask("a"))
        .ask(ask("b"))
        .route(&when("$page.params.a.status = \"UPDATED\"").says("a is new"))
        .route(&when("$page.params.status = \"FINAL\"").says("final"))
        .route(&when("$page.params.status != \"FINAL\"").says("not final"));
    let mut talk = agent()
        .route(when("$page.params.status = \"FINAL\"").says("no form"))
        .route(when("true").to("Form"))
        .page("Form", sheet)
        .talk();
    assert_eq!(talk.raise("any"), ["no form", "not final", "a?"]);
    assert_eq!(talk.say("1"), ["a is new", "not final", "b?"]);
    assert_eq!(talk.say("2"), ["final"]);
    assert_eq!(talk.raise("any"), ["final"]);

    // Also if the page has waited for a flow since.
    let sheet = page()
        .ask(ask("a"))
        .route(&when("$page.params.a.status = \"UPDATED\"").calls_flow("Other"))
        .route(&when("$page.params.a.status = \"UPDATED\"").says("a is new"))
        .route(&when("$page.params.a.status = \"FILLED\"").says("a was there"));
    let mut talk = agent()
        .route(on("go").to("Form"))
        .page("Form", sheet)
        .route_of("Other", on("yes").to("End Flow"))
        .talk();
    talk.say("go");
    talk.say("1");
    assert_eq!((talk.flow(), talk.say("yes")), ("Other".to_owned(), vec!["a was there".to_owned()]));
}

#[test]
fn e31_what_is_known_is_not_asked_and_null_asks_again() {
    let sheet = page()
        .ask(ask("size"))
        .route(&on("no").sets("size", json!(null)))
        .route(&on("yes").sets("size", "XL"));
    let mut talk = agent().route(when("true").to("Form")).page("Form", sheet).talk();
    let reaction = talk.turn(&AgentInput::event("any").parameter("size", "S"));
    assert_eq!(said(&reaction), Vec::<String>::new());
    assert_eq!(talk.say("no"), ["size?"]);
    assert_eq!(
        (talk.value("size"), talk.session.asked().map(|field| field.name.clone())),
        (json!(null), Some("size".into()))
    );
    assert_eq!(talk.say("yes"), Vec::<String>::new());
    assert_eq!(talk.session.form()[0].value, "XL");
}

#[test]
fn e32_what_fills_nothing_is_a_matter_of_the_parameter_alone() {
    let mut talk = form(ask("size").strict());
    assert_eq!(talk.say("go"), ["size?"]);
    assert_eq!(talk.say("hm"), ["size?"], "without handlers the prompt is repeated, whatever the flow has");
    let handled = ask("size")
        .strict()
        .reprompt(&event("sys.no-match-1").says("first"))
        .reprompt(&event("sys.no-match-2").says("second"))
        .reprompt(&event("sys.no-match-default").says("further"));
    let mut talk = form(handled);
    talk.say("go");
    let all: Vec<String> = (0..4).flat_map(|_| talk.say("hm")).collect();
    assert_eq!(all, ["first", "second", "further", "further"]);
    let mut talk = form(ask("size").strict().reprompt(&event("sys.no-match-1").says("first")));
    talk.say("go");
    assert_eq!((talk.say("hm"), talk.say("hm")), (vec!["first".to_owned()], vec!["size?".to_owned()]));
}

#[test]
fn e33_silence_has_its_own_handlers_of_the_parameter() {
    let mut talk = form(ask("size").strict().reprompt(&event("sys.no-input-1").says("hello?")));
    talk.say("go");
    assert_eq!(said(&talk.turn(&AgentInput::silence())), ["hello?"]);
    assert_eq!(said(&talk.turn(&AgentInput::silence())), ["size?"]);
}

#[test]
fn e34_a_refused_value_is_asked_for_again() {
    let refusal = json!({ "pageInfo": { "formInfo": { "parameterInfo": [
        { "displayName": "size", "required": true, "state": "INVALID" }] } } });
    let written = |parameter: Asks| {
        let sheet = page()
            .ask(parameter)
            .route(&when("$page.params.size.status = \"UPDATED\"").calls("check"))
            .route(&when("$page.params.status = \"FINAL\"").says("final"));
        agent().route(on("go").to("Form")).page("Form", sheet).talk().answering("check", refusal.clone())
    };
    let mut talk = written(ask("size"));
    assert_eq!(talk.say("go"), ["size?"]);
    assert_eq!(talk.say("99"), ["size?"]);
    assert_eq!(talk.session.form()[0].state.as_str(), "INVALID");
    let mut talk = written(ask("size").reprompt(&event("sys.invalid-parameter").says("not that one")));
    talk.say("go");
    assert_eq!(talk.say("99"), ["not that one"]);
}

#[test]
fn e35_after_a_route_of_an_intent_the_prompt_is_said_again() {
    let mut talk = form(ask("size"));
    talk.say("go");
    assert_eq!(talk.say("no"), ["as you like", "size?"]);
}

#[test]
fn e36_misses_are_counted_by_page_and_flow_while_nothing_is_asked_for() {
    let numbered = |page: &str| {
        (1..=6).map(|n| (format!("sys.no-match-{n}"), format!("{page} {n}"))).collect::<Vec<_>>()
    };
    let mut written = agent().route(on("go").says("went")).route(on("yes").to("Page"));
    for (name, text) in numbered("flow") {
        written = written.event(event(&name).says(&text));
    }
    let written = written
        .event(event("sys.no-match-default").says("flow default"))
        .page("Page", page().event(&event("sys.no-match-1").says("page 1")).route(&on("go").says("went")));
    let mut talk = written.talk();
    let all: Vec<String> = (0..8).flat_map(|_| talk.say("hm")).collect();
    assert_eq!(
        all,
        ["flow 1", "flow 2", "flow 3", "flow 4", "flow 5", "flow 6", "flow default", "flow default"]
    );
    talk.say("go");
    assert_eq!(talk.say("hm"), ["flow 1"], "a match in between starts again");
    talk.turn(&AgentInput::silence());
    assert_eq!(talk.say("hm"), ["flow 2"], "silence in between does not");
    talk.say("yes");
    assert_eq!((talk.say("hm"), talk.say("hm")), (vec!["page 1".to_owned()], vec!["flow 2".to_owned()]));
}

#[test]
fn e37_the_value_of_a_list_is_a_list() {
    let mut talk = form(ask("size").with("isList", true));
    talk.say("go");
    assert_eq!(talk.say("L"), ["got [\"L\"]"]);
    let mut talk = form(ask("size").strict().with("isList", true));
    talk.say("go");
    talk.turn(&AgentInput::text("x").value("size", "M"));
    assert_eq!(talk.value("size"), json!(["M"]));
}

#[test]
fn e38_a_handler_that_asks_again_may_lead_away() {
    let mut talk =
        form(ask("size").strict().reprompt(&event("sys.no-match-1").says("never mind").to("Away")));
    talk.say("go");
    assert_eq!((talk.say("hm"), talk.page()), (vec!["never mind".to_owned()], "Away".to_owned()));
    let prompt = act().says("which?").calls("guess");
    let mut talk = form(ask("size").prompt(&prompt)).answering(
        "guess",
        json!({ "pageInfo": { "formInfo": { "parameterInfo": [{ "displayName": "size", "value": "S" }] } } }),
    );
    assert_eq!(talk.say("go"), ["which?", "got S"], "what a prompt's webhook fills is not waited for");
}
