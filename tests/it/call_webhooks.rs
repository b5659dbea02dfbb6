//! `rejoinder call --webhook`: what a resource says is what is sent.

use std::path::Path;

use serde_json::{Value, json};

use crate::call::{call_in, document};
use crate::kit::{Reply, Upstream, fixture, run};

fn write(folder: &Path, name: &str, value: &Value) {
    std::fs::write(folder.join(name), value.to_string()).expect("written");
}

#[test]
fn a_flexible_webhook_is_called_in_its_own_way() {
    let upstream = Upstream::start(|_| {
        Reply::json(200, json!({ "now": { "celsius": 7.5, "conditions": [{ "text": "rain" }] } }))
    });
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("w.json"), fixture("webhooks/rest/flexible-get")).expect("written");
    let ended = call_in(
        folder.path(),
        &[
            "--webhook",
            "w.json",
            "--to",
            &upstream.url(""),
            "--tag",
            "weather",
            "--param",
            "country=no",
            "--param",
            "city=Bodø & more",
            "--json",
        ],
    );
    let (document, _) = document(&ended);
    let verdict = &document["verdict"];
    assert_eq!(verdict["set"], json!({ "temperature": 7.5, "conditions": "rain" }));
    assert_eq!(
        (&verdict["findings"][0]["code"], &verdict["findings"][0]["place"]),
        (&json!("path_missing"), &json!("$.advisories"))
    );
    let received = upstream.requests().remove(0);
    assert_eq!((received.method.as_str(), received.body.len()), ("GET", 0));
    assert_eq!(received.path, "/v2/no/today?city=Bod%C3%B8%20%26%20more&units=metric");
    assert_eq!(received.header("user-agent"), Some("Google-Dialogflow"));
}

#[test]
fn bodies_of_flexible_webhooks_are_filled_in_and_failures_judged() {
    let upstream = Upstream::start(|request| match request.json()["guest"]["name"].as_str() {
        Some("Ada") => Reply::json(200, json!({ "reservation": { "id": "r-1", "table": { "number": 4 } } })),
        Some("Nobody") => Reply::new(503),
        _ => Reply::text(200, "no JSON"),
    });
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("w.json"), fixture("webhooks/export/flexible-post")).expect("written");
    let call = |name: &str| {
        let to = upstream.url("/other");
        let arguments = [
            "--webhook",
            "w.json",
            "--to",
            &to,
            "--tag",
            "reserve",
            "--param",
            name,
            "--param-json",
            "party_size=2",
            "--json",
        ];
        document(&call_in(folder.path(), &arguments)).0["verdict"].take()
    };
    assert_eq!(call("guest_name=Ada")["set"], json!({ "reservation_id": "r-1", "table": 4 }));
    assert_eq!(call("guest_name=Nobody")["event"], "webhook.error.unavailable");
    assert_eq!(call("guest_name=Else")["code"], "upstream_not_json");
    let received = upstream.requests().remove(0);
    assert_eq!((received.path.as_str(), received.json()["party"].clone()), ("/other", json!(2)));
}

#[test]
fn a_standard_webhook_sends_its_headers_and_the_platforms_request() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    let service = json!({ "uri": "https://hooks.example.com/agent?v=$session.params.city", "username": "agent", "password": "s3cret-pass",
        "requestHeaders": { "X-City": "in $session.params.city", "X-Key": "s3cret-key" } });
    write(folder.path(), "w.json", &json!({ "displayName": "Hook", "genericWebService": service }));
    let ended = call_in(
        folder.path(),
        &[
            "--webhook",
            "w.json",
            "--to",
            &upstream.url(""),
            "--tag",
            "t",
            "--param",
            "city=Oslo",
            "--header",
            "x-key: other",
        ],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.out.contains("s3cret"), "{}", ended.out);
    let received = upstream.requests().remove(0);
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/agent?v=$session.params.city"));
    assert_eq!((received.header("x-city"), received.header("x-key")), (Some("in Oslo"), Some("other")));
    assert_eq!(received.header("authorization"), Some("Basic YWdlbnQ6czNjcmV0LXBhc3M="));
    assert_eq!(received.json()["fulfillmentInfo"]["tag"], "t");
}

#[test]
fn tokens_and_secrets_are_not_presented_elsewhere() {
    let upstream = Upstream::start(|_| Reply::new(401));
    let folder = tempfile::tempdir().expect("a folder");
    let secret = "projects/p/secrets/s/versions/1";
    for (service, said) in [
        (
            json!({ "serviceAgentAuth": "ID_TOKEN" }),
            "an ID token of the account that runs this command (only Google can mint the service agent's own token)",
        ),
        (
            json!({ "secretVersionForUsernamePassword": secret }),
            "user and password from projects/p/secrets/s/versions/1",
        ),
        (
            json!({ "serviceAccountAuthConfig": { "serviceAccount": "a@p.iam.gserviceaccount.com" } }),
            "an access token of a@p.iam",
        ),
        (
            json!({ "oauthConfig": { "clientId": "c", "clientSecret": "x", "tokenEndpoint": "https://login.example.com/token" } }),
            "an access token for the client \"c\"",
        ),
        (
            json!({ "secretVersionsForRequestHeaders": { "X-Key": { "secretVersion": secret } } }),
            "the header X-Key from",
        ),
    ] {
        let mut service = service;
        service["uri"] = "https://hooks.example.com/agent".into();
        write(folder.path(), "w.json", &json!({ "displayName": "Hook", "genericWebService": service }));
        let ended = call_in(folder.path(), &["--webhook", "w.json", "--to", &upstream.url(""), "--tag", "t"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let expected =
            format!("note            not presented to another address than the webhook's own: {said}");
        assert!(ended.out.contains(&expected), "{expected} in {}", ended.out);
        assert!(ended.out.contains("what was presented: nothing"), "{}", ended.out);
        let received = upstream.requests().pop().expect("a call");
        assert_eq!((received.header("authorization"), received.header("x-key")), (None, None));
        // Given in other words, nothing is withheld.
        let ended = call_in(
            folder.path(),
            &[
                "--webhook",
                "w.json",
                "--to",
                &upstream.url(""),
                "--tag",
                "t",
                "--bearer",
                "b",
                "--header",
                "X-Key: k",
            ],
        );
        assert!(!ended.out.contains("not presented"), "{}", ended.out);
    }
    // The command names them, and has no value.
    let ended = call_in(folder.path(), &["--webhook", "w.json", "--tag", "t", "--curl"]);
    assert!(ended.out.contains("'https://hooks.example.com/agent'"), "{ended:?}");
    assert!(ended.out.contains("-H \"x-key: ${CALL_X_KEY}\""), "{ended:?}");
}

#[test]
fn environments_override_the_resource() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    let agent = "projects/p/locations/l/agents/a";
    let name = format!("{agent}/webhooks/w-1");
    write(
        folder.path(),
        "w.json",
        &json!({ "name": name, "displayName": "Hook", "genericWebService": { "uri": "https://hooks.example.com/live" } }),
    );
    std::fs::create_dir(folder.path().join("environments")).expect("a folder");
    let overrides =
        json!([{ "name": name, "genericWebService": { "uri": "https://hooks.example.com/staging" } }]);
    let environment = json!({ "name": format!("{agent}/environments/e-1"), "displayName": "Staging", "webhookConfig": { "webhookOverrides": overrides } });
    write(folder.path(), "environments/staging.json", &environment);
    let call = |named: &str| {
        let ended = call_in(
            folder.path(),
            &[
                "--webhook",
                "w.json",
                "--to",
                &upstream.url(""),
                "--tag",
                "t",
                "--environment",
                named,
                "--json",
            ],
        );
        let received = upstream.requests().pop().expect("a call");
        let session = received.json()["sessionInfo"]["session"].as_str().expect("a name").to_owned();
        (received.path, session, document(&ended).0["notes"].take())
    };
    for named in ["Staging", "e-1"] {
        let (path, session, notes) = call(named);
        assert_eq!((path.as_str(), notes), ("/staging", json!([])), "{named}");
        assert!(session.starts_with(&format!("{agent}/environments/e-1/sessions/")), "{session}");
    }
    let (path, _, notes) = call("draft");
    assert_eq!(path, "/live");
    assert!(
        notes[0]
            .as_str()
            .is_some_and(|note| note.ends_with("has no environment \"draft\", so nothing is overridden")),
        "{notes}"
    );
}

#[test]
fn what_is_not_called_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for (resource, told) in [
        (
            json!({ "displayName": "W", "disabled": true, "genericWebService": { "uri": "https://a.example" } }),
            "is disabled",
        ),
        (
            json!({ "displayName": "W", "genericWebService": { "uri": "https://10.0.0.1/" } }),
            "10.0.0.1 is a private address",
        ),
        (json!({ "displayName": "W", "genericWebService": { "uri": "http://a.example/" } }), "use https"),
        (
            json!({ "displayName": "W", "genericWebService": { "uri": "nowhere" } }),
            "genericWebService.uri: this is no URL",
        ),
        (json!({ "displayName": "W" }), "genericWebService"),
        (
            json!({ "displayName": "W", "genericWebService": { "uri": "https://a.example/", "webhookType": "FLEXIBLE", "httpMethod": "POST", "requestBody": "{" } }),
            "requestBody",
        ),
    ] {
        write(folder.path(), "w.json", &resource);
        let ended = call_in(folder.path(), &["--webhook", "w.json", "--tag", "t"]);
        assert_eq!(ended.code, Some(2), "{resource}: {ended:?}");
        assert!(ended.errors.contains(told), "{resource}: {}", ended.errors);
    }
}

#[test]
fn every_webhook_of_the_fixtures_can_be_prepared_or_says_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in crate::kit::fixtures_in("webhooks/rest") {
        std::fs::write(folder.path().join("w.json"), fixture(&name)).expect("written");
        let ended = call_in(folder.path(), &["--webhook", "w.json", "--tag", "t", "--curl"]);
        match ended.code {
            Some(0) => assert!(ended.out.starts_with("curl -sS "), "{name}: {ended:?}"),
            Some(2) => assert!(ended.errors.starts_with("rejoinder: w.json"), "{name}: {ended:?}"),
            _ => panic!("{name}: {ended:?}"),
        }
    }
}

#[test]
fn a_token_is_presented_at_the_webhooks_own_address() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let metadata = rejoinder::testing::MetadataServer::start("me@p.example");
    let folder = tempfile::tempdir().expect("a folder");
    let uri = upstream.url("/agent?x=1");
    let service = json!({ "uri": uri, "serviceAgentAuth": "ID_TOKEN" });
    write(folder.path(), "w.json", &json!({ "displayName": "Hook", "genericWebService": service }));
    let (host, address) = (metadata.host(), "127.0.0.1");
    let environment = [
        ("GCE_METADATA_HOST", host.as_str()),
        ("REJOINDER_OUTBOUND__ALLOW_HOSTS", &format!("[\"{address}\"]")),
        ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
    ];
    let arguments = ["call", "--webhook", "w.json", "--tag", "t", "--json"];
    let ended = run(folder.path(), &arguments, &environment);
    let (document, goes_on) = document(&ended);
    assert!(goes_on, "{document:#}");
    let received = upstream.requests().remove(0);
    let token =
        received.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).expect("a token");
    assert_eq!(token.split('.').count(), 3, "{token}");
    assert_eq!(document["request"]["headers"]["authorization"], "Bearer ***");
    assert!(document["times"]["credentialsMs"].as_f64().is_some_and(|ms| ms > 0.0), "{document:#}");
    let note = document["notes"][0].as_str().expect("a note");
    assert!(note.contains("only Google can make one of Dialogflow's service agent"), "{note}");
    assert!(metadata.paths().iter().any(|path| path.contains("agent")), "{:?}", metadata.paths());
    // Where none can be had, no call is made.
    metadata.fail_with(503);
    let ended = run(folder.path(), &[&arguments[..], &["--timeout", "1s"]].concat(), &environment);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
    assert!(
        ended.errors.contains("serviceAgentAuth") && ended.errors.contains("--bearer TOKEN"),
        "{ended:?}"
    );
    assert_eq!(upstream.requests().len(), 1);
}
