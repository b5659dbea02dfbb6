//! Which handler works on which type of event.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Received;
use super::extract::EventNeeds;
use super::handler::{Erased, EventHandler, erase};
use crate::error::Result;
use crate::fulfillment::extract::States;
use crate::fulfillment::router::SetupFault;
use crate::zendesk::event_types::{ZENDESK, family_of, is_known};

/// Every event that nothing else takes.
const REST: &str = "*";

/// A handler and the types of events that it takes.
#[derive(Clone)]
pub(crate) struct EventRoute {
    event_type: String,
    handler: Erased,
    needs: EventNeeds,
}

impl EventRoute {
    pub(crate) fn new<Inputs: 'static, H: EventHandler<Inputs>>(
        event_type: impl Into<String>,
        handler: H,
    ) -> Self {
        let mut needs = EventNeeds::default();
        H::needs(&mut needs);
        Self { event_type: event_type.into(), handler: erase(handler), needs }
    }
}

impl fmt::Debug for EventRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventRoute").field(&self.event_type).finish()
    }
}

/// All of them, checked.
#[derive(Default)]
pub(crate) struct EventRoutes {
    types: HashMap<String, Erased>,
    /// By what stands before the dot.
    families: HashMap<String, Erased>,
    rest: Option<Erased>,
    states: Arc<States>,
}

impl EventRoutes {
    pub(crate) fn build(routes: Vec<EventRoute>, states: &Arc<States>, faults: &mut Vec<SetupFault>) -> Self {
        let mut this = Self { states: Arc::clone(states), ..Self::default() };
        for EventRoute { event_type, handler, needs } in routes {
            check(&event_type, &needs, states, faults);
            let known = match event_type.strip_suffix(".*") {
                _ if event_type == REST => this.rest.replace(handler),
                Some(family) => this.families.insert(family.to_owned(), handler),
                None => this.types.insert(event_type.clone(), handler),
            };
            if known.is_some() {
                faults.push(SetupFault::DuplicateEvent { event_type });
            }
        }
        this
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty() && self.families.is_empty() && self.rest.is_none()
    }

    /// The types, families and `*` that are worked on, sorted.
    pub(crate) fn patterns(&self) -> Vec<String> {
        let families = self.families.keys().map(|family| format!("{family}.*"));
        let rest = self.rest.iter().map(|_| REST.to_owned());
        let mut patterns: Vec<_> = self.types.keys().cloned().chain(families).chain(rest).collect();
        patterns.sort_unstable();
        patterns
    }

    /// Whether somebody works on events of this type.
    pub(crate) fn takes(&self, event_type: &str) -> bool {
        self.route(event_type).is_some()
    }

    /// The most particular one wins.
    fn route(&self, event_type: &str) -> Option<&Erased> {
        let family = || self.families.get(family_of(event_type));
        self.types.get(event_type).or_else(family).or(self.rest.as_ref())
    }

    /// Works on it; none if nobody takes its type.
    pub(crate) fn handle(
        &self,
        received: Received,
    ) -> Option<impl Future<Output = Result<()>> + Send + use<>> {
        let handler = self.route(received.event().event_type())?;
        Some(handler(received))
    }

    pub(crate) fn states(&self) -> &Arc<States> {
        &self.states
    }
}

impl fmt::Debug for EventRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.types.keys().chain(self.families.keys()).collect::<Vec<_>>();
        f.debug_struct("EventRoutes").field("types", &types).finish_non_exhaustive()
    }
}

fn check(event_type: &str, needs: &EventNeeds, states: &States, faults: &mut Vec<SetupFault>) {
    let of_zendesk = event_type.starts_with(ZENDESK);
    if event_type != REST {
        let unknown = match is_known(event_type) {
            Err(why) => Some(why),
            Ok(()) if !of_zendesk => Some(format!(
                "{event_type} is told by this server, and not received; webhooks subscribe to it"
            )),
            Ok(()) => None,
        };
        if let Some(why) = unknown {
            faults.push(SetupFault::UnknownEvent { why });
            return;
        }
    }
    let family = family_of(event_type).strip_prefix(ZENDESK).unwrap_or_default();
    for (input, domains) in &needs.domains {
        if !domains.contains(&family) {
            faults.push(SetupFault::EventInput {
                event_type: event_type.to_owned(),
                input,
                domains: domains.join(", "),
            });
        }
    }
    for (id, type_name) in &needs.states {
        if !states.contains(*id) {
            faults.push(SetupFault::MissingState { tag: event_type.to_owned(), type_name });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfillment::{Fulfillment, OnError, Router};
    use crate::zendesk::event::{Comment, Event, Ticket, User};
    use crate::{Error, EventSource, State};

    async fn nothing() {}

    fn build(router: Router) -> std::result::Result<Fulfillment, String> {
        Fulfillment::build(router, &OnError::Raise, None).map_err(|error| error.to_string())
    }

    #[test]
    fn wrong_types_and_inputs_are_told_before_the_first_event() {
        async fn of_ticket(_: Ticket, _: Comment) {}
        async fn of_user(_: User, _: State<String>) {}
        let faults = build(
            Router::new()
                .on_event("zen:event-type:ticket.comment_add", nothing)
                .on_event("rejoinder:event-type:conversation.turn", nothing)
                .on_event("ticket.created", nothing)
                .on_event("zen:event-type:user.created", of_ticket)
                .on_event("zen:event-type:ticket.*", of_user)
                .on_event("*", of_ticket)
                .merge(Router::new().on_event("zen:event-type:user.created", nothing)),
        )
        .expect_err("faults");
        for part in [
            "did you mean zen:event-type:ticket.comment_added?",
            "rejoinder:event-type:conversation.turn is told by this server",
            "did you mean zen:event-type:ticket.created?",
            "the handler of `zen:event-type:user.created` takes a Ticket, which only events of ticket have",
            "the handler of `zen:event-type:user.created` takes a Comment, which only events of ticket, article, community_post have",
            "the handler of `zen:event-type:ticket.*` takes a User",
            "the handler of `zen:event-type:ticket.*` needs a state of type `alloc::string::String`",
            "the handler of `*` takes a Ticket",
            "two handlers take events of `zen:event-type:user.created`",
        ] {
            assert!(faults.contains(part), "{part}: {faults}");
        }
    }

    #[tokio::test]
    async fn the_most_particular_handler_works_on_an_event_with_what_it_asks_for() {
        let (tell, told) = std::sync::mpsc::channel::<String>();
        let exact = move |ticket: Ticket,
                          source: EventSource,
                          said: State<std::sync::mpsc::Sender<String>>| async move {
            said.send(format!("{source} {}", ticket.id.as_deref().unwrap_or_default())).map_err(Error::from)
        };
        let fulfillment = build(
            Router::new()
                .state(tell)
                .on_event("zen:event-type:ticket.created", exact)
                .on_event("zen:event-type:ticket.*", async |_: Comment| ())
                .on_event("*", async |received: Received| {
                    if received.event().event_type().is_empty() { Err("no type") } else { Ok(()) }
                }),
        )
        .expect("no fault");
        let events = fulfillment.events();
        let handle = |body: &str| {
            let event = Event::parse(body.as_bytes()).expect("an event");
            let states = Arc::clone(events.states());
            events.handle(Received::new(event, "support".into(), "i".to_owned(), 1, states)).expect("taken")
        };
        handle(r#"{"type":"zen:event-type:ticket.created","detail":{"id":5}}"#).await.expect("handled");
        assert_eq!(told.try_recv().as_deref(), Ok("support 5"));
        let lacks = handle(r#"{"type":"zen:event-type:ticket.merged"}"#).await.expect_err("no comment");
        assert_eq!(lacks.kind(), crate::ErrorKind::BadRequest);
        handle(r#"{"type":"zen:event-type:starship.launched"}"#).await.expect("handled");
        assert_eq!(handle("{}").await.expect_err("no type").kind(), crate::ErrorKind::Internal);
        assert!(!build(Router::new()).expect("no fault").events().takes("zen:event-type:ticket.created"));
    }
}
