//! Handlers of events that neighbour systems send, and what they take out of one.
//!
//! A handler of events is an async function as one of tags is, with inputs of its own
//! ([`FromEvent`]); it answers nobody. It is run after the event was stored and acknowledged: if it
//! fails it is run again, so it should bear to see an event twice ([`Received::event_id`]).
//!
//! ```
//! use rejoinder::zendesk::event::{Comment, Ticket};
//! use rejoinder::{EventSource, Rejoinder, Result, State};
//!
//! struct Crm { url: String }
//!
//! async fn on_comment(ticket: Ticket, comment: Comment, source: EventSource, crm: State<Crm>) -> Result<()> {
//!     println!("{source}: ticket {:?} has a comment for {}: {:?}", ticket.id, crm.url, comment.body);
//!     Ok(())
//! }
//!
//! let server = Rejoinder::new()
//!     .state(Crm { url: "https://crm.example.com".to_owned() })
//!     .on_event("zen:event-type:ticket.comment_added", on_comment)
//!     .on_event("zen:event-type:user.*", async |event: rejoinder::zendesk::event::Event| {
//!         println!("{}", event.name());
//!     });
//! # let _ = server;
//! ```

mod extract;
mod handler;
mod routes;

pub use extract::{EventNeeds, EventSource, FromEvent};
pub use handler::{EventHandler, EventOutcome};
pub(crate) use routes::{EventRoute, EventRoutes};

use std::fmt;
use std::sync::Arc;

use super::extract::States;
use crate::zendesk::event::Event;

/// An event that came in, on its way to its handler; clones are the same.
#[derive(Clone)]
pub struct Received(Arc<Parts>);

struct Parts {
    event: Event,
    source: Arc<str>,
    id: String,
    attempt: u32,
    states: Arc<States>,
}

impl Received {
    pub(crate) fn new(event: Event, source: Arc<str>, id: String, attempt: u32, states: Arc<States>) -> Self {
        Self(Arc::new(Parts { event, source, id, attempt, states }))
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.0.event
    }

    /// What the event is told apart by from all others, also when it is worked on again: its own id,
    /// or that of the invocation if it has none.
    #[must_use]
    pub fn event_id(&self) -> &str {
        self.0.event.id().unwrap_or(&self.0.id)
    }

    /// The name of the source in `[receive.zendesk.NAME]`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The id that the activity log and `/api/received` have for it.
    #[must_use]
    pub fn invocation(&self) -> &str {
        &self.0.id
    }

    /// How often it is worked on, this time included; from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    fn states(&self) -> &States {
        &self.0.states
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { event, source, id, attempt, .. } = &*self.0;
        let mut shown = f.debug_struct("Received");
        shown.field("event", event).field("source", source).field("id", id).field("attempt", attempt);
        shown.finish_non_exhaustive()
    }
}
