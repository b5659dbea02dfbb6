//! Restarts, and several servers on one store.

use serde_json::json;

use super::{AGENT, Managed, name, refused, standard};
use crate::kit::stores::{TestStore, durable};
use crate::kit::{Reply, Upstream, until};
use crate::routes::flexible;

const ROUTE: &str = "[routes.\"api\"]\nwebhook = \"Api\"\n";

#[test]
fn what_was_made_is_served_after_a_restart_and_by_other_instances() {
    for store in durable("instances") {
        let upstream = Upstream::start(|request| {
            Reply::json(200, json!({ "path": request.path, "key": request.header("x-api-key") }))
        });
        let service = |path: &str| {
            let rest = json!({ "parameterMapping": { "path": "$.path", "key": "$.key" }, "requestHeaders": { "X-Api-Key": "s3cret" } });
            flexible("Api", &upstream.url(path), &rest)
        };
        let set = |managed: &Managed| managed.call("api").json()["sessionInfo"]["parameters"].clone();
        let one = Managed::over(&store, ROUTE);
        let made = one.create(&service("/one"));
        drop(one);
        let one = Managed::over(&store, ROUTE);
        assert_eq!(set(&one), json!({ "path": "/one", "key": "s3cret" }), "after a restart: {}", store.name);

        let two = Managed::over(&store, ROUTE);
        two.patch(name(&made), "genericWebService.uri", &service("/two"));
        assert_eq!(set(&two)["path"], "/two");
        assert_eq!(
            one.done("GET", name(&made), None),
            two.done("GET", name(&made), None),
            "reads are of now"
        );
        until("the other instance follows", || set(&one)["path"] == "/two");
        two.done("DELETE", &format!("{}?force=true", name(&made)), None);
        until("the other instance follows again", || one.call("api").status == 500);
        assert_eq!(one.done("GET", &format!("{AGENT}/webhooks"), None), json!({}));
    }
}

#[test]
fn changes_through_several_instances_at_once_all_last() {
    for store in durable("changes through several instances") {
        let (one, two) = (Managed::over(&store, ""), Managed::over(&store, ""));
        let made = one.create(&standard("One"));
        std::thread::scope(|scope| {
            for number in 0..6 {
                let (managed, made) = (if number % 2 == 0 { &one } else { &two }, &made);
                scope.spawn(move || {
                    let body =
                        json!({ "genericWebService": { "requestHeaders": { format!("x-{number}"): "1" } } });
                    managed.patch(name(made), &format!("genericWebService.requestHeaders.x-{number}"), &body);
                });
            }
        });
        let headers = one.done("GET", name(&made), None)["genericWebService"]["requestHeaders"].clone();
        assert_eq!(headers.as_object().map(serde_json::Map::len), Some(6), "{}: {headers}", store.name);
    }
}

#[test]
fn agents_are_answered_while_the_store_cannot_be_reached() {
    let Some(store) = TestStore::postgres("an unreachable store") else { return };
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
    let managed = Managed::over(&store, ROUTE);
    let webhook = flexible("Api", &upstream.url("/x"), &json!({ "parameterMapping": { "a": "$.a" } }));
    let made = managed.create(&webhook);
    store.run("ALTER TABLE dialogflow_resource_version RENAME TO gone");
    refused(&managed.ask("PATCH", name(&made), Some(&webhook)), 500, "INTERNAL");
    until("it is told", || managed.program().log().contains("webhooks in the store cannot be read"));
    assert_eq!(managed.call("api").status, 200);
    store.run("ALTER TABLE gone RENAME TO dialogflow_resource_version");
    until("it is told again", || managed.program().log().contains("webhooks in the store can be read again"));
    managed.patch(name(&made), "timeout", &json!({ "timeout": "1s" }));
    assert_eq!(managed.call("api").status, 200);
}
