//! What handlers of events take out of one.

use std::any::{TypeId, type_name};
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use super::Received;
use crate::error::{Error, Result};
use crate::fulfillment::extract::State;
use crate::zendesk::event::{
    Agent, Article, Change, Comment, CommunityPost, Event, LiveMetrics, Message, MessagingTicket, OfDomain,
    OmnichannelConfig, Organization, Ticket, User,
};

/// An input of a handler of events: taken out of what was received.
///
/// An input that an event does not have ends the work on it: it is not tried again, and can be found
/// among the dead letters. One that no event of the handler's type can have is told at start.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input of a handler of events",
    label = "cannot be taken out of an event",
    note = "inputs are `Event`, `Change`, `Received`, `EventSource`, `State<T>`, and what events are about, such as \
            `Ticket`, `User`, `Comment` or `Message`"
)]
pub trait FromEvent: Sized + Send {
    /// Takes it out.
    fn from_event(received: &Received) -> impl Future<Output = Result<Self>> + Send;

    /// Says what it needs to be there before the first event.
    fn needs(_needs: &mut EventNeeds) {}
}

/// What a handler's inputs ask for, collected when it is added to a router.
#[derive(Debug, Clone, Default)]
pub struct EventNeeds {
    pub(super) states: Vec<(TypeId, &'static str)>,
    /// Types of inputs, each with the domains whose events have it.
    pub(super) domains: Vec<(&'static str, &'static [&'static str])>,
}

/// The name of the source that sent the event, as in `[receive.zendesk.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventSource(Arc<str>);

impl Deref for EventSource {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromEvent for Received {
    async fn from_event(received: &Received) -> Result<Self> {
        Ok(received.clone())
    }
}

impl FromEvent for Event {
    async fn from_event(received: &Received) -> Result<Self> {
        Ok(received.event().clone())
    }
}

impl FromEvent for Change {
    async fn from_event(received: &Received) -> Result<Self> {
        Ok(received.event().change())
    }
}

impl FromEvent for EventSource {
    async fn from_event(received: &Received) -> Result<Self> {
        Ok(Self(Arc::clone(&received.0.source)))
    }
}

impl<T: Send + Sync + 'static> FromEvent for State<T> {
    async fn from_event(received: &Received) -> Result<Self> {
        // Checked at start-up; a handler that asks inside another extractor can still miss it.
        received.states().get().map(Self).ok_or_else(|| {
            Error::internal("The handler failed.")
                .with_cause(format!("no state of type {} was given to the router", type_name::<T>()))
        })
    }

    fn needs(needs: &mut EventNeeds) {
        needs.states.push((TypeId::of::<T>(), type_name::<T>()));
    }
}

macro_rules! details {
    ($($detail:ident,)+) => {$(
        impl FromEvent for $detail {
            async fn from_event(received: &Received) -> Result<Self> {
                let event = received.event();
                if event.domain() != Self::DOMAIN {
                    return Err(lacks(stringify!($detail), event));
                }
                Ok(Self::of_event(event.detail_members()))
            }

            fn needs(needs: &mut EventNeeds) {
                needs.domains.push((stringify!($detail), &[Self::DOMAIN]));
            }
        }
    )+};
}

details! {
    User, Organization, Ticket, MessagingTicket, Article, CommunityPost, Agent, OmnichannelConfig, LiveMetrics,
}

impl FromEvent for Comment {
    async fn from_event(received: &Received) -> Result<Self> {
        match received.event().change() {
            Change::Comment(comment) => Ok(*comment),
            _ => Err(lacks("Comment", received.event())),
        }
    }

    fn needs(needs: &mut EventNeeds) {
        needs.domains.push(("Comment", &["ticket", "article", "community_post"]));
    }
}

impl FromEvent for Message {
    async fn from_event(received: &Received) -> Result<Self> {
        match received.event().change() {
            Change::Message(message) => Ok(*message),
            _ => Err(lacks("Message", received.event())),
        }
    }

    fn needs(needs: &mut EventNeeds) {
        needs.domains.push(("Message", &["messaging_ticket"]));
    }
}

fn lacks(input: &str, event: &Event) -> Error {
    let event_type = crate::excerpt::excerpt(event.event_type(), 100);
    Error::bad_request(format!("the handler takes a {input}, and an event of type {event_type:?} has none"))
}
