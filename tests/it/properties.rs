//! What holds for every message.

use proptest::prelude::*;
use proptest::sample::Index;
use rejoinder::protocol::{Envelope, WebhookRequest};
use serde_json::{Value, json};

use crate::generated::{cases, request, value};

fn tree(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Calls `visit` with every object of a tree, the innermost first.
fn objects(value: &mut Value, visit: &mut dyn FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| objects(member, visit));
            visit(members);
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| objects(element, visit)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_request_survives_being_written_and_read(request in request()) {
        let text = serde_json::to_vec(&request).expect("JSON");
        prop_assert_eq!(WebhookRequest::parse(&text), Ok(request.clone()));
        let envelope = Envelope::parse(&text.into()).expect("a request");
        prop_assert_eq!(envelope.tag(), request.tag());
        prop_assert_eq!(envelope.query(), request.query.clone());
        prop_assert_eq!(envelope.messages(), Ok(request.messages.clone()));
        prop_assert_eq!(envelope.intent_info(), Ok(request.intent_info.clone()));
        prop_assert_eq!(envelope.page_info(), Ok(request.page_info.clone()));
        let parameters = request.session_info.as_ref().map(|session| session.parameters.clone());
        prop_assert_eq!(envelope.parameters::<Value>().expect("read"), Value::Object(parameters.unwrap_or_default()));
        prop_assert_eq!(envelope.whole(), Ok(request));
    }

    #[test]
    fn any_member_may_be_missing(request in request(), place in any::<Index>()) {
        let mut message = tree(&serde_json::to_string(&request).expect("JSON"));
        let mut members = 0;
        objects(&mut message, &mut |object| members += object.len());
        prop_assume!(members > 0);
        let mut left = place.index(members);
        objects(&mut message, &mut |object| {
            if let Some(name) = object.keys().nth(left).cloned() {
                object.remove(&name);
                left = usize::MAX;
            } else {
                left = left.saturating_sub(object.len());
            }
        });
        let text = message.to_string();
        let read = WebhookRequest::parse(text.as_bytes()).expect("a request");
        let written = serde_json::to_vec(&read).expect("JSON");
        // Compared as text, where -0.0 is not the 0.0 of a missing number.
        prop_assert_ne!(&written, &serde_json::to_vec(&request).expect("JSON"));
        prop_assert_eq!(WebhookRequest::parse(&written), Ok(read.clone()));
        prop_assert_eq!(Envelope::parse(&text.into()).expect("a request").whole(), Ok(read));
    }

    #[test]
    fn unknown_members_are_kept_wherever_they_are(request in request(), kept in value()) {
        let mut message = tree(&serde_json::to_string(&request).expect("JSON"));
        // An object that holds something, so that it would do as an element of a map of messages too.
        objects(&mut message, &mut |object| {
            object.insert("notYetKnown".to_owned(), json!({ "kept": null }));
        });
        message["alsoUnknown"] = kept;
        let read = WebhookRequest::parse(message.to_string().as_bytes()).expect("a request");
        prop_assert_eq!(tree(&serde_json::to_string(&read).expect("JSON")), message);
    }

    #[test]
    fn any_object_is_a_request_of_unknown_members(kept in value()) {
        let text = json!({ "later": kept }).to_string();
        prop_assert!(Envelope::parse(&text.clone().into()).is_ok());
        let read = WebhookRequest::parse(text.as_bytes()).expect("a request");
        prop_assert_eq!(tree(&serde_json::to_string(&read).expect("JSON")), tree(&text));
    }
}
