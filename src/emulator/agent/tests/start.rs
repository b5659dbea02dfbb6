//! Start and match.

use serde_json::json;

use super::written::{agent, page};
use super::{AgentInput, Talk, act, ask, codes, event, holds, on, options, said, when};
use crate::emulator::Start;
use crate::emulator::agent::{MatchType, Otherwise};

#[test]
fn e01_a_session_starts_on_the_start_page_or_where_it_is_told() {
    let written = agent().page("Side", page()).page_of("Other", "Far", page());
    assert_eq!(
        (written.talk().flow(), written.talk().page()),
        ("Default Start Flow".into(), "Start Page".into())
    );
    let other = written.clone().agent_json("startFlow", "Other");
    assert_eq!(other.talk().flow(), "Other");
    let start = Start { flow: Some("Other".to_owned()), page: Some("Far".to_owned()), ..Start::default() };
    assert_eq!(Talk::with(&written, start).page(), "Far");
    let nowhere = Start { page: Some("Sied".to_owned()), ..Start::default() };
    let error = crate::emulator::agent::AgentSession::new(written.agent(), nowhere).expect_err("no page");
    assert_eq!(error.to_string(), "the agent has no page \"Sied\"; did you mean \"Side\"?");
}

#[test]
fn e02_only_intents_that_a_route_in_scope_asks_for_match() {
    let mut talk = agent()
        .route(on("go").to("Side"))
        .page("Side", page().route(&on("yes").says("fine")))
        .event(event("sys.no-match-default").says("what?"))
        .talk();
    assert_eq!(talk.say("yes"), ["what?"]);
    assert_eq!(talk.session.intents(), ["go"]);
    assert_eq!(talk.say("go"), Vec::<String>::new());
    assert_eq!(talk.session.intents(), ["yes", "go"]);
    assert_eq!(talk.say("yes"), ["fine"]);
}

#[test]
fn e03_a_phrase_wins_over_a_parameter_that_takes_any_text() {
    let mut talk = agent()
        .route(when("true").to("Form"))
        .page("Form", page().ask(ask("name")).route(&on("no").says("as you like")))
        .talk();
    assert_eq!(talk.raise("any"), ["name?"]);
    let reaction = talk.turn(&AgentInput::text("No!"));
    assert_eq!(reaction.match_type, MatchType::Intent);
    assert_eq!(said(&reaction), ["as you like", "name?"]);
    let reaction = talk.turn(&AgentInput::text("Jane Doe"));
    assert_eq!(reaction.match_type, MatchType::ParameterFilling);
    assert_eq!((reaction.intent, talk.value("name")), (None, json!("Jane Doe")));
    let reaction = talk.turn(&AgentInput::text("Jane Doe"));
    assert_eq!(reaction.match_type, MatchType::NoMatch);
}

#[test]
fn e04_an_intent_by_name_needs_a_route_in_scope() {
    let mut talk = agent().route(on("go").says("went")).event(event("sys.no-match-1").says("what?")).talk();
    let reaction = talk.turn(&AgentInput::intent("go"));
    assert_eq!((reaction.match_type, said(&reaction)), (MatchType::DirectIntent, vec!["went".to_owned()]));
    let reaction = talk.turn(&AgentInput::intent("yes"));
    assert_eq!((reaction.match_type, said(&reaction)), (MatchType::NoMatch, vec!["what?".to_owned()]));
    assert_eq!(codes(&reaction), ["intent_not_in_scope"]);
    let error = talk.try_turn(&AgentInput::intent("goo")).expect_err("no intent");
    assert_eq!(error.to_string(), "the agent has no intent \"goo\"; did you mean \"go\"?");
}

#[test]
fn e05_an_empty_text_and_silence_are_no_input() {
    let mut talk = agent().event(event("sys.no-input-default").says("hello?")).talk();
    for input in [AgentInput::text("  "), AgentInput::silence(), AgentInput::dtmf("")] {
        let reaction = talk.turn(&input);
        assert_eq!((reaction.match_type, said(&reaction)), (MatchType::NoInput, vec!["hello?".to_owned()]));
    }
}

#[test]
fn e06_an_event_calls_handlers_of_that_name_alone_and_none_of_parameters() {
    let form = page().ask(ask("name").reprompt(&event("alarm").says("not this")));
    let mut talk =
        agent().route(on("go").to("Form")).page("Form", form).event(event("alarm").says("ring")).talk();
    talk.say("go");
    assert_eq!(talk.raise("alarm"), ["ring", "name?"]);
    let reaction = talk.turn(&AgentInput::event("fire"));
    assert_eq!((reaction.match_type, said(&reaction)), (MatchType::Event, vec!["name?".to_owned()]));
    assert_eq!(codes(&reaction), ["event_without_handler"]);
}

#[test]
fn e07_keys_match_the_intent_of_that_pattern() {
    let mut talk = agent()
        .intent_with("agent", &[], json!({ "dtmfPattern": "0" }))
        .route(on("agent").says("one moment"))
        .event(event("sys.no-match-default").says("what?"))
        .talk();
    let reaction = talk.turn(&AgentInput::dtmf("0"));
    assert_eq!((reaction.match_type, said(&reaction)), (MatchType::Intent, vec!["one moment".to_owned()]));
    assert_eq!(said(&talk.turn(&AgentInput::dtmf("7"))), ["what?"]);
}

#[test]
fn e08_a_long_text_is_an_event_of_its_own_or_no_match() {
    let long = "go ".repeat(100);
    let written = agent().route(on("go").says("went")).event(event("sys.no-match-1").says("what?"));
    let mut talk = written.clone().event(event("sys.long-utterance").says("shorter, please")).talk();
    assert_eq!(talk.say(&long), ["shorter, please"]);
    let reaction = written.talk().turn(&AgentInput::text(long));
    assert_eq!((reaction.match_type, said(&reaction)), (MatchType::NoMatch, vec!["what?".to_owned()]));
}

#[test]
fn e09_a_script_may_say_outright_what_was_meant() {
    let written = agent()
        .intent_with("order", &[], json!({ "parameters": [{ "id": "what", "entityType": "@sys.date" }] }))
        .route(on("order").to("Form"))
        .page("Form", page().entry(&act().says("$session.params.what")).ask(ask("size").strict()));
    let mut talk = written.talk();
    let reaction = talk.turn(&AgentInput::text("I'd like one").matching("order").value("what", "pizza"));
    assert_eq!(
        (reaction.match_type, said(&reaction)),
        (MatchType::Intent, vec!["pizza".into(), "size?".into()])
    );
    let wrong = talk.try_turn(&AgentInput::text("x").value("sise", "L")).expect_err("no such parameter");
    assert_eq!(wrong.to_string(), "the form of the page \"Form\" has no parameter \"sise\"; it has size");
    let reaction = talk.turn(&AgentInput::text("large, I think").value("size", "L"));
    assert_eq!((reaction.match_type, talk.value("size")), (MatchType::ParameterFilling, json!("L")));

    // A recording is asked only if the text is not understood.
    let mut talk = written.talk();
    let recorded = Otherwise { intent: Some("order".to_owned()), ..Otherwise::default() };
    assert_eq!(talk.turn(&AgentInput::text("hm").otherwise(recorded)).match_type, MatchType::Intent);
    let values = json!({ "size": "M", "other": 1 }).as_object().expect("an object").clone();
    let recorded = Otherwise { values, ..Otherwise::default() };
    talk.turn(&AgentInput::text("medium").otherwise(recorded));
    assert_eq!((talk.value("size"), talk.value("other")), (json!("M"), json!(null)));
    assert!(holds("$session.params.x = 1", &json!({ "x": 1 })));
    assert_eq!(options(&written, |options| options.prefer_intents = true).page(), "Start Page");
}
