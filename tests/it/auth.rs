//! Who may call: each check, and each way to be refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rejoinder::Rejoinder;
use rejoinder::auth::Caller;
use serde_json::json;

use crate::kit::{Request, Served, call, config, fixture, run};

const BASIC: &str = r#"[{ kind = "basic", username = "agent", password = "correct horse" }]"#;
const HEADER: &str = r#"[{ kind = "header", name = "X-Agent-Key", values = ["old-key", "new-key"] }]"#;
const EITHER: &str = r#"[
    { kind = "basic", username = "agent", password = "correct horse" },
    { kind = "basic", username = "agent", password = "pässwörd ✓" },
    { kind = "header", name = "X-Agent-Key", values = ["schlüssel"] },
]"#;

/// A door that says who called.
fn guarded(checks: &str) -> Served {
    async fn who(caller: Caller) -> String {
        caller.label().into_owned()
    }
    Served::start(|| Rejoinder::new().tag("who", who), &[("REJOINDER_AUTH__ANY_OF", checks)])
}

fn who() -> Request {
    Request::call(call("who", &json!({})))
}

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

#[test]
fn the_right_password_is_accepted() {
    let served = guarded(BASIC);
    let token = STANDARD.encode("agent:correct horse");
    for value in [format!("Basic {token}"), format!("basic {token}"), format!("BASIC   {token}")] {
        assert_eq!(served.ask(&who().header("Authorization", &value)).said(), "basic:agent", "{value}");
    }
}

#[test]
fn a_header_accepts_every_value_while_secrets_rotate() {
    let served = guarded(HEADER);
    for name in ["X-Agent-Key", "x-agent-key"] {
        for value in ["old-key", "new-key", "  new-key "] {
            assert_eq!(served.ask(&who().header(name, value)).said(), "header:x-agent-key", "{value}");
        }
    }
}

#[test]
fn one_of_several_checks_is_enough() {
    let served = guarded(EITHER);
    for (name, value, caller) in [
        ("Authorization", basic("agent:correct horse"), "basic:agent"),
        ("Authorization", basic("agent:pässwörd ✓"), "basic:agent"),
        ("X-Agent-Key", "schlüssel".to_owned(), "header:x-agent-key"),
    ] {
        assert_eq!(served.ask(&who().header(name, &value)).said(), caller, "{value}");
    }
    // A header that fails does not spoil one that does not.
    let both = who().header("Authorization", "Bearer x").header("X-Agent-Key", "schlüssel");
    assert_eq!(served.ask(&both).said(), "header:x-agent-key");
}

#[test]
fn an_open_door_on_loopback_knows_nobody() {
    assert_eq!(guarded("[]").ask(&who().header("Authorization", basic("a:b"))).said(), "unverified");
}

#[test]
fn every_wrong_password_is_refused_alike() {
    let served = guarded(BASIC);
    let good = basic("agent:correct horse");
    let token = good.trim_start_matches("Basic ").to_owned();
    let refused: Vec<(&str, Request)> = vec![
        ("missing", who()),
        ("empty", who().header("Authorization", "")),
        ("wrong scheme", who().header("Authorization", format!("Bearer {token}"))),
        ("no scheme", who().header("Authorization", &token)),
        ("no credentials", who().header("Authorization", "Basic ")),
        ("wrong password", who().header("Authorization", basic("agent:wrong"))),
        ("password with more", who().header("Authorization", basic("agent:correct horses"))),
        ("password with less", who().header("Authorization", basic("agent:correct hors"))),
        ("wrong user", who().header("Authorization", basic("agents:correct horse"))),
        ("user in another case", who().header("Authorization", basic("Agent:correct horse"))),
        ("no colon", who().header("Authorization", basic("agentcorrect horse"))),
        ("nothing but a colon", who().header("Authorization", basic(":"))),
        ("not base64", who().header("Authorization", "Basic agent:correct horse")),
        ("base64 with more", who().header("Authorization", format!("{good}!"))),
        ("not UTF-8", who().header("Authorization", b"Basic \xff\xfe")),
        ("twice, both right", who().header("Authorization", &good).also("Authorization", &good)),
        ("twice, one wrong", who().header("Authorization", &good).also("Authorization", basic("a:b"))),
        ("another header", who().header("Proxy-Authorization", &good)),
    ];
    for (why, request) in refused {
        let answer = served.ask(&request);
        assert_eq!(answer.refused(401, "unauthorized"), "The caller is not known.", "{why}");
        let challenge = answer.header("WWW-Authenticate").expect("a challenge");
        assert!(challenge.starts_with("Basic realm="), "{why}: {challenge}");
    }
}

#[test]
fn every_wrong_header_is_refused_alike() {
    let served = guarded(HEADER);
    let refused: Vec<(&str, Request)> = vec![
        ("missing", who()),
        ("empty", who().header("X-Agent-Key", "")),
        ("wrong", who().header("X-Agent-Key", "older-key")),
        ("another case", who().header("X-Agent-Key", "New-Key")),
        ("a beginning", who().header("X-Agent-Key", "new-")),
        ("both values in one", who().header("X-Agent-Key", "old-key, new-key")),
        ("twice", who().header("X-Agent-Key", "old-key").also("X-Agent-Key", "new-key")),
        ("another header", who().header("Authorization", "new-key")),
    ];
    for (why, request) in refused {
        let answer = served.ask(&request);
        assert_eq!(answer.refused(401, "unauthorized"), "The caller is not known.", "{why}");
        assert!(answer.header("WWW-Authenticate").is_some(), "{why}");
    }
}

#[test]
fn a_stranger_learns_nothing_of_what_is_behind_the_door() {
    let served = guarded(BASIC);
    // Not whether a body would be read, nor whether a tag is served.
    for request in [
        Request::call("no JSON"),
        Request::call(call("no-such-tag", &json!({}))),
        who().header("Content-Type", "text/plain"),
        who().header("Content-Encoding", "br"),
        Request::call(vec![b' '; (1 << 20) + 1]),
    ] {
        assert_eq!(served.ask(&request).refused(401, "unauthorized"), "The caller is not known.");
    }
}

#[test]
fn a_refused_connection_may_try_again() {
    let served = guarded(BASIC);
    let mut connection = served.connect();
    connection.ask(&who()).refused(401, "unauthorized");
    let known = who().header("Authorization", basic("agent:correct horse"));
    assert_eq!(connection.ask(&known).said(), "basic:agent");
    connection.ask(&who()).refused(401, "unauthorized");
}

#[test]
fn health_needs_no_password() {
    let served = guarded(BASIC);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(served.ask(&Request::get(path)).status, 200, "{path}");
    }
}

#[test]
fn an_open_door_to_the_world_is_refused() {
    let bind = |settings: &[(&str, &str)]| {
        let world = [("REJOINDER_SERVER__BIND", "0.0.0.0:0")];
        Rejoinder::new().bind(config(&[&world, settings].concat()))
    };
    let error = bind(&[]).expect_err("open").to_string();
    insta::assert_snapshot!(error, @"refusing to listen on 0.0.0.0:0: others can reach it, and no caller check is configured. Configure [auth] any_of, or bind to 127.0.0.1, or set server.dangerous_allow_unauthenticated = true");
    bind(&[("REJOINDER_AUTH__ANY_OF", BASIC)]).expect("closed");
    bind(&[("REJOINDER_SERVER__DANGEROUS_ALLOW_UNAUTHENTICATED", "true")]).expect("meant so");
}

#[test]
fn the_command_refuses_an_open_door_before_and_while_it_serves() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in ["serve", "check"] {
        let ended = run(folder.path(), &[command, "--bind", "0.0.0.0:0"], &[]);
        assert_eq!(ended.code, Some(1), "{command}");
        assert!(ended.errors.contains("refusing to listen on 0.0.0.0:0"), "{command}: {}", ended.errors);
    }
}

#[test]
fn the_log_tells_the_reason_and_never_the_secret() {
    let checks = [("REJOINDER_AUTH__ANY_OF", BASIC)];
    let program = crate::kit::Program::serve_with(&["--bind", "127.0.0.1:0"], &checks);
    let request = Request::call(fixture("requests/order-status"));
    program
        .connect()
        .ask(&request.clone().header("Authorization", basic("agent:hunter2")))
        .refused(401, "unauthorized");
    let said = program.connect().ask(&request.header("Authorization", basic("agent:correct horse"))).said();
    assert_eq!(said, "Hi Ada, order 42 shipped and arrives on Friday.");
    program.signal("TERM");
    let log = program.end().errors;
    assert!(log.contains("basic: wrong user or password"), "{log}");
    for secret in ["hunter2", "correct horse", &STANDARD.encode("agent:hunter2")] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
