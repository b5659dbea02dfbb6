//! `rejoinder export webhooks`: the resources for everything served, in every form.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::call::{call_in, document};
use crate::kit::{Ended, Program, run};

const PUBLIC: (&str, &str) = ("REJOINDER_SERVER__PUBLIC_URL", "https://orders.example.com/");
const DEMO: (&str, &str) = ("REJOINDER_DEMO__ENABLED", "true");

fn export(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
    let arguments = [&["export", "webhooks"], arguments].concat();
    run(folder, &arguments, &[&[PUBLIC, DEMO], settings].concat())
}

#[track_caller]
fn listed(ended: &Ended) -> Vec<Value> {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut list: Value = serde_json::from_str(&ended.out).expect("JSON");
    let Value::Array(webhooks) = list["webhooks"].take() else { panic!("no list: {ended:?}") };
    webhooks
}

fn names(webhooks: &[Value]) -> Vec<&str> {
    webhooks.iter().map(|webhook| webhook["displayName"].as_str().expect("a name")).collect()
}

#[test]
fn everything_served_has_a_webhook_or_a_reason_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = export(folder.path(), &["--messages", "said"], &[]);
    let webhooks = listed(&ended);
    let flexible =
        ["big", "block", "clear", "counter", "fail", "gallery", "order-status", "slow", "transition"];
    assert_eq!(names(&webhooks), [&["Rejoinder"][..], &flexible].concat());
    assert_eq!(
        webhooks[0],
        json!({ "displayName": "Rejoinder", "timeout": "5s",
            "genericWebService": { "uri": "https://orders.example.com/webhook", "webhookType": "STANDARD" } })
    );
    let order = &webhooks[7]["genericWebService"];
    assert_eq!(order["uri"], "https://orders.example.com/flexible/order-status");
    assert_eq!(order["parameterMapping"]["said"], "$.messages");
    for told in [
        "the standard webhook brings every tag: big, block, clear,",
        "no flexible webhook for validate-form: its handler needs a form",
    ] {
        assert!(ended.errors.contains(told), "{}", ended.errors);
    }
    assert!(!ended.errors.contains("take over nothing"), "messages are taken over: {}", ended.errors);
    let silent = export(folder.path(), &["--only", "flexible"], &[]);
    assert_eq!(names(&listed(&silent)), flexible);
    assert!(silent.errors.contains("flexible webhooks: big, block, clear, counter,"), "{}", silent.errors);
    let paths = ("REJOINDER_SERVER__WEBHOOK_PATHS", r#"["/agent", "/old"]"#);
    let several =
        listed(&export(folder.path(), &["--only", "standard", "--display-name", "Orders"], &[paths]));
    assert_eq!(names(&several), ["Orders /agent", "Orders /old"]);
    assert_eq!(several[1]["genericWebService"]["uri"], "https://orders.example.com/old");
}

#[test]
fn routes_without_code_are_exported_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/weather");
    let file = fixture.join("rejoinder.toml").display().to_string();
    let arguments = ["export", "webhooks", "--config", &file, "--public-url", "https://w.example.com"];
    let ended = run(folder.path(), &arguments, &[]);
    let webhooks = listed(&ended);
    assert!(names(&webhooks).contains(&"weather"), "{ended:?}");
}

#[test]
fn an_exported_webhook_calls_the_server_it_is_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let program = Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &[DEMO]);
    let written = export(&path, &["--dir", "agent", "--format", "package"], &[]);
    assert_eq!(written.code, Some(0), "{written:?}");
    assert!(written.out.contains("wrote agent/webhooks/Rejoinder.json\n"), "{}", written.out);
    let to = format!("http://{}", program.address);
    let parameters = ["--param", "customer_name=Ada", "--param", "order_id=42", "--json"];
    for name in ["Rejoinder", "order-status"] {
        let file = format!("agent/webhooks/{name}.json");
        let inspected = run(&path, &["inspect", "webhook", &file, "--strict"], &[]);
        assert_eq!(inspected.code, Some(0), "{inspected:?}");
        let arguments =
            [&["--webhook", &file, "--to", &to, "--tag", "order-status"], &parameters[..]].concat();
        let (told, goes_on) = document(&call_in(&path, &arguments));
        assert!(goes_on, "{told:#}");
        assert_eq!(told["verdict"]["set"]["order_status"], "shipped", "{name}");
    }
}

#[test]
fn the_files_of_a_package_keep_their_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("agent/webhooks/Rejoinder.json");
    let arguments = ["--dir", "agent", "--format", "package", "--only", "standard"];
    let read = || -> Value { serde_json::from_slice(&std::fs::read(&file).expect("written")).expect("JSON") };
    assert_eq!(export(folder.path(), &arguments, &[]).code, Some(0));
    let made = read();
    assert_eq!(made["timeout"], json!({ "seconds": 5 }));
    let ended = export(folder.path(), &arguments, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.errors.contains("Rejoinder.json is there already; --force writes over it"), "{ended:?}");
    // The agent's own file, which it refers to by its id.
    std::fs::write(&file, made.to_string().replace(made["name"].as_str().expect("an id"), "an-id-of-old"))
        .expect("written");
    let again = [&arguments[..], &["--force", "--timeout", "9"]].concat();
    assert_eq!(export(folder.path(), &again, &[]).code, Some(0));
    assert_eq!((read()["name"].as_str(), &read()["timeout"]["seconds"]), (Some("an-id-of-old"), &json!(9)));
}

#[test]
fn an_environment_overrides_the_webhooks() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("environments")).expect("a folder");
    let name = "projects/p/locations/global/agents/a/environments/e-1";
    let environment = json!({ "name": name, "displayName": "Staging" });
    std::fs::write(folder.path().join("environments/staging.json"), environment.to_string())
        .expect("written");
    let arguments =
        ["--only", "standard", "--environment", "Staging", "--public-url", "https://s.example.com"];
    let ended = export(folder.path(), &arguments, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let printed: Value = serde_json::from_str(&ended.out).expect("JSON");
    let service = json!({ "uri": "https://s.example.com/webhook", "webhookType": "STANDARD" });
    let expected = json!({ "name": name, "displayName": "Staging", "webhookConfig": { "webhookOverrides": [
        { "displayName": "Rejoinder", "genericWebService": service },
    ] } });
    assert_eq!(printed, expected);
    std::fs::write(folder.path().join("e.json"), &ended.out).expect("written");
    let inspected = run(folder.path(), &["inspect", "environment", "e.json"], &[]);
    assert_eq!(inspected.code, Some(0), "{inspected:?}");
    let terraform = export(folder.path(), &[&arguments[..], &["--format", "terraform"]].concat(), &[]);
    assert_eq!(terraform.code, Some(1), "{terraform:?}");
}

#[test]
fn what_cannot_be_exported_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, settings, told) in [
        (&["--public-url", ""][..], &[][..], "set server.public_url or pass --public-url"),
        (&[], &[("REJOINDER_DEMO__ENABLED", "false")], "no tag is served"),
        (&["--only", "flexible"], &[("REJOINDER_FLEXIBLE__PATH", "")], "flexible calls are turned off"),
        (&["--display-name", "counter"], &[], "two webhooks would have the display name \"counter\""),
    ] {
        let ended = export(folder.path(), arguments, settings);
        assert_eq!((ended.code, &*ended.out), (Some(1), ""), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: {}", ended.errors);
    }
    let ended = export(folder.path(), &["--only", "standard"], &[("REJOINDER_SERVER__DEADLINE", "8s")]);
    assert!(ended.errors.contains("server.deadline is 8s, and the agent waits 5s"), "{}", ended.errors);
}

/// What a body of Terraform's may have, as the documentation of the provider's 7.x has it: attributes with
/// the kind of their values, and blocks.
struct Schema {
    attributes: &'static [(&'static str, &'static str)],
    required: &'static [&'static str],
    blocks: &'static [(&'static str, &'static Self)],
}

const WEBHOOK: Schema = Schema {
    attributes: &[
        ("parent", "text"),
        ("display_name", "text"),
        ("timeout", "text"),
        ("disabled", "bool"),
        ("deletion_policy", "text"),
    ],
    required: &["display_name"],
    blocks: &[
        ("generic_web_service", &SERVICE),
        (
            "service_directory",
            &Schema {
                attributes: &[("service", "text")],
                required: &["service"],
                blocks: &[("generic_web_service", &SERVICE)],
            },
        ),
    ],
};

const SERVICE: Schema = Schema {
    attributes: &[
        ("uri", "text"),
        ("webhook_type", "STANDARD|FLEXIBLE"),
        ("http_method", "POST|GET|HEAD|PUT|DELETE|PATCH|OPTIONS"),
        ("request_body", "text"),
        ("parameter_mapping", "map"),
        ("request_headers", "map"),
        ("allowed_ca_certs", "list"),
        ("service_agent_auth", "NONE|ID_TOKEN|ACCESS_TOKEN"),
        ("secret_version_for_username_password", "text"),
    ],
    required: &["uri"],
    blocks: &[
        (
            "oauth_config",
            &Schema {
                attributes: &[
                    ("client_id", "text"),
                    ("client_secret", "text"),
                    ("secret_version_for_client_secret", "text"),
                    ("token_endpoint", "text"),
                    ("scopes", "list"),
                ],
                required: &["client_id", "token_endpoint"],
                blocks: &[],
            },
        ),
        (
            "secret_versions_for_request_headers",
            &Schema {
                attributes: &[("key", "text"), ("secret_version", "text")],
                required: &["key", "secret_version"],
                blocks: &[],
            },
        ),
        (
            "service_account_auth_config",
            &Schema {
                attributes: &[("service_account", "text")],
                required: &["service_account"],
                blocks: &[],
            },
        ),
    ],
};

impl Schema {
    /// Checks a body; gives its attributes as JSON.
    fn check(&self, body: &hcl::Body) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for attribute in body.attributes() {
            let name = attribute.key.as_str();
            let Some((_, kind)) = self.attributes.iter().find(|(known, _)| *known == name) else {
                panic!("the provider knows no {name}")
            };
            let value = match &attribute.expr {
                // What refers to another resource is text once it is known.
                hcl::Expression::Traversal(_) => json!("a reference"),
                expression => {
                    let value: Value = hcl::from_str(&format!("value = {}", expression_text(expression)))
                        .unwrap_or_else(|error| panic!("{name}: {error}"));
                    value["value"].clone()
                }
            };
            let fits = match *kind {
                "text" => value.is_string(),
                "bool" => value.is_boolean(),
                "map" => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
                "list" => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
                words => words.split('|').any(|word| value == word),
            };
            assert!(fits, "{name} is {kind}: {value}");
            assert!(found.insert(name.to_owned(), value).is_none(), "{name} twice");
        }
        for name in self.required {
            assert!(found.contains_key(*name), "{name} is missing");
        }
        for block in body.blocks() {
            let name = block.identifier();
            let Some((_, schema)) = self.blocks.iter().find(|(known, _)| *known == name) else {
                panic!("the provider knows no block {name}")
            };
            found.extend(
                schema.check(block.body()).into_iter().map(|(key, value)| (format!("{name}.{key}"), value)),
            );
        }
        found
    }
}

fn expression_text(expression: &hcl::Expression) -> String {
    hcl::format::to_string(expression).expect("an expression")
}

#[test]
fn terraform_resources_are_what_the_provider_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let checks = [
        r#"[{ kind = "service_agent", project_number = "42" }]"#,
        r#"[{ kind = "basic", username = "agent", password = "p" }]"#,
        r#"[{ kind = "header", name = "X-Key", values = ["v"] }]"#,
    ];
    let mut seen = Vec::new();
    for check in checks {
        let settings = [("REJOINDER_AUTH__ANY_OF", check)];
        let arguments = ["--format", "terraform", "--messages", "${it's} \"said\"", "--dir", "tf", "--force"];
        let ended = export(folder.path(), &arguments, &settings);
        assert_eq!((ended.code, &*ended.out), (Some(0), "wrote tf/webhooks.tf\n"), "{ended:?}");
        let text = std::fs::read_to_string(folder.path().join("tf/webhooks.tf")).expect("written");
        let body: hcl::Body = hcl::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let mut names = std::collections::BTreeSet::new();
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
            let ["google_dialogflow_cx_webhook", name] = labels[..] else { panic!("{labels:?}") };
            assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()) && names.insert(name.to_owned()));
            seen.extend(WEBHOOK.check(block.body()));
        }
        assert_eq!(names.len(), 10);
    }
    let values = |name: &str| -> Vec<&Value> {
        seen.iter().filter(|(known, _)| known == name).map(|(_, value)| value).collect()
    };
    assert_eq!(values("generic_web_service.service_agent_auth").len(), 10);
    assert_eq!(values("generic_web_service.secret_version_for_username_password").len(), 10);
    assert_eq!(values("generic_web_service.secret_versions_for_request_headers.key")[0], "x-key");
    // Nothing of a text is taken for a template.
    let mapping = values("generic_web_service.parameter_mapping")[0].as_object().expect("a map");
    assert!(mapping.contains_key("${it's} \"said\""), "{mapping:?}");
}
