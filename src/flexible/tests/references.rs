//! What references lead to.

use serde_json::{Value, json};

use super::{Noon, call};
use crate::config::{DottedNames, FlowParameters, Semantics, Unresolved};
use crate::flexible::{Scope, Template};

fn text(template: &str, semantics: Semantics) -> (String, Vec<String>) {
    let call = call();
    let scope = Scope::new(&call, semantics, &Noon);
    let mut problems = Vec::new();
    let text = Template::parse(template).expect(template).render(&scope, &mut problems);
    (text, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_reference_in_a_text_becomes_its_value() {
    for (template, expected) in [
        ("Hello $session.params.name.", "Hello Ada."),
        ("Hello $session.params.NAME!", "Hello Ada!"),
        ("$SESSION.params.name", "Ada"),
        ("$session.params.count pieces", "3 pieces"),
        ("$session.params.whole", "3"),
        ("$session.params.price", "9.5"),
        ("$session.params.yes/$session.params.no", "true/false"),
        ("[$session.params.empty]", "[]"),
        ("$session.params.list", r#"["a","b",{"c":"d"}]"#),
        ("$session.params.numbers", "[1,2.5]"),
        ("$session.params.list[1]", "b"),
        ("$session.params.list[2].c", "d"),
        ("$session.params.order.items[0].sku", "x-1"),
        ("$session.params.order.ITEMS[0].SKU", "x-1"),
        ("$session.params.order.dotted.member", "5"),
        ("$session.params.first-name, $session.params.name", "Dash, Ada"),
        // The longest name wins over member access.
        ("$session.params.a.b", "longer"),
        ("$session.params.a.b.c", "dotted member"),
        // A member called `original` is a member; else the user's own words are meant.
        ("$session.params.person.original", "ada l."),
        ("$session.params.city.original", "the Big Apple"),
        ("$session.params.city.resolved", "New York"),
        ("$session.params.person.resolved.name", "$session.params.person.resolved.name"),
        ("$intent.params.city.original", "the Big Apple"),
        ("$intent.params.CITY.resolved", "New York"),
        ("$intent.params.size.of.it.resolved.code", "L"),
        ("$intent.params.size.of.it.resolved.all[1]", "2"),
        ("$page.params.size", "large"),
        ("$page.params.address.zip", "10001"),
        ("$page.params.status", "FINAL"),
        ("$page.params.size.status", "UPDATED"),
        ("$page.params.topping.status", "EMPTY"),
        ("$flow.name", "Ada"),
        ("$flow.prefixed", "flow value"),
        ("$request.user-utterance", "two large ones, please"),
        ("$request.payload.telephony.caller_id", "+15550100000"),
        ("$request.payload.list[1]", "20"),
        ("$request.sentiment.score", "0.9"),
        ("$request.sentiment.magnitude", "1.5"),
        ("$request.sentiment.succeeded", "true"),
        ("$request.generative.summary", "All is well."),
        ("$shop.params.open", "true"),
        // Money and shell variables are text.
        ("$5 and $$ and $HOME", "$5 and $$ and $HOME"),
    ] {
        assert_eq!(text(template, Semantics::default()).0, expected, "{template}");
    }
}

#[test]
fn an_unresolved_reference_stays_as_written_and_is_told() {
    for template in [
        "$session.params.unknown",
        "$session.params.nothing",
        "$session.params.name.member",
        "$session.params.list[9]",
        "$session.params.list.0",
        "$session.params.entity.original",
        "$intent.params.city",
        "$intent.params.unknown.original",
        "$page.params.unknown.status",
        "$request.knowledge.answers[0]",
        "$request.webhook_status_code",
        "$flow.unknown",
        "$other.params.open",
    ] {
        let (rendered, problems) = text(&format!("see {template}, please."), Semantics::default());
        assert_eq!(rendered, format!("see {template}, please."));
        assert_eq!(problems, [format!("{template} leads to nothing")]);
    }
    let empty = Semantics { unresolved: Unresolved::Empty, ..Semantics::default() };
    assert_eq!(text("see $session.params.unknown.", empty).0, "see .");
}

#[test]
fn settings_choose_where_names_end_and_where_flow_parameters_are() {
    let shortest = Semantics { dotted_names: DottedNames::Shortest, ..Semantics::default() };
    assert_eq!(text("$session.params.a.b", shortest).0, "member");
    let literal = Semantics { flow_parameters: FlowParameters::Literal, ..Semantics::default() };
    assert_eq!(text("$flow.name", literal).0, "$flow.name");
    assert_eq!(text("$flow.prefixed", literal).0, "flow value");
}

#[test]
fn functions_take_references_and_nest() {
    for (template, expected) in [
        ("$sys.func.ADD($session.params.count, 2)", "5"),
        ("$sys.func.add(1,2) and more", "3 and more"),
        (r#"$sys.func.CONCATENATE("a, b", ' (c)', $session.params.name)"#, "a, b (c)Ada"),
        ("$sys.func.ADD($sys.func.MINUS(2, 1), 3)", "4"),
        (r#"$sys.func.JOIN("-", ["x", $session.params.name])"#, "x-Ada"),
        ("$sys.func.GET($session.params.list, 0)", "a"),
        (r#"$sys.func.IF("$session.params.count > 2", "many", "few")"#, "many"),
        (r#"$sys.func.IF("$session.params.unknown = null", "N/A", $session.params.unknown)"#, "N/A"),
        (r#"$sys.func.IF($session.params.no, $session.params.unknown, $session.params.count)"#, "3"),
        (r#"$sys.func.IF("$session.params.quote = \"say\"", "same", "other")"#, "other"),
        (r#"$sys.func.CONCATENATE("Dear $session.params.name, ", $session.params.count)"#, "Dear Ada, 3"),
        (r#"$sys.func.NESTED_FIELD("$session.params.order", "id")"#, "7"),
        ("$sys.func.RAND()", "0.25"),
        (r#"$sys.func.GET_FIELD({"a": {"b": 1}}, "a")"#, r#"{"b":1}"#),
    ] {
        assert_eq!(text(template, Semantics::default()), (expected.to_owned(), Vec::new()), "{template}");
    }
    let (rendered, problems) = text("$sys.func.ADD($session.params.unknown, 1)!", Semantics::default());
    assert_eq!(rendered, "$sys.func.ADD($session.params.unknown, 1)!");
    assert_eq!(problems, ["$session.params.unknown leads to nothing"]);
    let (rendered, problems) = text("$sys.func.ADD($session.params.name, 1)", Semantics::default());
    assert_eq!(rendered, "$sys.func.ADD($session.params.name, 1)");
    assert!(problems[0].contains("ADD") && !problems[0].contains("Ada"), "{problems:?}");
}

#[test]
fn what_is_no_call_is_told_with_the_nearest_name() {
    for (template, expected) in [
        ("$sys.func.CONCATINATE(1)", "did you mean CONCATENATE?"),
        ("$sys.func.XYZZY(1)", "no system function \"XYZZY\""),
        ("$sys.func.LEN()", "LEN takes"),
        ("$sys.func.LEN(\"a\"", "expected a comma or the closing bracket"),
        ("$sys.func.LEN(\"a", "the closing quote"),
        ("$sys.func.LEN", "expected ("),
        ("$sys.func.LEN(?)", "expected a number"),
        ("$sys.func.LEN({\"a\")", "an object in JSON"),
        (r#"$sys.func.IF("1 ==== 2", 1, 2)"#, "is no condition"),
    ] {
        let error = Template::parse(template).expect_err(template).to_string();
        assert!(error.contains(expected), "{template}: {error}");
    }
    let deep = format!("{}1{}", "$sys.func.IDENTITY(".repeat(40), ")".repeat(40));
    assert!(Template::parse(&deep).expect_err("deep").to_string().contains("deeper than"));
}

#[test]
fn after_an_exchange_what_it_set_wins() {
    let call = call();
    let set = json!({ "name": "Grace", "Fresh": [1] });
    let Value::Object(set) = set else { panic!("an object") };
    let scope = Scope::new(&call, Semantics::default(), &Noon).after(&set, 201);
    let template =
        "$session.params.name $session.params.fresh[0] $request.webhook_status_code $session.params.count";
    let text = Template::parse(template).expect("a template").render(&scope, &mut Vec::new());
    assert_eq!(text, "Grace 1 201 3");
}
