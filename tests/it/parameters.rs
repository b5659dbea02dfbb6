//! Session parameters as Rust types, the way the platform means them.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use rejoinder::protocol::decode::number_or_text;
use rejoinder::testing::WebhookCall;
use rejoinder::{Error, Handler, Param, Params, Result, Router, param};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What a handler of tag `t` says to a call with these parameters.
async fn said<Inputs: 'static>(handler: impl Handler<Inputs>, parameters: &Value) -> Result<String> {
    let call = WebhookCall::tag("t").with(|request| {
        let parameters = parameters.as_object().expect("an object").clone();
        request.session_info.get_or_insert_default().parameters = parameters;
    });
    let response = call.send(Router::new().tag("t", handler)).await?;
    Ok(response.texts().join("; "))
}

/// The parameter `it`, read as a `T`, in `Debug` form; or what the caller is told.
async fn it<T: DeserializeOwned + std::fmt::Debug + Send + 'static>(value: Value) -> Result<String, String> {
    #[derive(Deserialize)]
    struct It<T> {
        it: T,
    }
    let handler = async |Params(params): Params<It<T>>| format!("{:?}", params.it);
    said(handler, &json!({ "it": value })).await.map_err(|error| error.public_message().to_owned())
}

#[tokio::test]
async fn whole_doubles_are_whole_numbers() {
    for (value, expected) in [
        (json!(3.0), Ok("3")),
        (json!(3), Ok("3")),
        (
            json!(-3.0),
            Err(
                "session parameters: `it` must be a whole number of 0 or more (u8), found a whole number out of its range",
            ),
        ),
        (
            json!(300.0),
            Err(
                "session parameters: `it` must be a whole number of 0 or more (u8), found a whole number out of its range",
            ),
        ),
        (
            json!(3.5),
            Err(
                "session parameters: `it` must be a whole number of 0 or more (u8), found a number that is not whole",
            ),
        ),
        (json!("3"), Err("session parameters: `it` must be a whole number of 0 or more (u8), found text")),
        (json!(null), Err("session parameters: `it` must be a whole number of 0 or more (u8), found null")),
    ] {
        assert_eq!(it::<u8>(value.clone()).await.as_deref().map_err(|told| &**told), expected, "{value}");
    }
    assert_eq!(it::<i64>(json!(-9_007_199_254_740_992_f64)).await.expect("whole"), "-9007199254740992");
    assert_eq!(it::<f64>(json!(3)).await.expect("a number"), "3.0");
    assert_eq!(it::<Vec<u32>>(json!([1.0, 2])).await.expect("numbers"), "[1, 2]");
}

#[tokio::test]
async fn platform_dates_are_dates() {
    let date = json!({ "year": 2026.0, "month": 11.0, "day": 22.0 });
    assert_eq!(it::<Date>(date.clone()).await.expect("a date"), "2026-11-22");
    assert_eq!(it::<String>(date.clone()).await.expect("text"), "\"2026-11-22\"");
    assert_eq!(it::<Option<Date>>(date).await.expect("a date"), "Some(2026-11-22)");
    assert_eq!(it::<Date>(json!("2026-11-22")).await.expect("a date"), "2026-11-22");
    let time = json!({ "hours": 18.0, "minutes": 30.0, "seconds": 0.0, "nanos": 0.0 });
    assert_eq!(it::<Time>(time).await.expect("a time"), "18:30:00");
    let both =
        json!({ "year": 2026, "month": 1, "day": 2, "hours": 3, "minutes": 4, "seconds": 5, "nanos": 6 });
    assert_eq!(it::<DateTime>(both).await.expect("both"), "2026-01-02T03:04:05.000000006");
    for wrong in [
        json!({ "year": 2026, "month": 13, "day": 1 }),
        json!({ "month": 11, "day": 22 }),
        json!({}),
        json!(20_261_122),
        json!("tomorrow"),
    ] {
        let told = it::<Date>(wrong.clone()).await.expect_err("no date");
        assert!(told.starts_with("session parameters: `it`"), "{wrong}: {told}");
    }
}

#[tokio::test]
async fn numbers_as_text_are_numbers_where_asked_for() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "printed")]
    struct Lenient(#[serde(deserialize_with = "number_or_text")] u32);
    for value in [json!("3"), json!(" 3 "), json!(3), json!(3.0)] {
        assert_eq!(it::<Lenient>(value.clone()).await.expect("a number"), "Lenient(3)", "{value}");
    }
    for value in [json!("three"), json!(3.5), json!(-3), json!(""), json!(null), json!([3])] {
        let told = it::<Lenient>(value.clone()).await.expect_err("no number");
        assert!(told.starts_with("session parameters: `it`"), "{value}: {told}");
    }
}

#[derive(Debug, Deserialize)]
struct Order {
    order_id: String,
    nights: Option<u32>,
}

async fn order(Params(order): Params<Order>) -> String {
    format!("{} {:?}", order.order_id, order.nights)
}

#[tokio::test]
async fn names_are_compared_without_case_and_the_exact_one_wins() {
    for (parameters, expected) in [
        (json!({ "order_id": "a" }), "a None"),
        (json!({ "Order_ID": "a", "NIGHTS": 2 }), "a Some(2)"),
        (json!({ "ORDER_ID": "no", "order_id": "a" }), "a None"),
        (json!({ "order_id": "a", "ORDER_ID": "no", "nights": null }), "a None"),
        (json!({ "order_id": "a", "other": [1, { "nested": null }] }), "a None"),
    ] {
        assert_eq!(said(order, &parameters).await.expect("read"), expected, "{parameters}");
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for parameters in [json!({}), json!({ "nights": 2 })] {
        let error = said(order, &parameters).await.expect_err("missing");
        assert_eq!(error.code(), "parameter_missing");
        assert_eq!(error.public_message(), "session parameters: `order_id` is missing");
    }
    let error = said(order, &json!({ "order_id": "a", "nights": "two" })).await.expect_err("wrong");
    assert_eq!(error.code(), "parameter_invalid");
    assert!(!error.public_message().contains("two"), "values may be personal: {error}");
}

param!(Size: String = "size");
param!(Crust: Option<String> = "pizza-crust");
param!(Count: u32 = "count");

#[tokio::test]
async fn single_parameters_are_read_by_their_declared_name() {
    let handler = async |size: Param<Size>, crust: Param<Crust>| format!("{size} {:?}", *crust);
    for (parameters, expected) in [
        (json!({ "size": "large", "pizza-crust": "thin" }), "large Some(\"thin\")"),
        (json!({ "SIZE": "large", "pizza-crust": null }), "large None"),
        (json!({ "Size": "small", "size": "large" }), "large None"),
    ] {
        assert_eq!(said(handler, &parameters).await.expect("read"), expected, "{parameters}");
    }
    let told = async |parameters: Value| -> (&'static str, String) {
        let error: Error = said(handler, &parameters).await.expect_err("refused");
        (error.code(), error.public_message().to_owned())
    };
    let missing = ("parameter_missing", "session parameters: `size` is missing".to_owned());
    assert_eq!(told(json!({})).await, missing);
    let wrong = ("parameter_invalid", "session parameters: `size` must be text, found a list".to_owned());
    assert_eq!(told(json!({ "size": [] })).await, wrong);
    let (code, message) = told(json!({ "size": "s", "pizza-crust": 1 })).await;
    assert_eq!(code, "parameter_invalid");
    assert_eq!(message, "session parameters: `pizza-crust` must be text, found a whole number");
    assert_eq!(
        said(async |count: Param<Count>| count.to_string(), &json!({ "count": 3.0 })).await.expect("whole"),
        "3"
    );
}

#[tokio::test]
async fn composites_lists_and_enums_are_read() {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Color {
        Red,
    }
    #[derive(Debug, Deserialize)]
    struct Person {
        #[expect(dead_code, reason = "printed")]
        name: String,
    }
    assert_eq!(it::<Color>(json!("red")).await.expect("an enum"), "Red");
    assert!(it::<Color>(json!("blue")).await.expect_err("unknown").contains("`it`"));
    let person = json!({ "name": "Ada", "original": "ada" });
    assert_eq!(it::<Person>(person.clone()).await.expect("a composite"), "Person { name: \"Ada\" }");
    let told = it::<Vec<Person>>(json!([person, { "original": "x" }])).await.expect_err("missing");
    assert_eq!(told, "session parameters: `it[1].name` is missing");
    assert_eq!(it::<(bool, char)>(json!([true, "x"])).await.expect("a tuple"), "(true, 'x')");
    assert_eq!(
        it::<Value>(json!({ "a": [1.5, null] })).await.expect("anything"),
        r#"Object {"a": Array [Number(1.5), Null]}"#
    );
    let all = async |Params(all): Params<BTreeMap<String, Value>>| format!("{all:?}");
    let said_of = said(all, &json!({ "B": 1, "a": null })).await.expect("a map");
    assert_eq!(said_of, r#"{"B": Number(1), "a": Null}"#);
}
