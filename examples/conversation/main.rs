//! A form that is filled over several turns, and its conversation as a test.
//!
//! ```sh
//! cargo run --example conversation
//! rejoinder emulate examples/conversation/order.yaml --server http://127.0.0.1:8080/webhook
//! cargo test --features testing --example conversation
//! ```

use rejoinder::{Form, Params, Rejoinder, Reply, Result, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Pizza {
    size: Option<String>,
    count: Option<u64>,
}

/// Looks at what the form has collected so far.
async fn check(Form(pizza): Form<Pizza>) -> Reply {
    match pizza {
        Pizza { size: Some(size), .. } if size == "gigantic" => {
            Reply::unchanged().reject("size", "Our oven is not that large.")
        }
        Pizza { count: Some(count), .. } if count > 20 => {
            Reply::unchanged().reject("count", "We make 20 an evening.")
        }
        _ => Reply::unchanged(),
    }
}

#[derive(Deserialize)]
struct Order {
    size: String,
    count: u64,
}

async fn order(Params(order): Params<Order>) -> Result<Reply> {
    let Order { size, count } = order;
    Ok(Reply::text(format!("{count} {size} pizzas, in half an hour."))
        .set("order_number", 1)
        .clear("size")
        .clear("count"))
}

fn router() -> Router {
    Router::new().tag("check", check).tag("order", order)
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::from(router()).run().await
}

#[cfg(test)]
mod tests {
    use rejoinder::emulator::Input;
    use rejoinder::testing::Conversation;

    use super::router;

    #[tokio::test]
    async fn the_whole_conversation_goes_as_it_should() -> Result<(), Box<dyn std::error::Error>> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/conversation/order.yaml");
        Conversation::new(router())?.run_transcript(file).await?.assert_passed();
        Ok(())
    }

    #[tokio::test]
    async fn what_was_ordered_is_forgotten() -> Result<(), Box<dyn std::error::Error>> {
        let mut talk = Conversation::new(router())?;
        let input =
            Input::text("Two small ones").tag("order").parameter("size", "small").parameter("count", 2);
        let reaction = talk.turn(input).await?;
        assert_eq!(reaction.texts(), ["2 small pizzas, in half an hour."]);
        assert_eq!(reaction.parameter("size"), None);
        assert_eq!(talk.parameters().len(), 1);
        Ok(())
    }
}
