//! Limits, and agents that cannot be executed.

use serde_json::json;

use super::written::{agent, page};
use super::{AgentInput, act, codes, on, options, when};
use crate::emulator::agent::{Agent, AgentOptions, AgentTurnError};

#[test]
fn e90_a_turn_has_a_bounded_number_of_transitions() {
    let written = agent()
        .route(on("go").sets("n", 0).to("A"))
        .route(on("yes").says("still here"))
        .page(
            "A",
            page()
                .entry(&act().sets("n", "$sys.func.ADD($session.params.n, 1)"))
                .route(&when("true").to("B")),
        )
        .page("B", page().route(&when("$session.params.n < 1000").to("A")));
    let mut talk = options(&written, |options| options.transitions = 20);
    let error = talk.try_turn(&AgentInput::text("go")).expect_err("no end");
    let AgentTurnError::TooManyTransitions { limit, trail } = &error else { panic!("{error}") };
    assert_eq!((*limit, trail.len()), (20, 21));
    assert!(
        error.to_string().starts_with("the turn has more than 20 transitions; it went (11 others) → "),
        "{error}"
    );
    assert_eq!(talk.say("yes"), ["still here"]);
}

#[test]
fn e91_a_circle_in_which_nothing_changes_is_named() {
    let mut talk = agent()
        .route(on("go").to("A"))
        .page("A", page().route(&when("true").to("B")))
        .page("B", page().route(&when("$session.params.x = null").to("C")))
        .page("C", page().route(&when("true").to("A")))
        .talk();
    let error = talk.try_turn(&AgentInput::text("go")).expect_err("a circle");
    assert_eq!(
        error.to_string(),
        "the agent goes in a circle: after flow Default Start Flow, page A, route if true → flow Default Start Flow, page B, \
         route if $session.params.x = null → flow Default Start Flow, page C, route if true nothing is different; a condition on \
         the way must change"
    );
    let mut itself = agent().route(when("true").to("Current Page")).talk();
    assert!(matches!(itself.try_turn(&AgentInput::event("any")), Err(AgentTurnError::Cycle { .. })));
}

#[test]
fn e92_after_an_error_the_session_is_as_it_was() {
    let mut talk = agent()
        .route(on("go").sets("x", 1).to("A"))
        .page("A", page().route(&when("true").to("Current Page")))
        .talk();
    let before = talk.session.state();
    talk.try_turn(&AgentInput::text("go").parameter("y", 1)).expect_err("a circle");
    assert_eq!(talk.session.state(), before);
}

#[test]
fn e93_doubled_names_and_playbooks_at_the_start_are_refused() {
    let twice = agent().page("A", page()).page("A", page()).package();
    let error = Agent::new(twice, AgentOptions::default()).expect_err("two pages");
    assert!(
        error.to_string().contains("flows/Default Start Flow/pages/A.json: the page \"A\" is there twice"),
        "{error}"
    );
    let playbook = agent().agent_json("startPlaybook", "Helper").package();
    let error = Agent::new(playbook, AgentOptions::default()).expect_err("a playbook");
    assert!(error.to_string().contains("starts with the playbook \"Helper\""), "{error}");
    let missing = agent().agent_json("startFlow", "Main").package();
    let error = Agent::new(missing, AgentOptions::default()).expect_err("no flow");
    assert!(error.to_string().contains("starts in the flow \"Main\", which the package lacks"), "{error}");
}

#[test]
fn e94_values_texts_and_messages_do_not_grow_without_end() {
    let twice = "$session.params.x$session.params.x";
    let mut talk = agent().route(when("true").sets("x", twice).says(twice)).talk();
    let mut found = Vec::new();
    for turn in 0..40 {
        let input = AgentInput::event("any");
        let reaction = talk.turn(&if turn == 0 { input.parameter("x", "0123456789") } else { input });
        let longest =
            reaction.messages.iter().filter_map(|one| one.said.said.as_ref()).map(String::len).max();
        assert!(longest.unwrap_or_default() <= 256 * 1024, "{longest:?}");
        found.extend(codes(&reaction).into_iter().map(str::to_owned));
    }
    assert!(found.iter().any(|code| code == "text_too_long"), "{found:?}");
    let pair = json!(["$session.params.l", "$session.params.l"]);
    let mut talk = agent().route(when("true").sets("l", pair)).talk();
    for turn in 0..40 {
        let input = AgentInput::event("any");
        talk.turn(&if turn == 0 { input.parameter("l", "0123456789") } else { input });
    }
    assert!(talk.value("l").to_string().len() <= 128 * 1024);
    let mut many = agent().flow_with("Default Start Flow", |mut flow| {
        for _ in 0..1100 {
            flow = flow.route(&when("true").says("x"));
        }
        flow
    });
    many = many.route(when("true").says("the last"));
    let reaction = many.talk().turn(&AgentInput::event("any"));
    assert_eq!((reaction.messages.len(), codes(&reaction).contains(&"too_many_messages")), (1000, true));
}
