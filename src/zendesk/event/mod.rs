//! Events as Zendesk's webhooks bring them: the envelope, and what is known of each kind.
//!
//! Nothing in here refuses what is new. Ids are text whether they came as text or as a number of any
//! length, members that nobody knows are kept, a type that nobody knows is one, and members that are
//! missing, as in tests made by hand, are none.
//!
//! ```
//! use rejoinder::zendesk::event::{Change, Detail, Event};
//!
//! let body = br#"{
//!     "id": "d4f5c389-8f4a-4c2e-a1b9-8e4f39c71d52", "type": "zen:event-type:ticket.status_changed",
//!     "subject": "zen:ticket:5158", "time": "2025-01-08T16:45:20.987654321Z", "account_id": 22129848,
//!     "detail": { "id": "5158", "status": "SOLVED", "requester_id": 8447388090494 },
//!     "event": { "current": "SOLVED", "previous": "OPEN" }
//! }"#;
//! let event = Event::parse(body)?;
//! assert_eq!((event.domain(), event.name()), ("ticket", "status_changed"));
//!
//! let Detail::Ticket(ticket) = event.detail() else { panic!("a ticket") };
//! assert_eq!(ticket.requester_id.as_deref(), Some("8447388090494"));
//! assert!(ticket.status.is_some_and(|status| status.is("solved")));
//!
//! let Change::Field { previous, .. } = event.change() else { panic!("a field") };
//! assert_eq!(previous.as_deref(), Some("OPEN"));
//! # Ok::<(), rejoinder::zendesk::event::NotAnEvent>(())
//! ```

mod change;
mod detail;
mod member;
mod numbers;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use change::{Actor, Author, Change, Comment, Message, Sequence};
pub(crate) use detail::OfDomain;
pub use detail::{
    Agent, Article, CommunityPost, Detail, LiveMetrics, MessagingTicket, OmnichannelConfig, Organization,
    Ticket, User,
};
pub use member::Text;

use super::event_types::ZENDESK;
use member::Member as _;

/// An event; clones are the same.
///
/// See the [module](self).
#[derive(Clone, PartialEq)]
pub struct Event(Arc<Members>);

#[derive(Debug, Default, PartialEq)]
struct Members {
    account_id: Option<Text>,
    id: Option<Text>,
    event_type: String,
    subject: Option<Text>,
    time: Option<Text>,
    version: Option<Text>,
    detail: Map<String, Value>,
    change: Map<String, Value>,
    /// What the envelope has besides.
    others: Map<String, Value>,
}

/// A body that holds no event: it is no JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an event, which is a JSON object: {cause}")]
pub struct NotAnEvent {
    cause: String,
}

impl Event {
    /// Reads the body of a request.
    ///
    /// # Errors
    ///
    /// If it is no JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, NotAnEvent> {
        let refused = |cause: &str| NotAnEvent { cause: cause.to_owned() };
        let text = std::str::from_utf8(body).map_err(|_| refused("it is no UTF-8 text"))?;
        // The parser's own messages quote what it found.
        let value = serde_json::from_str(&numbers::exact(text)).map_err(|error| NotAnEvent {
            cause: format!("it is no JSON at line {}, column {}", error.line(), error.column()),
        })?;
        let Value::Object(mut whole) = value else { return Err(refused("it is another JSON value")) };
        let mut take = |name: &str| whole.remove(name);
        let mut text = |name: &str| Option::<Text>::read(take(name).as_ref());
        let (account_id, id, event_type) = (text("account_id"), text("id"), text("type"));
        let (subject, time, version) = (text("subject"), text("time"), text("zendesk_event_version"));
        let mut object = |name: &str| match whole.remove(name) {
            Some(Value::Object(members)) => members,
            // Whatever else it is stays readable as it came.
            Some(other) if !other.is_null() => Map::from_iter([(name.to_owned(), other)]),
            _ => Map::new(),
        };
        let (detail, change) = (object("detail"), object("event"));
        let event_type = event_type.map(String::from).unwrap_or_default();
        let others = whole;
        Ok(Self(Arc::new(Members {
            account_id,
            id,
            event_type,
            subject,
            time,
            version,
            detail,
            change,
            others,
        })))
    }

    /// The event's own id, the same however often it is sent.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// Its type, such as `zen:event-type:ticket.comment_added`; empty if it says none.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.0.event_type
    }

    /// What it is about, such as `ticket`; empty if its type says none.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.split().0
    }

    /// What happened, such as `comment_added`; empty if its type says none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.split().1
    }

    fn split(&self) -> (&str, &str) {
        let kind = self.0.event_type.strip_prefix(ZENDESK).unwrap_or_default();
        kind.split_once('.').unwrap_or((kind, ""))
    }

    /// The account that it comes from.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.0.account_id.as_deref()
    }

    /// The resource, such as `zen:ticket:5158`; events of messaging have their ticket there, too.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// When it happened, as it was written.
    #[must_use]
    pub fn time_text(&self) -> Option<&str> {
        self.0.time.as_deref()
    }

    /// When it happened, to the nanosecond; none if that is not written as RFC 3339 has it.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        self.time_text()?.parse::<jiff::Timestamp>().ok().map(Into::into)
    }

    /// The version of its form, `2022-06-20` or `2022-11-06`.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.0.version.as_deref()
    }

    /// The resource as it was, by the domain of the type.
    #[must_use]
    pub fn detail(&self) -> Detail {
        Detail::of(self.domain(), &self.0.detail)
    }

    /// What changed, by its members.
    #[must_use]
    pub fn change(&self) -> Change {
        Change::of(&self.0.change)
    }

    /// The member `detail` as it came; integers beyond 64 bits are text.
    #[must_use]
    pub fn detail_members(&self) -> &Map<String, Value> {
        &self.0.detail
    }

    /// The member `event` as it came; integers beyond 64 bits are text.
    #[must_use]
    pub fn change_members(&self) -> &Map<String, Value> {
        &self.0.change
    }

    /// What the envelope has besides the members that are known.
    #[must_use]
    pub fn other_members(&self) -> &Map<String, Value> {
        &self.0.others
    }

    /// The resource as a type of yours.
    ///
    /// # Errors
    ///
    /// If it does not have the form that the type asks for.
    pub fn detail_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.0.detail.clone()))
    }

    /// What changed as a type of yours.
    ///
    /// # Errors
    ///
    /// If it does not have the form that the type asks for.
    pub fn change_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.0.change.clone()))
    }

    /// Which events came of one action, and in which order they were made. They may come in another one.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        let of = |members: &Map<String, Value>| Sequence::read(members.get("meta")?.get("sequence"));
        of(&self.0.change).or_else(|| of(&self.0.others))
    }

    /// Who did it, as far as the event tells: the actor of a message, the author of a comment, the
    /// actor of a ticket.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        if let Some(actor) = Actor::read(self.0.change.get("actor")) {
            return Some(actor);
        }
        let comment = self.0.change.get("comment");
        if let Some(author) = comment.and_then(|comment| Author::read(comment.get("author"))) {
            return Some(Actor { id: author.id, name: author.name, kind: None });
        }
        let id = Option::<Text>::read(self.0.detail.get("actor_id"))?;
        Some(Actor { id: Some(id), ..Actor::default() })
    }
}

/// Without what people wrote: it may come into a log.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Members { id, event_type, subject, time, .. } = &*self.0;
        let mut shown = f.debug_struct("Event");
        shown.field("id", id).field("type", event_type).field("subject", subject).field("time", time);
        shown.finish_non_exhaustive()
    }
}
