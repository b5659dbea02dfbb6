//! Webhooks that fail too often, and answer again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{Receiver, of_type, types};
use crate::kit::stores::TestStore;
use crate::kit::{Reply, Upstream};
use crate::kit::{call, until};
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
