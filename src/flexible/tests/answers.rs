//! Responses.

use serde_json::{Value, json};

use super::{exchange, faults};
use crate::config::{EmptyBody, FlowParameters, MissingPath, NullValue, Semantics, Success};
use crate::flexible::{Mapped, ResponseError};

fn mapping(mapping: &Value) -> Value {
    json!({ "uri": "https://api.example.com/", "parameterMapping": mapping })
}

fn read(map: &Value, status: u16, body: &str, semantics: Semantics) -> Result<Mapped, ResponseError> {
    exchange(&mapping(map), semantics).read(status, body.as_bytes())
}

#[test]
fn parameters_are_set_from_paths() {
    let map = json!({
        "temp": "$.main.temp", "$session.params.sky": "$.weather[0].main", "$flow.wind": "wind",
        "cities": "$.list[?(@.country == 'DE')].name", "whole": "$.main", "none": "$.list[?(@.country == 'XX')].name",
    });
    let body = json!({
        "main": { "temp": 7.5 }, "weather": [{ "main": "Rain" }], "wind": 3,
        "list": [{ "name": "Bonn", "country": "DE" }, { "name": "Nice", "country": "FR" }],
    });
    let mapped = read(&map, 200, &body.to_string(), Semantics::default()).expect("mapped");
    assert_eq!(
        Value::Object(mapped.parameters),
        json!({
            "temp": 7.5, "sky": "Rain", "wind": 3, "cities": ["Bonn"], "whole": { "temp": 7.5 }, "none": [],
        })
    );
    assert_eq!(mapped.missing, []);
}

#[test]
fn missing_paths_nulls_and_flow_keys_follow_the_settings() {
    let map = json!({ "gone": "$.gone", "null": "$.null", "$flow.there": "$.there" });
    let body = r#"{"null":null,"there":1}"#;
    let mapped = read(&map, 200, body, Semantics::default()).expect("mapped");
    assert_eq!(Value::Object(mapped.parameters), json!({ "null": null, "there": 1 }));
    assert_eq!(mapped.missing, [("gone".to_owned(), "$.gone".to_owned())]);
    let clear = Semantics {
        missing_path: MissingPath::Clear,
        null_value: NullValue::Missing,
        flow_parameters: FlowParameters::Literal,
        ..Semantics::default()
    };
    let mapped = read(&map, 200, body, clear).expect("mapped");
    assert_eq!(Value::Object(mapped.parameters), json!({ "gone": null, "null": null, "$flow.there": 1 }));
    assert_eq!(mapped.missing.len(), 2);
    let fail = Semantics { missing_path: MissingPath::Fail, ..Semantics::default() };
    assert_eq!(read(&map, 200, body, fail).expect_err("missing").code(), "upstream_incomplete");
}

#[test]
fn an_answer_that_is_none_is_told() {
    let map = json!({ "a": "$.a", "all": "$..*" });
    let code = |status, body: &str, semantics| match read(&map, status, body, semantics) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    };
    let defaults = Semantics::default();
    assert_eq!(code(200, r#"{"a":1}"#, defaults), "ok");
    assert_eq!(code(201, r#"{"a":1}"#, defaults), "ok");
    assert_eq!(code(201, "{}", Semantics { success: Success::Only200, ..defaults }), "upstream_status");
    for status in [301, 400, 404, 500, 503] {
        assert_eq!(code(status, r#"{"a":1}"#, defaults), "upstream_status");
    }
    assert_eq!(code(204, "", defaults), "ok");
    assert_eq!(code(200, " \n", defaults), "ok");
    assert_eq!(code(200, "", Semantics { empty_body: EmptyBody::Fail, ..defaults }), "upstream_not_json");
    for body in ["<html>", "{", "{\"a\":1} x", "\u{feff}{}", "{'a':1}", &"[".repeat(1000)] {
        assert_eq!(code(200, body, defaults), "upstream_not_json", "{body}");
    }
    // Any JSON is an answer, though a path finds nothing in most.
    for body in ["[]", "1", "null", "\"a\""] {
        assert_eq!(code(200, body, defaults), "ok", "{body}");
    }
}

#[test]
fn faulty_mappings_are_told_with_their_key() {
    for (map, expected) in [
        (json!({ "": "$.a" }), "names no parameter"),
        (json!({ "$session.params.": "$.a" }), "names no parameter"),
        (json!({ "$page.params.x": "$.a" }), "names no parameter"),
        (json!({ "two words": "$.a" }), "names no parameter"),
        (json!({ "a": "$.a b" }), "blank outside brackets"),
        (json!({ "a": "" }), "the path is empty"),
        (json!({ "a": "$.a", "$session.params.A": "$.b" }), "set one parameter"),
        (json!({ "a": "$..a..b" }), "more than one `..`"),
    ] {
        let found = faults(&mapping(&map));
        assert!(
            found.len() == 1
                && found[0].starts_with("genericWebService.parameterMapping.")
                && found[0].contains(expected),
            "{map}: {found:?}"
        );
    }
}
