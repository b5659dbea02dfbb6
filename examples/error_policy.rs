//! What the agent is told when a handler fails, and code that runs around every handler.
//!
//! ```sh
//! cargo run --example error_policy
//! for tag in raise raise-as apologise; do
//!   curl localhost:8080/webhook --write-out ' %{http_code}\n' --json "{ \"fulfillmentInfo\": { \"tag\": \"$tag\" } }"
//! done
//! ```

use rejoinder::{Call, Error, ErrorKind, OnError, Rejoinder, Reply, Result, Route, Router};

/// Stands for a client of the bank that is away today.
async fn balance() -> Result<String> {
    Err(Error::unavailable("The bank does not answer.").with_cause("connection refused"))
}

async fn say_balance() -> Result<Reply> {
    Ok(Reply::text(format!("You have {}.", balance().await?)))
}

/// Runs before every handler: a reply ends the call, `None` lets it go on.
async fn closed(call: Call) -> Option<Reply> {
    (call.envelope().language_code() == "fr").then(|| Reply::text("Nous sommes fermés."))
}

/// Runs after every handler that has replied.
async fn sign(call: Call, reply: Reply) -> Result<Reply> {
    Ok(reply.set("last_tag", call.tag()))
}

fn router() -> Router {
    Router::new()
        // 503, the error's own status: the agent raises `webhook.error.unavailable`.
        .tag("raise", say_balance)
        // 400, whatever went wrong: the agent raises `webhook.error.bad-request`.
        .route(Route::new("raise-as", say_balance).on_error(OnError::RaiseAs(ErrorKind::BadRequest)))
        // 200: no event; the user hears this, and the log has the error.
        .route(Route::new("apologise", say_balance).on_error(OnError::apologise("Please ask again later.")))
        .tag("hello", async || "Hello.")
        .before(closed)
        .after(sign)
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::from(router()).run().await
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use rejoinder::testing::WebhookCall;

    use super::*;

    #[tokio::test]
    async fn each_policy_tells_the_failure_its_own_way() -> Result<()> {
        let raised = WebhookCall::tag("raise").send(router()).await.unwrap_err();
        assert_eq!(raised.kind(), ErrorKind::Unavailable);
        let raised = WebhookCall::tag("raise-as").send(router()).await.unwrap_err();
        assert_eq!(raised.kind(), ErrorKind::BadRequest);
        let response = WebhookCall::tag("apologise").send(router()).await?;
        assert_eq!(response.texts(), ["Please ask again later."]);
        Ok(())
    }

    #[tokio::test]
    async fn hooks_run_around_the_handler() -> Result<()> {
        let call = WebhookCall::tag("hello");
        assert_eq!(call.send(router()).await?.parameter("last_tag"), Some(&"hello".into()));
        let french = call.with(|request| request.language_code = "fr".to_owned());
        assert_eq!(french.send(router()).await?.texts(), ["Nous sommes fermés."]);
        Ok(())
    }
}
