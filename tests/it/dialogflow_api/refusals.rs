//! Every way to be refused, in Google's form.

use serde_json::{Value, json};

use super::{AGENT, Managed, name, refused, standard, violations};
use crate::kit::stores::stores;

fn webhooks() -> String {
    format!("{AGENT}/webhooks")
}

#[test]
fn what_the_platform_would_refuse_names_its_fields() {
    for store in stores("invalid webhooks") {
        let managed = Managed::over(&store, "");
        for (webhook, fields) in [
            (json!({}), vec!["displayName", "genericWebService"]),
            (json!({ "displayName": "W", "genericWebService": {} }), vec!["genericWebService.uri"]),
            (
                json!({ "displayName": "W", "timeout": "31s", "genericWebService": { "uri": "ftp://a.example.com" } }),
                vec!["timeout", "genericWebService.uri"],
            ),
            (json!({ "displayName": "W", "timeout": 5 }), vec!["timeout"]),
            (json!({ "displayName": 5 }), vec!["displayName"]),
            (
                json!({ "displayName": "W", "genericWebService": { "url": "https://a.example.com" } }),
                vec!["genericWebService.uri", "genericWebService.url"],
            ),
            (
                json!({ "displayName": "x".repeat(257), "genericWebService": { "uri": "https://a.example.com" } }),
                vec!["displayName"],
            ),
            (
                json!({ "displayName": "W", "genericWebService": { "uri": "https://a.example.com", "requestHeaders": { "X-Api-Key": "***" } } }),
                vec!["genericWebService.requestHeaders.X-Api-Key"],
            ),
            (
                json!({ "displayName": "W", "genericWebService": {}, "serviceDirectory": {} }),
                vec!["serviceDirectory"],
            ),
        ] {
            let answer = managed.ask("POST", &webhooks(), Some(&webhook));
            assert_eq!(violations(&answer), fields, "{webhook}");
        }
        let long = json!({ "displayName": "x".repeat(65), "webhookConfig": { "webhookOverrides": [{ "name": "w" }] } });
        let answer = managed.ask("POST", &format!("{AGENT}/environments"), Some(&long));
        assert_eq!(violations(&answer), ["displayName"]);
        let missing =
            json!({ "displayName": "E", "webhookConfig": { "webhookOverrides": [{ "name": "w" }] } });
        let answer = managed.ask("POST", &format!("{AGENT}/environments"), Some(&missing));
        assert_eq!(violations(&answer), ["webhookConfig.webhookOverrides[0].name"]);
    }
}

#[test]
fn display_names_are_unique_in_their_agent() {
    for store in stores("unique names") {
        let managed = Managed::over(&store, "");
        managed.create(&standard("One"));
        let two = managed.create(&standard("Two"));
        let again = managed.ask("POST", &webhooks(), Some(&standard("One")));
        assert!(
            refused(&again, 409, "ALREADY_EXISTS")["message"].as_str().expect("text").contains("\"One\"")
        );
        let renamed =
            managed.ask("PATCH", &format!("{}?updateMask=displayName", name(&two)), Some(&standard("One")));
        refused(&renamed, 409, "ALREADY_EXISTS");
        managed.done("POST", "projects/p/locations/global/agents/b/webhooks", Some(&standard("One")));
        managed.create_environment(&json!({ "displayName": "One" }));
    }
}

#[test]
fn calls_that_make_no_sense_are_told_why() {
    let store = crate::kit::stores::TestStore::sqlite();
    let managed = Managed::over(&store, "");
    let made = managed.create(&standard("One"));
    let environment = managed.create_environment(&json!({ "displayName": "E" }));
    let one = name(&made);
    let body = standard("Two");
    for (method, path, status, code, part) in [
        ("GET", format!("{AGENT}/webhooks/none"), 404, "NOT_FOUND", "no webhook"),
        ("DELETE", format!("{AGENT}/webhooks/none"), 404, "NOT_FOUND", "no webhook"),
        ("PATCH", format!("{AGENT}/webhooks/none"), 404, "NOT_FOUND", "no webhook"),
        ("GET", format!("{AGENT}/webhooks?pageSize=-1"), 400, "INVALID_ARGUMENT", "negative"),
        ("GET", format!("{AGENT}/webhooks?pageToken=x"), 400, "INVALID_ARGUMENT", "no token"),
        ("GET", format!("{AGENT}/webhooks?page=1"), 400, "INVALID_ARGUMENT", "no query parameter"),
        ("GET", format!("{AGENT}/webhooks?alt=proto"), 400, "INVALID_ARGUMENT", "expected json"),
        ("PATCH", format!("{one}?updateMask=displayname"), 400, "INVALID_ARGUMENT", "did you mean"),
        ("PATCH", format!("{AGENT}/environments/e"), 400, "INVALID_ARGUMENT", "required"),
        ("DELETE", format!("{one}?force=maybe"), 400, "INVALID_ARGUMENT", "true or false"),
        ("PUT", one.to_owned(), 501, "UNIMPLEMENTED", "GET, PATCH and DELETE"),
        ("DELETE", webhooks(), 501, "UNIMPLEMENTED", "GET and POST"),
        ("GET", format!("{AGENT}/intents"), 501, "UNIMPLEMENTED", "webhooks and environments"),
        (
            "POST",
            format!("{}:deployFlow", name(&environment)),
            501,
            "UNIMPLEMENTED",
            "webhooks and environments",
        ),
    ] {
        let answer = managed.ask(method, &path, ["POST", "PATCH"].contains(&method).then_some(&body));
        let error = refused(&answer, status, code);
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(part), "{method} {path}: {message}");
    }
    let renamed: Value = json!({ "name": format!("{AGENT}/webhooks/other"), "displayName": "Two" });
    assert_eq!(violations(&managed.ask("PATCH", one, Some(&renamed))), ["name"]);
    for (body, part) in [
        ("", "empty"),
        ("[]", "an object"),
        ("{\"displayName\":\"a\",}", "expected"),
        ("{\"displayName\":\"a\",\"display_name\":\"b\"}", "twice"),
    ] {
        let request = managed.request("POST", &webhooks(), None).header("Content-Type", "application/json");
        let error = refused(&managed.send(&request.body(body)), 400, "INVALID_ARGUMENT");
        assert!(error["message"].as_str().expect("a message").contains(part), "{body}: {error}");
    }
    let text = managed.request("POST", &webhooks(), None).header("Content-Type", "text/plain").body("{}");
    refused(&managed.send(&text), 400, "INVALID_ARGUMENT");
    let large = json!({ "displayName": "W", "x": "y".repeat(1 << 20) });
    refused(&managed.ask("POST", &webhooks(), Some(&large)), 400, "INVALID_ARGUMENT");
    let deep = format!("{{\"x\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let request = managed.request("POST", &webhooks(), None).header("Content-Type", "application/json");
    refused(&managed.send(&request.body(deep)), 400, "INVALID_ARGUMENT");
    refused(&managed.ask("GET", &format!("{AGENT}/webhooks/%ff"), None), 400, "INVALID_ARGUMENT");
}
