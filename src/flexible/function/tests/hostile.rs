//! What nobody sane hands to functions.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Still, call};
use crate::flexible::function::{Function, FunctionError, LONGEST_LIST, LONGEST_TEXT};

#[test]
fn results_are_bounded() {
    let text = "a".repeat(LONGEST_TEXT);
    let list = vec![Value::from(0); LONGEST_LIST];
    for (name, arguments) in [
        ("CONCATENATE", json!([text, "b"])),
        ("SUBSTITUTE", json!([text, "a", "bb"])),
        ("JOIN", json!([text, ["a", "b"]])),
        ("URL_ENCODE", json!(["ü".repeat(LONGEST_TEXT / 4)])),
        ("UPPER", json!(["ŉ".repeat(LONGEST_TEXT / 2)])),
        ("TO_TEXT", json!([[text]])),
    ] {
        assert!(matches!(call(name, &arguments), Err(FunctionError::TextTooLong { .. })), "{name}");
    }
    for (name, arguments) in
        [("APPEND", json!([list, 1])), ("SPLIT", json!([text, ""])), ("SPLIT", json!([text, "a"]))]
    {
        assert!(matches!(call(name, &arguments), Err(FunctionError::ListTooLong { .. })), "{name}");
    }
    assert_eq!(call("CONCATENATE", &json!([text])), Ok(json!(text)));
    assert_eq!(call("UNIQUE", &json!([list])), Ok(json!([0])));
}

#[test]
fn strange_paths_are_answered_or_refused_at_once() {
    for path in [
        "",
        "$",
        "$[::0]",
        "$[::-1]",
        "$[-9007199254740991]",
        "$[0:9007199254740991]",
        "$[9007199254740991:0:-1]",
        "$[-9007199254740991:9007199254740991:9007199254740991]",
        "$[?match(@, '(((')]",
        "$[?match(@, '(a{999}){999}')]",
        "$..*..*",
        "$..[0,0,0,0,0,0,0,0,0]",
        "$[?length(@) > 1]",
        "$['\\ud800']",
        "$[?((((((((@))))))))]",
        "$[?!!@]",
        "$.\u{10FFFF}",
        "$[?@ == $]",
        "$[99999999999999999999]",
    ] {
        let value = json!([[[1, "aaa"], { "a": [null] }], "b", 3]);
        if let Err(error) = call("FILTER", &json!([value, path])) {
            assert!(error.to_string().starts_with("argument 2 of FILTER"), "{path}: {error}");
        }
    }
    assert!(call("FILTER", &json!([vec![0; 10_001], "$[*]"])).is_err());
}

const MEMBERS: &[&str] = &["year", "month", "day", "hours", "minutes", "seconds", "nanos", "a", ""];

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        ".{0,12}",
        "[-+0-9eE.]{0,12}",
        "[yuMLdDEaHhKkmsSXxZzV' :/-]{0,12}",
        "[(ANDORT ='\"<$a-z1)\\]\\[*?@.,:]{0,24}",
        Just("2024-02-29T10:00:00+01:00".to_owned()),
        Just("MONTHS".to_owned()),
        Just("{\"a\":[1]}".to_owned()),
    ];
    let number = prop_oneof![any::<f64>(), (-40_i32..40).prop_map(f64::from), Just(1e18), Just(-0.0)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        number.prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(MEMBERS), inner), 0..7).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_function_panics_or_breaks_its_bounds(
        arguments in prop::collection::vec(any_value(), 0..6),
        seconds in any::<i64>(),
        random in any::<f64>(),
        offset in -90_000_i32..90_000,
    ) {
        let zone = jiff::tz::Offset::from_seconds(offset).map_or(TimeZone::UTC, TimeZone::fixed);
        let now = Timestamp::from_second(seconds % 400_000_000_000).unwrap_or_default();
        let world = Still { now, random, zone };
        for function in Function::all() {
            for count in 0..=arguments.len() {
                match function.call(&arguments[..count], &world) {
                    Ok(Value::String(text)) if function.name() != "IDENTITY" => {
                        prop_assert!(text.len() <= LONGEST_TEXT);
                    }
                    Ok(Value::Array(list)) => prop_assert!(list.len() <= LONGEST_LIST),
                    Ok(_) => prop_assert!(function.arity().allows(count)),
                    Err(error) => prop_assert!(!error.to_string().is_empty()),
                }
            }
        }
    }
}
