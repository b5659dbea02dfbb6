//! What webhooks present to their services, by the real program: each method, a 401, what is logged.

use base64::Engine as _;
use rejoinder::testing::{MetadataServer, SecretManager, TokenEndpoint};
use serde_json::{Value, json};

use crate::kit::{Answer, Program, Reply, Request, Upstream, call, run};
use crate::routes::{flexible, folder};

/// The program with these webhooks, each answering the tag of its name, and all that gives credentials.
struct World {
    program: Program,
    metadata: MetadataServer,
    manager: SecretManager,
    upstream: Upstream,
}

fn world(upstream: Upstream, webhooks: &[(&str, Value)]) -> World {
    world_with(upstream, webhooks, "")
}

fn world_with(upstream: Upstream, webhooks: &[(&str, Value)], settings: &str) -> World {
    let (metadata, manager) = (MetadataServer::start("runner@p.example"), SecretManager::start());
    let routes: String =
        webhooks.iter().map(|(name, _)| format!("[routes.\"{name}\"]\nwebhook = \"{name}\"\n")).collect();
    let settings = format!("iam_endpoint = \"{}\"\n{settings}\n{routes}", metadata.url());
    let resources: Vec<Value> = webhooks
        .iter()
        .map(|(name, rest)| flexible(name, &upstream.url("/v1/$session.params.id?q=1"), rest))
        .collect();
    let folder = folder(&settings, &resources, &[]);
    let endpoint = manager.url();
    let host = metadata.host();
    let environment = [
        ("GCE_METADATA_HOST", host.as_str()),
        ("REJOINDER_SECRETS__ENDPOINT", &endpoint),
        ("REJOINDER_LOG__LEVEL", "trace"),
    ];
    let program = Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &environment);
    World { program, metadata, manager, upstream }
}

impl World {
    fn ask(&self, tag: &str) -> Answer {
        self.program.connect().ask(&Request::call(call(tag, &json!({ "id": 7 }))))
    }

    /// What the upstream was shown last.
    fn shown(&self) -> Option<String> {
        self.upstream.requests().last().expect("a request").header("authorization").map(str::to_owned)
    }
}

fn good() -> Upstream {
    Upstream::start(|_| Reply::json(200, json!({})))
}

fn oauth(endpoint: &TokenEndpoint) -> Value {
    json!({ "oauthConfig": { "clientId": "id", "clientSecret": "cl1ent", "tokenEndpoint": endpoint.url() } })
}

#[test]
fn every_method_is_presented_and_none_of_it_is_logged() {
    let endpoint = TokenEndpoint::start("id", "cl1ent");
    let version = json!({ "secretVersion": "projects/p/secrets/s/versions/latest" });
    let world = world(
        good(),
        &[
            ("basic", json!({ "username": "ada", "password": "p4ss" })),
            ("basic-secret", json!({ "secretVersionForUsernamePassword": version["secretVersion"] })),
            (
                "headers",
                json!({ "requestHeaders": { "x-key": "pl4in" }, "secretVersionsForRequestHeaders": { "X-Key": version } }),
            ),
            ("oauth", oauth(&endpoint)),
            ("id", json!({ "serviceAgentAuth": "ID_TOKEN" })),
            ("access", json!({ "serviceAgentAuth": "ACCESS_TOKEN" })),
            ("account", json!({ "serviceAccountAuthConfig": { "serviceAccount": "other@p.example" } })),
            ("nothing", json!({})),
        ],
    );
    world.manager.add("projects/p/secrets/s", "user:s3cret\n");
    let shown = |tag: &str| {
        world.ask(tag).reply();
        world.shown()
    };
    assert_eq!(shown("basic").as_deref(), Some("Basic YWRhOnA0c3M="));
    assert_eq!(shown("basic-secret").as_deref(), Some("Basic dXNlcjpzM2NyZXQ="));
    assert_eq!(shown("headers"), None);
    assert_eq!(world.upstream.requests().last().expect("a request").header("x-key"), Some("user:s3cret"));
    assert_eq!(shown("oauth").as_deref(), Some("Bearer token-1"));
    assert_eq!(shown("oauth").as_deref(), Some("Bearer token-1"));
    let id = shown("id").expect("a token");
    let claims = id.split('.').nth(1).expect("claims").to_owned();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["aud"], world.upstream.url("/v1/7"));
    assert_eq!(shown("id"), Some(id.clone()));
    assert!(shown("access").expect("a token").starts_with("Bearer access-"));
    assert!(shown("account").expect("a token").ends_with("-of-other@p.example"));
    assert_eq!(shown("nothing"), None);
    assert!(world.metadata.paths().iter().any(|path| path.contains(":generateAccessToken")));

    let World { program, .. } = world;
    program.signal("TERM");
    let log = program.end().errors;
    assert!(log.contains("serviceAgentAuth presents a token of the account"), "{log}");
    for secret in [
        "p4ss",
        "s3cret",
        "pl4in",
        "cl1ent",
        "token-1",
        "access-1",
        &id["Bearer ".len()..],
        "YWRhOnA0c3M",
        "dXNlcjpzM2NyZXQ",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}

#[test]
fn a_401_brings_a_new_token_and_one_more_try_and_no_third() {
    let endpoint = std::sync::Arc::new(TokenEndpoint::start("id", "cl1ent"));
    let known = std::sync::Arc::clone(&endpoint);
    let upstream = Upstream::start(move |request| {
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let good = token.is_some_and(|token| known.accepts(token)) && !request.path.contains("/never");
        Reply::json(if good { 200 } else { 401 }, json!({}))
    });
    let mut post = oauth(&endpoint);
    post["httpMethod"] = "POST".into();
    post["requestBody"] = r#"{"n":"$session.params.id"}"#.into();
    let world = world(upstream, &[("post", post), ("plain", json!({}))]);
    world.ask("post").reply();
    endpoint.revoke();
    world.ask("post").reply();
    let requests = world.upstream.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1].body, requests[2].body);
    assert_eq!(requests[2].header("authorization"), Some("Bearer token-2"));
    // A request without a token is not made again, and one whose new token is refused not a third time.
    world.ask("plain").refused(401, "upstream_status");
    assert_eq!(world.upstream.requests().len(), 4);
    let never = Request::call(call("post", &json!({ "id": "never" })));
    world.program.connect().ask(&never).refused(401, "upstream_status");
    assert_eq!(world.upstream.requests().len(), 6);
    assert_eq!(endpoint.requests().len(), 3);
}

#[test]
fn credentials_that_cannot_be_had_end_the_call_as_unavailable() {
    let endpoint = TokenEndpoint::start("id", "another");
    let gone = {
        let ended = TokenEndpoint::start("id", "cl1ent");
        oauth(&ended)
    };
    let refused = json!({ "oauthConfig": { "clientId": "id", "clientSecret": "cl1ent", "tokenEndpoint": "https://10.1.2.3/token" } });
    let world = world(
        good(),
        &[
            ("wrong", oauth(&endpoint)),
            ("gone", gone),
            ("guarded", refused),
            ("secret", json!({ "secretVersionForUsernamePassword": "projects/p/secrets/none/versions/1" })),
            ("google", json!({ "serviceAgentAuth": "ID_TOKEN" })),
        ],
    );
    world.metadata.fail_with(500);
    for (tag, logged) in [
        ("wrong", "invalid_client"),
        ("gone", "the token endpoint gave no answer"),
        ("guarded", "10.1.2.3 is a private address"),
        ("secret", "projects/p/secrets/none/versions/1"),
        ("google", "Google gives no ID token"),
    ] {
        let message = world.ask(tag).refused(503, "credentials_unavailable");
        assert!(!message.contains(logged), "what is wrong is for the log: {message}");
        assert!(world.program.log().contains(logged), "{logged}: {}", world.program.log());
    }
    assert!(world.upstream.requests().is_empty(), "nothing is sent without credentials");
    assert!(!world.program.log().contains("cl1ent"));
}

#[test]
fn fields_that_can_never_be_presented_are_faults_of_check() {
    let webhook = flexible(
        "Secured",
        "https://api.example.com/",
        &json!({ "oauthConfig": { "clientId": "id", "tokenEndpoint": "nowhere" } }),
    );
    let folder = folder("[routes.\"secured\"]\nwebhook = \"Secured\"\n", &[webhook], &[]);
    let checked = run(folder.path(), &["check"], &[]);
    assert_eq!(checked.code, Some(1), "{}", checked.errors);
    for expected in
        ["oauthConfig.tokenEndpoint: expected the https URL", "oauthConfig.clientSecret: it is missing"]
    {
        assert!(checked.errors.contains(expected), "{}", checked.errors);
    }
}

#[test]
fn settings_say_how_a_client_is_told_and_what_is_presented_by_default() {
    let endpoint = TokenEndpoint::start("id", "cl1ent");
    let settings = "oauth_client_authentication = \"basic\"\nservice_agent_auth_default = \"id_token\"\n[flexible]\nid_token_audience = \"template\"";
    let world = world_with(good(), &[("oauth", oauth(&endpoint)), ("nothing", json!({}))], settings);
    world.ask("oauth").reply();
    assert_eq!(endpoint.requests()[0].header("authorization"), Some("Basic aWQ6Y2wxZW50"));
    world.ask("nothing").reply();
    assert!(world.shown().is_some_and(|value| value.starts_with("Bearer ey")));
    let asked = world.metadata.paths().into_iter().find(|path| path.contains("/identity")).expect("asked");
    assert!(asked.contains("%24session.params.id"), "{asked}");
}
