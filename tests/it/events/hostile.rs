//! What callers invent stays data.

use rejoinder::{Rejoinder, Reply};
use serde_json::json;

use super::{Told, of_type, request};
use crate::kit::stores::stores;

fn any() -> Rejoinder {
    Rejoinder::new().fallback(async || Reply::unchanged())
}

#[test]
fn hostile_sessions_tags_and_parameters_stay_data() {
    let long = "x".repeat(20_000);
    let names = [
        "\"}, \"type\": \"rejoinder:event-type:custom.forged\", {\"x\": \"",
        "'; DROP TABLE conversations; --",
        "line\r\nX-Injected: 1\r\n\r\n",
        "nul\0and\u{1b}[31mescape",
        "é😀\u{2028}\u{202e}",
        "{{account.id}} ${env} <script>&amp;",
        "../../../etc/passwd",
        "%00%0d%0a",
        &long,
    ];
    for store in stores("hostile events") {
        let told =
            Told::over(&store, any, &["conversation.turn"], &[("REJOINDER_EVENTS__PARAMETERS", "[\"p\"]")]);
        for name in names {
            let mut call = request(&super::session(name), name, name);
            call["pageInfo"] = json!({ "displayName": name });
            call["sessionInfo"]["parameters"] = json!({ "p": { name: [name] }, name: 1 });
            told.served.call(call.to_string()).reply();
            // Once again is the same turn, whatever it is called.
            told.served.call(call.to_string()).reply();
        }
        let events = told.events(names.len());
        assert_eq!(events.len(), names.len(), "{}", store.name);
        for name in names {
            let stored = name.replace('\0', "\u{fffd}");
            let found = of_type(&events, "conversation.turn").into_iter().find(|event| {
                event["detail"]["id"] == stored.as_str()
                    || name == long && event["detail"]["id"].to_string().len() > 200
            });
            let found = found.unwrap_or_else(|| panic!("{name}"));
            if name != long {
                assert_eq!(
                    (&found["event"]["tag"], &found["event"]["response_id"]),
                    (&json!(name), &json!(name))
                );
                assert_eq!(found["event"]["parameters"]["values"], json!({ "p": { name: [name] } }));
            }
            assert!(found.to_string().len() < 16_000);
        }
        let requests = told.receiver.upstream.requests();
        assert!(requests.iter().all(|request| request.header("X-Injected").is_none()));
    }
}
