//! `rejoinder check --agent`: every finding on a broken agent, none on a good one.

use std::collections::BTreeSet;

use rejoinder::config::{Config, Sources};
use rejoinder::emulator::package::check::{Report, Severity};
use rejoinder::emulator::package::{AgentPackage, Limits};
use rejoinder::{Form, Param, Params, Rejoinder, Reply, Route, Router, param};
use serde_json::{Value, json};

use crate::kit::package::{agent, files, zip};
use crate::kit::run;

const PUBLIC: &str = "[server]\npublic_url = \"https://orders.example.com\"\n";

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "the agent is compared with its fields")]
struct Order {
    customer_name: String,
    order_id: Option<String>,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "the agent is compared with its fields")]
struct Quantity {
    quantity: Option<u8>,
}

param!(Target: String = "target_page");

async fn order_status(_: Params<Order>) -> Reply {
    Reply::unchanged().set("order_status", "shipped").set("last_tag", "order-status")
}

async fn validate(_: Form<Quantity>) -> Reply {
    Reply::unchanged()
}

async fn go(target: Param<Target>) -> Reply {
    Reply::unchanged().goto_page(&**target)
}

async fn other() -> Reply {
    Reply::unchanged()
}

/// What the good agent needs, and nothing else; every handler says what it sets.
fn router() -> Router {
    const NOTHING: [&str; 0] = [];
    Router::new()
        .route(Route::new("order-status", order_status).sets(["order_status", "last_tag"]))
        .route(Route::new("validate-form", validate).sets(NOTHING))
        .route(Route::new("gallery", other).sets(NOTHING))
        .route(Route::new("counter", other).sets(["count"]))
}

fn config(text: &str) -> Config {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rejoinder.toml");
    std::fs::write(&file, text).expect("a file");
    Config::load(&Sources { file: Some(file), ..Sources::default() }).expect(text)
}

fn compare(package: &AgentPackage, router: Router) -> Report {
    let served = Rejoinder::from(router).served(&config(PUBLIC)).expect("a router");
    package.check(&served)
}

/// The agent of a fixture, one file of which says something else.
fn changed(name: &str, file: &str, change: impl FnOnce(&mut Value)) -> AgentPackage {
    let mut files = files(&agent(name));
    let (_, bytes) = files.iter_mut().find(|(known, _)| known == file).expect(file);
    let mut value: Value = serde_json::from_slice(bytes).expect("JSON");
    change(&mut value);
    *bytes = value.to_string().into_bytes();
    AgentPackage::from_zip(zip(&files), &Limits::default()).expect("a package")
}

fn told(report: &Report) -> Vec<String> {
    let told = report
        .findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.severity, finding.code, finding.place));
    told.collect()
}

#[test]
fn a_good_agent_has_no_findings() {
    let package = AgentPackage::read(agent("order-status")).expect("a package");
    let report = compare(&package, router());
    assert_eq!(report.findings, [], "{:#?}", told(&report));
    assert!(report.passes());
    let served: Vec<_> = report.tags.iter().map(|tag| (&*tag.tag, &*tag.webhook, tag.served)).collect();
    assert_eq!(
        served,
        [
            ("counter", "Cancellations", Some(true)),
            ("gallery", "Orders service", Some(true)),
            ("order-status", "Orders service", Some(true)),
            ("validate-form", "Orders service", Some(true)),
            ("weather", "Weather", None),
        ]
    );
}

#[test]
fn a_broken_agent_has_every_finding() {
    let package = AgentPackage::read(agent("broken")).expect("a package");
    let served = router().route(Route::new("transition", go).sets([""; 0])).tag("refund", other);
    let report = compare(&package, served);
    let start = "flow Default Start Flow";
    let page = "flow Default Start Flow, page Collect order";
    let function = format!("{page}, route if $sys.func.NO_SUCH($session.params.order_id) = 1");
    assert_eq!(
        told(&report),
        [
            format!("error tag_unserved: {start}, route on intent order.status"),
            format!("error webhook_unknown: {start}, route if $session.params.customer_name != null"),
            format!("error tag_missing: {start}, route if $flow.haunted = true"),
            format!("error tag_unserved: {page}, entry fulfillment"),
            format!("error error_handler_calls_webhook: {start}, event handler webhook.error"),
            "error start_flow_unknown: agent.json".to_owned(),
            format!("error target_unknown: {start}, route on intent goodbye"),
            format!("error target_unknown: {start}, event handler webhook.error.timeout"),
            format!("error intent_unknown: {start}, route on intent order.unknown"),
            format!("error route_group_unknown: {start}"),
            format!("error entity_type_unknown: {page}, form parameter order_id"),
            "error entity_type_unknown: intent order.status, parameter order_number".to_owned(),
            "error body_not_json: webhook Bad templates, genericWebService.requestBody".to_owned(),
            "error parameter_mapping_invalid: webhook Bad templates, genericWebService.parameterMapping.state".to_owned(),
            "error flexible_unfit: webhook Own form".to_owned(),
            format!("error function_invalid: {function}"),
            format!("warning timeout_short: {page}, route if $page.params.status = FINAL"),
            format!("warning webhook_disabled: {function}"),
            format!("warning errors_hidden: {start}, route on intent order.unknown"),
            "warning flexible_input_missing: webhook Own order".to_owned(),
            "warning mapping_leads_nowhere: webhook Own order".to_owned(),
            format!("warning parameter_type: {page}, form parameter customer_name"),
            "note errors_unhandled: flow Orders, page Unwatched, entry fulfillment".to_owned(),
            "note errors_unhandled: flow Orders, page Unwatched, route if true".to_owned(),
            // `order-state` has no handler yet, and may set anything.
            format!("note parameter_never_set: {start}, route on intent Default Welcome Intent"),
            format!("note parameter_never_set: {start}, route if $flow.haunted = true"),
            "note parameter_never_set: webhook Bad templates".to_owned(),
            format!("note input_never_set: {start}, event handler webhook.error"),
            "note tag_never_called: tag counter".to_owned(),
            "note tag_never_called: tag refund".to_owned(),
            "note webhook_never_called: webhook Spare".to_owned(),
        ]
    );
    for finding in &report.findings {
        assert!(!finding.message.is_empty() && !finding.fix.is_empty(), "{finding:?}");
    }
    let unserved = &report.findings[0];
    assert_eq!(
        unserved.message,
        "the tag `order-state` goes to the webhook \"Orders service\", and nobody serves it; did you mean \"order-status\"?"
    );
    let ghost = report.tags.iter().find(|tag| tag.tag == "ghost").expect("there");
    assert_eq!((ghost.webhook.as_str(), ghost.served), ("Ghost", Some(false)));
    assert!(!report.webhooks.iter().any(|webhook| webhook.display_name == "Ghost"));
}

#[test]
fn docs_explain_every_code() {
    let docs = include_str!("../../docs/agents.md");
    let package = AgentPackage::read(agent("broken")).expect("a package");
    let report = compare(&package, router().tag("refund", other));
    let codes: BTreeSet<_> = report.findings.iter().map(|finding| finding.code).collect();
    for code in codes {
        assert!(docs.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn a_parameter_that_nobody_sets_is_certain_when_all_handlers_say_what_they_set() {
    let page = "flows/Orders/pages/Show status.json";
    let package = changed("order-status", page, |page| {
        page["entryFulfillment"]["messages"] = json!([
            {"text": {"text": ["Hello $session.params.customer_name, $session.params.custmer_name!"]}, "languageCode": "en"},
            {"payload": {"a": ["$flow.reason", "$flow.raeson.x[0]"]}, "languageCode": "en"},
        ]);
    });
    let report = compare(&package, router());
    let told: Vec<_> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "$session.params.custmer_name is read, and no form, intent, preset, webhook or test case sets `custmer_name`",
            "$flow.raeson.x[0] is read, and no form, intent, preset, webhook or test case sets `raeson`",
        ]
    );
    assert!(report.findings.iter().all(|finding| finding.severity == Severity::Warning));
    // One handler that keeps silent may set it.
    let report = compare(&package, router().tag("weather", other).tag("order-help", other));
    assert_eq!(report.count(Severity::Warning), 2);
    let silent = Router::new().merge(router_without("gallery")).tag("gallery", other);
    let report = compare(&package, silent);
    assert_eq!((report.count(Severity::Warning), report.count(Severity::Note)), (0, 2));
    assert!(
        report.findings[0].message.ends_with(", unless the handler of `gallery` does"),
        "{:?}",
        report.findings
    );
}

fn router_without(tag: &str) -> Router {
    let all = [
        Route::new("order-status", order_status).sets(["order_status", "last_tag"]),
        Route::new("validate-form", validate).sets([""; 0]),
        Route::new("gallery", other).sets([""; 0]),
        Route::new("counter", other).sets(["count"]),
    ];
    let debug = |route: &Route| format!("{route:?}").contains(&format!("{tag:?}"));
    all.into_iter().filter(|route| !debug(route)).fold(Router::new(), Router::route)
}

#[test]
fn test_cases_tell_what_comes_from_outside() {
    let case = "testCases/Order shipped.json";
    let package = changed("order-status", case, |case| {
        case["testCaseConversationTurns"][0]["userInput"]["injectedParameters"] =
            json!({"$session.params.channel": "web"});
    });
    let mut files = files(&agent("order-status"));
    let with_reference = |package: AgentPackage| {
        let mut package = package;
        let orders = package.flows.iter_mut().find(|flow| flow.display_name == "Orders").expect("a flow");
        orders.transition_routes[0].condition = Some("$session.params.channel = \"web\"".to_owned());
        compare(&package, router()).findings.len()
    };
    assert_eq!(with_reference(package), 0);
    files.retain(|(name, _)| name != case);
    let package = AgentPackage::from_zip(zip(&files), &Limits::default()).expect("a package");
    assert_eq!(with_reference(package), 1);
}

#[test]
fn the_kinds_of_values_are_compared() {
    const FORM: &str = "flows/Orders/pages/Collect order.json";
    for (entity, is_list, expected) in [
        ("@sys.any", false, None),
        ("@sys.date", false, None),
        ("@cancel-reason", false, None),
        ("@line-item", false, None),
        ("@sys.number", false, Some("a number here (@sys.number)")),
        ("@sys.duration", false, Some("an object here (@sys.duration)")),
        ("@sys.any", true, Some("a list here (a list of @sys.any)")),
    ] {
        let package = changed("order-status", FORM, |page| {
            let name = &mut page["form"]["parameters"][1];
            name["entityType"] = entity.into();
            name["isList"] = is_list.into();
        });
        let report = compare(&package, router());
        let told: Vec<_> = report.findings.iter().map(|finding| finding.message.clone()).collect();
        match expected {
            None => assert_eq!(told, [""; 0], "{entity}"),
            Some(expected) => {
                let expected =
                    format!("`customer_name` gets {expected}, and the handler of `order-status` reads text");
                assert_eq!(told, [expected]);
            }
        }
    }
    // The number of a form is a number; one of a preset need not be.
    let package = changed("order-status", "flows/Orders/pages/Change quantity.json", |page| {
        page["form"]["parameters"][0]["entityType"] = "@sys.number-sequence".into();
    });
    let told = told(&compare(&package, router()));
    assert_eq!(told, ["warning parameter_type: flow Orders, page Change quantity, form parameter quantity"]);
}

#[test]
fn patterns_and_a_fallback_serve_what_they_take() {
    let package = AgentPackage::read(agent("order-status")).expect("a package");
    let served = Router::new().tag("order-*", other).fallback(other);
    let report = compare(&package, served);
    assert!(report.tags.iter().all(|tag| tag.served != Some(false)), "{:?}", report.tags);
    assert!(report.passes());
    let broken = AgentPackage::read(agent("broken")).expect("a package");
    let report = compare(&broken, Router::new().fallback(other));
    let missing = report.findings.iter().find(|finding| finding.code == "tag_missing").expect("told");
    assert_eq!(missing.severity, Severity::Warning);
    assert!(!report.findings.iter().any(|finding| finding.code == "tag_unserved"));
}

#[test]
fn a_timeout_is_compared_with_the_time_that_a_route_may_take() {
    use std::time::Duration;
    let package = AgentPackage::read(agent("order-status")).expect("a package");
    for (route, expected) in [
        (Route::new("gallery", other), false),
        (Route::new("gallery", other).deadline(Duration::from_secs(9)), true),
        // It answers after a second, whatever its deadline is.
        (
            Route::new("gallery", other)
                .deadline(Duration::from_secs(9))
                .defer_after(Duration::from_secs(1), Reply::text("Just a moment.")),
            false,
        ),
    ] {
        let served = router_without("gallery").route(route.sets([""; 0]));
        let report = compare(&package, served);
        assert_eq!(report.findings.iter().any(|finding| finding.code == "timeout_short"), expected);
    }
}

#[test]
fn the_command_compares_with_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = agent("order-status");
    let path = path.to_str().expect("UTF-8");
    let check = |more: &[&str]| {
        let arguments: Vec<&str> = ["check", "--agent", path].iter().chain(more).copied().collect();
        run(folder.path(), &arguments, &[])
    };
    // Without a configuration file the demo is served.
    let ended = check(&[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("agent Order status: 3 webhooks, 5 calls\n"), "{}", ended.out);
    assert!(ended.out.ends_with("\n0 errors, 0 warnings, 0 notes\n"), "{}", ended.out);
    assert!(ended.errors.contains("compared with the demo's tags"), "{}", ended.errors);

    std::fs::write(
        folder.path().join("rejoinder.toml"),
        format!("{PUBLIC}[routes.\"order-status\"]\nwebhook = \"API\"\n"),
    )
    .expect("a file");
    std::fs::create_dir(folder.path().join("webhooks")).expect("a folder");
    let resource = json!({"displayName": "API", "genericWebService": {"uri": "https://api.example.com/$session.params.order_id",
        "webhookType": "FLEXIBLE", "httpMethod": "GET", "parameterMapping": {"order_status": "$.state"}}});
    std::fs::write(folder.path().join("webhooks/api.json"), resource.to_string()).expect("a file");
    let ended = check(&["--format", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).expect("JSON");
    let members: Vec<_> = report.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["findings", "tags", "webhooks"]);
    assert_eq!(
        report["webhooks"][1],
        json!({"displayName": "Orders service", "type": "STANDARD", "uri": "https://orders.example.com/webhook", "calledFrom": [
            "flow Orders, page Change quantity, route if $page.params.status = FINAL",
            "flow Orders, page Collect order, route if $page.params.status = FINAL",
            "flow Orders, page Show status, route on intent order.details",
        ]})
    );
    let served: Vec<_> =
        report["tags"].as_array().expect("a list").iter().map(|tag| tag["served"].clone()).collect();
    assert_eq!(served, [json!(false), json!(false), json!(true), json!(false), Value::Null]);
    assert_eq!(
        report["tags"][2],
        json!({"tag": "order-status", "webhook": "Orders service", "served": true,
            "calledFrom": ["flow Orders, page Collect order, route if $page.params.status = FINAL"]})
    );
    let finding = &report["findings"][0];
    assert_eq!(
        (finding["severity"].as_str(), finding["code"].as_str(), finding["place"].as_str()),
        (
            Some("error"),
            Some("tag_unserved"),
            Some("flow Orders, page Cancel order, route if $page.params.status = FINAL")
        )
    );
    assert_eq!(finding.as_object().expect("an object").len(), 5);
}

#[test]
fn exit_codes_tell_what_happened() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = agent("broken");
    let broken = broken.to_str().expect("UTF-8");
    let ended = run(folder.path(), &["check", "--agent", broken], &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let ended = run(folder.path(), &["check", "--agent", "nothing.zip"], &[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.errors.starts_with("rejoinder: nothing.zip: it cannot be read: "), "{}", ended.errors);
    let ended = run(folder.path(), &["check", "--format", "json"], &[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let ended = run(folder.path(), &["check", "--agent", broken, "--config", "none.toml"], &[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");

    // Warnings fail on demand.
    let mut files = files(&agent("order-status"));
    let (_, bytes) =
        files.iter_mut().find(|(name, _)| name == "webhooks/Orders service.json").expect("there");
    *bytes = String::from_utf8(bytes.clone())
        .expect("UTF-8")
        .replace("\"seconds\": 5", "\"seconds\": 2")
        .into_bytes();
    std::fs::write(folder.path().join("agent.zip"), zip(&files)).expect("a file");
    for (arguments, code) in [(&[][..], 0), (&["--strict"], 1)] {
        let arguments: Vec<&str> =
            ["check", "--agent", "agent.zip"].iter().chain(arguments).copied().collect();
        let ended = run(folder.path(), &arguments, &[]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.out.contains("0 errors, 3 warnings, 0 notes"), "{}", ended.out);
    }
}

#[test]
fn names_cannot_command_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let package = [
        ("agent.json", json!({"displayName": "\u{1b}[31mRed", "startPlaybook": "P"})),
        (
            "flows/F/F.json",
            json!({"displayName": "\u{1b}]0;x\u{7}", "transitionRoutes": [
            {"condition": "true\r\n", "triggerFulfillment": {"webhook": "\u{9b}W", "tag": "\u{1b}[2J"}}]}),
        ),
    ];
    let files: Vec<_> = package.iter().map(|(name, value)| (*name, value.to_string())).collect();
    std::fs::write(folder.path().join("a.zip"), zip(&files)).expect("a file");
    let ended = run(folder.path(), &["check", "--agent", "a.zip"], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(!ended.out.chars().any(|c| c.is_control() && c != '\n'), "{:?}", ended.out);
    assert!(ended.out.contains("\\u{1b}[31mRed"), "{}", ended.out);
}
