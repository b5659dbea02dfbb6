//! The built-in demo: one tag for each thing that a webhook can do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::fulfillment::extract::{Form, Param, Params, State, Tag};
use crate::fulfillment::rich::{
    Accordion, Button, Chip, Chips, Description, Element, Image, Info, ListItem, RichContent,
};
use crate::fulfillment::{FulfillmentMessage, Reply, Route, Router};
use crate::protocol::decode::number_or_text;
use crate::{Error, Result};

crate::param!(Target: String = "target_page");
crate::param!(Name: String = "name");
crate::param!(Kind: Option<String> = "kind");

/// The demo's tags.
pub(crate) fn router() -> Router {
    Router::new()
        .state(Runs::default())
        .route(Route::new("order-status", order_status).sets(["order_status", "attempts", "last_tag"]))
        .tag("validate-form", validate_form)
        .tag("gallery", gallery)
        .tag("transition", transition)
        .tag("clear", clear)
        .tag("slow", slow)
        .tag("fail", fail)
        .tag("big", big)
        .tag("counter", counter)
        // None of them blocks.
        .inline()
        .tag("block", block)
}

#[derive(Deserialize)]
struct Order {
    customer_name: String,
    #[serde(deserialize_with = "text_or_number")]
    order_id: String,
    #[serde(default, deserialize_with = "number_or_nothing")]
    attempts: u64,
}

/// Order ids come as text or as a number, depending on the agent's entity.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Id;
    impl serde::de::Visitor<'_> for Id {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("text or a number")
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_u64<E>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_i64<E>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_f64<E>(self, number: f64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }
    deserializer.deserialize_any(Id)
}

fn number_or_nothing<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    struct Number(#[serde(deserialize_with = "number_or_text")] u64);
    Ok(Option::<Number>::deserialize(deserializer)?.map_or(0, |number| number.0))
}

async fn order_status(tag: Tag, Params(order): Params<Order>) -> Reply {
    let Order { customer_name, order_id, attempts } = order;
    Reply::text(format!("Hi {customer_name}, order {order_id} shipped and arrives on Friday."))
        .set("order_status", "shipped")
        .set("attempts", attempts.saturating_add(1))
        .set("last_tag", tag.0)
}

#[derive(Deserialize)]
struct Quantity {
    quantity: Option<f64>,
}

async fn validate_form(Form(form): Form<Quantity>) -> Reply {
    match form.quantity {
        Some(quantity) if (1.0..=10.0).contains(&quantity) && quantity.fract() == 0.0 => Reply::unchanged(),
        Some(_) => Reply::unchanged().reject("quantity", "Please choose a whole number from 1 to 10."),
        None => Reply::unchanged(),
    }
}

async fn gallery() -> Reply {
    let rich = RichContent::new()
        .card([
            Info::new("Order 42")
                .subtitle("Shipped")
                .image("https://example.com/box.png")
                .link("https://example.com/42")
                .into(),
            Description::new("What happens next", ["It travels by night.", "It arrives on Friday."]).into(),
            Image::new("https://example.com/map.png", "A map of its way").into(),
            Button::new("Track it").link("https://example.com/track").into(),
            Accordion::new("Small print", "Fridays may move.").subtitle("Open me").into(),
        ])
        .card([
            ListItem::new("Change the address").event("change-address").into(),
            Element::Divider,
            ListItem::new("Cancel")
                .subtitle("Until tonight")
                .event_with("cancel", json!({ "order": 42 }))
                .into(),
        ])
        .card([Chips::new([Chip::new("Thanks"), Chip::new("Help").link("https://example.com/help")]).into()]);
    let tool = "projects/example/locations/global/agents/demo/tools/map";
    Reply::text("One message of every kind follows.")
        .say_one_of(["This is one of two variants.", "This is the other of two variants."])
        .custom_payload(rich)
        .message(FulfillmentMessage::conversation_success(json!({ "goal": "gallery" })))
        .message(FulfillmentMessage::output_audio_text("Spoken text."))
        .message(FulfillmentMessage::output_audio_ssml("<speak>Spoken <emphasis>markup</emphasis>.</speak>"))
        .hand_off(json!({ "queue": "orders" }))
        .message(FulfillmentMessage::play_audio("https://example.com/jingle.mp3"))
        .message(FulfillmentMessage::telephony_transfer_call("+15550100000"))
        .message(FulfillmentMessage::knowledge_info_card())
        .message(FulfillmentMessage::tool_call(tool, "show", json!({ "order": 42 })))
        .message(FulfillmentMessage::text("For one channel alone.").channel("DF_MESSENGER"))
        .payload(json!({ "demo": { "kinds": 9 } }))
}

async fn transition(target: Param<Target>) -> Reply {
    Reply::unchanged().goto_page(&**target)
}

async fn clear(name: Param<Name>) -> Reply {
    Reply::unchanged().clear(&**name)
}

#[derive(Deserialize)]
struct Nap {
    #[serde(deserialize_with = "number_or_text")]
    ms: u64,
}

async fn slow(Params(nap): Params<Nap>) -> String {
    // A minute is more than any agent waits.
    let ms = nap.ms.min(60_000);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    format!("That took {ms} ms.")
}

/// What a handler does that waits without awaiting.
async fn block(Params(nap): Params<Nap>) -> String {
    let ms = nap.ms.min(60_000);
    std::thread::sleep(Duration::from_millis(ms));
    format!("That held a thread for {ms} ms.")
}

async fn fail(kind: Param<Kind>) -> Result<Reply> {
    let told = "The demo fails as asked.";
    Err(match kind.as_deref().unwrap_or("internal") {
        "bad-request" => Error::bad_request(told),
        "unauthorized" => Error::unauthorized(told),
        "forbidden" => Error::forbidden(told),
        "not-found" => Error::not_found(told),
        "internal" => Error::internal(told),
        "unavailable" => Error::unavailable(told),
        "panic" => panic!("the demo panics as asked"),
        other => Error::bad_request(format!(
            "The session parameter `kind` must be bad-request, unauthorized, forbidden, not-found, internal, \
             unavailable or panic, found {other:?}."
        )),
    })
}

async fn big() -> Reply {
    Reply::text("x".repeat(70_000)).set("filler", "y".repeat(2_000))
}

/// How often `counter` has run.
#[derive(Default)]
struct Runs(AtomicU64);

async fn counter(runs: State<Runs>) -> Reply {
    Reply::unchanged().set("count", runs.0.0.fetch_add(1, Ordering::Relaxed) + 1)
}
