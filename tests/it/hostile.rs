//! Bodies that are damaged or hostile: readers agree about them, and none panics.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rejoinder::protocol::{Envelope, WebhookRequest, WebhookResponse, inspect};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::generated::cases;
use crate::kit::{fixture, fixtures_in};

/// What a handler could ask of an envelope, all of it: it must not panic.
fn read_everything(envelope: &Envelope) {
    let texts = [envelope.tag(), envelope.session(), envelope.current_page(), envelope.page_display_name()];
    let more = [envelope.language_code(), envelope.detect_intent_response_id()];
    assert!(texts.iter().chain(&more).all(|text| text.len() <= envelope.body().len()));
    for (name, value) in envelope.parameter_values() {
        let _ = (
            value.to_value(),
            value.decode::<String>(),
            value.decode::<u8>(),
            value.decode::<jiff::civil::Date>(),
        );
        let _ = envelope.parameter(&name);
    }
    let _ = (envelope.query(), envelope.parameters::<Value>(), envelope.parameters::<Vec<String>>());
    let _ = (envelope.form_parameters(), envelope.messages(), envelope.intent_info(), envelope.page_info());
    let _ = (
        envelope.sentiment(),
        envelope.language_info(),
        envelope.payload().map(|payload| payload.to_value()),
    );
}

/// Judges one body by every reader there is, and compares their verdicts.
fn judge(body: &[u8]) {
    let envelope = Envelope::parse(&Bytes::copy_from_slice(body));
    let whole = WebhookRequest::parse(body);
    let text = std::str::from_utf8(body);
    if let Ok(envelope) = &envelope {
        let text = text.expect("only UTF-8 is accepted");
        let grammar = serde_json::from_str::<IgnoredAny>(text);
        assert!(grammar.is_ok(), "{grammar:?}: {text:?}");
        read_everything(envelope);
        assert_eq!(envelope.whole(), whole, "{text:?}");
    } else {
        assert!(whole.is_err(), "{text:?}");
    }
    if let Ok(whole) = &whole {
        assert!(serde_json::from_slice::<Value>(body).is_ok(), "{text:?}");
        let written = serde_json::to_vec(whole).expect("JSON");
        assert_eq!(WebhookRequest::parse(&written).as_ref(), Ok(whole), "{text:?}");
    }
    let inspected = inspect::request(body).map(|inspected| inspected.message);
    assert_eq!(inspected, whole, "{text:?}");
    let response = WebhookResponse::parse(body);
    assert_eq!(inspect::response(body).map(|inspected| inspected.message), response, "{text:?}");
}

/// The text of some fixture, good or bad.
fn some_fixture() -> impl Strategy<Value = Vec<u8>> {
    let folders = ["requests", "responses", "refused/requests", "refused/responses"];
    // The two large ones would only be slow.
    let names = folders.iter().flat_map(|folder| fixtures_in(folder)).filter(|name| !name.contains("40kb"));
    select(names.collect::<Vec<_>>()).prop_map(|name| fixture(&name))
}

#[derive(Debug, Clone)]
enum Edit {
    Put(Index, u8),
    Insert(Index, &'static str),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "-",
    "0",
    "1e999",
    "\\ud800",
    "\\u0000",
    "true",
    " ",
    "\u{feff}",
    "\"tag\":\"t\",",
    "{\"a\":1}",
];

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(place, byte)| Edit::Put(place, byte)),
        (any::<Index>(), select(TOKENS)).prop_map(|(place, token)| Edit::Insert(place, token)),
        (any::<Index>(), 1..20_usize).prop_map(|(place, length)| Edit::Remove(place, length)),
        (any::<Index>(), 1..60_usize).prop_map(|(place, length)| Edit::Repeat(place, length)),
        any::<Index>().prop_map(Edit::Cut),
    ]
}

fn apply(body: &mut Vec<u8>, edit: &Edit) {
    if body.is_empty() {
        return;
    }
    match edit {
        Edit::Put(place, byte) => *place.get_mut(body) = *byte,
        Edit::Insert(place, token) => {
            let start = place.index(body.len());
            body.splice(start..start, token.bytes());
        }
        Edit::Remove(place, length) => {
            let start = place.index(body.len());
            body.drain(start..(start + length).min(body.len()));
        }
        Edit::Repeat(place, length) => {
            let start = place.index(body.len());
            let piece = body[start..(start + length).min(body.len())].to_vec();
            body.splice(start..start, piece);
        }
        Edit::Cut(place) => body.truncate(place.index(body.len())),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_bytes_make_a_reader_panic(body in vec(any::<u8>(), 0..200)) {
        judge(&body);
    }

    #[test]
    fn no_text_makes_a_reader_panic(body in "[\\[\\]{}\",:\\\\ntf0-9eE.+\\- u/a]{0,60}") {
        judge(body.as_bytes());
        judge(format!("{{{body}}}").as_bytes());
        judge(format!("{{\"sessionInfo\":{{\"parameters\":{{\"a\":{body}}}}}}}").as_bytes());
        judge(format!("{{\"payload\":{{\"a\":[{body}]}}}}").as_bytes());
    }

    #[test]
    fn readers_agree_about_damaged_messages(body in some_fixture(), edits in vec(edit(), 0..4)) {
        let mut body = body;
        for edit in &edits {
            apply(&mut body, edit);
        }
        judge(&body);
    }

    #[test]
    fn readers_agree_about_numbers(number in "-?[0-9]{1,4}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,4})?") {
        for body in [
            format!("{{\"payload\":{{\"a\":{number}}}}}"),
            format!("{{\"later\":{number}}}"),
            format!("{{\"intentInfo\":{{\"confidence\":{number}}}}}"),
            format!("{{\"messages\":[{{\"responseType\":{number}}}]}}"),
        ] {
            judge(body.as_bytes());
        }
        // Where any number may stand, the one difference to plain JSON is its size.
        let later = format!("{{\"later\":{number}}}");
        let plain = serde_json::from_str::<Value>(&later).is_ok();
        prop_assert_eq!(WebhookRequest::parse(later.as_bytes()).is_ok(), plain);
    }
}

#[test]
fn nesting_is_limited_and_never_exhausts_the_stack() {
    for depth in [1, 99, 100, 101, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = depth - 1;
            let body = format!("{{\"later\":{}1{}}}", open.repeat(inner), close.repeat(inner));
            let parsed = WebhookRequest::parse(body.as_bytes());
            assert_eq!(parsed.is_ok(), depth <= 100, "{depth} levels");
            assert_eq!(Envelope::parse(&body.into()).is_ok(), depth <= 100, "{depth} levels");
        }
    }
    assert!(Envelope::parse(&Bytes::from(vec![b'['; 1 << 20])).is_err());
    assert!(Envelope::parse(&Bytes::from("{\"a\":".repeat(1 << 18))).is_err());
}
