//! What stands in files is listed and read, and changed by whoever edits the files.

use serde_json::json;

use super::{AGENT, Managed, name, refused, standard};
use crate::kit::stores::stores;

#[test]
fn resources_in_files_are_read_only() {
    for store in stores("files") {
        let webhooks = [
            json!({ "displayName": "Bare", "name": "w-1", "genericWebService": { "uri": "https://a.example.com", "password": "s3cret", "username": "u" } }),
            json!({ "displayName": "Nameless", "timeout": { "seconds": 3 }, "genericWebService": { "uri": "https://b.example.com", "requestHeaders": [{ "key": "A", "value": "1" }] } }),
            json!({ "displayName": "Elsewhere", "name": "projects/q/locations/l/agents/b/webhooks/w-9", "genericWebService": { "uri": "https://c.example.com" } }),
        ];
        let environments = [
            json!({ "displayName": "Live", "name": "e-1", "webhookConfig": { "webhookOverrides": [{ "name": "w-1", "timeout": "1s" }] } }),
        ];
        let managed = Managed::with(&store, "", &webhooks, &environments);
        let list = managed.done("GET", &format!("{AGENT}/webhooks"), None);
        assert!(!list.to_string().contains("s3cret"));
        let [bare, nameless] = &list["webhooks"].as_array().expect("a list")[..] else {
            panic!("two: {list}")
        };
        assert_eq!(name(bare), format!("{AGENT}/webhooks/w-1"));
        assert_eq!(
            (&nameless["timeout"], &nameless["genericWebService"]["requestHeaders"]),
            (&json!("3s"), &json!({ "A": "1" }))
        );
        assert_eq!(managed.done("GET", name(nameless), None), *nameless, "a name that can be asked for");
        assert!(managed.ask("GET", name(bare), None).header("ETag").expect("an ETag").starts_with("\"file-"));
        let other = managed.done("GET", "projects/q/locations/l/agents/b/webhooks", None);
        assert_eq!(other["webhooks"][0]["displayName"], "Elsewhere");

        for answer in [
            managed.ask("PATCH", name(bare), Some(&standard("Bare"))),
            managed.ask("DELETE", &format!("{}?force=true", name(bare)), None),
            managed.ask("DELETE", &format!("{AGENT}/environments/e-1"), None),
            managed.ask(
                "PATCH",
                &format!("{AGENT}/environments/e-1?updateMask=*"),
                Some(&json!({ "displayName": "Live" })),
            ),
        ] {
            let error = refused(&answer, 400, "FAILED_PRECONDITION");
            assert!(error["message"].as_str().expect("text").contains("/0.json"), "{error}");
            assert_eq!(error["details"][0]["violations"][0]["type"], "FILE");
        }
        let answer = managed.ask("POST", &format!("{AGENT}/webhooks"), Some(&standard("Bare")));
        let error = refused(&answer, 409, "ALREADY_EXISTS");
        assert!(error["message"].as_str().expect("text").contains("0.json"), "{error}");
        let environment = json!({ "displayName": "Test", "webhookConfig": { "webhookOverrides": [{ "name": name(nameless), "timeout": "2s" }] } });
        managed.create_environment(&environment);
    }
}

#[test]
fn check_does_not_call_missing_what_may_stand_in_the_store() {
    let folder = crate::routes::folder("[routes.\"api\"]\nwebhook = \"Api\"\n", &[], &[]);
    let alone = crate::kit::run(folder.path(), &["check"], &[]);
    assert_eq!(alone.code, Some(1), "{}", alone.errors);
    let stored = crate::kit::run(folder.path(), &["check"], &[("REJOINDER_STORE__URL", "sqlite://x.db")]);
    assert_eq!(stored.code, Some(0), "{}", stored.errors);
    assert!(
        stored.errors.contains("note: routes.\"api\"") && stored.errors.contains("in the store"),
        "{}",
        stored.errors
    );
    assert!(!folder.path().join("x.db").exists(), "it is not asked");
}
