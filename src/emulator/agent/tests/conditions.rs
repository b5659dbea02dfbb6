//! Conditions.

use serde_json::json;

use super::written::agent;
use super::{AgentInput, codes, holds, on, said, when};

/// Asks several conditions of the same parameters.
#[track_caller]
fn all(parameters: &serde_json::Value, conditions: &[(&str, bool)]) {
    for (condition, expected) in conditions {
        assert_eq!(holds(condition, parameters), *expected, "{condition}");
    }
}

#[test]
fn e59_conditions_are_joined_by_and_or_not_and_parentheses() {
    all(
        &json!({ "a": 1, "b": 2 }),
        &[
            ("$session.params.a=1 AND\n$session.params.b=2", true),
            ("$session.params.a = 2 OR $session.params.b = 2", true),
            ("($session.params.a = 2 OR $session.params.b = 2) AND NOT ($session.params.a = 2)", true),
            ("true", true),
            ("False", false),
            ("$session.params.a = 1 AND $session.params.a = 2 OR true", false),
            ("$session.params.a = 1 and true", false),
            ("$sys.func.ADD($session.params.a, 1) = $session.params.b", true),
        ],
    );
    let mixed = agent().route(when("true AND true OR true").says("never")).agent();
    assert_eq!(mixed.findings()[0].code, "condition_invalid");
    assert!(
        mixed.findings()[0].message.contains("AND and OR are mixed at byte 14"),
        "{:?}",
        mixed.findings()
    );
}

#[test]
fn e60_not_is_of_the_comparison_that_follows() {
    all(&json!({ "a": 1 }), &[("NOT $session.params.a <= 0", true), ("NOT $session.params.a = 1", false)]);
}

#[test]
fn e61_next_to_a_number_the_right_side_is_one() {
    all(
        &json!({ "n": 3.0 }),
        &[
            ("$session.params.n = 3", true),
            ("$session.params.n = \"3\"", true),
            ("$session.params.n < 10", true),
            ("$session.params.n : 3", true),
            ("$session.params.n = three", false),
            ("$session.params.n != three", true),
            ("$session.params.n >= three", false),
        ],
    );
}

#[test]
fn e62_texts_are_compared_with_their_case_and_searched_with_a_colon() {
    all(
        &json!({ "s": "LongSleeve", "n": "4567", "zip": "02134" }),
        &[
            ("$session.params.s = LongSleeve", true),
            ("$session.params.s = \"Longsleeve\"", false),
            ("$session.params.s : \"Sleeve\"", true),
            ("$session.params.s : sleeve", false),
            ("$session.params.s < M", true),
            ("$session.params.n = 4567", true),
            ("$session.params.n < 5", true),
            ("$session.params.zip = 02134", true),
        ],
    );
}

#[test]
fn e63_a_boolean_equals_its_word_in_any_case_and_has_no_order() {
    all(
        &json!({ "b": true }),
        &[
            ("$session.params.b = true", true),
            ("$session.params.b = TRUE", true),
            ("$session.params.b = \"True\"", true),
            ("$session.params.b != false", true),
            ("$session.params.b = 1", false),
            ("$session.params.b > false", false),
        ],
    );
}

#[test]
fn e64_lists_and_objects_are_equal_or_not() {
    all(
        &json!({ "l": [1, "a"], "o": { "x": 1 }, "same": [1.0, "a"] }),
        &[
            ("$session.params.l = [1, \"a\"]", true),
            ("$session.params.l = $session.params.same", true),
            ("$session.params.o = {\"x\": 1}", true),
            ("$session.params.l = [1]", false),
            ("$session.params.l > [0]", false),
        ],
    );
}

#[test]
fn e65_what_is_not_set_is_null_and_nothing_else() {
    all(
        &json!({ "empty": "", "text": "null", "a": 1 }),
        &[
            ("$session.params.none = null", true),
            ("$session.params.none != NULL", false),
            ("$session.params.none = \"null\"", true),
            ("$session.params.none != \"null\"", false),
            ("$session.params.none = \"\"", false),
            ("$session.params.none != true", true),
            ("$session.params.none < 3", false),
            ("$session.params.empty = \"\"", true),
            ("$session.params.empty = null", false),
            ("$session.params.text = \"null\"", true),
            ("$session.params.text = null", false),
            ("$session.params.a != null", true),
        ],
    );
}

#[test]
fn e66_a_member_or_element_that_is_not_there_is_not_set() {
    all(
        &json!({ "o": { "x": [5] } }),
        &[
            ("$session.params.o.x[0] = 5", true),
            ("$session.params.o.x[1] = null", true),
            ("$session.params.o.y = null", true),
            ("$session.params.o.x.y.z = null", true),
        ],
    );
}

#[test]
fn e67_no_comparison_holds_with_a_function_that_fails() {
    all(
        &json!({ "t": "x" }),
        &[
            ("$sys.func.TO_NUMBER($session.params.t) = 1", false),
            ("$sys.func.TO_NUMBER($session.params.t) != 1", false),
            ("$sys.func.LEN($session.params.none) = null", false),
            ("$sys.func.NOTHING($session.params.t) = null", false),
        ],
    );
    let mut talk = agent().route(when("$sys.func.TO_NUMBER(x) = 1").says("never")).talk();
    assert_eq!(codes(&talk.turn(&AgentInput::event("any"))), ["event_without_handler", "function_failed"]);
}

#[test]
fn e68_what_its_author_meant_otherwise_is_said_when_the_agent_is_read() {
    for (condition, code, part) in [
        ("$session.params.a", "condition_odd", "stands without a comparison"),
        ("$session.params.a == 1", "condition_invalid", "a single ="),
        ("$page.params = FINAL", "condition_odd", "did you mean `$page.params.status`?"),
        ("$page.params.status = Final", "condition_odd", "in capitals"),
        ("$sys.func.LENGTH(\"a\") = 1", "function_invalid", "LENGTH"),
    ] {
        let agent = agent().route(when(condition).says("x")).agent();
        let [finding] = agent.findings() else { panic!("{condition}: {:?}", agent.findings()) };
        assert_eq!(finding.code, code, "{condition}");
        assert!(finding.message.contains(part), "{condition}: {}", finding.message);
        assert!(finding.place.starts_with("flow Default Start Flow, route if "), "{}", finding.place);
    }
    all(
        &json!({ "a": true, "t": "true", "n": 1 }),
        &[
            ("$session.params.a", true),
            ("$session.params.t", true),
            ("NOT $session.params.n", true),
            ("$page.params = FINAL", false),
        ],
    );
}

#[test]
fn e69_no_condition_always_holds_in_a_case_and_is_none_on_a_route() {
    let mut talk =
        agent().route(when("").says("never")).route(on("go").and("").cases(&[("", "always")])).talk();
    assert_eq!(said(&talk.turn(&AgentInput::text("go"))), ["always"]);
    let agent = talk.session.agent();
    assert_eq!(agent.findings()[0].code, "route_never_called");
}
