//! A webhook as an agent's package has it, which is not the REST API's JSON.
//!
//! A duration is `{"seconds": …}`, a map is a list of keys and values, the name is the id alone. Such
//! files belong into `webhooks/` of an unpacked JSON package.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::protocol::webhook::Webhook;

/// The members that are maps.
const MAPS: [&str; 3] = ["requestHeaders", "secretVersionsForRequestHeaders", "parameterMapping"];

/// The file's JSON. Without an id it gets one that follows from its display name, so that it stays
/// the same webhook when it is exported again.
pub(super) fn webhook(webhook: &Webhook, id: Option<String>) -> serde_json::Result<Value> {
    let Value::Object(rest) = serde_json::to_value(webhook)? else { return Ok(Value::Null) };
    let mut members = Map::new();
    members.insert("name".to_owned(), id.unwrap_or_else(|| id_of(&webhook.display_name)).into());
    for (name, mut value) in rest {
        match name.as_str() {
            "name" => continue,
            "timeout" => value = seconds(webhook),
            "genericWebService" => maps(&mut value),
            "serviceDirectory" => maps(&mut value["genericWebService"]),
            _ => {}
        }
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

fn seconds(webhook: &Webhook) -> Value {
    let timeout = webhook.timeout();
    match timeout.subsec_nanos() {
        0 => json!({ "seconds": timeout.as_secs() }),
        nanos => json!({ "seconds": timeout.as_secs(), "nanos": nanos }),
    }
}

fn maps(service: &mut Value) {
    for name in MAPS {
        let Some(Value::Object(map)) = service.get_mut(name).map(Value::take) else { continue };
        let entries = map.into_iter().map(|(key, value)| json!({ "key": key, "value": value }));
        service[name] = entries.collect();
    }
}

/// An id in the form of a UUID made of a name (RFC 9562, version 8).
fn id_of(display_name: &str) -> String {
    let mut bytes: [u8; 32] = Sha256::digest(format!("rejoinder webhook {display_name}")).into();
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_the_same_webhook() {
        let rest = json!({
            "displayName": "Orders: all", "timeout": "7.500s", "disabled": true,
            "genericWebService": {
                "uri": "https://a.example/$session.params.id", "webhookType": "FLEXIBLE", "httpMethod": "PUT",
                "requestHeaders": { "x-b": "2", "x-a": "1" }, "requestBody": "{}",
                "secretVersionsForRequestHeaders": { "x-key": { "secretVersion": "projects/p/secrets/s/versions/1" } },
                "parameterMapping": { "status": "$.status", "$flow.items": "$.items[*].id" },
                "oauthConfig": { "clientId": "c", "tokenEndpoint": "https://t.example", "scopes": ["a"] },
            },
        });
        let read = Webhook::parse(rest.to_string().as_bytes()).expect("a webhook");
        let written = webhook(&read, None).expect("JSON");
        assert_eq!(written["timeout"], json!({ "seconds": 7, "nanos": 500_000_000 }));
        assert_eq!(written["genericWebService"]["requestHeaders"][0], json!({ "key": "x-a", "value": "1" }));
        let mut again = Webhook::parse(written.to_string().as_bytes()).expect("a webhook");
        assert_eq!(again.name.len(), 36);
        assert_eq!(webhook(&read, None).expect("JSON"), written, "the id stays");
        again.name.clear();
        assert_eq!(again, read);
        let kept = webhook(&read, Some("w-1".to_owned())).expect("JSON");
        assert_eq!(kept["name"], "w-1");
    }
}
