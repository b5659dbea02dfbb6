use serde_json::json;

use super::*;

const STRICT: Allowed = Allowed { credentials_over_http: false };

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn usual() -> Value {
    json!({
        "name": "W", "status": "active", "endpoint": "https://example.com/a", "http_method": "POST",
        "request_format": "json", "subscriptions": ["rejoinder:event-type:conversation.*"],
    })
}

fn with(changes: &Value) -> Value {
    let mut usual = object(&usual());
    usual.extend(object(changes));
    usual.into()
}

fn faults(value: &Value) -> Vec<String> {
    let found = Resource::read(&object(value), None, STRICT).err().unwrap_or_default();
    found.into_iter().map(|one| format!("{}: {}", one.field, one.description)).collect()
}

fn read(value: &Value) -> Resource {
    Resource::read(&object(value), None, STRICT).unwrap_or_else(|found| panic!("{found:?}")).0
}

#[test]
fn what_is_read_is_what_is_written() {
    for value in [
        usual(),
        with(&json!({ "subscriptions": [], "description": "a\r\n\tb", "status": "inactive" })),
        with(&json!({ "subscriptions": ["conditional_ticket_events"], "http_method": "GET" })),
        with(&json!({ "endpoint": "https://EXAMPLE.com", "custom_headers": { "X-A": "1" } })),
        with(&json!({
            "authentication": { "type": "bearer_token", "add_position": "header", "data": { "token": "s3cret" } },
            "external_source": { "type": "app", "data": { "app_id": "1" } },
        })),
    ] {
        let resource = read(&value);
        assert_eq!(Value::Object(resource.whole()), value);
        assert!(!Value::Object(resource.shown()).to_string().contains("s3cret"));
        assert!(!format!("{resource:?}").contains("s3cret"));
    }
    let null = with(&json!({ "authentication": null, "custom_headers": null, "description": null }));
    assert_eq!(Value::Object(read(&null).whole()), usual());
}

#[test]
fn each_member_is_asked_for_by_its_name() {
    assert_eq!(
        faults(&json!({})),
        [
            "name: it is required",
            "endpoint: it is required",
            "status: it is required; expected one of active, inactive",
            "http_method: it is required; expected one of GET, POST, PUT, PATCH, DELETE",
            "request_format: it is required; expected one of json, xml, form_encoded",
        ]
    );
    for (changes, part) in [
        (json!({ "name": 5 }), "name: expected a text, found a number"),
        (json!({ "name": "x".repeat(257) }), "name: 257 characters; expected at most 256"),
        (json!({ "name": "a\nb" }), "name: a control character"),
        (json!({ "description": "a\u{1}" }), "description: a control character"),
        (
            json!({ "http_method": "post" }),
            "http_method: expected one of GET, POST, PUT, PATCH, DELETE, found \"post\"; did you mean POST?",
        ),
        (json!({ "status": true }), "status: expected one of active, inactive, found true or false"),
        (json!({ "subscriptions": "x" }), "subscriptions: expected a list of event types"),
        (json!({ "subscriptions": [1] }), "subscriptions[0]: expected an event type"),
        (
            json!({ "subscriptions": ["zen:event-type:user.create"] }),
            "did you mean zen:event-type:user.created?",
        ),
        (
            json!({ "subscriptions": ["zen:event-type:user.created", "zen:event-type:user.created"] }),
            "stands here twice",
        ),
        (json!({ "subscriptions": vec!["x"; 201] }), "subscriptions: 201 event types"),
        (
            json!({ "subscriptions": ["conditional_ticket_events", "zen:event-type:user.created"] }),
            "stands alone",
        ),
        (json!({ "http_method": "PUT" }), "http_method: events are sent with POST, found PUT"),
        (json!({ "request_format": "xml" }), "request_format: events are sent as json, found xml"),
        (
            json!({ "endpoint": "http://example.com", "custom_headers": { "X": "v" } }),
            "custom_headers: they are sent over https alone",
        ),
        (json!({ "external_source": "x" }), "external_source: expected an object"),
        (json!({ "external_source": { "a": "x".repeat(9_000) } }), "external_source: 9008 bytes"),
        (
            json!({ "custom_header": {} }),
            "custom_header: there is no such member; did you mean custom_headers?",
        ),
    ] {
        let found = faults(&with(&changes));
        assert!(found.len() == 1 && found[0].contains(part), "{changes}: {found:?}");
    }
    // What is like nothing that is known, a newer client knows.
    assert!(
        faults(&with(&json!({ "created_at": "x", "id": 5, "url": "x", "something_new": [] }))).is_empty()
    );
}

#[test]
fn credentials_over_http_are_the_operators_to_allow() {
    let value = with(&json!({
        "endpoint": "http://example.com",
        "authentication": { "type": "bearer_token", "data": { "token": "t" } },
    }));
    assert!(faults(&value)[0].contains("outbound.dangerous_allow_http"));
    let allowed = Allowed { credentials_over_http: true };
    assert!(Resource::read(&object(&value), None, allowed).is_ok());
    // Forbidden later, they can be taken away, and the webhook deactivated.
    let (before, _) = Resource::read(&object(&value), None, allowed).expect("allowed");
    for (sent, taken) in [
        (json!({ "status": "inactive" }), true),
        (json!({ "authentication": null }), true),
        (json!({ "endpoint": "http://example.com/other" }), false),
    ] {
        let changed = Resource::read(&before.merged(&object(&sent)), Some(&before), STRICT);
        assert_eq!(changed.is_ok(), taken, "{sent}");
    }
    // Without credentials, http is allowed and discouraged.
    assert!(faults(&with(&json!({ "endpoint": "http://example.com" }))).is_empty());
}

#[test]
fn a_header_stands_in_one_place_alone() {
    for (authentication, header) in [
        (json!({ "type": "bearer_token", "data": { "token": "t" } }), "authorization"),
        (json!({ "type": "api_key", "data": { "name": "X-Key", "value": "v" } }), "x-key"),
        (json!({ "type": "api_key", "data": { "name": "X-Key", "value": "v" } }), "Authorization"),
    ] {
        let found =
            faults(&with(&json!({ "authentication": authentication, "custom_headers": { header: "v" } })));
        assert!(found[0].contains("is that of `authentication`"), "{found:?}");
    }
}

#[test]
fn a_change_keeps_what_it_does_not_name_and_drops_what_leads_elsewhere() {
    let bearer = json!({ "type": "bearer_token", "data": { "token": "s3cret" } });
    let before = read(&with(&json!({ "authentication": bearer, "custom_headers": { "X-A": "1" } })));
    let change = |sent: &Value| Resource::read(&before.merged(&object(sent)), Some(&before), STRICT);
    // Sent back as it is shown, read-only members and all.
    let mut shown = before.shown();
    shown.insert("id".to_owned(), "01".into());
    shown.insert("external_source".to_owned(), json!({ "a": 1 }));
    let (after, dropped) = change(&shown.into()).expect("a change");
    assert!(after == before && dropped.is_empty());
    for (sent, kept) in [
        (json!({ "name": "other" }), true),
        (json!({ "endpoint": "https://EXAMPLE.com:443/elsewhere" }), true),
        (json!({ "authentication": null }), false),
    ] {
        let (after, dropped) = change(&sent).expect("a change");
        assert_eq!((after.authentication.is_some(), dropped.len()), (kept, 0), "{sent}");
    }
    for elsewhere in ["https://example.org/a", "https://example.com:8443/a"] {
        let (after, dropped) = change(&json!({ "endpoint": elsewhere })).expect("a change");
        assert!(after.authentication.is_none() && dropped == ["authentication"], "{elsewhere}");
        let new = json!({ "endpoint": elsewhere, "authentication": { "type": "bearer_token", "data": { "token": "n" } } });
        let (after, dropped) = change(&new).expect("a change");
        assert!(after.authentication.is_some() && dropped.is_empty());
    }
    assert!(change(&json!({ "authentication": { "type": "api_key", "data": { "name": "X" } } })).is_err());
    assert_eq!(missing(&object(&json!({ "name": "W", "status": null }))).len(), 3);
}
