//! Rules: how they are read, what is refused, and when they hold.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Facts, Field, Kind, Once, Operator, Rule};

/// Fields and what they have.
struct Known(Vec<(&'static str, Value)>);

impl Facts for Known {
    fn values(&self, field: &Field) -> Vec<Cow<'_, Value>> {
        let name = field.to_string();
        self.0.iter().filter(|(known, _)| *known == name).map(|(_, value)| Cow::Borrowed(value)).collect()
    }

    fn changed(&self, parameter: &str) -> bool {
        parameter == "new"
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn trigger(changes: &Value) -> Map<String, Value> {
    let mut trigger = object(&json!({
        "title": "Handoffs",
        "conditions": { "all": [{ "field": "tag", "operator": "is", "value": "order" }], "any": [] },
        "actions": [{ "field": "notification_webhook", "value": ["01EJFTSCC78X5V07NPY2MHR00M", "{}"] }],
    }));
    trigger.extend(object(changes));
    trigger
}

fn read(kind: Kind, sent: &Map<String, Value>) -> Rule {
    Rule::read(kind, sent, None).expect("a rule")
}

/// Whether one condition holds for what is known.
fn holds(field: &str, operator: &str, value: &Value) -> bool {
    let facts = Known(vec![
        ("tag", json!("Order.Status")),
        ("intent", json!("Cancel my order")),
        ("intent", json!("projects/p/intents/i")),
        ("status", json!(200)),
        ("sentiment", json!(-0.6)),
        ("message", json!("text")),
        ("message", json!("live_agent_handoff")),
        ("params.size", json!(2.0)),
        ("params.zip", json!("0042")),
        ("params.sizes", json!(["S", 3])),
        ("params.empty", json!("")),
        ("params.ok", json!(true)),
    ]);
    let condition = json!([{ "field": field, "operator": operator, "value": value }]);
    read(Kind::Trigger, &trigger(&json!({ "conditions": { "all": condition } }))).holds(&facts)
}

#[test]
fn conditions_hold_for_what_is_there() {
    for (field, operator, value, expected) in [
        ("tag", "is", json!("order.status"), true),
        ("tag", "is", json!("order"), false),
        ("tag", "is_not", json!("order"), true),
        ("tag", "includes", json!("STATUS"), true),
        ("tag", "not_includes", json!("status"), false),
        ("intent", "is", json!("projects/p/intents/i"), true),
        ("intent", "is", json!("cancel my order"), true),
        ("intent", "is_not", json!("cancel my order"), false),
        ("page", "is", json!("x"), false),
        ("page", "is_not", json!("x"), true),
        ("page", "present", Value::Null, false),
        ("page", "not_present", Value::Null, true),
        ("status", "is", json!("200"), true),
        ("status", "greater_than", json!("199"), true),
        ("status", "less_than", json!(200), false),
        ("sentiment", "less_than", json!("-0.5"), true),
        ("message", "includes", json!("live_agent_handoff"), true),
        ("message", "not_includes", json!("payload"), true),
        ("params.size", "is", json!("2"), true),
        ("params.size", "is", json!("2.5"), false),
        ("params.size", "greater_than", json!("1.5"), true),
        // Two texts are no numbers.
        ("params.zip", "is", json!("42"), false),
        ("params.zip", "is", json!("0042"), true),
        ("params.zip", "less_than", json!("43"), true),
        ("params.sizes", "includes", json!("3"), true),
        ("params.sizes", "includes", json!("s"), true),
        ("params.sizes", "includes", json!("M"), false),
        ("params.empty", "present", Value::Null, false),
        ("params.ok", "is", json!("true"), true),
        ("params.gone", "less_than", json!("1"), false),
        ("params.new", "changed", Value::Null, true),
        ("params.size", "changed", Value::Null, false),
        ("params.size", "not_changed", Value::Null, true),
    ] {
        assert_eq!(holds(field, operator, &value), expected, "{field} {operator} {value}");
    }
}

#[test]
fn all_must_hold_and_any_if_there_are_some() {
    let condition = |tag: &str| json!({ "field": "tag", "operator": "is", "value": tag });
    let facts = Known(vec![("tag", json!("a"))]);
    for (all, any, expected) in [
        (vec!["a"], vec![], true),
        (vec!["a", "b"], vec![], false),
        (vec![], vec!["b", "a"], true),
        (vec!["a"], vec!["b"], false),
        (vec!["b"], vec!["a"], false),
    ] {
        let list = |tags: &[&str]| tags.iter().map(|tag| condition(tag)).collect::<Value>();
        let conditions = json!({ "all": list(&all), "any": list(&any) });
        let rule = read(Kind::Trigger, &trigger(&json!({ "conditions": conditions })));
        assert_eq!(rule.holds(&facts), expected, "{all:?} {any:?}");
    }
}

#[test]
fn a_rule_is_shown_as_it_was_sent_and_read_again() {
    let mut sent = trigger(&json!({ "active": false, "position": 3, "description": "D" }));
    let rule = read(Kind::Trigger, &sent);
    let shown = rule.shown(Kind::Trigger);
    assert_eq!((&shown["conditions"], &shown["actions"]), (&sent["conditions"], &sent["actions"]));
    assert_eq!(read(Kind::Trigger, &shown), rule);
    // Zendesk's clients send conditions without what is around them, too.
    let conditions = sent.remove("conditions").expect("conditions");
    sent.insert("all".to_owned(), conditions["all"].clone());
    assert_eq!(read(Kind::Trigger, &sent), rule);
    // What is not sent stays.
    let part = object(&json!({ "title": "New", "id": 5, "raw_title": "x", "category_id": "1" }));
    let changed = Rule::read(Kind::Trigger, &part, Some(&rule)).expect("a rule");
    assert_eq!(changed, Rule { title: "New".to_owned(), ..rule });
}

#[test]
fn what_cannot_be_is_refused_with_what_was_expected() {
    let condition = |field: &str, operator: &str, value: &str| json!({ "conditions": { "all": [{ "field": field, "operator": operator, "value": value }] } });
    let action = |value: Value| json!({ "actions": [{ "field": "notification_webhook", "value": value }] });
    let many = |count| vec![json!({ "field": "tag", "operator": "is", "value": "a" }); count];
    for (changes, field, part) in [
        (json!({ "title": null }), "title", "it is required"),
        (json!({ "titel": "x" }), "titel", "did you mean title?"),
        (json!({ "active": "yes" }), "active", "expected true or false, found a text"),
        (json!({ "position": -1 }), "position", "expected a number from 0"),
        (json!({ "conditions": null }), "conditions", "expected at least one"),
        (json!({ "conditions": [] }), "conditions", "expected {\"all\", \"any\"}, found a list"),
        (json!({ "conditions": { "any": many(51) } }), "conditions.any", "51 of them; expected at most 50"),
        (json!({ "conditions": { "any": many(30), "all": many(30) } }), "conditions", "60 of them"),
        (condition("tags", "is", "a"), "conditions.all[0].field", "did you mean tag?"),
        (condition("params.", "is", "a"), "conditions.all[0].field", "params.NAME"),
        (condition("minutes_since_handoff", "is", "a"), "conditions.all[0].field", "expected one of tag, "),
        (condition("tag", "iss", "a"), "conditions.all[0].operator", "did you mean is?"),
        (
            condition("tag", "changed", "a"),
            "conditions.all[0].operator",
            "expected one of is, is_not, includes",
        ),
        (
            condition("status", "less_than", "many"),
            "conditions.all[0].value",
            "expected a number, found \"many\"",
        ),
        (condition("params.a", "less_than", "NaN"), "conditions.all[0].value", "expected a number"),
        (
            condition("message", "includes", "liveAgentHandoff"),
            "conditions.all[0].value",
            "did you mean live_agent_handoff?",
        ),
        (
            condition("tag", "is", &"x".repeat(1001)),
            "conditions.all[0].value",
            "1001 bytes; expected at most 1000",
        ),
        (json!({ "actions": [] }), "actions", "expected at least one"),
        (
            json!({ "actions": [{ "field": "status", "value": "open" }] }),
            "actions[0].field",
            "expected notification_webhook",
        ),
        (action(json!("01")), "actions[0].value", "found a text"),
        (action(json!(["01", 5])), "actions[0].value", "expected [\"webhook id\", \"body\"]"),
        (action(json!(["01", [["a"]]])), "actions[0].value[1][0]", "expected a pair of texts"),
        (action(json!(["01", vec![["a", "b"]; 101]])), "actions[0].value[1]", "101 parameters"),
    ] {
        let violations = Rule::read(Kind::Trigger, &trigger(&changes), None).expect_err("it cannot be");
        let found = &violations[0];
        assert_eq!(found.field, field, "{violations:?}");
        assert!(found.description.contains(part), "{field}: {}", found.description);
    }
}

#[test]
fn an_automation_waits_for_something() {
    let automation = |field: &str, operator: &str, more: &Value| {
        let condition = json!({ "field": field, "operator": operator, "value": "10" });
        let mut sent = trigger(&json!({ "conditions": { "all": [condition] } }));
        sent.extend(object(more));
        Rule::read(Kind::Automation, &sent, None)
    };
    let rule = automation("minutes_since_last_call", "greater_than", &json!({})).expect("a rule");
    assert_eq!(rule.once_per, Once::PerSession);
    assert_eq!(rule.all[0].operator, Operator::GreaterThan);
    let again = automation("minutes_since_failure", "greater_than", &json!({ "once_per": "call" }));
    assert_eq!(again.expect("a rule").once_per, Once::PerCall);
    for (field, operator, more) in [
        ("minutes_since_last_call", "less_than", json!({})),
        ("minutes_since_last_call", "is", json!({})),
        ("calls", "greater_than", json!({})),
        ("params.size", "is", json!({})),
        ("minutes_since_handoff", "greater_than", json!({ "once_per": "turn" })),
    ] {
        assert!(automation(field, operator, &more).is_err(), "{field} {operator} {more}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "-?[0-9]{1,400}(e[0-9]{1,4})?".prop_map(Value::from),
        prop::sample::select(vec!["NaN", "inf", "-inf", "1e999", "", " ", "\u{0}", "ß", "İ"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Reading and evaluating end well for whatever is sent, and for whatever is there.
    #[test]
    fn any_condition_is_read_and_evaluated(
        field in prop_oneof![
            prop::sample::select(vec!["tag", "status", "message", "params.a", "params.a.b", "input"]).prop_map(str::to_owned),
            ".{0,12}",
        ],
        operator in prop_oneof![prop::sample::select(Operator::WORDS).prop_map(str::to_owned), ".{0,8}"],
        value in any_value(),
        found in prop::collection::vec(any_value(), 0..4),
        odd in any_value(),
    ) {
        let names = ["tag", "status", "message", "params.a", "params.a.b", "input"];
        let facts = Known(names.into_iter().flat_map(|name| found.iter().map(move |value| (name, value.clone()))).collect());
        let condition = json!({ "field": field, "operator": operator, "value": value });
        let read = Rule::read(Kind::Trigger, &trigger(&json!({ "conditions": { "all": [condition] } })), None);
        if let Ok(rule) = read {
            rule.holds(&facts);
            prop_assert_eq!(Rule::read(Kind::Trigger, &rule.shown(Kind::Trigger), None), Ok(rule));
        }
        // Whatever else is sent is refused or taken, and nothing worse.
        for member in ["title", "conditions", "all", "actions", "position", "once_per", "active"] {
            let _ = Rule::read(Kind::Automation, &trigger(&json!({ member: odd })), None);
        }
    }
}
