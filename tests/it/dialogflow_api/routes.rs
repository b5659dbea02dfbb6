//! Routes follow what the API makes, at once.

use serde_json::{Value, json};

use super::{AGENT, Managed, name, refused};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Reply, Upstream, until};
use crate::routes::flexible;

const ROUTE: &str = "[routes.\"api\"]\nwebhook = \"Api\"\n";

fn webhook(display_name: &str, uri: &str) -> Value {
    flexible(display_name, uri, &json!({ "parameterMapping": { "path": "$.path" } }))
}

fn echo() -> Upstream {
    Upstream::start(|request| Reply::json(200, json!({ "path": request.path })))
}

fn path(managed: &Managed) -> Value {
    managed.call("api").json()["sessionInfo"]["parameters"]["path"].clone()
}

#[test]
fn a_route_is_served_as_soon_as_its_webhook_is_made_and_follows_it() {
    for store in stores("live routes") {
        let upstream = echo();
        let managed = Managed::over(&store, ROUTE);
        managed.call("api").refused(500, "route_broken");
        let made = managed.create(&webhook("Api", &upstream.url("/one")));
        assert_eq!(path(&managed), "/one", "{}", store.name);
        managed.patch(name(&made), "genericWebService.uri", &webhook("", &upstream.url("/two")));
        assert_eq!(path(&managed), "/two");
        managed.patch(name(&made), "disabled", &json!({ "disabled": true }));
        managed.call("api").refused(503, "webhook_disabled");
        managed.patch(name(&made), "disabled", &json!({}));
        assert_eq!(path(&managed), "/two");

        let session = |environment: &Value| {
            let id = name(environment).rsplit('/').next().expect("an id");
            format!("{AGENT}/environments/{id}/sessions/s")
        };
        let environment = managed.create_environment(&json!({ "displayName": "Test", "webhookConfig": {
            "webhookOverrides": [{ "name": name(&made), "genericWebService": { "uri": upstream.url("/test") } }] } }));
        let answer = managed.call_in(&session(&environment), "api");
        assert_eq!(answer.json()["sessionInfo"]["parameters"]["path"], "/test");
        assert_eq!(path(&managed), "/two", "elsewhere it stays");
        managed.done("DELETE", name(&environment), None);
        let answer = managed.call_in(&session(&environment), "api");
        assert_eq!(answer.json()["sessionInfo"]["parameters"]["path"], "/two");
    }
}

#[test]
fn what_would_break_a_route_is_refused_unless_it_is_forced() {
    for store in stores("routes in use") {
        let upstream = echo();
        let managed = Managed::over(&store, ROUTE);
        let made = managed.create(&webhook("Api", &upstream.url("/one")));
        for (mask, body) in [
            ("displayName", json!({ "displayName": "Renamed" })),
            ("genericWebService.webhookType", json!({ "genericWebService": { "webhookType": "STANDARD" } })),
        ] {
            let answer = managed.ask("PATCH", &format!("{}?updateMask={mask}", name(&made)), Some(&body));
            let error = refused(&answer, 400, "FAILED_PRECONDITION");
            assert!(error["message"].as_str().expect("text").contains("routes.\"api\""), "{error}");
        }
        refused(&managed.ask("DELETE", name(&made), None), 400, "FAILED_PRECONDITION");
        assert_eq!(path(&managed), "/one", "{}", store.name);
        managed.done("DELETE", &format!("{}?force=true", name(&made)), None);
        managed.call("api").refused(500, "route_broken");
        managed.create(&webhook("Other", &upstream.url("/other")));
        managed.create(&webhook("Api", &upstream.url("/again")));
        assert_eq!(path(&managed), "/again", "and back");
    }
}

#[test]
fn other_agents_are_kept_and_not_served() {
    let store = TestStore::sqlite();
    let upstream = echo();
    let managed = Managed::over(&store, ROUTE);
    managed.done(
        "POST",
        "projects/q/locations/l/agents/b/webhooks",
        Some(&webhook("Api", &upstream.url("/b"))),
    );
    managed.call("api").refused(500, "route_broken");
    managed.create(&webhook("Api", &upstream.url("/a")));
    assert_eq!(path(&managed), "/a");
}

#[test]
fn while_no_agent_is_named_a_display_name_must_mean_one_webhook() {
    let store = TestStore::sqlite();
    let upstream = echo();
    let managed = Managed::exactly(&store, ROUTE, &[], &[]);
    let first = managed.create(&webhook("Api", &upstream.url("/a")));
    assert_eq!(path(&managed), "/a");
    let other = "projects/q/locations/l/agents/b/webhooks";
    let answer = managed.ask("POST", other, Some(&webhook("Api", &upstream.url("/b"))));
    let error = refused(&answer, 400, "FAILED_PRECONDITION");
    assert!(error["message"].as_str().expect("text").contains("agent.name"), "{error}");
    managed.done("DELETE", &format!("{}?force=true", name(&first)), None);
    managed.done("POST", other, Some(&webhook("Api", &upstream.url("/b"))));
    assert_eq!(path(&managed), "/b");
}

#[test]
fn calls_go_on_while_webhooks_change() {
    let store = TestStore::sqlite();
    let upstream = echo();
    let managed = Managed::over(&store, ROUTE);
    let made = managed.create(&webhook("Api", &upstream.url("/0")));
    std::thread::scope(|scope| {
        let calls = scope.spawn(|| (0..200).map(|_| managed.call("api").status).collect::<Vec<_>>());
        for round in 1..20 {
            managed.patch(
                name(&made),
                "genericWebService.uri",
                &webhook("", &upstream.url(&format!("/{round}"))),
            );
        }
        let statuses = calls.join().expect("it ends");
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    });
    until("the last change", || path(&managed) == "/19");
}
