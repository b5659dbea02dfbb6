//! `rejoinder call --agent`: calls as an exported agent makes them.

use std::path::Path;

use serde_json::{Value, json};

use crate::call::{call_in, document};
use crate::kit::{Ended, Judged, Reply, Served, Upstream, run};

const AGENT: &str = "fixtures/agents/order-status";

/// Calls from the repository's folder, in which the agent is.
fn call(to: &str, arguments: &[&str]) -> Ended {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    call_in(folder, &[&["--agent", AGENT, "--to", to][..], arguments].concat())
}

fn id_of(file: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(AGENT).join(file);
    let read: Value = serde_json::from_slice(&std::fs::read(file).expect("there")).expect("JSON");
    read["name"].as_str().expect("an id").to_owned()
}

#[test]
fn a_tag_goes_to_the_webhook_that_the_agent_calls_with_it() {
    let server = Served::demo();
    let to = format!("http://{}", server.address);
    let arguments =
        ["--tag", "order-status", "--param", "order_id=42", "--param", "customer_name=Ada", "--json"];
    let (told, goes_on) = document(&call(&to, &arguments));
    assert!(goes_on, "{told:#}");
    assert_eq!(told["request"]["url"], format!("{to}/webhook"));
    assert_eq!(told["verdict"]["messages"][0]["said"], "Hi Ada, order 42 shipped and arrives on Friday.");
    // The page that calls it, with the agent's own ids, and its form, which the session has filled.
    let page = &told["request"]["body"]["pageInfo"];
    let flow = id_of("flows/Orders/Orders.json");
    let id = id_of("flows/Orders/pages/Collect order.json");
    let name = page["currentPage"].as_str().expect("a name");
    assert!(name.ends_with(&format!("/flows/{flow}/pages/{id}")), "{name}");
    assert_eq!(page["displayName"], "Collect order");
    assert_eq!(page["formInfo"]["parameterInfo"][0]["value"], "42");
    let withheld = told["notes"][0].as_str().expect("a note");
    assert!(withheld.contains("an ID token"), "{withheld}");
}

#[test]
fn a_flexible_webhook_of_the_agent_is_called_in_its_own_way() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "now": { "celsius": 7.5 } })));
    let to = upstream.url("");
    let (told, _) = document(&call(&to, &["--tag", "weather", "--param", "city=Oslo", "--json"]));
    assert_eq!(told["verdict"]["set"], json!({ "temperature": 7.5 }));
    assert_eq!(upstream.requests()[0].path, "/v1/now?city=Oslo");
    // A webhook that is named is called with any tag.
    let named = call(&to, &["--name", "Weather", "--tag", "another", "--param", "city=Rome", "--json"]);
    assert_eq!(document(&named).0["request"]["url"], format!("{to}/v1/now?city=Rome"));
}

#[test]
fn pages_flows_and_intents_have_the_agents_ids() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let to = upstream.url("");
    let request = |arguments: &[&str]| {
        let common = ["--name", "Orders service", "--tag", "t", "--json"];
        document(&call(&to, &[&common[..], arguments].concat())).0["request"]["body"].take()
    };
    let flow = id_of("flows/Orders/Orders.json");
    let start = id_of("flows/Default Start Flow/Default Start Flow.json");
    let page = id_of("flows/Orders/pages/Show status.json");
    for (arguments, expected) in [
        (&["--page", "Show status"][..], format!("/flows/{flow}/pages/{page}")),
        (&["--flow", "Orders"], format!("/flows/{flow}/pages/START_PAGE")),
        (&["--flow", &flow, "--page", "END_SESSION"], format!("/flows/{flow}/pages/END_SESSION")),
        (&[], format!("/flows/{start}/pages/START_PAGE")),
    ] {
        let body = request(arguments);
        let name = body["pageInfo"]["currentPage"].as_str().expect("a name");
        assert!(name.ends_with(&expected), "{arguments:?}: {name}");
    }
    let whole = "projects/p/locations/l/agents/a/flows/f/pages/p";
    assert_eq!(request(&["--page", whole])["pageInfo"]["currentPage"], whole);
    let body = request(&["--intent", "order.status"]);
    let name = body["intentInfo"]["lastMatchedIntent"].as_str().expect("a name");
    assert!(name.ends_with(&id_of("intents/order.status/order.status.json")), "{name}");
    assert_eq!(body["intentInfo"]["displayName"], "order.status");
}

#[test]
fn what_the_agent_does_not_have_is_told_with_what_it_has() {
    let to = "http://127.0.0.1:1";
    for (arguments, told) in [
        (
            &["--tag", "order-statu"][..],
            "no call with the tag \"order-statu\"; did you mean \"order-status\"?; there are ",
        ),
        (
            &["--tag", "t", "--name", "Wether"],
            "no webhook \"Wether\"; did you mean \"Weather\"?; there are Cancellations,",
        ),
        (&["--tag", "weather", "--flow", "Order"], "no flow \"Order\"; did you mean \"Orders\"?"),
        (
            &["--tag", "weather", "--page", "Show statsu"],
            "no page \"Show statsu\"; did you mean \"Show status\"?",
        ),
        (
            &["--tag", "weather", "--flow", "Orders", "--page", "x"],
            "no page \"x\" of the flow \"Orders\"; there are ",
        ),
        (
            &["--tag", "weather", "--page", "Show status"],
            "not called there, but at: flow Orders, page Delivery weather",
        ),
        (&["--tag", "weather", "--intent", "order.statsu"], "did you mean \"order.status\"?"),
        (
            &["--tag", "order-status", "--form", "order=1"],
            "no form parameter \"order\" of the page \"Collect order\"; did you mean \"order_id\"?",
        ),
        (
            &["--tag", "weather", "--intent", "goodbye", "--intent-param", "a=b"],
            "no parameter \"a\" of the intent \"goodbye\"; there is none",
        ),
    ] {
        let ended = call(to, arguments);
        assert_eq!((ended.code, &*ended.out), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: {}", ended.errors);
        assert!(ended.errors.contains(AGENT), "{}", ended.errors);
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, told) in [
        (&["--agent", "nothing", "--tag", "t"][..], "nothing"),
        (&["--name", "w", "--tag", "t"], "--agent"),
        (&["--agent", "a", "--webhook", "w.json", "--tag", "t"], "cannot be used with"),
    ] {
        let ended = call_in(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(told), "{ended:?}");
    }
}

/// Where a tag goes to two webhooks, somebody has to say which.
#[test]
fn a_tag_of_two_webhooks_needs_a_name_or_a_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, value: &Value| {
        let file = folder.path().join("a").join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("created");
        std::fs::write(file, value.to_string()).expect("written");
    };
    write("agent.json", &json!({ "displayName": "a" }));
    write("flows/F/F.json", &json!({ "displayName": "F" }));
    for page in ["One", "Two"] {
        let fulfillment = json!({ "webhook": page, "tag": "t" });
        write(
            &format!("flows/F/pages/{page}.json"),
            &json!({ "displayName": page, "entryFulfillment": fulfillment }),
        );
        let service = json!({ "uri": format!("https://a.example/{page}"), "serviceAgentAuth": "NONE" });
        write(
            &format!("webhooks/{page}.json"),
            &json!({ "displayName": page, "genericWebService": service }),
        );
    }
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let to = upstream.url("");
    let call = |more: &[&str]| {
        call_in(folder.path(), &[&["--agent", "a", "--to", &to, "--tag", "t", "--json"][..], more].concat())
    };
    let ended = call(&[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.errors.contains("goes to several webhooks, One, Two; say which with --name"), "{ended:?}");
    for more in [&["--name", "Two"][..], &["--page", "Two"]] {
        assert_eq!(document(&call(more)).0["request"]["url"], format!("{to}/Two"), "{more:?}");
    }
}

#[test]
fn an_environment_overrides_the_agents_webhook() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    let id = id_of("webhooks/Weather.json");
    let agent = "projects/p/locations/global/agents/a";
    let service = json!({ "uri": "https://staging.example.com/now" });
    let environment = json!({ "name": format!("{agent}/environments/e-1"), "displayName": "Staging",
        "webhookConfig": { "webhookOverrides": [
            { "name": format!("{agent}/webhooks/{id}"), "displayName": "Weather", "genericWebService": service },
        ] } });
    std::fs::create_dir(folder.path().join("environments")).expect("created");
    std::fs::write(folder.path().join("environments/staging.json"), environment.to_string())
        .expect("written");
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join(AGENT).display().to_string();
    let to = upstream.url("");
    let common = ["--agent", &export, "--to", &to, "--tag", "weather", "--json", "--environment"];
    let (told, _) = document(&call_in(folder.path(), &[&common[..], &["Staging"]].concat()));
    assert_eq!(told["request"]["url"], format!("{to}/now"), "{told:#}");
    let (told, _) = document(&call_in(folder.path(), &[&common[..], &["Other"]].concat()));
    assert!(told["notes"][0].as_str().expect("a note").contains("no environment \"Other\""), "{told:#}");
}

#[test]
fn the_issuer_signs_for_the_agents_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let issuer = folder.path().join("issuer");
    let issuer = issuer.to_str().expect("text");
    assert_eq!(run(folder.path(), &["new", "issuer", issuer], &[]).code, Some(0));
    let check = format!(
        r#"[{{ kind = "service_agent", project_number = "123456789012", jwks_file = "{issuer}/jwks.json" }}]"#
    );
    let judged = Judged::with(&check, &[("REJOINDER_SERVER__PUBLIC_URL", "https://orders.example.com")]);
    let to = format!("http://{}", judged.program().address);
    let ended = call(&to, &["--name", "Orders service", "--tag", "counter", "--issuer", issuer, "--json"]);
    assert!(document(&ended).1, "{ended:?}");
}
