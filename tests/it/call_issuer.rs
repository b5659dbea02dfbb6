//! `rejoinder call --issuer`: the service agent's ID token, signed on this machine.

use std::path::Path;

use rejoinder::testing::Certificates;
use serde_json::{Value, json};

use crate::call::{call_in, document};
use crate::kit::{Ended, Program, Reply, Request, Upstream, call as body, run};

const PUBLIC: &str = "https://door.example.com";

/// A check that takes the keys of `local-issuer`.
fn check(extra: &str) -> String {
    format!(
        r#"[{{ kind = "service_agent", project_number = "42", jwks_file = "local-issuer/jwks.json"{extra} }}]"#
    )
}

fn new_issuer(folder: &Path) -> Ended {
    let ended = run(folder, &["new", "issuer"], &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

/// The demo behind that check, and its folder, which holds the issuer.
fn served(extra: &str) -> (Program, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    new_issuer(&path);
    let settings = [("REJOINDER_AUTH__ANY_OF", &*check(extra)), ("REJOINDER_SERVER__PUBLIC_URL", PUBLIC)];
    (Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &settings), path)
}

fn url(program: &Program) -> String {
    format!("http://{}/webhook", program.address)
}

#[test]
fn the_servers_check_accepts_the_token_of_its_local_issuer() {
    let (program, folder) = served("");
    let url = url(&program);
    let audience = format!("{PUBLIC}/webhook");
    let common = [&url, "--tag", "counter", "--json", "--audience", &audience, "--issuer", "local-issuer"];
    let call = |more: &[&str]| call_in(&folder, &[&common, more].concat());
    let ended = call(&["--project-number", "42"]);
    let (told, goes_on) = document(&ended);
    assert!(goes_on, "{told:#}");
    assert_eq!(told["request"]["headers"]["authorization"], "Bearer ***");
    let note = told["notes"][0].as_str().expect("a note");
    let expected = format!(
        "it presents an ID token of service-42@gcp-sa-dialogflow.iam.gserviceaccount.com, signed with the key of local-issuer, made out to {audience}"
    );
    assert_eq!(note, expected);
    // Another project's agent is known and may not; without a token, or for another server, nobody is known.
    let status = |ended: &Ended| document(ended).0["answer"]["status"].clone();
    assert_eq!(status(&call(&["--project-number", "43"])), 403);
    assert_eq!(status(&call_in(&folder, &[&url, "--tag", "counter", "--json"])), 401);
    let plain = [&url, "--tag", "counter", "--json", "--issuer", "local-issuer", "--project-number", "42"];
    assert_eq!(status(&call_in(&folder, &plain)), 401, "it is made out to the address that was called");
    // Another issuer's key is not in the file.
    assert_eq!(run(&folder, &["new", "issuer", "other"], &[]).code, Some(0));
    let other = [&url, "--tag", "counter", "--json", "--audience", &audience, "--issuer", "other"];
    assert_eq!(status(&call_in(&folder, &[&other[..], &["--project-number", "42"]].concat())), 401);
}

#[test]
fn a_configuration_says_what_else_stands_in_the_token() {
    for (settings, expected) in [
        ("[server]\npublic_url = \"https://a.example/\"\n", "https://a.example/webhook"),
        ("", "https://b.example/x"),
    ] {
        let audience = if settings.is_empty() { r#", audience = ["https://b.example/x"]"# } else { "" };
        let folder = tempfile::tempdir().expect("a folder");
        let file =
            format!("{settings}[auth]\nany_of = [{{ kind = \"all_of\", checks = {} }}]\n", check(audience));
        new_issuer(folder.path());
        std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
        let url = "http://127.0.0.1:1/webhook?a=b";
        let ended = run(folder.path(), &["id-token", url], &[]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let claims = claims(ended.out.trim());
        assert_eq!(claims["aud"], expected);
        assert_eq!(claims["iss"], "https://accounts.google.com");
        let ended = call_in(folder.path(), &[url, "--tag", "t", "--issuer", "local-issuer", "--curl"]);
        assert!(ended.out.contains("-H \"authorization: Bearer ${TOKEN}\""), "{ended:?}");
        assert_eq!(ended.out.matches("authorization").count(), 1, "{}", ended.out);
        assert!(ended.errors.contains("rejoinder id-token URL --issuer local-issuer"), "{}", ended.errors);
    }
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("three parts");
    let part = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&part).expect("claims")
}

#[test]
fn a_resource_says_whether_a_token_is_presented_and_for_whom() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    new_issuer(folder.path());
    let resource = |service: &Value| {
        let webhook = json!({ "displayName": "w", "genericWebService": service });
        std::fs::write(folder.path().join("w.json"), webhook.to_string()).expect("written");
    };
    let to = upstream.url("/here");
    let call = |more: &[&str]| {
        let common = ["--webhook", "w.json", "--tag", "t", "--issuer", "local-issuer", "--json"];
        let number = ["--project-number", "42", "--param", "id=7"];
        let ended = call_in(folder.path(), &[&common[..], &number, more].concat());
        let notes = document(&ended).0["notes"].clone();
        let token = upstream.requests().pop().expect("a request").header("authorization").map(str::to_owned);
        (token, notes)
    };
    let audience = |token: Option<String>| {
        claims(token.expect("a token").strip_prefix("Bearer ").expect("a bearer"))["aud"].clone()
    };
    let uri = "https://orders.example.com:8443/a/?b=c";
    for auth in ["ID_TOKEN", "SERVICE_AGENT_AUTH_UNSPECIFIED"] {
        resource(&json!({ "uri": uri, "serviceAgentAuth": auth }));
        let (token, _) = call(&["--to", &to]);
        assert_eq!(audience(token), "https://orders.example.com:8443/a/", "{auth}");
    }
    let flexible = "https://orders.example.com/$session.params.id/x";
    resource(
        &json!({ "uri": flexible, "webhookType": "FLEXIBLE", "httpMethod": "GET", "serviceAgentAuth": "ID_TOKEN" }),
    );
    assert_eq!(audience(call(&["--to", &to]).0), "https://orders.example.com/7/x");
    // Where the resource presents something else, or nothing, nothing is signed.
    for service in [
        json!({ "uri": uri, "serviceAgentAuth": "NONE" }),
        json!({ "uri": uri, "serviceAgentAuth": "ACCESS_TOKEN" }),
        json!({ "uri": uri, "requestHeaders": { "Authorization": "Basic YTpi" } }),
        json!({ "uri": uri, "username": "agent", "password": "p" }),
    ] {
        resource(&service);
        let (token, notes) = call(&["--to", &to]);
        assert!(token.is_none_or(|token| token.starts_with("Basic ")), "{service}");
        assert!(notes[0].as_str().expect("a note").contains("the local issuer signs nothing"), "{notes}");
    }
    resource(&json!({ "uri": uri, "serviceAgentAuth": "ID_TOKEN" }));
    let ended = call_in(
        folder.path(),
        &["--webhook", "w.json", "--tag", "t", "--issuer", "local-issuer", "--project-number", "42"],
    );
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.errors.contains("w.json: https://orders.example.com:8443/a/?b=c is not on this machine"),
        "{ended:?}"
    );
}

#[test]
fn wrong_usage_of_an_issuer_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    new_issuer(folder.path());
    let url = "http://127.0.0.1:1/webhook";
    for (arguments, told) in [
        (&[url, "--tag", "t", "--issuer", "none"][..], "`rejoinder new issuer none` makes one"),
        (&[url, "--tag", "t", "--issuer", "local-issuer"], "pass --project-number NUMBER"),
        (
            &[url, "--tag", "t", "--issuer", "local-issuer", "--project-number", "my-project"],
            "expected digits",
        ),
        (&[url, "--tag", "t", "--issuer", "local-issuer", "--bearer", "b"], "cannot be used with"),
        (&[url, "--tag", "t", "--audience", "a"], "say what --issuer signs"),
        (
            &["https://192.0.2.1/", "--tag", "t", "--issuer", "local-issuer", "--project-number", "1"],
            "https://192.0.2.1/ is not on this machine",
        ),
    ] {
        let ended = call_in(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: {}", ended.errors);
    }
    let ended = run(folder.path(), &["new", "issuer"], &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.errors.contains("local-issuer/key.pem is there already"), "{ended:?}");
}

#[test]
fn a_file_of_keys_is_for_this_machine_and_must_hold_some() {
    let folder = tempfile::tempdir().expect("a folder");
    new_issuer(folder.path());
    std::fs::write(folder.path().join("empty.json"), r#"{ "keys": [] }"#).expect("written");
    let public = ("REJOINDER_SERVER__PUBLIC_URL", PUBLIC);
    let refused = |any_of: &str, bind: &str| {
        let settings = [("REJOINDER_AUTH__ANY_OF", any_of), public];
        let ended = run(folder.path(), &["serve", "--bind", bind], &settings);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        ended.errors
    };
    let reachable = refused(&check(""), "0.0.0.0:0");
    assert!(reachable.contains("set server.bind to a loopback address"), "{reachable}");
    for (any_of, told) in [
        (check(r#", jwks_url = "https://a.example""#), "keys come from one place"),
        (check("").replace("local-issuer/jwks", "none"), "cannot read none.json"),
        (check("").replace("local-issuer/jwks", "empty"), "empty.json is a JWK set without keys"),
        (check("").replace("jwks.json", "key.pem"), "local-issuer/key.pem is no JSON"),
    ] {
        let errors = refused(&any_of, "127.0.0.1:0");
        assert!(errors.contains(told), "{errors}");
    }
}

#[test]
fn the_two_terminals_of_the_page_are_right() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/call.md");
    let page = std::fs::read_to_string(page).expect("a page");
    let section = page.split("### ID tokens on this machine").nth(1).expect("the section");
    let block = |language: &str, at: usize| {
        let fence = format!("```{language}\n");
        section.split(&fence).nth(at).expect("a block").split("```").next().expect("its text")
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    std::fs::write(path.join("rejoinder.toml"), block("toml", 1)).expect("written");
    let (first, second) = (block("sh", 1), block("sh", 2));
    assert!(first.starts_with("rejoinder new issuer\n"), "{first}");
    new_issuer(&path);
    // The shell takes the line apart, as it would for a person.
    let serve = first.lines().nth(1).expect("a second line");
    let shell = format!("rejoinder() {{ printf %s \"$REJOINDER_AUTH__ANY_OF\"; }}\n{serve}");
    let output = std::process::Command::new("/bin/sh").args(["-c", &shell]).output().expect("a shell");
    let any_of = String::from_utf8(output.stdout).expect("text");
    let program =
        Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &[("REJOINDER_AUTH__ANY_OF", &any_of)]);
    let line = second.replace("127.0.0.1:8080", &program.address.to_string());
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["rejoinder", "call", arguments @ ..] = words.as_slice() else { panic!("another command: {line}") };
    let ended = call_in(&path, arguments);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains(block("text", 1)), "{}", ended.out);
    // What `rejoinder id-token` prints is as good for any other client.
    let url = url(&program);
    let token = run(&path, &["id-token", &url], &[]).out;
    let request = Request::call(body("counter", &json!({})))
        .header("Authorization", format!("Bearer {}", token.trim()));
    assert_eq!(program.connect().ask(&request).status, 200);
}

#[test]
fn an_authority_given_on_the_command_line_is_trusted() {
    let authority = Certificates::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    authority.server(&["localhost", "127.0.0.1"]).issue().write(&path, "server").expect("written");
    authority.write(path.join("ca.pem")).expect("written");
    let file = "[server.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n[demo]\nenabled = true\n";
    std::fs::write(path.join("rejoinder.toml"), file).expect("written");
    let program = Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &[]);
    let url = format!("https://localhost:{}/webhook", program.address.port());
    let other = tempfile::tempdir().expect("a folder");
    let ca = path.join("ca.pem").display().to_string();
    let call = |arguments: &[&str]| call_in(other.path(), &[arguments, &["--tag", "counter"]].concat());
    let unknown = call(&[&url, "--json"]);
    assert_eq!(document(&unknown).0["verdict"]["event"], "webhook.error.not-found");
    let hint = document(&unknown).0["verdict"]["hint"].as_str().expect("a hint").to_owned();
    assert!(hint.contains("--cacert"), "{hint}");
    assert_eq!(call(&[&url, "--cacert", &ca]).code, Some(0));
    let webhook =
        json!({ "displayName": "w", "genericWebService": { "uri": "https://orders.example.com/webhook" } });
    std::fs::write(other.path().join("w.json"), webhook.to_string()).expect("written");
    assert_eq!(call(&["--webhook", "w.json", "--to", &url, "--cacert", &ca]).code, Some(0));
    for (arguments, told) in [
        (
            &["--webhook", "w.json", "--cacert", &*ca][..],
            "--cacert is for a server given on the command line",
        ),
        (&[&*url, "--cacert", "w.json"], "w.json"),
        (&[&*url, "--cacert", "none.pem"], "none.pem"),
    ] {
        let ended = call(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{ended:?}");
    }
}

#[test]
fn parameters_of_the_intent_reach_both_kinds_of_webhooks() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    let service = json!({
        "uri": "https://a.example/$intent.params.city.resolved?said=$intent.params.city.original",
        "webhookType": "FLEXIBLE", "httpMethod": "POST", "serviceAgentAuth": "NONE",
        "requestBody": r#"{ "day": "$intent.params.day.resolved", "month": "$intent.params.day.resolved.month", "city": "$session.params.city", "size": "$intent.params.size.original" }"#,
    });
    let webhook = json!({ "displayName": "w", "genericWebService": service });
    std::fs::write(folder.path().join("w.json"), webhook.to_string()).expect("written");
    let parameters = [
        "--intent",
        "book",
        "--intent-param",
        "city=the big apple",
        "--intent-param-json",
        "city=\"New York\"",
        "--intent-param-json",
        r#"day={"month":7}"#,
        "--intent-param",
        "size=large",
        "--param",
        "size=L",
        "--tag",
        "t",
        "--json",
    ];
    let to = upstream.url("");
    let flexible = call_in(folder.path(), &[&["--webhook", "w.json", "--to", &to][..], &parameters].concat());
    assert_eq!(flexible.code, Some(0), "{flexible:?}");
    let received = upstream.requests().pop().expect("a request");
    assert_eq!(received.path, "/New%20York?said=the%20big%20apple");
    assert_eq!(
        received.json(),
        json!({ "day": { "month": 7 }, "month": 7, "city": "New York", "size": "large" })
    );
    let standard = call_in(folder.path(), &[&[&*upstream.url("/hook")][..], &parameters].concat());
    let request = document(&standard).0["request"]["body"].take();
    assert_eq!(
        request["intentInfo"]["parameters"],
        json!({
            "city": { "originalValue": "the big apple", "resolvedValue": "New York" },
            "day": { "originalValue": r#"{"month":7}"#, "resolvedValue": { "month": 7 } },
            "size": { "originalValue": "large", "resolvedValue": "large" },
        })
    );
    let session = &request["sessionInfo"]["parameters"];
    assert_eq!(session, &json!({ "city": "New York", "day": { "month": 7 }, "size": "L" }));
    let ended = call_in(folder.path(), &["http://127.0.0.1:1/", "--tag", "t", "--intent-param", "a=b"]);
    assert_eq!(ended.code, Some(2), "a parameter of which intent? {ended:?}");
}
