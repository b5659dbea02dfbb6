//! Any bytes as a webhook call: no reader panics, and the readers agree.

#![no_main]

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use rejoinder::protocol::decode::number_or_text;
use rejoinder::protocol::names::{IntentName, PageName, SessionName};
use rejoinder::protocol::{Envelope, RawValue, WebhookRequest, WebhookResponse, inspect};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let whole = WebhookRequest::parse(body);
    match Envelope::parse(&Bytes::copy_from_slice(body)) {
        Ok(envelope) => {
            is_json(body);
            read_everything(&envelope);
            same(&envelope.whole(), &whole);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(whole.is_err(), "refused with `{error}`, yet read whole");
        }
    }
    if let Ok(whole) = &whole {
        let written = serde_json::to_vec(whole).expect("a message can be written");
        let again = WebhookRequest::parse(&written);
        same(&again.as_ref(), &Ok(whole));
    }
    same(&inspect::request(body).map(|inspected| inspected.message), &whole);

    let response = WebhookResponse::parse(body);
    if let Ok(response) = &response {
        let written = serde_json::to_vec(response).expect("a message can be written");
        same(&WebhookResponse::parse(&written).as_ref(), &Ok(response));
    }
    same(&inspect::response(body).map(|inspected| inspected.message), &response);
});

/// Compares two results; as text if they differ, because NaN is never equal to NaN.
#[track_caller]
fn same<T: PartialEq + Debug>(one: &T, other: &T) {
    if one != other {
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
}

/// What an envelope accepts is JSON; only a lone surrogate may keep it from becoming a tree.
///
/// Neither nesting nor the size of a number may: the envelope's limits are the stricter ones.
fn is_json(body: &[u8]) {
    let grammar = serde_json::from_slice::<IgnoredAny>(body);
    assert!(grammar.is_ok(), "{grammar:?}");
    if let Err(error) = serde_json::from_slice::<Value>(body) {
        let error = error.to_string();
        let surrogate = error.contains("surrogate") || error.contains("unexpected end of hex escape");
        assert!(surrogate, "{error}");
    }
}

/// What a handler might declare.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read from the request")]
struct Parameters {
    order_id: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    attempts: u32,
    basket_total: Option<f64>,
    order_date: Option<jiff::civil::Date>,
    visits: Option<Vec<i64>>,
    carrier: Option<BTreeMap<String, Value>>,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read from the request")]
enum Kind {
    Unit,
    One(u8),
    Pair(u8, String),
    Named { name: String },
}

fn read_everything(envelope: &Envelope) {
    let size = envelope.body().len();
    for text in [
        envelope.tag(),
        envelope.detect_intent_response_id(),
        envelope.session(),
        envelope.language_code(),
        envelope.current_page(),
        envelope.page_display_name(),
    ] {
        assert!(text.len() <= size);
    }
    name::<SessionName>(&envelope.session());
    name::<PageName>(&envelope.current_page());
    let _ = envelope.query();

    for (name, value) in envelope.parameter_values() {
        if let Ok(found) = envelope.parameter(&name) {
            // A name with a lone surrogate is given as the empty text, which may not be there.
            assert!(found.is_some() || name.is_empty());
        }
        let _ = envelope.parameter(&name.to_uppercase());
        read_value(value);
    }
    let _ = envelope.parameter("");
    let _ = envelope.parameters::<Value>();
    let _ = envelope.parameters::<Parameters>();
    let _ = envelope.parameters::<Vec<String>>();
    if let Some(payload) = envelope.payload() {
        read_value(payload);
    }

    let _ = (envelope.form_parameters(), envelope.messages(), envelope.page_info());
    let _ = (envelope.sentiment(), envelope.language_info());
    if let Ok(Some(intent)) = envelope.intent_info() {
        name::<IntentName>(&intent.last_matched_intent);
    }
    assert!(!format!("{envelope:?}").is_empty());
}

/// Decodes a value as everything there is a way of its own for.
fn read_value(value: RawValue<'_>) {
    if let (Ok(ours), Ok(theirs)) = (value.to_value(), serde_json::from_str::<Value>(value.text())) {
        assert_eq!(ours, theirs, "{}", value.text());
    }
    for error in [
        value.decode::<String>().err(),
        value.decode::<&str>().err(),
        value.decode::<char>().err(),
        value.decode::<bool>().err(),
        value.decode::<u8>().err(),
        value.decode::<i64>().err(),
        value.decode::<u128>().err(),
        value.decode::<f32>().err(),
        value.decode::<Option<f64>>().err(),
        value.decode::<()>().err(),
        value.decode::<(u8, String)>().err(),
        value.decode::<Vec<Value>>().err(),
        value.decode::<BTreeMap<String, Value>>().err(),
        value.decode::<BTreeMap<u8, IgnoredAny>>().err(),
        value.decode::<Parameters>().err(),
        value.decode::<Kind>().err(),
        value.decode::<jiff::civil::Date>().err(),
        value.decode::<jiff::civil::Time>().err(),
        value.decode::<jiff::civil::DateTime>().err(),
    ]
    .into_iter()
    .flatten()
    {
        assert!(!error.to_string().is_empty());
    }
}

/// A resource name that is understood is written as it was.
fn name<N: FromStr + Display>(text: &str) {
    if let Ok(name) = text.parse::<N>() {
        assert_eq!(name.to_string(), text);
    }
}
