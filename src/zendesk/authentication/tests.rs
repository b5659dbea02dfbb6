use super::*;

fn read(value: &Value) -> Result<Option<Sent>, Vec<String>> {
    Sent::read(Some(value)).map_err(|violations| {
        violations.into_iter().map(|one| format!("{}: {}", one.field, one.description)).collect()
    })
}

fn whole(value: &Value) -> Authentication {
    match read(value) {
        Ok(Some(Sent::New(authentication))) => authentication,
        other => panic!("{value}: {other:?}"),
    }
}

#[test]
fn each_kind_has_its_header_and_shows_no_secret() {
    for (data, kind, header, shown) in [
        (
            json!({ "name": "X-Key", "value": "s3cret" }),
            "api_key",
            ("X-Key", "s3cret"),
            json!({ "type": "api_key", "add_position": "header", "data": { "name": "X-Key" } }),
        ),
        (
            json!({ "username": "u", "password": "s3cret" }),
            "basic_auth",
            ("Authorization", "Basic dTpzM2NyZXQ="),
            json!({ "type": "basic_auth", "add_position": "header", "data": { "username": "u" } }),
        ),
        (
            json!({ "token": "s3cret" }),
            "bearer_token",
            ("Authorization", "Bearer s3cret"),
            json!({ "type": "bearer_token", "add_position": "header" }),
        ),
    ] {
        let sent = json!({ "type": kind, "data": data, "add_position": "header" });
        let authentication = whole(&sent);
        let (name, value) = authentication.header();
        assert_eq!((&*name, &*value), header);
        assert_eq!(authentication.shown(), shown);
        assert_eq!(authentication.whole(), sent);
        assert!(!format!("{authentication:?}").contains("s3cret"));
        // What is shown can be sent back, and means what is kept.
        let Ok(Some(back)) = read(&shown) else { panic!("{shown}") };
        assert!(back.clone().complete(Some(&authentication)).expect("kept") == authentication);
        assert!(back.complete(None).is_err());
    }
}

#[test]
fn what_is_kept_belongs_to_its_kind_and_name() {
    let kept = whole(&json!({ "type": "basic_auth", "data": { "username": "u", "password": "p" } }));
    for other in
        [json!({ "type": "bearer_token" }), json!({ "type": "basic_auth", "data": { "username": "v" } })]
    {
        let Ok(Some(sent)) = read(&other) else { panic!("{other}") };
        assert!(sent.complete(Some(&kept)).is_err(), "{other}");
    }
}

#[test]
fn faults_name_their_member_and_never_the_secret() {
    for (value, expected) in [
        (json!("bearer"), "authentication: expected an object"),
        (json!({}), "authentication.type: expected one of api_key, basic_auth, bearer_token, found null"),
        (json!({ "type": "bearer" }), "did you mean bearer_token?"),
        (
            json!({ "type": "api_key", "add_position": "query" }),
            "authentication.add_position: expected \"header\"",
        ),
        (json!({ "type": "api_key", "data": [] }), "authentication.data: expected an object"),
        (
            json!({ "type": "api_key", "data": { "value": "s3cret" } }),
            "authentication.data.name: it is required",
        ),
        (
            json!({ "type": "api_key", "data": { "name": "Host", "value": "s3cret" } }),
            "authentication.data.name:",
        ),
        (
            json!({ "type": "api_key", "data": { "name": "X", "value": "s3cret\u{e9}" } }),
            "authentication.data.value:",
        ),
        (json!({ "type": "bearer_token", "data": { "token": "s3cret\n" } }), "authentication.data.token:"),
        (
            json!({ "type": "bearer_token", "data": { "token": 5 } }),
            "authentication.data.token: expected a text",
        ),
        (json!({ "type": "bearer_token", "data": { "value": "s3cret" } }), "bearer_token has token alone"),
        (json!({ "type": "basic_auth", "data": { "username": "a:b", "password": "s3cret" } }), "a colon"),
    ] {
        let faults = read(&value).expect_err("refused").join("; ");
        assert!(faults.contains(expected) && !faults.contains("s3cret"), "{value}: {faults}");
    }
    assert!(matches!(read(&Value::Null), Ok(None)));
}
