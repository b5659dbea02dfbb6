//! Bodies.

use serde_json::{Value, json};

use super::{Noon, call, faults, render};
use crate::config::{Semantics, Unresolved, WholeBooleans};
use crate::flexible::Scope;

fn body(template: &Value, semantics: Semantics) -> Value {
    let service = json!({ "uri": "https://api.example.com/", "requestBody": template.to_string() });
    let rendered = render(&service, semantics).expect("a body");
    serde_json::from_slice(&rendered.body.expect("a body")).expect("JSON")
}

#[test]
fn a_whole_reference_keeps_its_type_and_a_part_becomes_text() {
    let rendered = body(
        &json!({
            "text": "$session.params.name", "number": "$session.params.count", "double": "$session.params.price",
            "whole": "$session.params.whole", "yes": "$session.params.yes", "list": "$session.params.list",
            "object": "$session.params.order", "empty": "$session.params.empty", "flow": "$flow.count",
            "member": "$session.params.order.items[0]", "function": "$sys.func.ADD($session.params.count, 4)",
            "call": "$sys.func.UPPER($session.params.name)",
            "part": "n=$session.params.count", "two": "$session.params.count$session.params.count",
            "space": "$session.params.count ", "json": "it is $session.params.numbers", "truth": "so $session.params.yes",
            "fulfillmentInfo": { "tag": "sendOTP" }, "fixed": [1, 2.5, true, null, "x"],
            "nested": { "deep": ["$session.params.name", { "n": "$session.params.count" }] },
            "quote": "$session.params.quote", "quoted": "<$session.params.quote>", "line": "a $session.params.line",
            "$session.params.name": "a name stays",
        }),
        Semantics::default(),
    );
    assert_eq!(
        rendered,
        json!({
            "text": "Ada", "number": 3, "double": 9.5, "whole": 3, "yes": true, "list": ["a", "b", { "c": "d" }],
            "object": { "id": 7, "items": [{ "sku": "x-1" }], "First Name": "Ada", "dotted.member": 5 },
            "empty": "", "flow": 3, "member": { "sku": "x-1" }, "function": 7, "call": "ADA",
            "part": "n=3", "two": "33", "space": "3 ", "json": "it is [1,2.5]", "truth": "so true",
            "fulfillmentInfo": { "tag": "sendOTP" }, "fixed": [1, 2.5, true, null, "x"],
            "nested": { "deep": ["Ada", { "n": 3 }] },
            "quote": "say \"hi\"\\ {}", "quoted": "<say \"hi\"\\ {}>", "line": "a one\ntwo",
            "$session.params.name": "a name stays",
        })
    );
}

#[test]
fn what_leads_to_nothing_follows_the_setting() {
    let template = json!({ "whole": "$session.params.unknown", "null": "$session.params.nothing", "part": "<$session.params.unknown>" });
    assert_eq!(
        body(&template, Semantics::default()),
        json!({
            "whole": "$session.params.unknown", "null": "$session.params.nothing", "part": "<$session.params.unknown>",
        })
    );
    let empty = Semantics { unresolved: Unresolved::Empty, ..Semantics::default() };
    assert_eq!(body(&template, empty), json!({ "whole": null, "null": null, "part": "<>" }));
    let fail = Semantics { unresolved: Unresolved::Fail, ..Semantics::default() };
    let service = json!({ "uri": "https://a.example/", "requestBody": template.to_string() });
    assert_eq!(render(&service, fail).expect_err("nothing there").code(), "reference_unresolved");
    let as_text = Semantics { whole_booleans: WholeBooleans::Text, ..Semantics::default() };
    assert_eq!(body(&json!({ "yes": "$session.params.yes" }), as_text), json!({ "yes": "true" }));
}

#[test]
fn only_methods_that_have_a_body_send_one() {
    for (method, expected) in [
        ("POST", true),
        ("PUT", true),
        ("PATCH", true),
        ("GET", false),
        ("HEAD", false),
        ("DELETE", false),
        ("OPTIONS", false),
    ] {
        let service = json!({ "uri": "https://api.example.com/", "httpMethod": method, "requestBody": "{}" });
        let rendered = render(&service, Semantics::default()).expect("a request");
        assert_eq!(rendered.method.as_str(), method);
        assert_eq!(rendered.body.is_some(), expected, "{method}");
        assert_eq!(rendered.headers.contains_key("content-type"), expected, "{method}");
    }
}

#[test]
fn a_template_that_is_no_json_is_told_with_its_mistake() {
    for (template, expected) in [
        (r#"{"a": $session.params.count}"#, "A reference stands inside a JSON text"),
        (r#"{"a": "x""#, "no JSON"),
        ("<a/>", "no JSON"),
        (r#"{"a": "$sys.func.NOPE(1)"}"#, "no system function"),
    ] {
        let found = faults(&json!({ "uri": "https://api.example.com/", "requestBody": template }));
        assert!(
            found[0].starts_with("genericWebService.requestBody: ") && found[0].contains(expected),
            "{found:?}"
        );
    }
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(70_000));
    assert!(
        faults(&json!({ "uri": "https://a.example/", "requestBody": large }))[0].contains("at most 65536")
    );
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    assert!(
        faults(&json!({ "uri": "https://a.example/", "requestBody": deep }))[0].contains("recursion limit")
    );
}

#[test]
fn a_body_that_values_make_too_large_is_refused() {
    let template: Value = (0..40).map(|_| "$request.payload.text").collect();
    let call = super::envelope(&json!({ "payload": { "text": "x".repeat(40_000) } }));
    let exchange = super::exchange(
        &json!({ "uri": "https://api.example.com/", "requestBody": template.to_string() }),
        Semantics::default(),
    );
    let error = exchange.render(&Scope::new(&call, Semantics::default(), &Noon)).expect_err("too large");
    assert_eq!(error.code(), "body_too_large");
}

#[test]
fn what_a_resource_reads_and_sets_is_known() {
    let exchange = super::exchange(
        &json!({
            "uri": "https://api.example.com/$session.params.city?x=$flow.zip",
            "requestHeaders": { "X-A": "$session.params.key" },
            "requestBody": r#"{"a":"$session.params.city","b":"$sys.func.UPPER($session.params.name)","c":"$request.user-utterance","d":"$sys.func.IF(\"$session.params.asked = 1\", 1, 2)"}"#,
            "parameterMapping": { "temp": "$.t", "$flow.sky": "sky", "$session.params.wind": "$.w" },
        }),
        Semantics::default(),
    );
    assert_eq!(exchange.reads(), ["city", "zip", "key", "name", "asked"]);
    assert_eq!(exchange.sets().collect::<Vec<_>>(), ["sky", "wind", "temp"]);
    let _ = call();
}
