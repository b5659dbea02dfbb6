//! What must hold of flexible exchanges whatever the templates, the values and the answers are.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rejoinder::config::Semantics;
use rejoinder::flexible::function::World;
use rejoinder::flexible::{Exchange, ReplyTemplate, ResponsePath, Scope, Template};
use rejoinder::protocol::Envelope;
use rejoinder::protocol::webhook::Webhook;
use serde_json::{Value, json};

struct Epoch;

impl World for Epoch {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// Text that is likely to mean something to one of the parsers.
fn template() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("$session.params.a".to_owned()),
        Just("$session.params.a.b[0]".to_owned()),
        Just("$flow.a".to_owned()),
        Just("$sys.func.ADD(1, $session.params.a)".to_owned()),
        Just("$sys.func.IF(\"$session.params.a = 1\", ".to_owned()),
        Just("$sys.func.JOIN('".to_owned()),
        Just("https://api.example.com/".to_owned()),
        Just("?q=".to_owned()),
        Just("/".to_owned()),
        Just("..".to_owned()),
        Just("%2e".to_owned()),
        Just("{\"x\":\"".to_owned()),
        Just("\"}".to_owned()),
        "[$.\\[\\]()'\"a-z0-9 ,*?@:-]{0,8}",
        any::<String>(),
    ];
    proptest::collection::vec(word, 0..8).prop_map(|words| words.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[./\\\\%2eE?#&' ]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn call(parameter: &Value) -> Envelope {
    let request = json!({ "sessionInfo": { "parameters": { "a": parameter } } });
    Envelope::parse(&request.to_string().into()).expect("a request")
}

fn exchange(service: Value) -> Option<Exchange> {
    let mut service = service;
    service["webhookType"] = "FLEXIBLE".into();
    let webhook = json!({ "displayName": "Test", "genericWebService": service });
    let webhook = Webhook::parse(webhook.to_string().as_bytes()).expect("a webhook");
    let _ = rejoinder::flexible::check::webhook(&webhook);
    Exchange::parse(&webhook, Semantics::default()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_template_and_no_value_panics(text in template(), value in value()) {
        let call = call(&value);
        let scope = Scope::new(&call, Semantics::default(), &Epoch);
        if let Ok(template) = Template::parse(&text) {
            let _ = template.render(&scope, &mut Vec::new());
        }
        if let Ok(reply) = ReplyTemplate::document(&json!({ "payload": { "x": text } })) {
            prop_assert!(reply.render(&scope, &mut Vec::new()).is_ok());
        }
        let service = json!({
            "uri": text, "requestBody": text, "requestHeaders": { "X-A": text }, "parameterMapping": { "a": text },
        });
        if let Some(exchange) = exchange(service) {
            let _ = exchange.render(&scope);
        }
    }

    #[test]
    fn a_value_chooses_neither_server_nor_path(value in value()) {
        let exchange = exchange(json!({
            "uri": "https://api.example.com/one/$session.params.a/three?q=$session.params.a&r=1",
        })).expect("an exchange");
        let call = call(&value);
        if let Ok(rendered) = exchange.render(&Scope::new(&call, Semantics::default(), &Epoch)) {
            prop_assert_eq!(rendered.url.host_str(), Some("api.example.com"));
            prop_assert_eq!(rendered.url.port(), None);
            let segments: Vec<&str> = rendered.url.path_segments().expect("a path").collect();
            prop_assert_eq!((segments.len(), segments[0], segments[2]), (3, "one", "three"));
            let pairs: Vec<_> = rendered.url.query_pairs().collect();
            prop_assert_eq!((pairs.len(), &*pairs[1].0), (2, "r"));
            prop_assert!(rendered.url.fragment().is_none());
        }
    }

    #[test]
    fn a_value_keeps_its_place_in_the_body(value in value()) {
        let template = json!({ "whole": "$session.params.a", "part": "<$session.params.a>", "after": { "x": [1] } });
        let exchange = exchange(json!({ "uri": "https://api.example.com/", "requestBody": template.to_string() }))
            .expect("an exchange");
        let call = call(&value);
        let rendered = exchange.render(&Scope::new(&call, Semantics::default(), &Epoch)).expect("a request");
        let body: Value = serde_json::from_slice(&rendered.body.expect("a body")).expect("JSON");
        prop_assert_eq!(body.as_object().map(serde_json::Map::len), Some(3));
        prop_assert_eq!(&body["after"], &json!({ "x": [1] }));
        prop_assert!(body["part"].as_str().is_some_and(|part| part.starts_with('<') && part.ends_with('>')));
        match &value {
            Value::String(_) | Value::Bool(_) => prop_assert_eq!(&body["whole"], &value),
            Value::Null => prop_assert_eq!(&body["whole"], "$session.params.a"),
            Value::Number(_) => prop_assert_eq!(body["whole"].as_f64(), value.as_f64()),
            Value::Array(items) => prop_assert_eq!(body["whole"].as_array().map(Vec::len), Some(items.len())),
            Value::Object(members) => {
                prop_assert_eq!(body["whole"].as_object().map(serde_json::Map::len), Some(members.len()));
            }
        }
    }

    #[test]
    fn no_header_value_breaks_out(value in value()) {
        let exchange = exchange(json!({
            "uri": "https://api.example.com/", "requestHeaders": { "X-A": "v $session.params.a" },
        })).expect("an exchange");
        let call = call(&value);
        if let Ok(rendered) = exchange.render(&Scope::new(&call, Semantics::default(), &Epoch)) {
            let sent = rendered.headers.get("x-a").expect("the header").as_bytes();
            prop_assert!(sent.starts_with(b"v") && !sent.iter().any(|byte| *byte < 0x20 && *byte != b'\t'));
        }
    }

    #[test]
    fn no_path_and_no_answer_panics(path in template(), answer in value()) {
        let paths = [path.clone(), format!("$.{path}"), format!("$[?(@.{path})]"), format!("$..{path}")];
        for path in paths.iter().filter_map(|path| ResponsePath::parse(path).ok()) {
            let _ = path.find(&answer);
        }
    }
}

#[test]
fn no_path_that_is_taken_costs_much_on_the_largest_answers() {
    let wide = format!("[{}1]", "1,".repeat(32_000));
    let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    let mixed = format!("[{}{deep}]", "[[1],{\"a\":[1,2]}],".repeat(3_000));
    let objects = format!("[{}{{\"a\":1}}]", "{\"a\":1},".repeat(8_000));
    for path in [
        "$..*",
        "$..a",
        "$[*]",
        "$[*][*][*][*]",
        "$..[0,0,0,0,0,0,0,0]",
        "$[?@.a == 1]",
        "$[?(@.a == 1 || @.a == 2)].a",
        "$..[?@.a]",
        "$[*]['a','a','a','a']",
        "$[::1]",
        "$[-1::-1]",
        "$[?count(@.*) > 1]",
        "$[?length(@) > 1][?@.a][?@.b]",
    ] {
        let parsed = ResponsePath::parse(path).unwrap_or_else(|error| panic!("{error}"));
        for answer in [&wide, &deep, &mixed, &objects] {
            assert!(answer.len() <= 65_536);
            let answer: Value = serde_json::from_str(answer).expect("JSON");
            let started = Instant::now();
            let _ = parsed.find(&answer);
            // Unoptimised and on a busy machine; what multiplies would take minutes.
            assert!(started.elapsed() < Duration::from_secs(5), "{path}: {:?}", started.elapsed());
        }
    }
}
