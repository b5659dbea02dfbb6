//! Who may manage: tokens by command and by API, what each role may, and what is kept of it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::kit::stores::{TestStore, durable};
use crate::kit::{Answer, Program, Request, Served, run};

/// Makes a token by the command.
fn token(store: &TestStore, role: &str, more: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments: Vec<&str> = ["token", "create", "--role", role].iter().chain(more).copied().collect();
    let made = run(folder.path(), &arguments, &[store.setting(), ("USER", "ada")]);
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let token = made.out.trim_end_matches('\n');
    assert!(token.starts_with("rjt_") && made.out.lines().count() == 1, "{}", made.out);
    assert!(!made.errors.contains(token), "{}", made.errors);
    token.to_owned()
}

fn with(token: &str, request: Request) -> Request {
    request.header("Authorization", format!("Bearer {token}"))
}

fn post(path: &str, body: &Value) -> Request {
    Request::new("POST", path).header("Content-Type", "application/json").body(body.to_string())
}

fn id(token: &str) -> &str {
    token.split('_').nth(1).expect("an id")
}

#[test]
fn a_token_of_the_command_opens_the_api_of_every_server_of_that_store() {
    for store in durable("tokens of the command") {
        let served = Served::demo_with(&[store.setting()]);
        let admin = token(&store, "admin", &["--name", "Ada's laptop", "--expires", "90d"]);
        let me = served.ask(&with(&admin, Request::get("/api/me"))).json();
        assert_eq!((&me["name"], &me["role"]), (&json!("Ada's laptop"), &json!("admin")));
        let made = post("/api/tokens", &json!({ "role": "viewer", "name": "grafana", "expires_in": "1d" }));
        let made = served.ask(&with(&admin, made));
        assert_eq!((made.status, made.header("Cache-Control")), (201, Some("no-store")));
        let viewer = made.json()["token"].as_str().expect("a token").to_owned();
        let list = served.ask(&with(&admin, Request::get("/api/tokens"))).json();
        assert_eq!(list["tokens"].as_array().map(Vec::len), Some(2));
        assert!(!list.to_string().contains(viewer.rsplit('_').next().expect("a secret")), "{list}");

        let path = format!("/api/tokens/{}", id(&viewer));
        let revoked = served.ask(&with(&admin, Request::new("DELETE", &*path))).json();
        assert_eq!(revoked["state"], "revoked");
        served.ask(&with(&viewer, Request::get("/api/me"))).refused(401, "invalid_token");
        let nothing = Request::new("DELETE", "/api/tokens/01ARZ3NDEKTSV4RRFFQ69G5FAV");
        served.ask(&with(&admin, nothing)).refused(404, "not_found");

        let trail = served.ask(&with(&admin, Request::get("/api/audit?page_size=2"))).json();
        let actions = |trail: &Value| {
            let entries = trail["entries"].as_array().expect("entries").iter();
            entries.map(|entry| entry["action"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(actions(&trail), ["revoke", "create"]);
        assert_eq!(trail["entries"][0]["actor"], id(&admin));
        assert_eq!(trail["entries"][0]["before"]["state"], "active");
        assert_eq!(trail["entries"][0]["after"]["state"], "revoked");
        let next = trail["next_page_token"].as_str().expect("another page");
        let rest = served.ask(&with(&admin, Request::get(format!("/api/audit?page_token={next}")))).json();
        assert_eq!((actions(&rest), &rest["next_page_token"]), (vec!["create".to_owned()], &Value::Null));
        assert_eq!(
            (&rest["entries"][0]["actor"], &rest["entries"][0]["actor_name"]),
            (&json!("command-line"), &json!("ada"))
        );
    }
}

#[test]
fn each_role_may_its_part_and_no_more() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    for (role, metrics, tokens) in
        [("admin", 200, 200), ("editor", 200, 403), ("viewer", 200, 403), ("creator", 403, 403)]
    {
        let token = token(&store, role, &[]);
        // A proxy's header: this machine's own rights do not count.
        let far = |path: &str| with(&token, Request::get(path)).header("X-Forwarded-For", "203.0.113.9");
        assert_eq!(served.ask(&far("/metrics")).status, metrics, "{role}");
        assert_eq!(served.ask(&far("/api/handlers")).status, metrics, "{role}");
        assert_eq!(served.ask(&far("/api/tokens")).status, tokens, "{role}");
        assert_eq!(served.ask(&far("/api/audit")).status, tokens, "{role}");
        assert_eq!(served.ask(&far("/api/me")).json()["role"], role);
        let create = with(&token, post("/api/tokens", &json!({ "role": "admin" })));
        assert_eq!(served.ask(&create).status, if role == "admin" { 201 } else { 403 }, "{role}");
    }
    let far = Request::get("/metrics").header("X-Forwarded-For", "203.0.113.9");
    let refused = served.ask(&far);
    refused.refused(401, "unauthorized");
    assert_eq!(refused.header("WWW-Authenticate"), Some("Bearer realm=\"rejoinder\""));
    served.ask(&Request::get("/api/tokens")).refused(401, "unauthorized");
}

#[test]
fn nobody_may_manage_where_there_is_no_store() {
    let served = Served::demo();
    let told = served.ask(&Request::get("/api/tokens")).refused(401, "unauthorized");
    assert!(told.contains("store.url"), "{told}");
    let forged = format!("rjt_01ARZ3NDEKTSV4RRFFQ69G5FAV_{}", "a".repeat(43));
    served.ask(&with(&forged, Request::get("/api/tokens"))).refused(401, "invalid_token");
    served.ask(&Request::get("/metrics").header("X-Forwarded-For", "1.2.3.4")).refused(403, "forbidden");

    let folder = tempfile::tempdir().expect("a folder");
    let refused = run(folder.path(), &["token", "create", "--role", "admin"], &[]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.errors.contains("store.url is not set"), "{}", refused.errors);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn the_commands_list_and_revoke() {
    for store in durable("token commands") {
        let folder = tempfile::tempdir().expect("a folder");
        let command = |arguments: &[&str]| run(folder.path(), arguments, &[store.setting()]);
        let none = command(&["token", "list"]);
        assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
        let viewer = token(&store, "viewer", &["--name", "grafana"]);
        let list = command(&["token", "list"]).out;
        assert!(list.contains(id(&viewer)) && list.contains("grafana") && list.contains("active"), "{list}");
        assert!(!list.contains(&viewer), "{list}");
        let revoked = command(&["token", "revoke", &viewer]);
        assert_eq!(revoked.code, Some(0), "{}", revoked.errors);
        assert!(!revoked.errors.contains(&viewer), "{}", revoked.errors);
        let list: Value = serde_json::from_str(&command(&["token", "list", "--json"]).out).expect("JSON");
        assert_eq!(list["tokens"][0]["state"], "revoked");
        let again = command(&["token", "revoke", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
        assert_eq!(again.code, Some(1));
        assert!(again.errors.contains("there is no token"), "{}", again.errors);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = run(folder.path(), &["token", "create", "--role", "root"], &[]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.errors.contains("admin, editor, creator, viewer"), "{}", wrong.errors);
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let admin = token(&store, "admin", &[]);
    let ask = |request: Request| -> Answer { served.ask(&with(&admin, request)) };
    for (body, expected) in [
        (json!({ "role": "root" }), "expected one of admin"),
        (json!({ "role": "viewer", "nmae": "x" }), "unknown field `nmae`"),
        (json!({ "role": "viewer", "name": "a\nb" }), "in one line"),
        (json!({ "role": "viewer", "expires_in": "soon" }), "such as \"90d\""),
        (json!([]), "The body"),
    ] {
        let told = ask(post("/api/tokens", &body)).refused(400, "invalid_argument");
        assert!(told.contains(expected), "{told}");
    }
    ask(post("/api/tokens", &json!("x".repeat(70_000)))).refused(413, "too_large");
    ask(post("/api/tokens", &json!({ "role": "viewer" })).without("Content-Type"))
        .refused(415, "unsupported_content_type");
    for path in [
        "/api/audit?page_size=0",
        "/api/audit?page_size=x",
        "/api/audit?page_token=1",
        "/api/audit?a=b",
        "/api/tokens?a=b",
    ] {
        ask(Request::get(path)).refused(400, "invalid_argument");
    }
    let wrong = ask(Request::new("PUT", "/api/tokens"));
    wrong.refused(405, "method_not_allowed");
    assert_eq!(wrong.header("Allow"), Some("GET, POST"));
    ask(Request::get("/api/tokens/nonsense")).refused(404, "not_found");
}

#[test]
fn a_store_that_is_away_is_told_as_such() {
    let away =
        [("REJOINDER_STORE__URL", "postgres://u@127.0.0.1:1/d"), ("REJOINDER_STORE__TIMEOUT", "200ms")];
    let served = Served::demo_with(&away);
    let token = format!("rjt_01ARZ3NDEKTSV4RRFFQ69G5FAV_{}", "a".repeat(43));
    served.ask(&with(&token, Request::get("/api/tokens"))).refused(503, "store_unreachable");
}

#[test]
fn strangers_are_logged_and_their_tokens_are_not() {
    let store = TestStore::sqlite();
    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &[store.setting()]);
    let forged = format!("rjt_01ARZ3NDEKTSV4RRFFQ69G5FAV_{}", "a".repeat(43));
    program.connect().ask(&with(&forged, Request::get("/api/tokens"))).refused(401, "invalid_token");
    crate::kit::until("it is logged", || {
        program.log().contains("there is no token 01ARZ3NDEKTSV4RRFFQ69G5FAV")
    });
    assert!(!program.log().contains("aaaaaaaa"), "{}", program.log());
}

#[test]
fn every_operation_that_is_described_answers_and_no_other_method_does() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let admin = token(&store, "admin", &[]);
    let described = served.ask(&Request::get("/api/openapi.json")).json();
    assert_eq!(described["info"]["version"], env!("CARGO_PKG_VERSION"));
    let far = Request::get("/api/openapi.json").header("X-Forwarded-For", "203.0.113.9");
    served.ask(&far).refused(401, "unauthorized");
    let viewer = token(&store, "viewer", &[]);
    assert_eq!(served.ask(&with(&viewer, far)).status, 200);
    // It goes when its path is deleted.
    let other = token(&store, "viewer", &[]);
    for (path, operations) in described["paths"].as_object().expect("paths") {
        let shown = path.replace("{id}", id(&other));
        for (name, method) in [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("delete", "DELETE")] {
            let request = with(&admin, post(&shown, &json!({ "role": "viewer" })));
            let request = if name == "post" { request } else { with(&admin, Request::new(method, &*shown)) };
            let status = served.ask(&request).status;
            match operations.get(name).map(|operation| &operation["responses"]) {
                Some(responses) => {
                    let described = responses.get(status.to_string()).or_else(|| responses.get("default"));
                    assert!(described.is_some() && status != 401, "{name} {path}: {status}")
                }
                None => assert_eq!(status, 405, "{name} {path}"),
            }
        }
    }
}

#[test]
fn the_page_to_read_it_runs_nothing_of_others() {
    let served = Served::demo();
    for (path, kind) in [
        ("/api/docs", "text/html"),
        ("/api/docs/page.js", "text/javascript"),
        ("/api/docs/page.css", "text/css"),
    ] {
        let part = served.ask(&Request::get(path).header("X-Forwarded-For", "203.0.113.9"));
        assert_eq!(part.status, 200);
        assert!(part.header("Content-Type").is_some_and(|found| found.starts_with(kind)));
        let policy = part.header("Content-Security-Policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        let text = String::from_utf8_lossy(&part.body);
        assert!(
            !text.contains("http://") && !text.contains("https://") && !text.contains("innerHTML"),
            "{text}"
        );
    }
}

/// Runs `serve` with a terminal, as `script` makes one, until it has said where it is.
fn on_a_terminal(folder: &Path, settings: &[(&str, &str)]) -> String {
    let log = folder.join("seen");
    let program = env!("CARGO_BIN_EXE_rejoinder");
    let mut child = Command::new("script")
        .args(["--quiet", "--flush", "--command", &format!("exec {program} serve --bind 127.0.0.1:0")])
        .arg(&log)
        .current_dir(folder)
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh")])
        .envs(settings.iter().copied())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("`script` of util-linux");
    let seen =
        || std::fs::read(&log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    crate::kit::until("it is served", || seen().contains("Try one"));
    let text = seen();
    crate::kit::terminate(&mut child);
    text
}

#[test]
fn a_terminal_is_told_the_admin_token_of_this_run_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = on_a_terminal(folder.path(), &[]);
    assert!(text.contains("#token=rjt_"), "{text}");
    let store = TestStore::sqlite();
    let folder = tempfile::tempdir().expect("a folder");
    let kept = on_a_terminal(folder.path(), &[store.setting(), ("REJOINDER_DEMO__ENABLED", "true")]);
    assert!(!kept.contains("rjt_"), "{kept}");
    let mut program = Program::serve();
    let said = program.lines(|line| line.contains("Try one"));
    assert!(!said.contains("rjt_"), "{said}");
}
