//! `access.admin_only`: management on the operators' address alone.

use serde_json::json;

use crate::kit::stores::stores;
use crate::kit::{Connection, Program, Request, Served, call, run, until};

const AGENT: &str = "projects/p/locations/global/agents/a";
const ADMIN: (&str, &str) = ("REJOINDER_SERVER__ADMIN_BIND", "127.0.0.1:0");
const CONFINED: (&str, &str) = ("REJOINDER_ACCESS__ADMIN_ONLY", "true");

/// Everything that manages, or tells of it.
fn managing() -> Vec<String> {
    let ours = ["handlers", "me", "tokens", "audit", "invocations", "openapi.json", "docs"];
    let ours = ours.map(|path| format!("/api/{path}"));
    let dialogflow = ["v3", "v3beta1"]
        .map(|version| format!("/{version}/{AGENT}/webhooks"))
        .into_iter()
        .chain([format!("/v3/{AGENT}/environments")]);
    ours.into_iter().chain(dialogflow).collect()
}

#[test]
fn management_is_answered_on_the_admin_address_alone() {
    for store in stores("admin_only") {
        let served = Served::demo_with(&[ADMIN, CONFINED, store.setting()]).managed(&store);
        let admin = served.admin.expect("an address");
        let bearer = |request: Request| request.header("Authorization", format!("Bearer {}", served.token()));
        for path in managing() {
            let request = || bearer(Request::get(&*path));
            served.ask(&request()).refused(404, "not_found");
            let answer = Connection::open(admin).ask(&request());
            assert_eq!(answer.status, 200, "{}: {path}", store.name);
        }
        // Reaching it is not enough.
        let me = Connection::open(admin).ask(&Request::get("/api/me"));
        assert_eq!(me.status, 401);
        let webhook =
            json!({ "displayName": "W", "genericWebService": { "uri": "https://api.example.com" } });
        let create = |path: &str| {
            let request = Request::new("POST", path).header("Content-Type", "application/json");
            bearer(request.body(webhook.to_string()))
        };
        let path = format!("/v3/{AGENT}/webhooks");
        served.ask(&create(&path)).refused(404, "not_found");
        assert_eq!(Connection::open(admin).ask(&create(&path)).status, 200, "{}", store.name);
        // What is not management stays where it was.
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(served.ask(&Request::get(path)).status, 200, "{path}");
            assert_eq!(Connection::open(admin).ask(&Request::get(path)).status, 200, "{path}");
        }
        assert_eq!(served.call(call("counter", &json!({}))).status, 200);
    }
}

#[test]
fn both_addresses_answer_it_by_default() {
    for store in stores("management on both addresses") {
        let served = Served::demo_with(&[ADMIN, store.setting()]).managed(&store);
        let token = format!("Bearer {}", served.token());
        let request = || Request::get(format!("/v3/{AGENT}/webhooks")).header("Authorization", &token);
        assert_eq!(served.ask(&request()).status, 200, "{}", store.name);
        let admin = served.admin.expect("an address");
        assert_eq!(Connection::open(admin).ask(&request()).status, 200, "{}", store.name);
    }
}

#[test]
fn it_needs_an_address_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = run(folder.path(), &["serve"], &[CONFINED]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("access.admin_only"), "{}", refused.errors);
    assert!(refused.errors.contains("`server.admin_bind`"), "{}", refused.errors);
    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &[ADMIN, CONFINED]);
    until("it is told", || program.log().contains("management to tokens (server.admin_bind)"));
}
