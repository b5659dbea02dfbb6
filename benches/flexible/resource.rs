//! The flexible webhook that both sides stand for, and the settings that serve it.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

/// Three references in the address, ten in the body, five paths.
pub(crate) fn webhook(upstream: SocketAddr) -> Value {
    let body = json!({
        "customer": { "name": "$session.params.customer_name", "postcode": "$session.params.postcode", "member": "$session.params.loyalty_member" },
        "order": { "id": "$session.params.order_id", "total": "$session.params.basket_total", "basket": "$session.params.basket", "currency": "$session.params.currency" },
        "ship_to": "$session.params.address.city", "note": "attempt $session.params.attempts by $session.params.channel",
    });
    json!({
        "displayName": "Orders",
        "genericWebService": {
            "uri": format!("http://{upstream}/v1/orders/$session.params.order_id?country=$session.params.address.country&lang=$session.params.locale"),
            "webhookType": "FLEXIBLE", "httpMethod": "POST", "requestHeaders": { "X-Api-Key": "k" },
            "requestBody": body.to_string(),
            "parameterMapping": {
                "order_status": "$.order.status", "eta": "$.order.shipment.eta", "carrier_name": "$.order.shipment.carrier.name",
                "first_item": "$.order.items[0].title", "total": "$.order.total",
            },
        },
        "timeout": "5s",
    })
}

/// Writes a folder that `rejoinder serve` serves it from.
pub(crate) fn write(folder: &Path, upstream: SocketAddr) {
    let settings = "[log]\nformat = \"json\"\n[outbound]\ndangerous_allow_http = true\nallow_networks = [\"127.0.0.0/8\"]\n\
        [routes.\"order-status\"]\nwebhook = \"Orders\"\n";
    std::fs::write(folder.join("rejoinder.toml"), settings).expect("written");
    std::fs::create_dir(folder.join("webhooks")).expect("a folder");
    std::fs::write(folder.join("webhooks/orders.json"), webhook(upstream).to_string()).expect("written");
}
