//! Webhooks that fail too often, and answer again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rejoinder::Rejoinder;
use serde_json::json;

use super::{Receiver, Told, of_type, request, session, types};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Reply, Request, Upstream, call, until};
use crate::routes::{flexible, folder, serve};

#[test]
fn a_flexible_webhook_that_is_left_alone_is_told_of() {
    let (well, heard) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let healthy = Arc::clone(&well);
    let upstream = Upstream::start(move |_| match healthy.load(Ordering::SeqCst) {
        true => Reply::json(200, json!({ "degrees": 7 })),
        false => Reply::new(503),
    });
    let rest = json!({ "parameterMapping": { "degrees": "$.degrees" } });
    let settings = "[routes.\"weather\"]\nwebhook = \"Weather API\"\n";
    let folder = folder(settings, &[flexible("Weather API", &upstream.url("/v1"), &rest)], &[]);
    let file = std::fs::read_to_string(folder.path().join("rejoinder.toml")).expect("a file");
    let file = format!("{file}[store]\naccept_loss = true\n")
        .replace("[outbound]\n", "[outbound]\nbreaker_failures = 3\nbreaker_open = \"300ms\"\n");
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let served = serve(&folder).managed(&TestStore::memory());
    let receiver = Receiver::of(&served, &["webhook.*"]);
    for _ in 0..5 {
        served.call(call("weather", &json!({})));
    }
    let opened = receiver.events(1);
    assert_eq!(types(&opened), ["webhook.circuit_opened"]);
    assert_eq!(opened[0]["detail"], json!({ "name": "Weather API", "kind": "flexible" }));
    assert_eq!(opened[0]["event"], json!({ "failures": 3, "open_ms": 300 }));
    assert_eq!(opened[0]["subject"], "rejoinder:webhook:Weather API");
    well.store(true, Ordering::SeqCst);
    until("it answers again", || {
        if served.call(call("weather", &json!({}))).status == 200 {
            heard.store(true, Ordering::SeqCst);
        }
        heard.load(Ordering::SeqCst)
    });
    let events = receiver.events(2);
    assert_eq!(types(&events), ["webhook.circuit_closed", "webhook.circuit_opened"]);
    assert_eq!(of_type(&events, "webhook.circuit_closed")[0]["event"], json!({}));
}

#[test]
fn a_webhook_that_takes_no_events_is_told_of_to_others() {
    for store in stores("circuits of deliveries") {
        let desk = || Rejoinder::new().fallback(async || rejoinder::Reply::unchanged());
        let told = Told::over(&store, desk, &["webhook.*"], &[]);
        let broken = Upstream::start(|_| Reply::new(500));
        // It would be told of itself if it could be.
        let types_of_it = ["rejoinder:event-type:conversation.turn", "rejoinder:event-type:webhook.*"];
        let webhook = json!({
            "name": "broken", "status": "active", "endpoint": broken.url("/"), "http_method": "POST",
            "request_format": "json", "subscriptions": types_of_it,
        });
        let create = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
        let made = told.served.manage(create.body(json!({ "webhook": webhook }).to_string())).json();
        let mut connection = told.served.connect();
        // A breaker judges no fewer than a hundred requests.
        for number in 0..130 {
            let call = request(&session("s"), &format!("r-{number}"), "t").to_string();
            connection.ask(&Request::call(call)).reply();
        }
        let events = told.events(1);
        assert_eq!(types(&events), ["webhook.circuit_opened"], "{}", store.name);
        let detail = json!({ "id": made["webhook"]["id"], "name": "broken", "kind": "delivery" });
        assert_eq!(events[0]["detail"], detail);
        assert!(broken.requests().iter().all(|request| request.json()["type"] == types_of_it[0]));
    }
}
