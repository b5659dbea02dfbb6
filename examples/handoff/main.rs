//! An order agent that hands over to a person, whose answers come back into the conversation.
//!
//! The reply carries `liveAgentHandoff`; a trigger of this server opens a ticket; the ticket's public comments
//! come in as Zendesk's events and are said at the session's next call. `README.md` beside it has every
//! command, and `tickets.rs` a small stand-in for Zendesk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rejoinder::zendesk::event::{Comment, Event, Ticket};
use rejoinder::{Param, Rejoinder, Reply, Result, Session, State, param};
use serde_json::json;

param!(OrderId: String = "order_id");

/// What people have answered and the agent has not said yet, by session.
///
/// It is in memory: several instances would keep it in a database of theirs.
#[derive(Debug, Default)]
pub(crate) struct Answers(Mutex<HashMap<String, Vec<Answer>>>);

/// A comment, and the event that brought it.
#[derive(Debug)]
struct Answer {
    event_id: String,
    text: String,
}

impl Answers {
    /// An event may be worked on twice; its answer is kept once.
    fn keep(&self, session: &str, event_id: &str, text: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = all.entry(session.to_owned()).or_default();
        if answers.iter().all(|known| known.event_id != event_id) {
            answers.push(Answer { event_id: event_id.to_owned(), text: text.to_owned() });
        }
    }

    fn take(&self, session: &str) -> Vec<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session).unwrap_or_default()
    }
}

/// Says what people have answered; else hands over to one.
async fn help(order: Param<OrderId>, session: Session, answers: State<Answers>) -> Result<Reply> {
    let new = answers.take(&session.session);
    if !new.is_empty() {
        let said = new.into_iter().fold(Reply::unchanged(), |reply, answer| reply.say(answer.text));
        return Ok(said.set("answered", true));
    }
    Ok(Reply::text("I ask a colleague, who answers here in a moment.")
        .set("answered", false)
        .hand_off(json!({ "queue": "orders", "order_id": order.0 })))
}

/// Keeps a public comment for the session that the ticket names as its external id.
async fn on_comment(event: Event, ticket: Ticket, comment: Comment, answers: State<Answers>) {
    let staff = comment.author.is_some_and(|author| author.is_staff == Some(true));
    if let (Some(session), Some(text)) = (ticket.external_id, comment.body)
        && comment.is_public == Some(true)
        && staff
    {
        answers.keep(&session, event.id().unwrap_or_default(), &text);
    }
}

pub(crate) fn server() -> Rejoinder {
    Rejoinder::new()
        .state(Answers::default())
        .tag("order-help", help)
        .on_event("zen:event-type:ticket.comment_added", on_comment)
}

#[tokio::main]
async fn main() -> Result<()> {
    server().run().await
}
