//! An exported agent as a test: it is executed without Dialogflow, and its webhooks are these handlers.
//!
//! ```sh
//! cargo run --example exported_agent
//! rejoinder emulate --agent fixtures/agents/order-status --server http://127.0.0.1:8080
//! rejoinder replay --agent fixtures/agents/order-status --server http://127.0.0.1:8080
//! cargo test --features testing --example exported_agent
//! ```

use rejoinder::{Form, Params, Rejoinder, Reply, Result, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    order_id: String,
}

/// Where an order is; the agent has the words for it.
async fn order_status(Params(order): Params<Order>) -> Reply {
    let status = if order.order_id.starts_with('A') { "shipped" } else { "delivered" };
    Reply::unchanged().set("order_status", status)
}

#[derive(Deserialize)]
struct Change {
    quantity: u32,
}

/// Whether so many can be had.
async fn validate(Form(change): Form<Change>) -> Reply {
    match change.quantity {
        1..=10 => Reply::unchanged(),
        _ => Reply::unchanged().reject("quantity", "We have ten at most."),
    }
}

/// The day's cancellations, for a flexible webhook.
async fn cancelled() -> Reply {
    Reply::unchanged().set("count", 1)
}

fn router() -> Router {
    Router::new().tag("order-status", order_status).tag("validate-form", validate).tag("counter", cancelled)
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::from(router()).run().await
}

#[cfg(test)]
mod tests {
    use rejoinder::emulator::Start;
    use rejoinder::emulator::agent::AgentInput;
    use rejoinder::testing::{AgentConversation, ConversationError};

    use super::router;

    const AGENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/agents/order-status");

    #[tokio::test]
    async fn an_order_is_found_and_changed() -> Result<(), ConversationError> {
        let mut talk = AgentConversation::new(AGENT, router())?;
        talk.says("Where is my order B-2001?").await?;
        let told = talk.says("Ada").await?;
        assert_eq!(told.texts(), ["Order B-2001 has arrived."]);

        let refused = talk.says("I want 99 of them").await?;
        assert_eq!(refused.texts(), ["We have ten at most.", "Please choose another number."]);
        let noted = talk.says("3").await?;
        assert_eq!(noted.texts(), ["I have noted 3.", "Can I help you with anything else?"]);
        assert!(talk.says("Bye!").await?.ended);
        Ok(())
    }

    #[tokio::test]
    async fn an_order_is_cancelled_in_german() -> Result<(), ConversationError> {
        let mut start = Start::default();
        start.language = "de".to_owned();
        let mut talk = AgentConversation::new(AGENT, router())?.begin(start)?;
        talk.says("meine Bestellung stornieren").await?;
        let done = talk.says("Dauert zu lange").await?;
        assert_eq!(done.texts(), ["Erledigt. Das macht heute 1.", "Kann ich noch etwas für Sie tun?"]);
        assert_eq!(done.parameter("summary"), Some(&"cancelled: too late".into()));
        assert_eq!(done.calls[0].webhook, "Cancellations");
        Ok(())
    }

    #[tokio::test]
    async fn what_is_not_understood_can_be_said_outright() -> Result<(), ConversationError> {
        let mut talk = AgentConversation::new(AGENT, router())?;
        let input = AgentInput::text("My parcel, the one from last week?").matching("order.status");
        talk.turn(input.value("order_id", "A-1042")).await?;
        let told = talk.turn(AgentInput::text("It's me, Ada").value("customer_name", "Ada")).await?;
        assert_eq!(told.place.page, "Show status");
        Ok(())
    }

    #[tokio::test]
    async fn the_agent_s_own_test_cases_pass() -> Result<(), ConversationError> {
        let reports = AgentConversation::new(AGENT, router())?.run_test_cases().await;
        assert!(!reports.is_empty());
        for report in reports {
            assert!(report.passed(), "{report}");
        }
        Ok(())
    }
}
