use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use super::super::{Clock, HeaderMap, Method, Parts, Url};
use super::*;
use crate::config::{self, ClientAuthentication};
use crate::testing::{MetadataServer, SecretManager, TokenEndpoint};

const SECONDS: Duration = Duration::from_secs(5);
const SECRET: &str = "projects/p/secrets/s";

/// Everything that credentials come from, on loopback.
struct World {
    clock: Clock,
    metadata: MetadataServer,
    manager: SecretManager,
    sources: Sources,
}

fn world() -> World {
    world_with(|_| {})
}

fn world_with(change: impl FnOnce(&mut config::Outbound)) -> World {
    let (clock, metadata, manager) =
        (Clock::manual(), MetadataServer::start("runner@p.example"), SecretManager::start());
    let mut settings = config::Outbound {
        allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
        dangerous_allow_http: true,
        max_attempts: 1,
        breaker_failures: 0,
        iam_endpoint: metadata.url(),
        ..config::Outbound::default()
    };
    change(&mut settings);
    let outbound = Outbound::with_parts(&settings, Parts { clock: clock.clone(), ..Parts::default() });
    let google = Google::with_metadata(None, Some(metadata.url()));
    let kept = config::Secrets {
        endpoint: manager.url(),
        max_age: Duration::from_secs(300),
        allow: Vec::new(),
        allow_accounts: Vec::new(),
    };
    let secrets = Secrets::new(&kept, &[], &outbound, google.clone());
    let sources = Sources { outbound, google, secrets, audience: IdTokenAudience::Rendered };
    World { clock, metadata, manager, sources }
}

impl World {
    fn parse(&self, service: &Value) -> Result<Credentials, Vec<String>> {
        let mut service = service.clone();
        service["uri"] = "https://api.example.com/v1/$session.params.id?key=1".into();
        let webhook = json!({ "displayName": "W", "genericWebService": service }).to_string();
        Credentials::parse(&Webhook::parse(webhook.as_bytes()).expect("a webhook"), &self.sources)
    }

    fn credentials(&self, service: &Value) -> Credentials {
        self.parse(service).unwrap_or_else(|faults| panic!("{faults:?}"))
    }
}

async fn present(credentials: &Credentials) -> Result<(HeaderMap, Presented), CredentialsError> {
    let url = Url::parse("https://api.example.com/v1/7?key=1").expect("a URL");
    let mut request = Request::new(Method::POST, url);
    request.headers.insert("x-plain", HeaderValue::from_static("plain"));
    let deadline = Instant::now() + Duration::from_secs(86_400);
    let presented = credentials.present(&mut request, deadline, SECONDS).await?;
    Ok((request.headers, presented))
}

async fn authorization(credentials: &Credentials) -> String {
    let (headers, _) = present(credentials).await.unwrap_or_else(|error| panic!("{error}"));
    let value = headers.get(AUTHORIZATION).expect("an Authorization header");
    assert!(value.is_sensitive());
    value.to_str().expect("text").to_owned()
}

fn oauth(endpoint: &TokenEndpoint, rest: &Value) -> Value {
    let mut config = json!({
        "clientId": "a:b", "clientSecret": "s3cret &", "scopes": ["read", "write all"],
        "tokenEndpoint": format!("{}?tenant=7", endpoint.url()),
    });
    for (key, value) in rest.as_object().expect("an object") {
        config[key] = value.clone();
    }
    json!({ "oauthConfig": config, "requestHeaders": { "X-Webhook": "1" } })
}

#[tokio::test]
async fn a_client_gets_a_token_and_keeps_it_until_shortly_before_it_expires() {
    let (world, endpoint) = (world(), TokenEndpoint::start("a:b", "s3cret &"));
    endpoint.expires_in(Some(100));
    let credentials = world.credentials(&oauth(&endpoint, &json!({})));
    for (advance, expected) in [(0, 1), (89, 1), (1, 2), (89, 2), (1, 3)] {
        world.clock.advance(Duration::from_secs(advance));
        assert_eq!(authorization(&credentials).await, format!("Bearer token-{expected}"));
    }
    let request = &endpoint.requests()[0];
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "read write all"),
        ("client_id", "a:b"),
        ("client_secret", "s3cret &"),
    ];
    assert_eq!(request.form, form.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(request.query, "tenant=7");
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!((request.header("x-webhook"), request.header("authorization")), (None, None));
    endpoint.expires_in(None);
    for (advance, expected) in [(90, 4), (299, 4), (1, 5)] {
        world.clock.advance(Duration::from_secs(advance));
        assert_eq!(authorization(&credentials).await, format!("Bearer token-{expected}"));
    }
}

#[tokio::test]
async fn the_client_may_stand_in_a_basic_header() {
    let world = world_with(|settings| settings.oauth_client_authentication = ClientAuthentication::Basic);
    let endpoint = TokenEndpoint::start("a:b", "s3cret &");
    assert_eq!(
        authorization(&world.credentials(&oauth(&endpoint, &json!({ "scopes": [] })))).await,
        "Bearer token-1"
    );
    let request = &endpoint.requests()[0];
    assert_eq!((request.member("client_id"), request.member("scope")), (None, None));
    let pair = base64::engine::general_purpose::STANDARD.encode("a%3Ab:s3cret+%26");
    assert_eq!(request.header("authorization"), Some(&*format!("Basic {pair}")));
}

#[tokio::test]
async fn one_exchange_serves_all_who_wait() {
    let (world, endpoint) = (world(), TokenEndpoint::start("a:b", "s3cret &"));
    let credentials = world.credentials(&oauth(&endpoint, &json!({})));
    let all = futures_util::future::join_all((0..50).map(|_| authorization(&credentials))).await;
    assert!(all.iter().all(|value| value == "Bearer token-1"), "{all:?}");
    assert_eq!(endpoint.requests().len(), 1);
    endpoint.answer_with(503, "");
    world.clock.advance(Duration::from_secs(3600));
    let all = futures_util::future::join_all((0..50).map(|_| present(&credentials))).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(endpoint.requests().len(), 2, "they share the failure, too");
    endpoint.recover();
    assert_eq!(authorization(&credentials).await, "Bearer token-2");
}

#[tokio::test]
async fn a_refused_token_is_dropped_once() {
    let (world, endpoint) = (world(), TokenEndpoint::start("a:b", "s3cret &"));
    let credentials = world.credentials(&oauth(&endpoint, &json!({})));
    let (_, first) = present(&credentials).await.expect("presented");
    assert!(credentials.renew(&first));
    let (_, second) = present(&credentials).await.expect("presented");
    // Another call with the first token comes back late: the second token is not to blame.
    assert!(credentials.renew(&first));
    assert_eq!(authorization(&credentials).await, "Bearer token-2");
    assert!(credentials.renew(&second));
    assert_eq!(authorization(&credentials).await, "Bearer token-3");
}

#[tokio::test]
async fn endpoints_that_give_no_token_are_told_without_secrets() {
    let (world, endpoint) = (world(), TokenEndpoint::start("a:b", "s3cret &"));
    let credentials = world.credentials(&oauth(&endpoint, &json!({})));
    for (status, body, expected) in [
        (
            401,
            r#"{"error":"invalid_client","error_description":"s3cret"}"#,
            "401 with the error \"invalid_client\"",
        ),
        (400, r#"{"error":"s3cret &"}"#, "400; compare"),
        (200, "s3cret", "no JSON"),
        (200, "{}", "access_token is missing"),
        (200, r#"{"access_token":5}"#, "access_token is missing"),
        (200, r#"{"access_token":"s3cret","token_type":"mac"}"#, "token_type"),
        (200, r#"{"access_token":"s3cret\n"}"#, "no header can hold"),
        (302, "", "302"),
    ] {
        endpoint.answer_with(status, body);
        let error = present(&credentials).await.expect_err(body);
        let told = format!("{error} {error:?}");
        assert!(told.contains(expected) && told.contains("oauthConfig"), "{told}");
        assert!(!told.contains("s3cret") && !told.contains("tenant"), "{told}");
    }
    assert!(!format!("{credentials:?}").contains("s3cret"), "{credentials:?}");
    for (answer, expected) in [
        (r#"{"access_token":"t","expires_in":"60"}"#, "Bearer t"),
        (r#"{"access_token":"u","expires_in":60.5,"token_type":"bearer"}"#, "Bearer u"),
        (r#"{"access_token":"v","expires_in":-5}"#, "Bearer v"),
    ] {
        endpoint.answer_with(200, answer);
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(authorization(&credentials).await, expected);
    }
}

#[tokio::test]
async fn secrets_win_over_what_the_resource_holds() {
    let world = world();
    world.manager.add(SECRET, "user:p:w\n");
    let latest = format!("{SECRET}/versions/latest");
    let basic = world.credentials(&json!({
        "username": "other", "password": "other", "secretVersionForUsernamePassword": latest,
    }));
    assert_eq!(authorization(&basic).await, "Basic dXNlcjpwOnc=");
    let endpoint = TokenEndpoint::start("a:b", "user:p:w");
    let client = world.credentials(&oauth(&endpoint, &json!({ "secretVersionForClientSecret": latest })));
    assert_eq!(authorization(&client).await, "Bearer token-1");
    let headers = world.credentials(&json!({
        "requestHeaders": { "x-PLAIN": "plain" }, "secretVersionsForRequestHeaders": { "X-Plain": { "secretVersion": latest } },
    }));
    let (sent, presented) = present(&headers).await.expect("presented");
    assert_eq!(sent.get_all("x-plain").iter().collect::<Vec<_>>(), ["user:p:w"]);
    assert!(!headers.renew(&presented), "a secret is no token that could be fetched anew");
    assert_eq!(world.manager.reads(), 1, "one secret is read once, however many need it");
    assert_eq!(world.manager.tokens(), ["access-1"]);
}

#[tokio::test]
async fn authorization_is_set_by_who_says_it_most_exactly() {
    let (world, endpoint) = (world(), TokenEndpoint::start("id", "s"));
    world.manager.add(SECRET, "user:secret");
    let version = format!("{SECRET}/versions/1");
    let mut service = json!({
        "secretVersionsForRequestHeaders": { "authorization": { "secretVersion": version } },
        "requestHeaders": { "AUTHORIZATION": "of the header" },
        "secretVersionForUsernamePassword": version,
        "username": "u", "password": "p",
        "oauthConfig": { "clientId": "id", "clientSecret": "s", "tokenEndpoint": endpoint.url() },
        "serviceAccountAuthConfig": { "serviceAccount": "other@p.example" },
        "serviceAgentAuth": "ACCESS_TOKEN",
    });
    // What the request has from the resource itself is put in before; `None` says that it stays.
    for (without, expected) in [
        ("", Some("user:secret")),
        ("secretVersionsForRequestHeaders", None),
        ("requestHeaders", Some("Basic dXNlcjpzZWNyZXQ=")),
        ("secretVersionForUsernamePassword", None),
        ("username", Some("Bearer token-1")),
        ("oauthConfig", Some("Bearer access-3-of-other@p.example")),
        ("serviceAccountAuthConfig", Some("Bearer access-2")),
        ("serviceAgentAuth", None),
    ] {
        service.as_object_mut().expect("an object").remove(without);
        let (headers, _) = present(&world.credentials(&service)).await.expect("presented");
        let value = headers.get(AUTHORIZATION).map(|value| value.to_str().expect("text"));
        match expected {
            Some(expected) if expected.starts_with("Bearer access") => {
                assert!(
                    value.is_some_and(|value| value.starts_with("Bearer access-")),
                    "{without}: {value:?}"
                );
                assert_eq!(
                    value.is_some_and(|value| value.contains("-of-")),
                    expected.contains("-of-"),
                    "{without}"
                );
            }
            expected => assert_eq!(value, expected, "without {without}"),
        }
    }
}

#[tokio::test]
async fn id_tokens_are_made_out_to_the_address_without_its_query() {
    let mut world = world();
    for (audience, expected) in [
        (IdTokenAudience::Rendered, "https://api.example.com/v1/7"),
        (IdTokenAudience::Template, "https://api.example.com/v1/$session.params.id"),
    ] {
        world.sources.audience = audience;
        let credentials = world.credentials(&json!({ "serviceAgentAuth": "ID_TOKEN" }));
        let first = authorization(&credentials).await;
        let claims = first.split('.').nth(1).expect("claims");
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!((&claims["aud"], &claims["email"]), (&expected.into(), &"runner@p.example".into()));
        let (_, presented) = present(&credentials).await.expect("presented");
        assert_eq!(authorization(&credentials).await, first, "it is kept");
        assert!(credentials.renew(&presented));
        assert_ne!(authorization(&credentials).await, first, "it was dropped");
        assert!(credentials.note().is_some_and(|note| note.contains("only Google")));
    }
}

#[tokio::test]
async fn a_webhook_that_says_nothing_presents_nothing_unless_it_is_set() {
    for (default, service, presents) in [
        (AgentAuthDefault::None, json!({}), false),
        (AgentAuthDefault::IdToken, json!({}), true),
        (AgentAuthDefault::IdToken, json!({ "serviceAgentAuth": "NONE" }), false),
        (AgentAuthDefault::IdToken, json!({ "username": "u", "password": "p" }), false),
    ] {
        let world = world_with(|settings| settings.service_agent_auth_default = default);
        let (headers, _) = present(&world.credentials(&service)).await.expect("presented");
        assert_eq!(headers.contains_key(AUTHORIZATION), presents, "{default:?} {service}");
    }
}

#[tokio::test]
async fn a_service_account_is_impersonated_and_its_token_kept() {
    let world = world();
    let service = json!({ "serviceAccountAuthConfig": { "serviceAccount": "other@p.example" } });
    let credentials = world.credentials(&service);
    let first = authorization(&credentials).await;
    assert!(first.ends_with("-of-other@p.example"), "{first}");
    assert_eq!(authorization(&credentials).await, first);
    world.clock.advance(Duration::from_secs(3600));
    assert_ne!(authorization(&credentials).await, first);
    world.clock.advance(Duration::from_secs(3600));
    world.metadata.fail_with(403);
    let error = present(&credentials).await.expect_err("refused").to_string();
    assert!(error.contains("403") && error.contains("roles/iam.serviceAccountTokenCreator"), "{error}");
    world.metadata.recover();
    authorization(&credentials).await;
}

#[tokio::test]
async fn google_being_away_is_told_and_does_not_last() {
    let world = world();
    world.metadata.fail_with(404);
    let credentials = world.credentials(&json!({ "serviceAgentAuth": "ACCESS_TOKEN" }));
    let error = present(&credentials).await.expect_err("refused").to_string();
    assert!(error.starts_with("serviceAgentAuth: Google gives no access token"), "{error}");
    assert!(error.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{error}");
    world.metadata.recover();
    assert!(authorization(&credentials).await.starts_with("Bearer access-"));
}

#[tokio::test]
async fn what_can_never_be_presented_is_a_fault_and_what_is_wrong_with_a_secret_an_error() {
    let world = world();
    let faults = world.parse(&json!({ "oauthConfig": {} })).expect_err("faulty");
    assert_eq!(faults.len(), 3, "{faults:?}");
    for (service, expected) in [
        (
            json!({ "secretVersionForUsernamePassword": "s" }),
            "secretVersionForUsernamePassword: expected the name",
        ),
        (
            json!({ "secretVersionsForRequestHeaders": { "Host": { "secretVersion": "projects/p/secrets/s/versions/1" } } }),
            "belongs to the connection",
        ),
        (json!({ "serviceAccountAuthConfig": { "serviceAccount": "a/b" } }), "expected NAME@PROJECT"),
    ] {
        let faults = world.parse(&service).expect_err("faulty").join(" ");
        assert!(faults.contains(expected), "{faults}");
    }
    world.manager.add("projects/p/secrets/nopair", "s3cret");
    world.manager.add("projects/p/secrets/lines", "s3cret\nmore");
    for (service, expected) in [
        (
            json!({ "secretVersionForUsernamePassword": "projects/p/secrets/nopair/versions/1" }),
            "store username:password",
        ),
        (
            json!({ "secretVersionsForRequestHeaders": { "X": { "secretVersion": "projects/p/secrets/lines/versions/1" } } }),
            "the secret for x has characters",
        ),
        (
            json!({ "secretVersionForUsernamePassword": "projects/p/secrets/none/versions/1" }),
            "projects/p/secrets/none/versions/1 cannot be read: status 404",
        ),
    ] {
        let error = present(&world.credentials(&service)).await.expect_err("refused").to_string();
        assert!(error.contains(expected) && !error.contains("s3cret"), "{error}");
    }
    world.manager.fail_with(403);
    let service = json!({ "secretVersionForUsernamePassword": "projects/p/secrets/x/versions/1" });
    let error = present(&world.credentials(&service)).await.expect_err("refused").to_string();
    assert!(error.contains("roles/secretmanager.secretAccessor"), "{error}");
}
