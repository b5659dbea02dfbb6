use serde_json::{Value, json};

use super::*;

const STORED: &str = r#"{"displayName":"W","genericWebService":{"uri":"https://a.example.com/x","username":"u","password":"s3cret-1",
    "requestHeaders":{"X-Api-Key":"s3cret-2","X-Shop":"north"},"later":"s3cret-5",
    "oauthConfig":{"clientId":"id","clientSecret":"s3cret-3","tokenEndpoint":"https://t.example.com/token"}}}"#;

fn webhook(text: &str) -> Webhook {
    Webhook::parse(text.as_bytes()).expect(text)
}

/// The stored webhook after a change, and what was dropped.
fn changed(mask: &str, sent: &Value) -> (Value, Vec<String>) {
    let (before, sent) = (webhook(STORED), webhook(&sent.to_string()));
    let mask = FieldMask::parse::<Webhook>(mask).expect(mask);
    let written = |webhook: &Webhook| match serde_json::to_value(webhook).expect("JSON") {
        Value::Object(object) => object,
        other => panic!("{other}"),
    };
    let mut target = written(&before);
    mask.apply(&mut target, &written(&sent));
    let mut after = webhook(&Value::Object(target).to_string());
    let dropped = after.keep_secrets(&before, &sent, &mask);
    (serde_json::to_value(after).expect("JSON"), dropped)
}

fn secrets(webhook: &Value) -> [&str; 3] {
    let text = |place| webhook.pointer(place).and_then(Value::as_str).unwrap_or_default();
    [
        text("/genericWebService/password"),
        text("/genericWebService/requestHeaders/X-Api-Key"),
        text("/genericWebService/oauthConfig/clientSecret"),
    ]
}

#[test]
fn nothing_that_is_shown_holds_a_secret() {
    let shown = serde_json::to_value(webhook(STORED).without_secrets()).expect("JSON");
    assert!(!shown.to_string().contains("s3cret"), "{shown}");
    assert_eq!(shown["genericWebService"]["requestHeaders"], json!({"X-Api-Key": "***", "X-Shop": "north"}));
    assert_eq!(shown["genericWebService"]["username"], "u");
}

#[test]
fn what_is_not_sent_is_kept() {
    let read = serde_json::to_value(webhook(STORED).without_secrets()).expect("JSON");
    let oauth = json!({"clientId": "id", "tokenEndpoint": "https://t.example.com/v2"});
    let service = json!({"uri": "https://a.example.com/y", "username": "u", "oauthConfig": oauth});
    for (mask, sent) in [
        ("*", read.clone()),
        ("genericWebService", read),
        ("displayName", json!({"displayName": "V"})),
        ("genericWebService.uri", json!({"genericWebService": {"uri": "https://a.example.com:443/y"}})),
        ("*", json!({"displayName": "V", "genericWebService": service})),
    ] {
        let (after, dropped) = changed(mask, &sent);
        assert_eq!(
            (secrets(&after), dropped.len()),
            (["s3cret-1", "s3cret-2", "s3cret-3"], 0),
            "{mask} {sent}"
        );
    }
}

#[test]
fn what_is_sent_or_named_is_changed() {
    let all = json!({"genericWebService": {"uri": "https://a.example.com", "username": "u", "password": "n1",
        "requestHeaders": {"X-Api-Key": "n2"}, "oauthConfig": {"clientId": "id", "clientSecret": "n3"}}});
    assert_eq!(secrets(&changed("*", &all).0), ["n1", "n2", "n3"]);
    for (mask, expected) in [
        ("genericWebService.password", ["", "s3cret-2", "s3cret-3"]),
        ("genericWebService.requestHeaders", ["s3cret-1", "", "s3cret-3"]),
        ("genericWebService.requestHeaders.X-Api-Key", ["s3cret-1", "", "s3cret-3"]),
        ("genericWebService.requestHeaders.X-Shop", ["s3cret-1", "s3cret-2", "s3cret-3"]),
        ("genericWebService.oauthConfig.clientSecret", ["s3cret-1", "s3cret-2", ""]),
        ("genericWebService.oauthConfig", ["s3cret-1", "s3cret-2", ""]),
        ("genericWebService.username", ["", "s3cret-2", "s3cret-3"]),
        ("genericWebService", ["", "", ""]),
    ] {
        assert_eq!(secrets(&changed(mask, &json!({"displayName": "V"})).0), expected, "{mask}");
    }
}

#[test]
fn another_origin_drops_what_is_not_sent_again() {
    let uri = json!({"genericWebService": {"uri": "https://evil.example.com/x", "requestHeaders": {"X-Api-Key": "***"}}});
    for mask in ["genericWebService.uri", "genericWebService.uri,genericWebService.requestHeaders"] {
        let (after, dropped) = changed(mask, &uri);
        assert_eq!((secrets(&after), dropped.len()), (["", "", ""], 3), "{mask}: {dropped:?}");
    }
    let again = json!({"genericWebService": {"uri": "https://b.example.com/x", "password": "n1", "requestHeaders": {"X-Api-Key": "n2"}}});
    let mask = "genericWebService.uri,genericWebService.password,genericWebService.requestHeaders";
    assert_eq!(secrets(&changed(mask, &again).0), ["n1", "n2", ""]);
    // Sent, but not what the change is about.
    assert_eq!(secrets(&changed("genericWebService.uri", &again).0), ["", "", ""]);
    let endpoint =
        json!({"genericWebService": {"oauthConfig": {"tokenEndpoint": "https://evil.example.com"}}});
    let (after, dropped) = changed("genericWebService.oauthConfig.tokenEndpoint", &endpoint);
    assert_eq!(secrets(&after), ["s3cret-1", "s3cret-2", ""]);
    assert_eq!(dropped, ["genericWebService.oauthConfig.clientSecret"]);
    let directory = json!({"serviceDirectory": {"service": "s", "genericWebService": {"uri": "https://a.example.com/x", "username": "u"}}});
    let (after, _) = changed("*", &directory);
    assert!(!after.to_string().contains("s3cret"), "{after}");
}

#[test]
fn overrides_of_an_environment_keep_theirs_and_lead_nobody_elsewhere() {
    let named = |webhook: &str| format!(r#"{{"webhookConfig":{{"webhookOverrides":[{webhook}]}}}}"#);
    let before =
        Environment::parse(named(&STORED.replacen('{', r#"{"name":"w-1","#, 1)).as_bytes()).expect("one");
    let mut after = before.without_secrets();
    assert!(!serde_json::to_string(&after).expect("JSON").contains("s3cret"));
    assert!(after.keep_secrets(&before).is_empty());
    assert_eq!(
        secrets(&serde_json::to_value(&after.webhook_overrides()[0]).expect("JSON")),
        ["s3cret-1", "s3cret-2", "s3cret-3"]
    );

    let base = webhook(STORED);
    let lead = |overrides: &str| {
        serde_json::to_value(base.with_foreign_overrides(&webhook(overrides))).expect("JSON")
    };
    let same = lead(r#"{"genericWebService":{"uri":"https://a.example.com/test"}}"#);
    assert_eq!(secrets(&same), ["s3cret-1", "s3cret-2", "s3cret-3"]);
    let other = lead(r#"{"genericWebService":{"uri":"https://b.example.com/test","password":"n1"}}"#);
    assert_eq!(secrets(&other), ["n1", "", ""]);
    assert_eq!(other["genericWebService"]["requestHeaders"], json!({"X-Shop": "north"}));
    let tokens = lead(r#"{"genericWebService":{"oauthConfig":{"tokenEndpoint":"https://b.example.com"}}}"#);
    assert_eq!(secrets(&tokens), ["s3cret-1", "s3cret-2", ""]);
}
