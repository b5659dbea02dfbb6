//! Every call that is answered well.

use serde_json::{Value, json};

use super::{AGENT, Managed, name, standard};
use crate::kit::stores::stores;

#[test]
fn a_webhook_is_made_read_changed_and_deleted() {
    for store in stores("a webhook's life") {
        let managed = Managed::over(&store, "");
        let made = managed.create(&json!({
            "name": "projects/other/locations/x/agents/y/webhooks/z", "displayName": "Weather", "timeout": "3s",
            "genericWebService": { "uri": "https://api.example.com", "webhookType": 2, "http_method": "GET",
                "parameterMapping": { "temp": "$.t" }, "serviceAgentAuth": 1 },
        }));
        let id = name(&made).strip_prefix(&format!("{AGENT}/webhooks/")).expect("below its agent");
        assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "a UUID: {id}");
        let expected = json!({
            "name": name(&made), "displayName": "Weather", "timeout": "3s",
            "genericWebService": { "uri": "https://api.example.com", "webhookType": "FLEXIBLE", "httpMethod": "GET",
                "parameterMapping": { "temp": "$.t" }, "serviceAgentAuth": "NONE" },
        });
        assert_eq!(made, expected, "{}", store.name);
        assert_eq!(managed.done("GET", name(&made), None), expected);

        let numbers =
            managed.done("GET", &format!("{}?%24alt=json%3Benum-encoding%3Dint", name(&made)), None);
        assert_eq!(numbers["genericWebService"]["webhookType"], 2);
        assert_eq!(numbers["genericWebService"]["httpMethod"], 2);

        let sent = json!({ "displayName": "Sun", "timeout": "9s", "genericWebService": { "uri": "https://b.example.com" } });
        let changed = managed.patch(name(&made), "displayName,generic_web_service.uri", &sent);
        assert_eq!((&changed["displayName"], &changed["timeout"]), (&json!("Sun"), &json!("3s")));
        assert_eq!(changed["genericWebService"]["uri"], "https://b.example.com");
        assert_eq!(changed["genericWebService"]["httpMethod"], "GET");
        let whole = managed.done("PATCH", name(&made), Some(&sent));
        let expected = json!({ "name": name(&made), "displayName": "Sun", "timeout": "9s",
            "genericWebService": { "uri": "https://b.example.com" } });
        assert_eq!(whole, expected, "without a mask everything is as sent");
        let cleared = managed.patch(name(&made), "timeout", &json!({}));
        assert_eq!(cleared.get("timeout"), None);

        assert_eq!(managed.done("DELETE", name(&made), None), json!({}));
        super::refused(&managed.ask("GET", name(&made), None), 404, "NOT_FOUND");
    }
}

#[test]
fn an_environment_is_changed_by_operations_that_are_done() {
    for store in stores("an environment's life") {
        let managed = Managed::over(&store, "");
        let webhook = managed.create(&standard("Weather"));
        let overrides = json!([{ "name": name(&webhook), "genericWebService": { "uri": "https://test.example.com", "serviceAgentAuth": 1 } }]);
        let body = json!({ "displayName": "Test", "webhookConfig": { "webhookOverrides": overrides } });
        let operation = managed.done("POST", &format!("{AGENT}/environments"), Some(&body));
        assert_eq!(operation["done"], true);
        let expected = "type.googleapis.com/google.cloud.dialogflow.cx.v3.Environment";
        assert_eq!(operation["response"]["@type"], expected, "{operation}");
        assert!(name(&operation).starts_with("projects/p/locations/global/operations/"), "{operation}");
        let made = operation["response"].clone();
        let first = made["updateTime"].as_str().expect("a time").to_owned();

        let changed =
            managed.patch(name(&made), "description,updateTime", &json!({ "description": "for tests" }));
        let changed = &changed["response"];
        assert_eq!(changed["description"], "for tests");
        assert_eq!(changed["webhookConfig"], made["webhookConfig"]);
        assert!(changed["updateTime"].as_str().expect("a time") > first.as_str());
        let read = managed.done("GET", &format!("{}?$alt=json;enum-encoding=int", name(&made)), None);
        assert_eq!(read["webhookConfig"]["webhookOverrides"][0]["genericWebService"]["serviceAgentAuth"], 1);

        let beta = managed.request("GET", "", None).path(format!("/v3beta1/{}", name(&made)));
        assert_eq!(managed.send(&beta).json()["description"], "for tests");
        let forced = format!("{}?force=true", name(&webhook));
        managed.done("DELETE", &forced, None);
        let left = managed.done("GET", name(&made), None);
        assert_eq!(
            left["webhookConfig"].get("webhookOverrides"),
            None,
            "overrides go with their webhook: {left}"
        );
        managed.done("DELETE", name(&made), None);
        assert_eq!(managed.done("GET", &format!("{AGENT}/environments"), None), json!({}));
    }
}

#[test]
fn lists_come_in_pages_in_the_order_of_display_names() {
    for store in stores("pages") {
        let file = json!({ "displayName": "c", "genericWebService": { "uri": "https://file.example.com" } });
        let managed = Managed::with(&store, "", &[file], &[]);
        for display_name in ["e", "B", "a", "d", "\u{e9}"] {
            managed.create(&standard(display_name));
        }
        let list = |query: &str| managed.done("GET", &format!("{AGENT}/webhooks{query}"), None);
        let names = |page: &Value| -> Vec<String> {
            let webhooks = page["webhooks"].as_array().into_iter().flatten();
            webhooks.map(|one| one["displayName"].as_str().expect("a name").to_owned()).collect()
        };
        let all = ["B", "a", "c", "d", "e", "\u{e9}"];
        assert_eq!(names(&list("")), all, "{}", store.name);
        let (mut token, mut found) = (String::new(), Vec::new());
        loop {
            let page = list(&format!("?pageSize=2&pageToken={token}"));
            assert!(names(&page).len() <= 2);
            found.extend(names(&page));
            match page["nextPageToken"].as_str() {
                Some(next) => token = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(found, all, "{}", store.name);
        let first = list("?pageSize=3");
        let token = first["nextPageToken"].as_str().expect("more").to_owned();
        managed.create(&standard("A"));
        let rest = list(&format!("?pageToken={token}&pageSize=1000"));
        assert_eq!(names(&rest), ["d", "e", "\u{e9}"], "what came before the page moves nothing");
        assert_eq!(list("?pageSize=99999")["webhooks"].as_array().map(Vec::len), Some(7));
        let other = managed.done("GET", "projects/p/locations/global/agents/b/webhooks", None);
        assert_eq!(other, json!({}), "another agent has none");
    }
}
