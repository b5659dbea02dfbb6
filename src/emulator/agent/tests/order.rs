//! The order of evaluation.

use serde_json::json;

use super::written::{MAIN, agent, page};
use super::{AgentInput, event, on, options, said, when};

const NOTHING: [&str; 0] = [];

#[test]
fn e10_routes_with_an_intent_come_first_those_of_page_groups_and_flow_in_this_order() {
    let routes = |from: &str| [on("go").and("$session.params.who = null").says(from)];
    let written = |own: bool, group: bool| {
        let sheet = if own { page().route(&on("go").says("page")) } else { page() };
        let sheet = if group { sheet.with("transitionRouteGroups", json!(["Group"])) } else { sheet };
        agent()
            .group(Some(MAIN), "Group", &routes("group"))
            .group(None, "Shared", &routes("shared"))
            .route(when("true").to("Page"))
            .route(on("go").and("$session.params.flow = true").says("flow"))
            .flow_with(MAIN, |flow| flow.with("agentTransitionRouteGroups", json!(["Shared"])))
            .page("Page", sheet.route(&when("true").says("condition")))
    };
    for (own, group, flow, expected) in [
        (true, true, true, "page"),
        (false, true, true, "group"),
        (false, false, true, "flow"),
        (false, false, false, "shared"),
    ] {
        let mut talk = written(own, group).talk();
        talk.turn(&AgentInput::event("any").parameter("flow", flow));
        assert_eq!(talk.say("go"), [expected, "condition"]);
    }
}

#[test]
fn e11_conditions_of_the_flow_count_on_its_start_page_alone_intents_everywhere() {
    let mut talk = agent()
        .route(when("true").says("start"))
        .route(on("go").says("going").to("Page"))
        .page("Page", page())
        .talk();
    assert_eq!(talk.raise("any"), ["start"]);
    assert_eq!(talk.say("go"), ["going"]);
    assert_eq!(talk.page(), "Page");
    assert_eq!(talk.raise("any"), NOTHING);
    assert_eq!(talk.say("go"), ["going"]);
}

#[test]
fn e12_groups_count_where_they_are_linked_those_of_the_flow_first() {
    let mut talk = agent()
        .group(Some(MAIN), "Own", &[on("go").says("own")])
        .group(None, "Shared", &[on("go").says("shared"), on("yes").says("yes of all").to("Page")])
        .route(when("true").to("Linked"))
        .page(
            "Linked",
            page()
                .with("agentTransitionRouteGroups", json!(["Shared"]))
                .with("transitionRouteGroups", json!(["Own"])),
        )
        .page("Page", page())
        .talk();
    talk.raise("any");
    assert_eq!(talk.say("go"), ["own"]);
    assert_eq!(talk.say("yes"), ["yes of all"]);
    assert_eq!(talk.page(), "Page");
    assert_eq!(talk.say("go"), NOTHING);
}

#[test]
fn e13_an_intent_is_consumed_by_the_first_route_called_for_it() {
    let mut talk = agent()
        .route(on("go").and("$session.params.known = true").says("welcome back"))
        .route(on("go").and("$session.params.known != true").says("welcome").sets("known", true))
        .route(on("go").says("never"))
        .talk();
    assert_eq!(talk.say("go"), ["welcome"]);
    assert_eq!(talk.say("go"), ["welcome back"]);
}

#[test]
fn e14_without_a_target_the_list_goes_on_with_one_it_ends() {
    let mut talk = agent()
        .route(when("true").says("one"))
        .route(when("true").says("two").to("Page"))
        .route(when("true").says("never"))
        .page("Page", page())
        .talk();
    assert_eq!(talk.raise("any"), ["one", "two"]);
}

#[test]
fn e15_conditions_are_looked_at_after_the_route_of_an_intent() {
    let mut talk = agent().route(on("go").says("intent")).route(when("true").says("condition")).talk();
    assert_eq!(talk.say("go"), ["intent", "condition"]);
}

#[test]
fn e16_each_condition_sees_what_was_done_before_it() {
    let mut talk = agent()
        .route(when("true").calls("look"))
        .route(when("$session.params.first_name != null").says("Hello $session.params.first_name").to("Page"))
        .page("Page", page())
        .talk()
        .answering("look", json!({ "sessionInfo": { "parameters": { "first_name": "Ada" } } }));
    assert_eq!(talk.raise("any"), ["Hello Ada"]);
}

#[test]
fn e17_a_condition_is_never_consumed() {
    let mut talk = agent().route(when("true").says("again")).route(on("go").says("go")).talk();
    assert_eq!(talk.say("go"), ["go", "again"]);
    assert_eq!(talk.say("go"), ["go", "again"]);
}

#[test]
fn e18_where_an_event_is_handled_conditions_are_not_looked_at() {
    let written = agent()
        .route(when("true").says("condition"))
        .event(event("sys.no-match-default").says("what?"))
        .event(event("look").calls("look"))
        .event(event("move").to("Page"))
        .page("Page", page().route(&when("true").says("there")));
    let mut talk = written.talk().answering("look", json!({ "sessionInfo": { "parameters": { "x": 1 } } }));
    assert_eq!(talk.say("hm"), ["what?"]);
    assert_eq!(talk.raise("nobody's"), ["condition"]);
    assert_eq!(talk.raise("look"), ["condition"]);
    assert_eq!(talk.raise("move"), ["there"]);
    let mut talk = options(&written, |options| options.conditions_on_events = true);
    assert_eq!(talk.say("hm"), ["condition", "what?"]);
}

#[test]
fn e19_the_first_handler_of_an_event_wins_those_of_the_page_before_those_of_the_flow() {
    let mut talk = agent()
        .route(on("go").to("Page"))
        .event(event("alarm").says("flow"))
        .event(event("alarm").says("flow again"))
        .page("Page", page().event(&event("alarm").says("page")))
        .talk();
    assert_eq!(talk.raise("alarm"), ["flow"]);
    talk.say("go");
    assert_eq!(talk.raise("alarm"), ["page"]);
}

#[test]
fn e20_a_flow_is_told_the_intent_that_led_to_it() {
    let mut talk = agent()
        .route(on("go").says("first").to_flow("Second"))
        .route_of("Second", on("go").says("second").to_flow("Third"))
        .route_of("Third", on("go").says("third"))
        .talk();
    assert_eq!(talk.say("go"), ["first", "second", "third"]);
    assert_eq!(talk.flow(), "Third");
}

#[test]
fn e21_a_page_is_not_told_the_intent_nor_a_flow_that_a_condition_led_to() {
    let mut talk =
        agent().route(on("go").to("Page")).page("Page", page().route(&on("go").says("once more"))).talk();
    assert_eq!(talk.say("go"), NOTHING);
    assert_eq!(talk.say("go"), ["once more"]);
    let mut talk = agent()
        .route(on("go").says("first"))
        .route(when("true").to_flow("Second"))
        .route_of("Second", on("go").says("second"))
        .talk();
    assert_eq!(talk.say("go"), ["first"]);
    assert_eq!(talk.flow(), "Second");
}

#[test]
fn e22_where_nothing_is_called_the_page_stays_and_nothing_is_said() {
    let mut talk = agent().route(on("go").says("went")).talk();
    let reaction = talk.turn(&AgentInput::text("hm"));
    assert_eq!((said(&reaction), reaction.place.page.as_str()), (Vec::new(), "Start Page"));
}
