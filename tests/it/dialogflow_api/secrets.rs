//! Secrets: never given back nor logged, kept when not sent, and never sent elsewhere.

use serde_json::{Value, json};

use super::{AGENT, Managed, name, refused, standard};
use crate::kit::stores::{durable, stores};
use crate::kit::{Reply, Upstream, until};
use crate::routes::flexible;

const ROUTE: &str = "[routes.\"api\"]\nwebhook = \"Api\"\n";

fn secret(upstream: &Upstream) -> Value {
    let service = json!({ "username": "agent", "password": "s3cret-1", "parameterMapping": { "a": "$.a" },
        "requestHeaders": { "X-Api-Key": "s3cret-2", "X-Shop": "north" } });
    flexible("Api", &upstream.url("/x"), &service)
}

/// What the upstream was presented last.
fn presented(upstream: &Upstream) -> (Option<String>, Option<String>) {
    let requests = upstream.requests();
    let last = requests.last().expect("a request");
    let owned = |name| last.header(name).map(str::to_owned);
    (owned("authorization"), owned("x-api-key"))
}

#[test]
fn secrets_are_sent_to_the_upstream_and_to_nobody_else() {
    for store in durable("secrets") {
        let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
        let basic = Some("Basic YWdlbnQ6czNjcmV0LTE=".to_owned());
        let managed = Managed::over(&store, ROUTE);
        let made = managed.create(&secret(&upstream));
        assert_eq!(managed.call("api").status, 200);
        assert_eq!(presented(&upstream), (basic.clone(), Some("s3cret-2".to_owned())));

        let read = managed.done("GET", name(&made), None);
        assert_eq!(
            read["genericWebService"]["requestHeaders"],
            json!({ "X-Api-Key": "***", "X-Shop": "north" })
        );
        let listed = managed.done("GET", &format!("{AGENT}/webhooks"), None);
        // Read, changed and written back whole, as clients do.
        let mut back = read.clone();
        back["timeout"] = "1s".into();
        let changed = managed.done("PATCH", name(&made), Some(&back));
        for answer in [&made, &read, &listed, &changed] {
            assert!(!answer.to_string().contains("s3cret"), "{}: {answer}", store.name);
        }
        managed.call("api");
        assert_eq!(presented(&upstream), (basic, Some("s3cret-2".to_owned())), "kept: {}", store.name);

        let faulty = json!({ "displayName": "B", "genericWebService": { "uri": "x", "password": "s3cret-9", "requestHeaders": { "X-Key": 5 } } });
        let refusal = managed.ask("POST", &format!("{AGENT}/webhooks"), Some(&faulty));
        assert!(!String::from_utf8_lossy(&refusal.body).contains("s3cret"));
        managed.patch(name(&made), "genericWebService.password", &json!({}));
        managed.call("api");
        assert_eq!(presented(&upstream).0.as_deref(), Some("Basic YWdlbnQ6"), "cleared by name");
        let log = managed.program().log();
        assert!(!log.contains("s3cret"), "{log}");
    }
}

#[test]
fn secrets_do_not_follow_a_webhook_to_another_origin() {
    for store in stores("another origin") {
        let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
        let other = Upstream::start(|_| Reply::json(200, json!({ "a": 2 })));
        let managed = Managed::over(&store, ROUTE);
        let made = managed.create(&secret(&upstream));
        let moved = json!({ "genericWebService": { "uri": other.url("/x") } });
        let path = format!("{}?updateMask=genericWebService.uri", name(&made));
        let answer = managed.ask("PATCH", &path, Some(&moved));
        assert_eq!(answer.status, 200);
        let dropped = answer.header("X-Rejoinder-Dropped-Secrets").expect("told");
        assert_eq!(dropped, "genericWebService.password, genericWebService.requestHeaders.X-Api-Key");
        assert_eq!(managed.call("api").status, 200);
        assert_eq!(presented(&other), (Some("Basic YWdlbnQ6".to_owned()), None), "{}", store.name);

        let again = json!({ "genericWebService": { "uri": upstream.url("/y"), "password": "s3cret-3" } });
        managed.patch(name(&made), "genericWebService.uri,genericWebService.password", &again);
        managed.call("api");
        assert_eq!(presented(&upstream).0.as_deref(), Some("Basic YWdlbnQ6czNjcmV0LTM="));
    }
}

#[test]
fn an_environment_leads_no_secrets_of_a_webhook_elsewhere() {
    for store in stores("an environment elsewhere") {
        let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
        let other = Upstream::start(|_| Reply::json(200, json!({ "a": 2 })));
        // In a file, whose secrets nobody may read who manages over the API.
        let managed = Managed::with(&store, ROUTE, &[secret(&upstream)], &[]);
        let webhooks = managed.done("GET", &format!("{AGENT}/webhooks"), None);
        assert!(!webhooks.to_string().contains("s3cret"));
        let file = name(&webhooks["webhooks"][0]).to_owned();
        let overrides = |uri: String| json!({ "displayName": "E", "webhookConfig": { "webhookOverrides": [{ "name": file, "genericWebService": { "uri": uri } }] } });
        let environment = managed.create_environment(&overrides(upstream.url("/same")));
        let id = name(&environment).rsplit('/').next().expect("an id").to_owned();
        let session = format!("{AGENT}/environments/{id}/sessions/s");
        managed.call_in(&session, "api");
        assert_eq!(upstream.requests().last().expect("one").path, "/same");
        assert_eq!(presented(&upstream).1.as_deref(), Some("s3cret-2"));

        managed.patch(name(&environment), "webhookConfig", &overrides(other.url("/other")));
        let answer = managed.call_in(&session, "api");
        assert_eq!(answer.reply()["sessionInfo"]["parameters"]["a"], 2, "{}", store.name);
        assert_eq!(presented(&other), (None, None));
    }
}

#[test]
fn only_secrets_that_the_settings_allow_may_be_named() {
    for store in stores("secrets.allow") {
        let managed = Managed::over(&store, "[secrets]\nallow = [\"projects/p/secrets/webhook-*\"]\n");
        let webhook = |secret: &str, field: &str| {
            let mut webhook = standard("W");
            webhook["genericWebService"][field] = secret.into();
            webhook
        };
        let basic = "secretVersionForUsernamePassword";
        let answer = managed.ask(
            "POST",
            &format!("{AGENT}/webhooks"),
            Some(&webhook("projects/p/secrets/database/versions/1", basic)),
        );
        let error = refused(&answer, 403, "PERMISSION_DENIED");
        assert!(error["message"].as_str().expect("text").contains("secrets.allow"), "{error}");
        let made = managed.create(&webhook("projects/p/secrets/webhook-1/versions/latest", basic));
        let path = format!("{}?updateMask=genericWebService.oauthConfig", name(&made));
        let oauth = json!({ "genericWebService": { "oauthConfig": { "clientId": "c", "tokenEndpoint": "https://t.example.com",
            "secretVersionForClientSecret": "projects/p/secrets/database/versions/1" } } });
        refused(&managed.ask("PATCH", &path, Some(&oauth)), 403, "PERMISSION_DENIED");
        let environment = json!({ "displayName": "E", "webhookConfig": { "webhookOverrides": [{ "name": name(&made), "genericWebService":
            { "secretVersionsForRequestHeaders": { "X-K": { "secretVersion": "projects/q/secrets/webhook-1/versions/1" } } } }] } });
        let answer = managed.ask("POST", &format!("{AGENT}/environments"), Some(&environment));
        refused(&answer, 403, "PERMISSION_DENIED");
        let account = json!({ "displayName": "A", "genericWebService": { "uri": "https://a.example.com",
            "serviceAccountAuthConfig": { "serviceAccount": "a@p.iam.gserviceaccount.com" } } });
        let answer = managed.ask("POST", &format!("{AGENT}/webhooks"), Some(&account));
        let error = refused(&answer, 403, "PERMISSION_DENIED");
        assert!(error["message"].as_str().expect("text").contains("secrets.allow_accounts"), "{error}");
    }
}

#[test]
fn what_may_be_named_follows_the_settings() {
    for store in durable("secrets.allow, changed") {
        let agent = format!("[agent]\nname = \"{AGENT}\"\n");
        let folder = crate::routes::folder(&agent, &[], &[]);
        let path = folder.path().join("rejoinder.toml");
        let before = std::fs::read_to_string(&path).expect("settings");
        let managed = Managed::serve(folder, &[store.setting()]);
        let mut webhook = standard("W");
        webhook["genericWebService"]["secretVersionForUsernamePassword"] =
            "projects/p/secrets/webhook-1/versions/1".into();
        let create = || managed.ask("POST", &format!("{AGENT}/webhooks"), Some(&webhook));
        refused(&create(), 403, "PERMISSION_DENIED");
        let allow = "[secrets]\nallow = [\"projects/p/secrets/webhook-*\"]\n";
        std::fs::write(&path, format!("{before}{allow}")).expect("written");
        managed.program().signal("HUP");
        let mut made = Value::Null;
        until("it may be named", || {
            let answer = create();
            made = answer.json();
            answer.status == 200
        });
        std::fs::write(&path, before).expect("written");
        managed.program().signal("HUP");
        let change = json!({ "genericWebService": { "secretVersionForUsernamePassword": "projects/p/secrets/webhook-2/versions/1" } });
        let path = format!("{}?updateMask=genericWebService.secretVersionForUsernamePassword", name(&made));
        until("it may not any more", || managed.ask("PATCH", &path, Some(&change)).status == 403);
    }
}

#[cfg(unix)]
#[test]
fn the_file_that_holds_secrets_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let store = crate::kit::stores::TestStore::sqlite();
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
    let managed = Managed::over(&store, ROUTE);
    managed.create(&secret(&upstream));
    let path = std::path::PathBuf::from(store.url.trim_start_matches("sqlite://"));
    let folder = path.parent().expect("a folder");
    for entry in std::fs::read_dir(folder).expect("readable") {
        let entry = entry.expect("readable");
        let mode = entry.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", entry.path());
    }
}
