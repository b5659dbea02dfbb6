//! References and texts.

use serde_json::json;

use super::written::{agent, page};
use super::{AgentInput, Talk, act, ask, codes, on, options, rendered, said, when};
use crate::emulator::Start;

#[test]
fn e70_names_mean_the_same_in_any_case_and_may_hold_dots() {
    let known = json!({ "Size": "L", "member.firstName": "Ada", "member": { "firstName": "Eve", "ages": [3, { "x": 4 }] } });
    for (text, expected) in [
        ("$session.params.size", "L"),
        ("$SESSION.PARAMS.SIZE.", "L."),
        ("$session.params.member.firstName", "Ada"),
        ("$session.params.member.ages[1].x", "4"),
        ("$25 or $$session.params.size", "$25 or $L"),
    ] {
        assert_eq!(rendered(text, &known), expected, "{text}");
    }
}

#[test]
fn e71_a_flow_has_its_own_parameters_while_it_is_on_the_stack() {
    let mut talk = agent()
        .route(on("go").sets("$flow.x", "outer").to_flow("Inner"))
        .route(when("$flow.x = \"outer\"").says("outer again: $flow.x"))
        .route_of("Inner", when("$flow.x = null").says("empty at first").sets("$flow.x", "inner"))
        .route_of("Inner", when("true").says("then $flow.x, never $session.params.x").to("End Flow"))
        .talk();
    let expected = ["empty at first", "then inner, never $session.params.x", "outer again: outer"];
    assert_eq!(talk.say("go"), expected);
    assert_eq!(talk.say("go"), expected, "a flow that is entered again has none");
}

#[test]
fn e72_page_parameters_are_those_of_the_form() {
    let sheet = page().ask(ask("size")).route(
        &when("$page.params.size = L")
            .says("$page.params.size, $page.params.size.status, $page.params.status"),
    );
    let mut talk = agent().route(on("go").to("Form")).page("Form", sheet).talk();
    talk.say("go");
    assert_eq!(talk.say("L"), ["L, UPDATED, FINAL"]);
    assert_eq!(talk.raise("any"), ["L, FILLED, FINAL"]);
}

#[test]
fn e73_intent_parameters_are_those_of_this_turn_and_stay_in_the_session() {
    let mut talk = agent()
        .intent_with("order", &[], json!({ "parameters": [{ "id": "size", "entityType": "@sys.date" }] }))
        .route(on("order").says("$intent.params.size.original = $intent.params.size.resolved"))
        .route(when("$intent.params.size != null").says("has it"))
        .route(when("$intent.params.size = null").says("$session.params.size stays"))
        .talk();
    assert_eq!(said(&talk.turn(&AgentInput::intent("order").value("size", "L"))), ["L = L", "has it"]);
    assert_eq!(talk.raise("any"), ["L stays"]);
}

#[test]
fn e74_the_request_is_what_the_user_and_the_integration_gave() {
    let payload = json!({ "telephony": { "caller_id": "+15550100000" } });
    let start = Start { payload: payload.as_object().cloned(), ..Start::default() };
    let written = agent()
        .route(
            on("go").says("$request.user-utterance from $request.payload.telephony.caller_id").calls("look"),
        )
        .route(
            when("$request.sentiment.succeeded = false AND $request.sentiment.score = null")
                .says("$request.webhook_status_code"),
        );
    let talk = || Talk::with(&written, start.clone());
    assert_eq!(talk().say("go"), ["go from +15550100000", "200"]);
    assert_eq!(talk().failing("look", 503).say("go"), ["go from +15550100000", "503"]);
}

#[test]
fn e75_in_a_text_values_are_as_recorded_conversations_have_them() {
    let known = json!({
        "n": 1.0, "b": true, "l": ["a", 1], "o": { "a": 1 }, "date": { "day": 5, "month": 3, "year": 2021 },
        "time": { "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0 },
        "both": { "day": 5, "month": 3, "year": 2021, "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0 },
        "person": { "name": "x", "original": "nicolas antonio" },
    });
    for (name, expected) in [
        ("n", "1"),
        ("b", "true"),
        ("l", "[\"a\",1]"),
        ("o", "{\"a\":1}"),
        ("date", "2021-03-05"),
        ("time", "14:00:00"),
        ("both", "2021-03-05T14:00:00"),
        ("person", "nicolas antonio"),
        ("none", "$session.params.none"),
    ] {
        assert_eq!(rendered(&format!("<$session.params.{name}>"), &known), format!("<{expected}>"));
    }
}

#[test]
fn e76_a_call_in_a_text_is_its_result_or_stays_as_written() {
    let known = json!({ "a": "x y", "e": "1 2 3 4", "d": { "day": 1, "month": 2, "year": 2024 } });
    for (text, expected) in [
        ("<$sys.func.ADD(1, 2)>", "<3>"),
        ("<$sys.func.SUBSTITUTE($session.params.a, \"\\s+\", \"\")>", "<xy>"),
        ("<$sys.func.CONCATENATE(\"+\", \"$session.params.a\")>", "<+x y>"),
        (
            "<$sys.func.IF(\"$sys.func.LEN($sys.func.SUBSTITUTE($session.params.e, \\\"\\\\s+\\\", \\\"\\\")) = 4\", four, other)>",
            "<four>",
        ),
        ("<$sys.func.TO_TEXT($session.params.d)>", "<2024-02-01>"),
        ("<$sys.func.TO_NUMBER($session.params.a)>", "<$sys.func.TO_NUMBER($session.params.a)>"),
        (
            "<$sys.func.NOTHING(\"a)\", $session.params.a)> $session.params.a",
            "<$sys.func.NOTHING(\"a)\", $session.params.a)> x y",
        ),
    ] {
        assert_eq!(rendered(text, &known), expected, "{text}");
    }
    let written = agent().route(when("true").says("$sys.func.FORMAT_DATE($sys.func.NOW(), \"yyyy-MM-dd\")"));
    let mut talk = options(&written, |options| options.now = "2026-03-05T12:00:00Z".parse().ok());
    assert_eq!(talk.raise("any"), ["2026-03-05"]);
}

#[test]
fn e77_a_preset_that_is_one_reference_or_call_keeps_the_type() {
    let route = on("go")
        .sets("n", "$session.params.number")
        .sets("f", "$sys.func.ADD(1, 1)")
        .sets("t", "n=$session.params.number")
        .sets("o", "$session.params.object")
        .sets("i", "$sys.func.IDENTITY($session.params.object)")
        .sets("deep", json!({ "a": ["$session.params.number", "<$session.params.number>"] }))
        .sets("none", "$session.params.nothing")
        .sets("failed", "$sys.func.TO_NUMBER(x)");
    let mut talk = agent().route(route).talk();
    let input = AgentInput::text("go")
        .parameter("number", 5)
        .parameter("object", json!({ "a": 1 }))
        .parameter("failed", 1);
    let reaction = talk.turn(&input);
    for (name, expected) in [
        ("n", json!(5)),
        ("f", json!(2)),
        ("t", json!("n=5")),
        ("o", json!({ "a": 1 })),
        ("i", json!({ "a": 1 })),
        ("deep", json!({ "a": [5, "<5>"] })),
        ("none", json!(null)),
        ("failed", json!(null)),
    ] {
        assert_eq!(talk.value(name), expected, "{name}");
    }
    assert_eq!(codes(&reaction), ["identity_missing", "unresolved", "function_failed"]);
}

#[test]
fn e78_in_a_payload_references_become_text() {
    let payload = json!({ "payload": { "n": "$session.params.n", "list": ["no $session.params.n", 1] }, "languageCode": "en" });
    let mut talk = agent()
        .route(on("go").sends(payload))
        .event(super::event("x").says("x"))
        .page("P", page().entry(&act()))
        .talk();
    let reaction = talk.turn(&AgentInput::text("go").parameter("n", 5));
    assert_eq!(reaction.messages[0].said.kind, "payload");
    assert_eq!(reaction.messages[0].said.content, json!({ "n": "5", "list": ["no 5", 1] }));
}
