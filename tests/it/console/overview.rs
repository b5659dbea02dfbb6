//! The first page: what there was, and what is wrong now.

use rejoinder::Rejoinder;
use rejoinder::config::{Config, Sources};
use serde_json::json;

use super::Browser;
use crate::kit::stores::{TestStore, stores, wire};
use crate::kit::{Reply, Request, Served, Upstream, call, until};
use crate::routes::{flexible, folder};

#[test]
fn calls_are_counted_from_the_log_of_any_store() {
    for store in stores("overview") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let mut browser = Browser::stranger(&served);
        browser.try_token(served.token());
        let page = browser.open("/console/");
        page.shows("Calls by the hour: 0 calls, 0 of them failed")
            .shows("Nothing that this instance knows of");
        for _ in 0..3 {
            served.call(call("counter", &json!({}))).reply();
        }
        served.call(call("fail", &json!({})));
        until("the log has them", || {
            browser.open("/console/").text.contains("Calls by the hour: 4 calls, 1 of them failed")
        });
        let page = browser.open("/console/");
        page.shows("Calls by the minute: 4 calls, 1 of them failed")
            .shows("25.0 %")
            .shows("of all instances");
        page.shows("curl http://localhost/webhook -H 'Content-Type: application/json' -d '");
        match store.name {
            "memory" => page.shows("gone when the server stops"),
            _ => page.hides("gone when the server stops"),
        };
    }
}

#[test]
fn without_the_log_this_instance_tells_what_it_saw() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting(), ("REJOINDER_ACTIVITY__ENABLED", "off")]);
    let browser = Browser::sign_in(&served, &store, "viewer");
    served.call(call("counter", &json!({}))).reply();
    let page = browser.open("/console/");
    page.shows("There is no activity log").shows("Calls by the hour: 1 calls, 0 of them failed");
}

#[test]
fn what_fails_is_told_with_what_mends_it() {
    let upstream = Upstream::start(|_| Reply::text(503, "no"));
    let webhook = flexible("Weather <API>", &upstream.url("/"), &json!({}));
    let settings = "breaker_failures = 3\n[routes.\"weather\"]\nwebhook = \"Weather <API>\"\n\
                    [routes.\"gone\"]\nwebhook = \"Nobody's\"\n[demo]\nenabled = false\n";
    let folder = folder(settings, &[webhook], &[]);
    let store = TestStore::sqlite();
    let environment = [("REJOINDER_SERVER__BIND", "127.0.0.1:0"), store.setting()];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let file = Some(folder.path().join("rejoinder.toml"));
    let config = Config::load(&Sources { file, environment, ..Sources::default() }).expect("settings");
    let served = Served::start_config(Rejoinder::new, config);
    let browser = Browser::sign_in(&served, &store, "viewer");
    for _ in 0..6 {
        served.call(call("weather", &json!({})));
    }
    until("the log has them", || browser.open("/console/").text.contains("6 of 6 calls"));
    let page = browser.open("/console/");
    page.shows("Unhealthy now").shows("Weather <API> is left alone, since it failed too often.");
    page.shows("Nobody's").shows("/console/activity?status=failed&webhook=Weather+%3CAPI%3E");
    // A tag that is served is the one to try.
    page.shows("{\"fulfillmentInfo\":{\"tag\":\"");
}

#[test]
fn calls_that_were_refused_are_told_and_counted() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[
        store.setting(),
        ("REJOINDER_SERVER__MAX_IN_FLIGHT", "1"),
        ("REJOINDER_SERVER__MAX_WAIT", "0s"),
    ]);
    let browser = Browser::sign_in(&served, &store, "viewer");
    std::thread::scope(|scope| {
        let calls = (0..4).map(|_| scope.spawn(|| served.call(call("slow", &json!({ "ms": 300 }))).status));
        let statuses: Vec<u16> =
            calls.collect::<Vec<_>>().into_iter().map(|call| call.join().expect("a status")).collect();
        assert!(statuses.contains(&503), "{statuses:?}");
    });
    let page = browser.open("/console/");
    page.shows("were refused in the last 5 minutes").shows("refused calls over that time");
}

#[test]
fn whoever_looks_because_the_store_fails_is_answered() {
    let Some(store) = TestStore::postgres("overview without a store") else { return };
    let (wire, url) = store.wire();
    let served = Served::demo_with(&[("REJOINDER_STORE__URL", &url), ("REJOINDER_STORE__TIMEOUT", "300ms")]);
    let token = store.token("viewer");
    let look = || served.ask(&Request::get("/console/").header("Authorization", format!("Bearer {token}")));
    assert_eq!(look().status, 200);
    wire.set(wire::CUT);
    served.call(call("counter", &json!({}))).reply();
    // A token is believed for some seconds.
    until("the page says so", || {
        let answer = look();
        answer.status == 200 && String::from_utf8_lossy(&answer.body).contains("The store cannot be used.")
    });
    wire.set(wire::OPEN);
}

#[test]
fn certificates_that_end_soon_are_told() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).expect("parameters");
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let expired = parameters.self_signed(&key).expect("a certificate");
    let der = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, expired.der());
    let webhook = flexible("Weather API", "https://a.example/", &json!({ "allowedCaCerts": [der] }));
    let folder = folder("[routes.\"weather\"]\nwebhook = \"Weather API\"\n", &[webhook], &[]);
    let store = TestStore::sqlite();
    let environment = [("REJOINDER_SERVER__BIND", "127.0.0.1:0"), store.setting()];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let file = Some(folder.path().join("rejoinder.toml"));
    let config = Config::load(&Sources { file, environment, ..Sources::default() }).expect("settings");
    let served = Served::start_config(Rejoinder::new, config);
    let browser = Browser::sign_in(&served, &store, "viewer");
    browser.open("/console/").shows("that Weather API trusts: it expired at 2021-01-01T00:00:00Z");
}
