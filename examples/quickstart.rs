//! A handler in ten lines.
//!
//! ```sh
//! cargo run --example quickstart
//! curl localhost:8080/webhook --json '{
//!   "fulfillmentInfo": { "tag": "order-status" },
//!   "sessionInfo": { "parameters": { "order_id": "42" } }
//! }'
//! ```

use rejoinder::{Params, Rejoinder, Reply, Result};

#[derive(serde::Deserialize)]
struct Order {
    order_id: String,
}

async fn order_status(Params(order): Params<Order>) -> Reply {
    Reply::text(format!("Order {} has shipped.", order.order_id)).set("order_status", "shipped")
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::new().tag("order-status", order_status).run().await
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use rejoinder::testing::WebhookCall;
    use rejoinder::{ErrorKind, Router};

    use super::*;

    #[tokio::test]
    async fn the_status_is_said_and_kept() -> Result<()> {
        let router = Router::new().tag("order-status", order_status);
        let response = WebhookCall::tag("order-status").parameter("order_id", "42").send(router).await?;
        assert_eq!(response.texts(), ["Order 42 has shipped."]);
        assert_eq!(response.parameter("order_status"), Some(&"shipped".into()));
        Ok(())
    }

    #[tokio::test]
    async fn a_call_without_an_order_is_refused() {
        let router = Router::new().tag("order-status", order_status);
        let error = WebhookCall::tag("order-status").send(router).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadRequest);
        assert!(error.public_message().contains("order_id"), "{error}");
    }
}
