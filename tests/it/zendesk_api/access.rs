//! Who may do what, and what is noted of it.

use serde_json::{Value, json};

use super::{Managed, PATH, below, events, refused};
use crate::kit::stores::{TestStore, durable};
use crate::kit::{Request, Served};

#[test]
fn each_role_may_do_its_part_and_strangers_nothing() {
    for store in durable("roles of Zendesk's API") {
        let mut managed = Managed::over(&store);
        let made = managed.create(&events("One"));
        let one = below(&made);
        let (secret, invocations) = (format!("{one}/signing_secret"), format!("{one}/invocations"));
        let clone = format!("?clone_webhook_id={}", &one[1..]);
        let name = json!({ "webhook": { "name": "Two" } });
        let nobody = "/01ARZ3NDEKTSV4RRFFQ69G5FAV";
        for (role, [viewed, created, managing]) in [
            ("viewer", [true, false, false]),
            ("creator", [false, true, false]),
            ("editor", [true, true, true]),
            ("admin", [true, true, true]),
        ] {
            managed = managed.bearing(Some(store.token(role)));
            let created_one = json!({ "webhook": events(role) });
            for (method, below, body, may, status) in [
                ("GET", "", None, viewed, 200),
                ("GET", &*one, None, viewed, 200),
                ("GET", &invocations, None, viewed, 200),
                ("POST", "", Some(&created_one), created, 201),
                // It shows what is there, and what only managers may see.
                ("POST", &clone, None, managing, 201),
                ("PATCH", &one, Some(&name), managing, 204),
                ("GET", &secret, None, managing, 200),
                ("POST", &secret, None, managing, 201),
                ("DELETE", nobody, None, managing, 404),
            ] {
                let answer = managed.ask(method, below, body);
                let expected = if may { status } else { 403 };
                let text = String::from_utf8_lossy(&answer.body);
                assert_eq!(answer.status, expected, "{role} {method} {below}: {text}");
                if !may {
                    assert!(refused(&answer, 403, "Forbidden").contains(role), "{text}");
                }
            }
        }
        // However they are written, secrets are for those who manage.
        for (role, method, below) in [
            ("viewer", "GET", format!("{one}/signing%5Fsecret")),
            ("viewer", "GET", format!("{one}/%73igning_secret")),
            ("creator", "POST", format!("?%63lone_webhook_id={}", &one[1..])),
            ("creator", "POST", format!("?clone%5fwebhook%5fid={}", &one[1..])),
        ] {
            managed = managed.bearing(Some(store.token(role)));
            refused(&managed.ask(method, &below, None), 403, "Forbidden");
        }
        for stranger in [None, Some(""), Some("rjt_x_y")] {
            managed = managed.bearing(stranger.map(str::to_owned));
            for (method, below) in
                [("GET", ""), ("GET", nobody), ("GET", "/a/b/c"), ("PUT", ""), ("POST", "/test")]
            {
                let answer = managed.ask(method, below, None);
                refused(&answer, 401, "InvalidAuthentication");
                assert!(answer.header("WWW-Authenticate").expect("a challenge").starts_with("Bearer realm="));
            }
        }
    }
}

#[test]
fn every_change_is_in_the_audit_trail_without_its_secrets() {
    for store in durable("the audit trail of Zendesk's API") {
        let managed = Managed::over(&store);
        let mut webhook = events("One");
        webhook["authentication"] = json!({ "type": "bearer_token", "data": { "token": "s3cret-1" } });
        let made = managed.create(&webhook);
        let other = json!({ "authentication": { "type": "bearer_token", "data": { "token": "s3cret-2" } } });
        assert_eq!(managed.patch(&made, &other).status, 204);
        refused(&managed.patch(&made, &json!({ "name": "" })), 400, "RecordInvalid");
        let signing = managed.secret(&made);
        managed.done(201, "POST", &format!("{}/signing_secret", below(&made)), None);
        let delete = managed.request("DELETE", &below(&made), None).header("X-Request-Id", "req-1");
        assert_eq!(managed.send(&delete).status, 204);

        let resource = format!("zendesk/webhooks/{}", made["id"].as_str().expect("an id"));
        let admin = store.token("admin");
        let trail = Request::get(format!("/api/audit?resource={resource}"))
            .header("Authorization", format!("Bearer {admin}"));
        let trail = managed.send(&trail);
        let text = String::from_utf8_lossy(&trail.body).into_owned();
        assert!(!text.contains("s3cret") && !text.contains(&signing), "{text}");
        let trail = trail.json();
        let lines = trail["entries"].as_array().expect("a list");
        let actions: Vec<&str> = lines.iter().filter_map(|line| line["action"].as_str()).collect();
        assert_eq!(
            actions,
            ["delete", "reset_secret", "reveal_secret", "update", "create"],
            "{}",
            store.name
        );
        let token = |value: &Value| value.pointer("/resource/authentication/data/token").cloned();
        assert_eq!(token(&lines[3]["before"]), Some(json!("***")));
        assert_eq!(token(&lines[3]["after"]), Some(json!("*** (changed)")));
        assert_eq!(lines[1]["after"]["signing_secret"], "*** (changed)");
        assert_eq!((&lines[0]["request_id"], &lines[0]["after"]), (&json!("req-1"), &Value::Null));
        // Nor in what the server logs.
        let log = managed.program.log();
        assert!(!log.contains("s3cret") && !log.contains(&signing), "{log}");
    }
}

#[test]
fn without_a_store_nobody_subscribes_unless_loss_is_accepted() {
    for (settings, status) in [(&[][..], 422), (&[("REJOINDER_STORE__ACCEPT_LOSS", "true")], 201)] {
        let served = Served::demo_with(settings).managed(&TestStore::memory());
        let body = json!({ "webhook": events("One") }).to_string();
        let create = Request::new("POST", PATH).header("Content-Type", "application/json").body(body);
        let answer = served.manage(create);
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
        if status == 422 {
            let why = refused(&answer, 422, "UnprocessableEntity");
            assert!(why.contains("store.url") && why.contains("store.accept_loss = true"), "{why}");
        }
        let list = served.manage(Request::get(PATH)).json();
        assert_eq!(list["webhooks"].as_array().map(Vec::len), Some(usize::from(status == 201)));
    }
}
