//! Something that all calls share: here a stock of tickets behind a lock.
//!
//! ```sh
//! cargo run --example shared_state
//! curl localhost:8080/webhook --json '{
//!   "fulfillmentInfo": { "tag": "buy-tickets" },
//!   "sessionInfo": { "parameters": { "show": "matinee", "tickets": 3 } }
//! }'
//! ```

use std::collections::HashMap;
use std::sync::Mutex;

use rejoinder::{Error, Params, Rejoinder, Reply, Result, Router, State};

/// Tickets left, by show.
struct Stock(Mutex<HashMap<&'static str, u32>>);

impl Stock {
    fn new() -> Self {
        Self(Mutex::new(HashMap::from([("matinee", 5), ("evening", 200)])))
    }

    /// Takes tickets and says how many are left; `None` if there are not enough.
    fn take(&self, show: &str, tickets: u32) -> Result<Option<u32>> {
        let mut stock = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let unknown = || Error::bad_request(format!("There is no show called {show:?}."));
        let left = stock.get_mut(show).ok_or_else(unknown)?;
        Ok(left.checked_sub(tickets).inspect(|rest| *left = *rest))
    }
}

#[derive(serde::Deserialize)]
struct Order {
    show: String,
    tickets: u32,
}

async fn buy_tickets(Params(order): Params<Order>, stock: State<Stock>) -> Result<Reply> {
    // The lock is released inside `take`: nothing is held across an `.await`.
    Ok(match stock.take(&order.show, order.tickets)? {
        Some(left) => Reply::text("They are yours.").set("tickets_left", left),
        None => Reply::text("There are not so many left."),
    })
}

fn router() -> Router {
    Router::new().state(Stock::new()).tag("buy-tickets", buy_tickets)
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::from(router()).run().await
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use rejoinder::testing::{Response, WebhookCall};

    use super::*;

    async fn buy(tickets: u32) -> Result<Response> {
        let call = WebhookCall::tag("buy-tickets").parameter("show", "matinee");
        call.parameter("tickets", tickets).send(router()).await
    }

    #[tokio::test]
    async fn only_tickets_that_are_left_are_sold() -> Result<()> {
        assert_eq!(buy(3).await?.parameter("tickets_left"), Some(&2.into()));
        assert_eq!(buy(6).await?.texts(), ["There are not so many left."]);
        Ok(())
    }

    #[test]
    fn what_is_sold_is_gone() {
        let stock = Stock::new();
        assert_eq!(stock.take("matinee", 3).unwrap(), Some(2));
        assert_eq!(stock.take("matinee", 3).unwrap(), None);
    }

    #[tokio::test]
    async fn a_router_without_the_state_does_not_start() {
        let stateless = Router::new().tag("buy-tickets", buy_tickets);
        let error = WebhookCall::tag("buy-tickets").send(stateless).await.unwrap_err();
        assert!(error.to_string().contains("Stock"), "{error}");
    }
}
