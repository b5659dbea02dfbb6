//! `Webhook` and `Environment` resources: both forms, nothing lost, and `rejoinder inspect` of them.

use std::path::Path;

use proptest::prelude::*;
use rejoinder::protocol::ParseError;
use rejoinder::protocol::webhook::{Environment, Webhook, check};
use serde_json::{Map, Value, json};

use crate::generated::{cases, value};
use crate::generated_webhooks::{environment, webhook};
use crate::kit::{Ended, fixture, fixtures_in, run_with};

fn tree(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("JSON")
}

fn parsed(name: &str) -> Webhook {
    Webhook::parse(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads a resource of either kind and writes it again.
fn rewrite(folder: &str, body: &[u8]) -> Result<Value, ParseError> {
    let written = match folder {
        "environments" => serde_json::to_value(Environment::parse(body)?),
        _ => serde_json::to_value(Webhook::parse(body)?),
    };
    Ok(written.expect("JSON"))
}

/// The paths of all members of all objects, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let step = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            found.push(step(name));
            pointers(member, &step(name), found);
        }),
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, element)| pointers(element, &step(&index.to_string()), found));
        }
        _ => {}
    }
}

fn object_at<'a>(value: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
    value.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object")
}

const FOLDERS: [&str; 3] = ["webhooks/rest", "webhooks/export", "environments"];

#[test]
fn every_fixture_survives_being_written_and_read() {
    for folder in FOLDERS {
        for name in fixtures_in(folder) {
            let written = rewrite(folder, &fixture(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(rewrite(folder, written.to_string().as_bytes()), Ok(written), "{name}");
        }
    }
}

#[test]
fn an_export_is_the_same_resource_as_its_rest_form() {
    for name in fixtures_in("webhooks/export") {
        let exported = parsed(&name);
        let mut rest = parsed(&name.replace("webhooks/export", "webhooks/rest"));
        assert_eq!(rest.id(), exported.name, "{name}");
        rest.name.clone_from(&exported.name);
        assert_eq!(exported, rest, "{name}");
        assert_eq!(check::webhook(&exported), check::webhook(&rest), "{name}");
    }
}

#[test]
fn any_member_of_a_fixture_may_be_missing() {
    for folder in FOLDERS {
        for name in fixtures_in(folder) {
            let whole = tree(&fixture(&name));
            let mut members = Vec::new();
            pointers(&whole, "", &mut members);
            for pointer in members {
                let mut part = whole.clone();
                let (parent, member) = pointer.rsplit_once('/').expect("a slash");
                object_at(&mut part, parent).remove(&member.replace("~1", "/").replace("~0", "~"));
                let written = rewrite(folder, part.to_string().as_bytes());
                // An entry without its key has the key "", of which there may be one only.
                let written = written.unwrap_or_else(|error| panic!("{name} without {pointer}: {error}"));
                assert_eq!(
                    rewrite(folder, written.to_string().as_bytes()),
                    Ok(written),
                    "{name} without {pointer}"
                );
            }
        }
    }
}

#[test]
fn unknown_members_are_kept_at_every_level() {
    let place = |name: &str, value: &mut Value, inside: &[&str]| {
        for pointer in inside {
            object_at(value, pointer).insert("notYetKnown".to_owned(), json!({ "kept": [null, name] }));
        }
    };
    for (name, inside) in [
        (
            "webhooks/rest/everything",
            &[
                "",
                "/genericWebService",
                "/genericWebService/oauthConfig",
                "/genericWebService/serviceAccountAuthConfig",
                "/genericWebService/secretVersionsForRequestHeaders/X-Key",
            ][..],
        ),
        ("webhooks/rest/service-directory", &["/serviceDirectory", "/serviceDirectory/genericWebService"]),
        (
            "environments/production",
            &[
                "",
                "/versionConfigs/1",
                "/testCasesConfig",
                "/webhookConfig",
                "/webhookConfig/webhookOverrides/0",
                "/webhookConfig/webhookOverrides/1/genericWebService",
            ],
        ),
    ] {
        let mut whole = tree(&fixture(name));
        place(name, &mut whole, inside);
        let folder = if name.starts_with("environments") { "environments" } else { "webhooks/rest" };
        assert_eq!(rewrite(folder, whole.to_string().as_bytes()), Ok(whole), "{name}");
    }
}

#[test]
fn every_refused_resource_is_refused_with_its_place() {
    for name in fixtures_in("refused/webhooks") {
        let error = Webhook::parse(&fixture(&name)).expect_err(&name);
        assert!(error.place.line > 0 && error.to_string().contains("line "), "{name}: {error}");
    }
}

#[test]
fn good_fixtures_have_no_findings_and_strange_ones_many() {
    for name in
        ["standard-minimal", "standard-headers", "flexible-get", "flexible-post", "flexible-filter", "oauth"]
    {
        assert_eq!(check::webhook(&parsed(&format!("webhooks/rest/{name}"))), [], "{name}");
    }
    let codes: Vec<_> =
        check::webhook(&parsed("webhooks/rest/strange")).iter().map(|found| found.code).collect();
    insta::assert_snapshot!(codes.join(" "), @"display_name_missing timeout_not_positive uri_userinfo uri_reference uri_not_https uri_fragment uri_invalid flexible_only flexible_only flexible_only header_reserved header_name header_twice header_value certificate");
}

#[test]
fn the_environment_of_a_session_changes_a_webhook() {
    let environment = Environment::parse(&fixture("environments/production")).expect("an environment");
    assert_eq!(check::environment(&environment), []);
    let webhook = parsed("webhooks/export/flexible-get");
    let overrides = environment.overrides_for(&webhook).expect("an override");
    let changed = webhook.with_overrides(overrides);
    let generic = changed.generic_web_service().expect("a service");
    assert!(generic.uri.starts_with("https://weather-live.example.com/"), "{}", generic.uri);
    assert_eq!(generic.parameter_mapping.len(), 1, "maps are replaced whole");
    assert_eq!((changed.method(), changed.name), ("GET", webhook.name));
    assert_eq!(environment.overrides_for(&parsed("webhooks/rest/oauth")), None);
}

fn inspect(arguments: &[&str], input: &[u8]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    run_with(folder.path(), &[&["inspect"], arguments].concat(), &[], input)
}

#[test]
fn a_webhook_is_told_in_words_without_its_secrets() {
    let ended = inspect(&["webhook", "-"], &fixture("webhooks/rest/everything"));
    assert_eq!((ended.code, &*ended.errors), (Some(0), ""));
    for secret in ["example-password", "example-token", "example-secret"] {
        assert!(!ended.out.contains(secret), "{secret}: {}", ended.out);
    }
    let words: Vec<&str> = ended.out.lines().filter(|line| !line.starts_with("finding ")).collect();
    insta::assert_snapshot!(words.join("\n").replace("from \n", "from\n"), @r#"
    Webhook        2503 bytes
    name           projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/webhooks/7c1e04b2-95d3-4f68-a0b7-000000000011
    display name   Everything at once
    state          disabled
    type           flexible
    calls          OPTIONS https://api.example.com/all?x=$session.params.x
    timeout        30s
    headers        Authorization = ***
                   X-Empty = ***
                   X-Bare from
                   X-Key from projects/example-project/secrets/key/versions/2
    as             user from projects/example-project/secrets/login/versions/1
                   OAuth client example-client, secret from projects/example-project/secrets/client/versions/1, token for a b from https://login.example.com/token
                   Dialogflow's service agent, access token
                   service account caller@example-project.iam.gserviceaccount.com, access token
    trusts         its own certificates (2) instead of the public ones
    body           {"a": "$flow.a"}
    sets           a from $..a
                   b from $.b[0:2]
    "#);
    let ended = inspect(&["webhook", "-"], &fixture("webhooks/rest/strange"));
    assert_eq!(ended.code, Some(0), "a strange resource is a resource");
    assert!(!ended.out.contains("example-password"), "{}", ended.out);
}

#[test]
fn an_environment_is_told_in_words() {
    let ended = inspect(&["environment", "-"], &fixture("environments/production"));
    assert_eq!((ended.code, &*ended.errors), (Some(0), ""));
    assert!(!ended.out.contains("example-live-key"), "{}", ended.out);
    insta::assert_snapshot!(ended.out, @r#"
    Environment    1793 bytes
    name           projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/environments/1b7a4c90-52de-4f03-8c11-d0a94e6b7f25
    display name   Production
    description    What callers reach.
    versions       projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/flows/00000000-0000-0000-0000-000000000000/versions/12
                   projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/flows/b1e6d4a8-2f90-4c35-8d7b-19ac5e03f672/versions/4
    changed        2026-11-22T18:30:00.120Z
    tests          projects/example-project/locations/us-central1/agents/3d5f0c1e-8a42-4b7c-9e10-6c2b7f4a9d01/testCases/0d9f
    overrides      order-status: requestHeaders, uri, timeout
                   Weather API: parameterMapping, uri
    "#);
}

#[test]
fn an_export_is_printed_as_rest() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/webhooks/export");
    let path = path.join("prebuilt_examples_authentication%3asend_code.json");
    let ended = inspect(&["webhook", path.to_str().expect("text"), "--json"], b"");
    assert_eq!((ended.code, &*ended.errors), (Some(0), ""));
    let printed: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(printed["timeout"], "5s");
    assert_eq!(
        printed["genericWebService"]["parameterMapping"],
        json!({ "$flow.generated_code": "generated_code", "attempts_left": "attempts_left" })
    );
    let secrets = inspect(&["webhook", "-", "--json"], &fixture("webhooks/export/basic"));
    assert!(secrets.out.contains("example-password"), "as JSON it is the resource itself");
    assert!(secrets.errors.contains("[basic_deprecated]"), "{}", secrets.errors);
}

#[test]
fn findings_about_resources_count_only_when_asked() {
    for (kind, name, findings) in [
        ("webhook", "webhooks/rest/oauth", false),
        ("webhook", "webhooks/rest/strange", true),
        ("environment", "environments/production", false),
        ("environment", "environments/unknown-fields", true),
    ] {
        let body = fixture(name);
        assert_eq!(inspect(&[kind, "-"], &body).code, Some(0), "{name}");
        assert_eq!(inspect(&[kind, "-", "--strict"], &body).code, Some(i32::from(findings)), "{name}");
    }
}

#[test]
fn what_is_no_resource_is_told() {
    for (kind, body, expected) in [
        ("webhook", &b"{\"timeout\":5}"[..], "is no Webhook resource: `timeout` must be seconds"),
        ("webhook", b"[]", "an object, which every message is"),
        (
            "webhook",
            &fixture("requests/query-text"),
            "none of its members belongs to one; found `detectIntentResponseId`",
        ),
        (
            "environment",
            &fixture("responses/text"),
            "none of its members belongs to one; found `fulfillmentResponse`",
        ),
    ] {
        for extra in [&[][..], &["--json"]] {
            let ended = inspect(&[&[kind, "-"], extra].concat(), body);
            assert_eq!((ended.code, &*ended.out), (Some(1), ""), "{}", ended.errors);
            assert!(ended.errors.contains(expected), "{expected}: {}", ended.errors);
        }
    }
    assert_eq!(inspect(&["webhook", "-"], b"{}").code, Some(0), "an empty one lacks everything");
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_webhook_survives_being_written_and_read(webhook in webhook()) {
        let text = serde_json::to_vec(&webhook).expect("JSON");
        prop_assert_eq!(Webhook::parse(&text), Ok(webhook.clone()));
        // Whatever it says, it can be looked at, used and shown.
        let _ = (check::webhook(&webhook), webhook.timeout(), webhook.method(), format!("{webhook:?}"));
        prop_assert!(webhook.timeout() <= Webhook::MAX_TIMEOUT && !webhook.timeout().is_zero());
    }

    #[test]
    fn an_environment_survives_being_written_and_read(environment in environment(), webhook in webhook()) {
        let text = serde_json::to_vec(&environment).expect("JSON");
        prop_assert_eq!(Environment::parse(&text), Ok(environment.clone()));
        let _ = check::environment(&environment);
        if let Some(overrides) = environment.overrides_for(&webhook) {
            let changed = webhook.with_overrides(overrides);
            prop_assert_eq!(changed.with_overrides(overrides), changed);
        }
    }

    #[test]
    fn overrides_of_nothing_change_nothing(webhook in webhook()) {
        prop_assert_eq!(webhook.with_overrides(&Webhook::default()), webhook.clone());
        prop_assert_eq!(Webhook::default().with_overrides(&webhook), webhook);
    }

    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), member in value()) {
        let _ = Webhook::parse(&bytes);
        for name in ["timeout", "genericWebService", "serviceDirectory", "disabled", "webhookConfig", "updateTime"] {
            let text = json!({ name: member.clone() }).to_string();
            let _ = Webhook::parse(text.as_bytes()).map(|webhook| check::webhook(&webhook));
            let _ = Environment::parse(text.as_bytes()).map(|environment| check::environment(&environment));
        }
        for name in [
            "uri", "requestHeaders", "secretVersionsForRequestHeaders", "allowedCaCerts", "requestBody", "parameterMapping",
        ] {
            let text = json!({ "genericWebService": { "webhookType": "FLEXIBLE", name: member.clone() } }).to_string();
            let _ = Webhook::parse(text.as_bytes()).map(|webhook| check::webhook(&webhook));
        }
    }
}
