//! Calls that are made again: one, several, what failed, here and elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rejoinder::{Error, Param, Rejoinder, Reply as Said, Result, param};
use serde_json::{Value, json};

use crate::activity::{get, list};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Reply, Request, Served, Upstream, call, run};
use crate::routes::{flexible, folder};

param!(Order: String = "order_id");

/// A handler that fails until it is mended, and counts.
fn shop(works: &Arc<AtomicBool>, calls: &Arc<AtomicUsize>) -> Rejoinder {
    let (works, calls) = (Arc::clone(works), Arc::clone(calls));
    Rejoinder::new().tag("order", move |order: Param<Order>| {
        let (works, calls) = (Arc::clone(&works), Arc::clone(&calls));
        async move {
            calls.fetch_add(1, Ordering::SeqCst);
            if !works.load(Ordering::SeqCst) {
                return Err(Error::unavailable("The shop is closed."));
            }
            Result::Ok(Said::text(format!("Order {} is known.", order.0)))
        }
    })
}

fn replay(served: &Served, arguments: &[&str]) -> crate::kit::Ended {
    let server = format!("http://{}/", served.address);
    let arguments: Vec<&str> =
        ["replay", "--server", &server, "--token", served.token()].iter().chain(arguments).copied().collect();
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), &arguments, &[])
}

#[test]
fn what_failed_is_made_again_once_it_works() {
    for store in stores("replay failed") {
        let (works, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let router = shop(&works, &calls);
        let bodies = ("REJOINDER_ACTIVITY__INBOUND_BODIES", "true");
        let served = Served::start(move || router, &[store.setting(), bodies]).managed(&store);
        for id in ["1", "2"] {
            served.call(call("order", &json!({ "order_id": id }))).refused(503, "unavailable");
        }
        works.store(true, Ordering::SeqCst);
        served.call(call("order", &json!({ "order_id": "3" }))).reply();
        let asked = replay(&served, &["--failed-since", "1h"]);
        assert_eq!(asked.code, Some(2), "{asked:?}");
        assert!(asked.errors.contains("2 calls failed since") && asked.errors.contains("--yes"), "{asked:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 3, "nothing was made without a yes");
        let made = replay(&served, &["--failed-since", "1h", "--yes"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        assert_eq!(made.out.matches("success 200").count(), 2, "{made:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 5);
        let all = list(&served, "?order=oldest");
        assert_eq!(all.len(), 5);
        for (origin, new) in [(0, 3), (1, 4)] {
            assert_eq!(all[new]["origin"], all[origin]["id"], "{}", store.name);
            assert_eq!(all[new]["session"], all[origin]["session"]);
            assert!(all[new]["caller"].as_str().is_some_and(|caller| caller.starts_with("replay:")));
        }
        // The second time, too: it is none of the agent's repetitions.
        let id = all[0]["id"].as_str().expect("an id");
        let made = replay(&served, &[id, "--json"]);
        let told: Value = serde_json::from_str(&made.out).expect("a line of JSON");
        assert_eq!((&told["origin"], &told["invocation"]["status"]), (&json!(id), &json!("success")));
        assert_eq!(calls.load(Ordering::SeqCst), 6);
    }
}

#[test]
fn a_call_whose_body_was_not_kept_is_refused_with_the_setting() {
    let served = Served::demo().managed(&TestStore::memory());
    served.call(call("order-status", &json!({ "customer_name": "Ada", "order_id": "42" }))).reply();
    let id = list(&served, "")[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/invocations/{id}/replay");
    let message = served.manage(Request::new("POST", path)).refused(409, "body_not_kept");
    assert!(message.contains("activity.inbound_bodies = true"), "{message}");
    let made = replay(&served, &[&id]);
    assert_eq!(made.code, Some(1));
    assert!(made.out.contains("not made again") && made.out.contains("activity.inbound_bodies"), "{made:?}");
    let made = replay(&served, &[&id, "--to", "http://127.0.0.1:1/"]);
    assert!(made.out.contains("activity.inbound_bodies"), "{made:?}");
}

#[test]
fn a_call_can_be_sent_elsewhere_which_then_names_its_origin() {
    let served =
        Served::demo_with(&[("REJOINDER_ACTIVITY__INBOUND_BODIES", "true")]).managed(&TestStore::memory());
    let other = Served::demo().managed(&TestStore::memory());
    let order = json!({ "customer_name": "Ada", "order_id": "42" });
    served.call(call("order-status", &order)).reply();
    let flexible = Request::get("/flexible/order-status?customer_name=Bob&order_id=7");
    assert_eq!(served.ask(&flexible).status, 200);
    for (kind, path) in [("standard", "webhook"), ("flexible", "flexible/order-status")] {
        let id = list(&served, &format!("?kind={kind}"))[0]["id"].as_str().expect("an id").to_owned();
        let made = replay(&served, &[&id, "--to", &format!("http://{}/{path}", other.address)]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let there = &list(&other, &format!("?kind={kind}"))[0];
        assert_eq!((&there["origin"], &there["status"]), (&json!(id), &json!("success")));
    }
    assert_eq!(list(&served, "").len(), 2, "nothing was made here");
}

#[test]
fn a_call_of_an_api_is_sent_again_to_its_own_server_alone() {
    for store in stores("replay upstream") {
        let asked = AtomicUsize::new(0);
        let upstream = Upstream::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::new(500),
            _ => Reply::json(200, json!({ "degrees": 7 })),
        });
        let webhook = |uri: &str| {
            let rest = json!({
                "httpMethod": "POST", "requestBody": "{\"city\":\"$session.params.city\"}",
                "parameterMapping": { "degrees": "$.degrees" },
            });
            flexible("Weather API", uri, &rest)
        };
        let settings =
            format!("[routes.\"weather\"]\nwebhook = \"Weather API\"\n[store]\nurl = {:?}\n", store.url);
        let served =
            crate::routes::serve(&folder(&settings, &[webhook(&upstream.url("/v1"))], &[])).managed(&store);
        let refused = served.call(call("weather", &json!({ "city": "Oslo" })));
        assert_eq!(refused.status, 503);
        let failed = &list(&served, "?kind=upstream&status=failed")[0];
        let id = failed["id"].as_str().expect("an id");
        let made = replay(&served, &[id]);
        assert_eq!(made.code, Some(0), "{made:?}");
        assert_eq!(upstream.requests().len(), 2, "{}", store.name);
        assert_eq!(upstream.requests()[1].json(), json!({ "city": "Oslo" }));
        let new = &list(&served, "?kind=upstream&status=success")[0];
        assert_eq!(
            (&new["origin"], &new["session"], &new["tag"]),
            (&failed["id"], &failed["session"], &failed["tag"])
        );
        assert_eq!(get(&served, "/api/invocations/counts")["groups"][0]["calls"], 2);
        // Elsewhere, without a word to the webhook's own server.
        let other = Upstream::start(|_| Reply::json(200, json!({})));
        let made = replay(&served, &[id, "--to", &other.url("/"), "--header", "X-Debug: 1"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let sent = &other.requests()[0];
        assert_eq!(
            (sent.path.as_str(), sent.header("x-debug"), sent.header("x-rejoinder-replay")),
            ("/v1", Some("1"), Some(id))
        );
        assert_eq!(upstream.requests().len(), 2);
    }
}

#[test]
fn wrong_usage_makes_nothing() {
    let served = Served::demo().managed(&TestStore::memory());
    for arguments in [&[][..], &["nonsense"], &["--failed-since", "soon"], &["--failed-since", "2200-01-01"]]
    {
        let ended = replay(&served, arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
    let none = replay(&served, &["--failed-since", "1h"]);
    assert_eq!(none.code, Some(0));
    assert!(none.errors.contains("0 calls failed"), "{none:?}");
}
