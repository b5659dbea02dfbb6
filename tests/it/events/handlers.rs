//! What handlers tell, and how they are told that they cannot.

use rejoinder::{Call, EventError, Events, Rejoinder, Reply, Result};
use serde_json::json;

use super::{Told, of_type, session, types};
use crate::kit::stores::stores;
use crate::kit::{Request, Served};

async fn place(events: Events) -> Result<Reply> {
    events.emit("order_placed", json!({ "order_id": "A-1", "total": 12.5 }))?;
    events.emit_kept("order_kept", json!({ "order_id": "A-1" })).await?;
    Ok(Reply::text("Thank you."))
}

async fn wrong(events: Events) -> Result<Reply> {
    let large = json!({ "text": "x".repeat(65 << 10) });
    let errors = [
        events.emit("Order", json!({})),
        events.emit("order.placed", json!({})),
        events.emit("order", "text"),
        events.emit("order", large),
        events.emit_kept("", json!({})).await,
    ];
    let told = errors.map(|error| match error {
        Err(EventError::Name { .. }) => "name",
        Err(EventError::Data { .. }) => "data",
        Err(EventError::TooLarge { .. }) => "size",
        _ => "other",
    });
    Ok(Reply::text(told.join(" ")))
}

fn shop() -> Rejoinder {
    let before = async |call: Call| -> Result<()> {
        if call.tag() == "place" {
            call.events().emit("hooked", json!({}))?;
        }
        Ok(())
    };
    Rejoinder::new().tag("place", place).tag("wrong", wrong).before(before)
}

#[test]
fn what_handlers_tell_arrives() {
    for store in stores("events of handlers") {
        let told = Told::over(&store, shop, &["custom.*"], &[]);
        told.call(&session("s-1"), "r-1", "place");
        let flexible = told.served.ask(&Request::get("/flexible/place"));
        assert_eq!(flexible.status, 200, "{}", String::from_utf8_lossy(&flexible.body));
        let events = told.events(6);
        let expected = [
            "custom.hooked",
            "custom.hooked",
            "custom.order_kept",
            "custom.order_kept",
            "custom.order_placed",
            "custom.order_placed",
        ];
        assert_eq!(types(&events), expected, "{}", store.name);
        let placed = of_type(&events, "custom.order_placed");
        assert!(placed.iter().all(|event| event["event"] == json!({ "order_id": "A-1", "total": 12.5 })));
        assert!(placed.iter().all(|event| event["subject"] == "rejoinder:fulfillment:place"));
        assert_eq!(placed.iter().filter(|event| event["detail"]["id"] == "s-1").count(), 1);
        assert_eq!(placed.iter().filter(|event| event["detail"]["session"].is_null()).count(), 1);
    }
}

#[test]
fn what_is_no_event_is_told_to_the_handler_whether_somebody_listens_or_not() {
    let served = Served::start(shop, &[]);
    let call = super::request(&session("s"), "r", "wrong").to_string();
    assert_eq!(served.call(call).said(), "name name data size name");
    let call = super::request(&session("s"), "r", "place").to_string();
    assert_eq!(served.call(call).said(), "Thank you.");
}
