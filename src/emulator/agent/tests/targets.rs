//! Targets, flows and what is generative.

use serde_json::json;

use super::written::{agent, page};
use super::{AgentInput, act, ask, codes, event, on, options, said, when};

const NOTHING: [&str; 0] = [];

#[test]
fn e79_a_page_of_the_flow_wins_over_a_symbol_of_its_name() {
    let mut talk = agent()
        .route(on("go").to("End Session"))
        .route(on("yes").to("END_SESSION"))
        .page("End Session", page().entry(&act().says("a page")))
        .talk();
    assert_eq!(talk.say("go"), ["a page"]);
    assert!(talk.turn(&AgentInput::text("yes")).ended);
}

#[test]
fn e80_the_current_page_is_entered_again_with_what_is_filled() {
    let sheet = page()
        .entry(&act().says("entry"))
        .ask(ask("a"))
        .ask(ask("b"))
        .route(&on("no").says("again").to("Current Page"));
    let mut talk = agent().route(on("go").to("Form")).page("Form", sheet).talk();
    talk.say("go");
    assert_eq!(talk.say("1"), ["b?"]);
    assert_eq!(talk.say("no"), ["again", "entry", "b?"]);
}

#[test]
fn e81_the_previous_page_is_as_it_was_left_and_asks_what_is_open() {
    let form = page().entry(&act().says("entry")).ask(ask("a")).ask(ask("b")).route(&on("no").to("Help"));
    let written = agent()
        .route(on("go").to("Form"))
        .route(on("yes").says("back").to("Previous Page"))
        .page("Form", form)
        .page("Help", page().entry(&act().says("help")));
    let mut talk = written.talk();
    let reaction = talk.turn(&AgentInput::text("yes"));
    assert_eq!((said(&reaction), codes(&reaction)), (vec!["back".to_owned()], vec!["no_previous_page"]));
    talk.say("go");
    talk.say("1");
    assert_eq!(talk.say("no"), ["help"]);
    assert_eq!((talk.say("yes"), talk.page()), (vec!["back".to_owned(), "b?".to_owned()], "Form".to_owned()));
    let mut talk = options(&written, |options| options.enter_previous_page = true);
    ["go", "1", "no"].map(|text| talk.say(text));
    assert_eq!(talk.say("yes"), ["back", "entry", "b?"]);
}

#[test]
fn e82_the_start_page_is_that_of_the_active_flow() {
    let mut talk = agent()
        .route(on("go").to_flow("Other"))
        .route_of("Other", when("$session.params.n = null").to("Page"))
        .route_of("Other", when("true").says("start of the other"))
        .page_of("Other", "Page", page().route(&on("yes").sets("n", 1).to("Start Page")))
        .talk();
    assert_eq!(talk.say("go"), NOTHING);
    assert_eq!(talk.say("yes"), ["start of the other"]);
    assert_eq!((talk.flow(), talk.page()), ("Other".to_owned(), "Start Page".to_owned()));
}

#[test]
fn e83_the_end_of_a_flow_goes_on_with_what_is_left_of_the_calling_page() {
    let sheet = page()
        .entry(&act().says("entry"))
        .route(&when("true").says("before"))
        .route(&when("$session.params.done = null").to_flow("Other"))
        .route(&when("$session.params.done = true").says("after"))
        .ask(ask("a"));
    let mut talk = agent()
        .route(on("go").to("Page"))
        .page("Page", sheet)
        .route_of("Other", on("yes").says("done").sets("done", true).to("End Flow"))
        .talk();
    assert_eq!(talk.say("go"), ["entry", "before"]);
    assert_eq!(talk.flow(), "Other");
    assert_eq!(talk.say("yes"), ["done", "after", "a?"]);
    assert_eq!(talk.page(), "Page");
}

#[test]
fn e84_the_end_of_the_first_flow_ends_the_session() {
    let mut talk = agent().route(on("go").says("bye").to("End Flow")).talk();
    let reaction = talk.turn(&AgentInput::text("go"));
    assert!(reaction.ended);
    assert_eq!((said(&reaction), talk.page()), (vec!["bye".to_owned()], "End Session".to_owned()));
}

#[test]
fn e85_the_calling_page_may_hear_how_a_flow_ended() {
    let called = |end: &str, handlers: &[&str]| {
        let mut sheet = page()
            .route(&when("$session.params.n = null").sets("n", 1).to_flow("Other"))
            .route(&when("true").says("rest"));
        for name in handlers {
            sheet = sheet.event(&event(name).says(name));
        }
        let mut talk = agent()
            .route(on("go").to("Page"))
            .page("Page", sheet)
            .route_of("Other", when("true").to(end))
            .talk();
        talk.say("go")
    };
    assert_eq!(called("End Flow With Failure", &["flow-failed"]), ["flow-failed"]);
    assert_eq!(called("End Flow With Failure", &["flow.failed"]), ["flow.failed"]);
    assert_eq!(called("END_FLOW_WITH_CANCELLATION", &["flow-cancelled"]), ["flow-cancelled"]);
    assert_eq!(
        called("End Flow With Human Escalation", &["flow.failed", "flow.failed.human-escalation"]),
        ["flow.failed.human-escalation"]
    );
    assert_eq!(called("End Flow With Failure", &[]), ["rest"], "as any other end");
    assert_eq!(called("End Flow", &["flow-failed"]), ["rest"]);
}

#[test]
fn e86_the_end_of_the_session_leaves_nothing_to_the_next_turn() {
    let mut talk = agent()
        .route(on("go").sets("a", 1).to("Page"))
        .route(on("yes").says("hello $session.params.a"))
        .page("Page", page().route(&on("no").says("bye").to("End Session")).ask(ask("b").optional()))
        .talk();
    talk.say("go");
    let reaction = talk.turn(&AgentInput::text("no"));
    assert_eq!(
        (reaction.ended, reaction.parameter("a"), reaction.place.page.as_str()),
        (true, Some(&json!(1)), "End Session")
    );
    let reaction = talk.turn(&AgentInput::text("yes"));
    assert_eq!((said(&reaction), reaction.ended), (vec!["hello $session.params.a".to_owned()], false));
    assert_eq!((reaction.parameter("a"), reaction.place.page.as_str()), (None, "Start Page"));
    assert_eq!(reaction.cleared, ["a"]);
}

#[test]
fn e87_twenty_five_flows_may_wait_also_for_themselves() {
    let mut talk = agent()
        .route(
            when("$flow.n = null")
                .sets("$flow.n", 1)
                .sets("all", "$sys.func.ADD($session.params.all, 1)")
                .to_flow("Default Start Flow"),
        )
        .route(on("no").to("End Flow"))
        .talk();
    // Each turn calls the flow again, up to the limit of transitions of one turn.
    let error = talk.try_turn(&AgentInput::event("any").parameter("all", 0)).expect_err("no end");
    assert!(error.to_string().contains("more than 100 transitions"), "{error}");

    let mut talk = agent()
        .route(when("$session.params.again = true").sets("again", json!(null)).to_flow("Default Start Flow"))
        .route(on("no").to("End Flow"))
        .talk();
    let again = AgentInput::event("any").parameter("again", true);
    for _ in 0..25 {
        talk.turn(&again);
    }
    assert_eq!(talk.session.state()["flowStack"].as_array().map(Vec::len), Some(25));
    assert_eq!(codes(&talk.turn(&again)), ["event_without_handler", "flow_stack"]);
    assert_eq!(talk.session.state()["flowStack"].as_array().map(Vec::len), Some(25));
    talk.say("no");
    assert_eq!(talk.session.state()["flowStack"].as_array().map(Vec::len), Some(24));
}

#[test]
fn e88_a_name_that_nothing_bears_is_found_when_the_agent_is_read_and_leads_nowhere() {
    let written = agent()
        .route(on("go").says("route").to("Nowhere"))
        .route(on("nobody").to_flow("No flow"))
        .flow_with("Default Start Flow", |flow| flow.with("transitionRouteGroups", json!(["No group"])))
        .route(when("true").says("condition").with("webhook", "No webhook"));
    let agent = written.agent();
    let found: Vec<_> = agent.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(
        found,
        ["target_unknown", "intent_unknown", "target_unknown", "webhook_not_called", "route_group_unknown"]
    );
    assert_eq!(agent.findings()[0].place, "flow Default Start Flow, route on intent go");
    let mut talk = written.talk();
    let reaction = talk.turn(&AgentInput::text("go"));
    assert_eq!((said(&reaction), codes(&reaction)), (vec!["route".to_owned()], vec!["target_unknown"]));
    assert_eq!((talk.page(), talk.raise("any")), ("Start Page".to_owned(), vec!["condition".to_owned()]));
}

#[test]
fn e89_what_is_generative_is_named_and_left_out() {
    let written = agent()
        .route(
            on("go")
                .says("static")
                .with("enableGenerativeFallback", true)
                .with("generators", json!([{ "generator": "Sum" }])),
        )
        .route(on("yes").says("over to it").to_playbook("Helper"))
        .flow_with("Default Start Flow", |flow| {
            flow.with("knowledgeConnectorSettings", json!({ "enabled": true }))
        });
    let agent = written.agent();
    assert_eq!(agent.findings().len(), 4, "{:?}", agent.findings());
    assert!(agent.findings().iter().all(|finding| finding.code == "skipped"));
    let mut talk = written.talk();
    let reaction = talk.turn(&AgentInput::text("go"));
    assert_eq!((said(&reaction), codes(&reaction)), (vec!["static".to_owned()], vec!["skipped", "skipped"]));
    let reaction = talk.turn(&AgentInput::text("yes"));
    assert_eq!(
        (said(&reaction), reaction.place.page.as_str()),
        (vec!["over to it".to_owned()], "Start Page")
    );
    assert!(reaction.findings[0].message.contains("playbook Helper"));
}
