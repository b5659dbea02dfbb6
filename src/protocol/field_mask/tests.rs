use serde_json::{Value, json};

use super::*;
use crate::protocol::Struct;
use crate::protocol::webhook::{Environment, Webhook};

fn object(value: Value) -> Struct {
    match value {
        Value::Object(object) => object,
        other => panic!("an object: {other}"),
    }
}

fn stored() -> Struct {
    object(json!({"displayName": "Weather", "timeout": "5s", "disabled": true, "genericWebService": {
        "uri": "https://a.example.com", "httpMethod": "GET",
        "requestHeaders": {"X-A": "1", "X.B": "2"}, "parameterMapping": {"order_status": "$.s"}}}))
}

fn changed(mask: &str, source: Value) -> Value {
    let mut target = stored();
    FieldMask::parse::<Webhook>(mask).expect(mask).apply(&mut target, &object(source));
    target.into()
}

#[test]
fn paths_set_and_clear_what_they_name_and_nothing_else() {
    for (mask, source, place, expected) in [
        ("displayName", json!({"displayName": "Sun", "timeout": "1s"}), "/displayName", json!("Sun")),
        ("display_name, timeout", json!({"displayName": "Sun"}), "/timeout", Value::Null),
        ("disabled", json!({}), "/disabled", Value::Null),
        (
            "generic_web_service.http_method",
            json!({"genericWebService": {"httpMethod": "PUT"}}),
            "/genericWebService",
            json!({"uri": "https://a.example.com", "httpMethod": "PUT",
                "requestHeaders": {"X-A": "1", "X.B": "2"}, "parameterMapping": {"order_status": "$.s"}}),
        ),
        (
            "genericWebService",
            json!({"genericWebService": {"uri": "u"}}),
            "/genericWebService",
            json!({"uri": "u"}),
        ),
        ("genericWebService", json!({}), "/genericWebService", Value::Null),
        (
            "genericWebService.requestHeaders.X-A",
            json!({"genericWebService": {"requestHeaders": {"X-A": "9", "X-C": "3"}}}),
            "/genericWebService/requestHeaders",
            json!({"X-A": "9", "X.B": "2"}),
        ),
        (
            "genericWebService.requestHeaders.`X.B`",
            json!({"genericWebService": {}}),
            "/genericWebService/requestHeaders",
            json!({"X-A": "1"}),
        ),
        (
            "genericWebService.parameterMapping.orderStatus",
            json!({"genericWebService": {"parameterMapping": {"order_status": "$.t"}}}),
            "/genericWebService/parameterMapping",
            json!({"order_status": "$.t"}),
        ),
        (
            "serviceDirectory",
            json!({"serviceDirectory": {"service": "s"}}),
            "/genericWebService",
            Value::Null,
        ),
        ("serviceDirectory.service", json!({}), "/serviceDirectory", Value::Null),
        (
            "genericWebService.secretVersionsForRequestHeaders.K.secretVersion",
            json!({"genericWebService": {"secretVersionsForRequestHeaders": {"K": {"secretVersion": "v"}}}}),
            "/genericWebService/secretVersionsForRequestHeaders",
            json!({"K": {"secretVersion": "v"}}),
        ),
        ("", json!({"displayName": "Sun"}), "/displayName", json!("Weather")),
    ] {
        let changed = changed(mask, source);
        assert_eq!(changed.pointer(place).unwrap_or(&Value::Null), &expected, "{mask}: {changed}");
    }
    assert_eq!(changed("timeout,*", json!({"displayName": "Sun"})), json!({"displayName": "Sun"}));
}

#[test]
fn what_names_no_field_is_refused_with_what_may_be_meant() {
    for (mask, part) in [
        ("displayname", "did you mean \"displayName\"?"),
        ("genericWebService.url", "did you mean \"uri\"?"),
        ("zzz", "there are name, displayName"),
        ("displayName.x", "has no fields"),
        ("genericWebService.scopes", "there is no field"),
        ("genericWebService.allowedCaCerts.0", "is a list"),
        ("genericWebService.requestHeaders.a.b", "backticks"),
        (".displayName", "there is no field \"\""),
    ] {
        let error = FieldMask::parse::<Webhook>(mask).expect_err(mask).to_string();
        assert!(error.contains(part), "{mask}: {error}");
    }
    let many = "displayName,".repeat(1_001);
    assert!(FieldMask::parse::<Webhook>(&many).is_err());
    let error = FieldMask::parse::<Environment>("webhookConfig.webhookOverrides.uri").expect_err("a list");
    assert!(error.to_string().contains("is a list"));
}

#[test]
fn a_mask_knows_what_it_is_about() {
    let mask = FieldMask::parse::<Webhook>(
        "displayName,genericWebService.oauthConfig,genericWebService.requestHeaders.a",
    );
    let mask = mask.expect("a mask");
    for (path, covers, names) in [
        ("displayName", true, true),
        ("genericWebService", false, false),
        ("genericWebService.oauthConfig", true, true),
        ("genericWebService.oauthConfig.clientSecret", true, false),
        ("genericWebService.requestHeaders", false, true),
    ] {
        assert_eq!((mask.covers(path), mask.names(path)), (covers, names), "{path}");
    }
    assert!(mask.covers_key("genericWebService.requestHeaders", "a"));
    assert!(!mask.covers_key("genericWebService.requestHeaders", "b"));
    assert!(FieldMask::ALL.covers("displayName") && !FieldMask::ALL.names("displayName"));
    assert!(FieldMask::ALL.covers_key("genericWebService.requestHeaders", "b"));
    assert!(FieldMask::parse::<Webhook>(" , ").expect("empty").is_empty());
}
