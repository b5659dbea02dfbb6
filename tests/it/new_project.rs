//! `rejoinder new project`: what it writes compiles, and its tests pass.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::kit::{Ended, run};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// An agent as a folder, file by file.
fn agent(folder: &Path, files: &[(&str, Value)]) {
    for (name, value) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("created");
        fs::write(file, value.to_string()).expect("written");
    }
}

fn new(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["new", "project"], arguments].concat(), &[])
}

#[track_caller]
fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Compiles a project and runs its tests, as its README says. What was compiled for this crate's tests is
/// used again: same versions, same profile, same folder.
fn test(project: &Path) -> String {
    fs::copy(Path::new(REPOSITORY).join("Cargo.lock"), project.join("Cargo.lock")).expect("copied");
    let manifest = read(project, "Cargo.toml");
    let ours = fs::read_to_string(Path::new(REPOSITORY).join("Cargo.toml")).expect("a manifest");
    let profile = ours.split("[profile.dev]").nth(1).and_then(|rest| rest.split("# What users").next());
    let profile = profile.expect("the profile of development");
    fs::write(project.join("Cargo.toml"), format!("{manifest}\n[profile.dev]{profile}")).expect("written");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--quiet"])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("cargo");
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}: {told}", project.display());
    assert!(!told.contains("warning"), "{told}");
    told
}

/// One that nobody would write, with every kind of name and value.
fn odd_agent() -> Vec<(&'static str, Value)> {
    let form = |parameters: &[(&str, &str, bool)]| {
        let parameters = parameters.iter().map(
            |(name, kind, required)| json!({ "displayName": name, "entityType": kind, "required": required }),
        );
        json!({ "parameters": parameters.collect::<Vec<_>>() })
    };
    let route = |tag: &str, condition: &str| json!({ "condition": condition, "triggerFulfillment": { "webhook": "Std", "tag": tag } });
    let filled = "$page.params.status = \"FINAL\"";
    let tags = [
        "type",
        "Type",
        "order.status",
        "order-status",
        "주문 상태",
        "2fa",
        "a\"b\\c`{}",
        "x\ny",
        "answer",
        "handlers",
        "self",
        "Self",
        "\u{202e}evil",
        "tests",
    ];
    let mut routes: Vec<Value> = tags.iter().map(|tag| route(tag, filled)).collect();
    routes.push(route("", filled));
    routes.push(route("many.*", filled));
    let types = [
        "any",
        "number",
        "number-integer",
        "ordinal",
        "date",
        "time",
        "date-time",
        "date-period",
        "duration",
        "person",
        "boolean",
        "phone-number",
        "unit-currency",
        "never.heard-of",
    ];
    let system: Vec<(String, String, bool)> =
        types.iter().map(|name| (format!("p-{name}"), format!("@sys.{name}"), true)).collect();
    let system: Vec<(&str, &str, bool)> =
        system.iter().map(|(name, kind, required)| (name.as_str(), kind.as_str(), *required)).collect();
    let flexible = |uri: &str| {
        json!({ "uri": uri, "webhookType": "FLEXIBLE", "httpMethod": "POST", "serviceAgentAuth": "NONE",
            "requestBody": "{ \"city\": \"$session.params.city\", \"now\": \"$session.params.a-b\" }" })
    };
    let own = json!({ "uri": "https://o.example/flexible/own%20tag", "webhookType": "FLEXIBLE",
        "requestBody": "{ \"size\": \"$session.params.size\", \"fixed\": 1 }",
        "parameterMapping": [{ "key": "price", "value": "$.price" }, { "key": "x", "value": "$.a.b" }] });
    let event = json!({ "event": "webhook.error", "triggerFulfillment": { "webhook": "Missing", "tag": "late",
        "setParameterActions": [
            { "parameter": "attempts", "value": 1 }, { "parameter": "sure", "value": true },
            { "parameter": "$flow.x", "value": 1 }, { "parameter": "text", "value": "it's \"so\"" },
            { "parameter": "reference", "value": "$session.params.x" }, { "parameter": "gone", "value": null },
            { "parameter": "thing", "value": { "a": ["b\n", 1.5, null] } },
        ] } });
    vec![
        (
            "agent.json",
            json!({ "displayName": "Odd \u{202e} `agent`\n", "timeZone": "Asia/Seoul", "projectNumber": 7 }),
        ),
        (
            "webhooks/Std.json",
            json!({ "displayName": "Std", "genericWebService": { "uri": "https://o.example/webhook" } }),
        ),
        (
            "webhooks/Api.json",
            json!({ "displayName": "Api: \"one\"/1", "genericWebService": flexible("https://api.example/$session.params.city") }),
        ),
        (
            "webhooks/Private.json",
            json!({ "displayName": "Private", "serviceDirectory": {
                "service": "projects/p/locations/l/namespaces/n/services/s",
                "genericWebService": flexible("https://private.example/"),
            } }),
        ),
        ("webhooks/Own.json", json!({ "displayName": "Own", "genericWebService": own })),
        (
            "webhooks/Clock.json",
            json!({ "displayName": "Clock", "genericWebService": { "uri": "https://c.example/", "webhookType": "FLEXIBLE",
                "httpMethod": "POST", "requestBody": "{ \"now\": \"$sys.func.NOW()\" }" } }),
        ),
        (
            "intents/buy/buy.json",
            json!({ "displayName": "buy", "parameters": [{ "id": "size", "entityType": "@size", "isList": true }] }),
        ),
        (
            "flows/Main/Main.json",
            json!({ "displayName": "Main", "eventHandlers": [event], "transitionRoutes": [
                { "intent": "buy", "triggerFulfillment": { "webhook": "Std", "tag": "buy" } },
                { "condition": "true", "triggerFulfillment": { "webhook": "Api: \"one\"/1", "tag": "api" } },
                { "condition": "true", "triggerFulfillment": { "webhook": "Clock", "tag": "clock" } },
                { "condition": "true", "triggerFulfillment": { "webhook": "Private", "tag": "private" } },
            ] }),
        ),
        (
            "flows/Main/pages/One.json",
            json!({ "displayName": "One", "transitionRoutes": routes,
                "form": form(&[("self", "@size", true), ("SELF", "@size", true), ("a.b", "@letters", false), ("a-b", "@nothing", true), ("list", "@pairs", true)]) }),
        ),
        (
            "flows/Main/pages/Two.json",
            json!({ "displayName": "Two", "form": form(&system), "transitionRoutes": [route("system", filled)] }),
        ),
        (
            "flows/Main/pages/Three.json",
            json!({ "displayName": "Three", "form": form(&[("size", "@size", true)]),
                "entryFulfillment": { "webhook": "Std", "tag": "entered" },
                "transitionRoutes": [
                    { "condition": filled, "triggerFulfillment": { "webhook": "Own", "tag": "own tag" } },
                    { "condition": format!("{filled} OR true"), "triggerFulfillment": { "webhook": "Std", "tag": "either" } },
                ] }),
        ),
        ("entityTypes/size/size.json", json!({ "displayName": "size", "kind": "KIND_MAP" })),
        (
            "entityTypes/size/entities/en.json",
            json!({ "entities": [{ "value": "XL" }, { "value": "x-l" }, { "value": "Other" }, { "value": "\"self\"" }, { "value": "3" }] }),
        ),
        ("entityTypes/letters/letters.json", json!({ "displayName": "letters", "kind": "KIND_REGEXP" })),
        ("entityTypes/pairs/pairs.json", json!({ "displayName": "pairs", "kind": "KIND_LIST" })),
        ("entityTypes/pairs/entities/en.json", json!({ "entities": [{ "value": "@size:a @size:b" }] })),
    ]
}

/// One test for all: each compiles what the one before has compiled.
#[test]
fn projects_compile_and_their_tests_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    agent(&folder.path().join("odd"), &odd_agent());
    let orders = Path::new(REPOSITORY).join("fixtures/agents/order-status").display().to_string();
    for (name, source, tests) in [
        ("orders", Some(orders.as_str()), &["6 passed", "1 passed"][..]),
        ("odd-one", Some("odd"), &["2 passed"]),
        ("begin", None, &["2 passed"]),
    ] {
        let agent = source.map(|source| vec!["--from-agent", source]).unwrap_or_default();
        let ended = new(folder.path(), &[&[name, "--path", REPOSITORY], &agent[..]].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let told = test(&folder.path().join(name));
        for count in tests {
            assert!(told.contains(count), "{name}: {told}");
        }
    }
}

#[test]
fn each_tag_of_the_agent_has_a_handler_or_a_route() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Path::new(REPOSITORY).join("fixtures/agents/order-status").display().to_string();
    let ended = new(folder.path(), &["shop", "--from-agent", &agent]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told =
        "wrote 17 files to shop: 4 handlers to write, 1 route without code\nnext: cd shop && cargo test\n";
    assert!(ended.out.starts_with(told), "{}", ended.out);
    let shop = folder.path().join("shop");
    let library = read(&shop, "src/lib.rs");
    for line in [
        ".tag(\"order-status\", handlers::order_status::answer)",
        // The agent calls it as a flexible webhook of this server.
        ".route(Route::new(\"counter\", handlers::counter::answer).sets([\"count\"]))",
    ] {
        assert!(library.contains(line), "{library}");
    }
    let order = read(&shop, "src/handlers/order_status.rs");
    for line in ["    pub order_id: String,\n", "//! - `flow Orders, page Collect order, route if "] {
        assert!(order.contains(line), "{order}");
    }
    let form = read(&shop, "src/handlers/validate_form.rs");
    assert!(
        form.contains("pub quantity: i64,\n") && form.contains("pub item: Option<serde_json::Value>,\n"),
        "{form}"
    );
    assert!(
        read(&shop, "src/handlers/counter.rs")
            .contains("pub reason: Option<crate::entities::CancelReason>,\n")
    );
    assert!(read(&shop, "src/entities.rs").contains("    #[serde(rename = \"too late\")]\n    TooLate,\n"));
    assert!(
        read(&shop, "Cargo.toml")
            .contains(&format!("rejoinder = {{ version = \"{}\"", env!("CARGO_PKG_VERSION")))
    );
    assert!(read(&shop, "Cargo.toml").starts_with("[package]\nname = \"shop\"\n"));
    let settings = read(&shop, "rejoinder.toml");
    assert!(settings.contains("[routes.\"weather\"]\nwebhook = \"Weather\"\n"), "{settings}");
    assert!(
        settings.contains("time_zone = \"Europe/Berlin\"") && settings.contains("\"123456789012\""),
        "{settings}"
    );
    let checked = run(&shop, &["check"], &[]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[test]
fn parameters_are_as_sure_as_the_places_that_call() {
    let folder = tempfile::tempdir().expect("a folder");
    agent(&folder.path().join("odd"), &odd_agent());
    let ended = new(folder.path(), &["p", "--from-agent", "odd", "--name", "odd"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let handler = |module: &str| read(&folder.path().join("p"), &format!("src/handlers/{module}.rs"));
    let size = "crate::entities::Size";
    for (module, fields) in [
        ("entered", vec![format!("size: Option<{size}>")]),
        ("either", vec![format!("size: Option<{size}>")]),
        ("own_tag", vec![format!("size: {size}"), "fixed: Option<serde_json::Value>".to_owned()]),
        ("buy", vec![format!("size: Option<Vec<{size}>>")]),
        (
            "late",
            [
                "attempts: f64",
                "sure: bool",
                "text: String",
                "reference: serde_json::Value",
                "gone: Option<serde_json::Value>",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        (
            "system",
            [
                "p_any: String",
                "p_number: f64",
                "p_number_integer: i64",
                "p_date: jiff::civil::Date",
                "p_person: serde_json::Value",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        (
            "order_status",
            vec![
                format!("self_: {size}"),
                "a_b: serde_json::Value".to_owned(),
                "a_b_2: Option<String>".to_owned(),
            ],
        ),
    ] {
        let text = handler(module);
        for field in fields {
            assert!(text.contains(&format!("    pub {field},\n")), "{module} lacks {field}: {text}");
        }
    }
    for told in [
        "a webhook is called without a tag, which nothing can answer, at: flow Main, page One,",
        "the tag \"late\" goes to the webhook \"Missing\", which the agent does not have",
        "the tag \"many.*\" ends with a *",
        "the tag \"private\" has no test, and no answer until its webhook \"Private\" is mended: nobody knows where",
    ] {
        assert!(ended.errors.contains(told), "{}", ended.errors);
    }
}

#[test]
fn what_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    agent(
        &folder.path().join("silent"),
        &[("agent.json", json!({})), ("flows/F/F.json", json!({ "displayName": "F" }))],
    );
    fs::create_dir(folder.path().join("used")).expect("created");
    fs::write(folder.path().join("used/notes.txt"), "mine").expect("written");
    fs::write(folder.path().join("file"), "").expect("written");
    fs::create_dir(folder.path().join("empty")).expect("created");
    for (arguments, told) in [
        (&["used"][..], "used is not empty; name a folder that is new or empty"),
        (&["file"], "cannot write to file"),
        (&["p", "--from-agent", "nothing"], "nothing"),
        (&["p", "--from-agent", "silent"], "silent: the agent calls no webhook with a tag"),
        (&["p", "--name", "My Crate"], "expected words with dashes such as \"my-crate\""),
        (&["p", "--name", "rejoinder"], "expected words with dashes such as \"rejoinder-webhook\""),
        (&["p", "--path", "used"], "--path: cannot read used/Cargo.toml"),
    ] {
        let ended = new(folder.path(), arguments);
        assert_eq!((ended.code, &*ended.out), (Some(1), ""), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: {}", ended.errors);
        assert!(!folder.path().join("p").exists(), "{arguments:?}");
    }
    assert_eq!(new(folder.path(), &["empty"]).code, Some(0));
    assert!(read(&folder.path().join("empty"), "src/lib.rs").contains(".tag(\"order-status\", "));
}
