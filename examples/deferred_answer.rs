//! An answer that takes longer than the agent waits: an interim reply first, the finished one at a later call.
//!
//! ```sh
//! cargo run --example deferred_answer --features testing           # plays the conversation
//! cargo run --example deferred_answer --features testing -- serve  # answers an agent
//! ```
//!
//! `docs/deferred.md` has the pages of the agent.

#![expect(clippy::print_stdout, reason = "it shows a conversation")]

use std::time::Duration;

use rejoinder::testing::{Response, Webhook, WebhookCall};
use rejoinder::{Params, Rejoinder, Reply, Result, Route, Router};
use serde_json::{Map, Value};

#[derive(serde::Deserialize)]
struct Trip {
    city: String,
}

/// Stands for a search that takes its time.
async fn find_hotel(Params(trip): Params<Trip>) -> Reply {
    tokio::time::sleep(Duration::from_millis(700)).await;
    Reply::text(format!("The Harbour Inn in {} has a room.", trip.city)).set("hotel", "Harbour Inn")
}

fn router() -> Router {
    let interim = Reply::text("One moment, I am still looking.");
    Router::new().route(Route::new("find-hotel", find_hotel).defer_after(Duration::from_millis(300), interim))
}

/// One side of the conversation: what the agent keeps of its session.
#[derive(Default)]
struct Session {
    parameters: Map<String, Value>,
}

impl Session {
    /// Calls the webhook as a page of the agent does, and takes over what it sets.
    async fn call(&mut self, webhook: &Webhook) -> Result<Response> {
        let parameters = self.parameters.iter();
        let call = parameters
            .fold(WebhookCall::tag("find-hotel"), |call, (name, value)| call.parameter(name, value));
        let response = call.send_to(webhook).await?;
        for (name, value) in response.0.session_info.iter().flat_map(|session| &session.parameters) {
            match value {
                Value::Null => drop(self.parameters.remove(name)),
                value => drop(self.parameters.insert(name.clone(), value.clone())),
            }
        }
        Ok(response)
    }

    fn is_pending(&self) -> bool {
        self.parameters.get("rejoinder_pending") == Some(&Value::Bool(true))
    }
}

/// Asks for a hotel, and goes on as long as the answer is pending; gives everything that was said.
async fn converse(webhook: &Webhook, session: &mut Session, city: &str) -> Result<Vec<String>> {
    session.parameters.insert("city".to_owned(), city.into());
    let mut said = Vec::new();
    loop {
        let response = session.call(webhook).await?;
        said.extend(response.texts().into_iter().map(str::to_owned));
        if !session.is_pending() {
            return Ok(said);
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return Rejoinder::from(router()).run().await;
    }
    let mut session = Session::default();
    for text in converse(&Webhook::new(router())?, &mut session, "Oslo").await? {
        println!("agent: {text}");
    }
    println!("session: {}", Value::from(session.parameters));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_interim_reply_comes_until_the_answer_is_there() -> Result<()> {
        let mut session = Session::default();
        let said = converse(&Webhook::new(router())?, &mut session, "Oslo").await?;
        let (last, before) = said.split_last().expect("something is said");
        assert_eq!(last, "The Harbour Inn in Oslo has a room.");
        assert!(!before.is_empty() && before.iter().all(|text| text == "One moment, I am still looking."));
        assert_eq!(
            Value::from(session.parameters),
            serde_json::json!({ "city": "Oslo", "hotel": "Harbour Inn" })
        );
        Ok(())
    }

    #[tokio::test]
    async fn another_city_is_another_question() -> Result<()> {
        let webhook = Webhook::new(router())?;
        let mut session = Session::default();
        session.parameters.insert("city".to_owned(), "Oslo".into());
        session.call(&webhook).await?;
        let first = session.parameters["rejoinder_token"].clone();
        session.parameters.insert("city".to_owned(), "Bergen".into());
        session.call(&webhook).await?;
        assert_ne!(session.parameters["rejoinder_token"], first);
        let said = converse(&webhook, &mut session, "Bergen").await?;
        assert_eq!(said.last().map(String::as_str), Some("The Harbour Inn in Bergen has a room."));
        Ok(())
    }
}
