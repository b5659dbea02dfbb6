//! Who may call: each check, and each way to be refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rejoinder::Rejoinder;
use rejoinder::auth::Caller;
use serde_json::json;

use crate::kit::{Judged, Request, Served, call, config, fixture, run};

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

#[test]
fn a_header_may_match_a_pattern() {
    let check =
        r#"[{ kind = "header", name = "X-Session", matches = "[a-z]+-[0-9]{4}", values = ["master"] }]"#;
    let judged = Judged::by(check);
    let with = |value: &str| Judged::request().header("X-Session", value);
    for value in ["abc-1234", "x-0000", "master"] {
        assert_eq!(judged.ask(with(value)).0.status, 200, "{value}");
    }
    for value in ["abc-12345", "Abc-1234", "abc-1234 x", "x abc-1234", "masters", ""] {
        judged.refuses_request(
            with(value),
            401,
            "none of the configured values, and does not match the pattern",
        );
    }
    // Anybody can write what Cloud Run leaves behind.
    let tokens = Judged::by(
        r#"[{ kind = "header", name = "Authorization", matches = "Bearer [\\w-]+\\.[\\w-]+\\.[\\w-]+" }]"#,
    );
    assert_eq!(tokens.bearer("a.b.c").0.status, 200);
    tokens.refuses(
        "a.b.SIGNATURE_REMOVED_BY_GOOGLE",
        401,
        "header: the token's signature is SIGNATURE_REMOVED_BY_GOOGLE",
    );
}

#[test]
fn sessions_of_others_are_forbidden() {
    let lists = [
        ("REJOINDER_AUTH__PROJECTS", r#"["example-project"]"#),
        ("REJOINDER_AUTH__AGENTS", r#"["projects/example-project/locations/global/agents/example-agent"]"#),
        ("REJOINDER_AUTH__ENVIRONMENTS", r#"["draft"]"#),
    ];
    let judged = Judged::with(BASIC, &lists);
    let known = |request: Request| request.header("Authorization", basic("agent:correct horse"));
    assert_eq!(judged.ask(known(Judged::request())).0.status, 200);
    let of = |session: &str| {
        let body = json!({ "fulfillmentInfo": { "tag": "counter" }, "sessionInfo": { "session": session } });
        known(Request::call(body.to_string()))
    };
    let agent = "projects/example-project/locations/global/agents";
    for (session, reason) in [
        (
            "projects/other/locations/global/agents/example-agent/sessions/s".to_owned(),
            "auth.projects: the session's is \"other\"",
        ),
        (
            format!("{agent}/other/sessions/s"),
            "auth.agents: the session's is \"projects/example-project/locations/global/agents/other\"",
        ),
        (
            format!("{agent}/example-agent/environments/live/sessions/s"),
            "auth.environments: the session's is \"live\", and allowed are draft",
        ),
        ("s".to_owned(), "the call has \"s\""),
        (String::new(), "the call has no session"),
    ] {
        let answer = judged.refuses_request(of(&session), 403, reason);
        assert_eq!(answer.header("WWW-Authenticate"), None, "other credentials would not help");
    }
    let flexible = known(
        Request::new("POST", "/flexible/counter").header("Content-Type", "application/json").body("{}"),
    );
    judged.refuses_request(flexible, 403, "a flexible call has none");
    // Who is not known hears nothing of that.
    judged.refuses_request(Request::call(fixture("requests/order-status")), 401, "authorization is missing");
}

#[test]
fn every_way_to_be_accepted_is_a_challenge_of_its_own() {
    let issuer = rejoinder::testing::Issuer::start();
    let judged = Judged::by(&format!(
        r#"[{{ kind = "basic", username = "u", password = "p" }}, {{ kind = "header", name = "X-Key", values = ["v"] }},
            {{ kind = "jwt", issuer = "{}", audience = ["a"], scopes = ["read"] }}]"#,
        issuer.url()
    ));
    let challenges = |request: Request| -> Vec<String> {
        let answer = judged.ask(request).0;
        let headers = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
        headers.map(|(_, value)| value.clone()).collect()
    };
    let basic = "Basic realm=\"rejoinder\", charset=\"UTF-8\"";
    let header = "Header realm=\"rejoinder\"";
    assert_eq!(challenges(Judged::request()), [basic, header, "Bearer realm=\"rejoinder\", scope=\"read\""]);
    let expired = format!("Bearer {}", issuer.token().audience("a").expires_in(-99).sign());
    assert_eq!(
        challenges(Judged::request().header("Authorization", expired)),
        [basic, header, "Bearer realm=\"rejoinder\", error=\"invalid_token\""]
    );
}

#[test]
fn a_flood_of_strangers_is_answered_and_mostly_not_logged() {
    let program =
        crate::kit::Program::serve_with(&["--bind", "127.0.0.1:0"], &[("REJOINDER_AUTH__ANY_OF", BASIC)]);
    let mut connection = program.connect();
    for _ in 0..400 {
        connection.ask(&who()).refused(401, "unauthorized");
    }
    let known = Judged::request().header("Authorization", basic("agent:correct horse"));
    assert_eq!(connection.ask(&known).status, 200, "valid credentials are always judged");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    connection.ask(&who()).refused(401, "unauthorized");
    program.signal("TERM");
    let log = program.end().errors;
    let lines = log.lines().filter(|line| line.contains("authorization is missing")).count();
    assert!((1..200).contains(&lines), "{lines}");
    assert!(log.contains("this many lines about them were left out"), "{log}");
    assert!(log.contains("\"caller\":\"basic:agent\""), "{log}");
}
