//! Who may do what, and what is noted of it.

use serde_json::{Value, json};

use super::{AGENT, Managed, name, refused, standard, token};
use crate::kit::stores::durable;

#[test]
fn each_role_may_do_its_part_and_strangers_nothing() {
    for store in durable("roles of the management API") {
        let folder = tempfile::tempdir().expect("a folder");
        let mut managed = Managed::over(&store, "");
        let made = managed.create(&standard("One"));
        let (list, timeout) = (format!("{AGENT}/webhooks"), json!({ "timeout": "1s" }));
        let change = format!("{}?updateMask=timeout", name(&made));
        for (role, [viewed, created, changed]) in [
            ("viewer", [200, 403, 403]),
            ("creator", [403, 200, 403]),
            ("editor", [200, 200, 200]),
            ("admin", [200, 200, 200]),
        ] {
            managed = managed.bearing(Some(token(folder.path(), role, &[store.setting()])));
            for (method, path, body, status) in [
                ("GET", &list, None, viewed),
                ("POST", &list, Some(&standard(role)), created),
                ("PATCH", &change, Some(&timeout), changed),
                ("DELETE", &format!("{AGENT}/webhooks/none"), None, if changed == 200 { 404 } else { 403 }),
            ] {
                let answer = managed.ask(method, path, body);
                assert_eq!(
                    answer.status,
                    status,
                    "{role} {method}: {}",
                    String::from_utf8_lossy(&answer.body)
                );
                if status == 403 {
                    let error = refused(&answer, 403, "PERMISSION_DENIED");
                    assert!(error["message"].as_str().expect("text").contains(role), "{error}");
                }
            }
        }
        for stranger in [
            None,
            Some(""),
            Some("rjt_x_y"),
            Some("rjt_01JDRXJ0000000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            managed = managed.bearing(stranger.map(str::to_owned));
            let answer = managed.ask("GET", &list, None);
            refused(&answer, 401, "UNAUTHENTICATED");
            assert!(answer.header("WWW-Authenticate").expect("a challenge").starts_with("Bearer realm="));
            // To strangers every address is the same.
            refused(&managed.ask("GET", &format!("{AGENT}/webhooks/none"), None), 401, "UNAUTHENTICATED");
            refused(&managed.ask("POST", &list, Some(&json!({}))), 401, "UNAUTHENTICATED");
        }
    }
}

#[test]
fn every_change_is_in_the_audit_trail_without_its_secrets() {
    for store in durable("the audit trail of webhooks") {
        let folder = tempfile::tempdir().expect("a folder");
        let managed = Managed::over(&store, "");
        let webhook = json!({ "displayName": "One", "genericWebService": { "uri": "https://a.example.com", "username": "u",
            "password": "s3cret-1", "requestHeaders": { "X-Api-Key": "s3cret-2" } } });
        let made = managed.create(&webhook);
        let environment = managed
            .create_environment(&json!({ "displayName": "E", "webhookConfig": { "webhookOverrides": [
            { "name": name(&made), "genericWebService": { "password": "s3cret-3" } }] } }));
        let body = json!({ "genericWebService": { "password": "s3cret-4" } });
        managed.patch(name(&made), "genericWebService.password", &body);
        let failed = managed.ask("PATCH", name(&made), Some(&json!({ "displayName": "" })));
        refused(&failed, 400, "INVALID_ARGUMENT");
        let delete = managed
            .request("DELETE", &format!("{}?force=true", name(&made)), None)
            .header("X-Request-Id", "req-1");
        assert_eq!(managed.send(&delete).status, 200);

        let admin = token(folder.path(), "admin", &[store.setting()]);
        let request =
            crate::kit::Request::get("/api/audit").header("Authorization", format!("Bearer {admin}"));
        let trail = managed.send(&request);
        assert_eq!(trail.status, 200);
        let text = String::from_utf8_lossy(&trail.body).into_owned();
        assert!(!text.contains("s3cret"), "{text}");
        let trail = trail.json();
        let lines: Vec<&Value> = trail["entries"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|line| line["resource"].as_str().is_some_and(|resource| resource.starts_with(AGENT)))
            .collect();
        let told: Vec<_> =
            lines.iter().map(|line| (line["action"].as_str(), line["resource"].as_str())).collect();
        let (webhook, environment) = (Some(name(&made)), Some(name(&environment)));
        // The newest come first; what went with the webhook is noted, too.
        let expected = [
            ("delete", webhook),
            ("update", environment),
            ("update", webhook),
            ("create", environment),
            ("create", webhook),
        ];
        let mut expected: Vec<_> = expected.map(|(action, resource)| (Some(action), resource)).to_vec();
        let mut sorted = told.clone();
        sorted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(sorted, expected, "{}: {told:?}", store.name);
        let update = lines
            .iter()
            .find(|line| line["action"] == "update" && line["resource"].as_str() == webhook)
            .expect("one");
        assert_eq!(update["before"]["genericWebService"]["password"], "***");
        assert_eq!(update["after"]["genericWebService"]["password"], "*** (changed)");
        assert_eq!(update["role"], "editor");
        let deleted = lines.iter().find(|line| line["action"] == "delete").expect("one");
        assert_eq!((&deleted["request_id"], &deleted["after"]), (&json!("req-1"), &Value::Null));
    }
}
