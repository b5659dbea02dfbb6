//! From a router to something that answers: everything checked, nothing left to go wrong later.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Route, Router};
use crate::config;
use crate::fulfillment::deadline::Times;
use crate::fulfillment::deferred::Deferrals;
use crate::fulfillment::extract::States;
use crate::fulfillment::upstream::replay::Upstreams;
use crate::fulfillment::{EventRoutes, OnError, Reply};

/// Why a router cannot be served. Every fault is told, not only the first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the router cannot be served:{}", self.list())]
pub struct SetupError {
    /// What is wrong.
    pub faults: Vec<SetupFault>,
}

impl SetupError {
    fn list(&self) -> String {
        self.faults.iter().map(|fault| format!("\n- {fault}")).collect()
    }
}

/// One thing that is wrong with a router.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupFault {
    /// Two routes for one tag.
    #[error("two routes answer the tag `{tag}`; remove one of them")]
    DuplicateTag {
        /// The tag or pattern.
        tag: String,
    },
    /// A route without a tag.
    #[error("a route has an empty tag; Dialogflow always sends one. Use `fallback` to answer the rest")]
    EmptyTag,
    /// `*` alone.
    #[error("the pattern `*` takes every tag; say `fallback` instead")]
    EveryTag,
    /// Two fallbacks.
    #[error("there are two fallbacks; remove one of them")]
    DuplicateFallback,
    /// Two states of one type.
    #[error("two states have the type `{type_name}`; wrap one of them in a type of its own")]
    DuplicateState {
        /// The type.
        type_name: &'static str,
    },
    /// An idempotency header that no header can be.
    #[error("the idempotency header of `{tag}` cannot be a header's name: {name:?}")]
    HeaderName {
        /// The tag or pattern.
        tag: String,
        /// What was given.
        name: String,
    },
    /// A deferred answer to something that the next call does not ask again.
    #[error(
        "the answer of `{tag}` cannot be deferred: its handler takes {input}, which the next call has another one of; \
             put what is asked into session parameters"
    )]
    NotDeferrable {
        /// The tag or pattern.
        tag: String,
        /// The input.
        input: &'static str,
    },
    /// Duplicates shared among instances that have nothing to share them by.
    #[error(
        "repetitions of `{tag}` are to be recognized by all instances (duplicates = \"shared\"), which needs `store.url`; \
             set it, or choose \"local\""
    )]
    SharedWithoutStore {
        /// The tag or pattern; empty for the fallback.
        tag: String,
    },
    /// A type of event that is not received.
    #[error("a handler of events: {why}")]
    UnknownEvent {
        /// What is wrong with it.
        why: String,
    },
    /// Two handlers for one type of event.
    #[error("two handlers take events of `{event_type}`; remove one of them")]
    DuplicateEvent {
        /// The type or family.
        event_type: String,
    },
    /// An input that events of this type never have.
    #[error(
        "the handler of `{event_type}` takes a {input}, which only events of {domains} have; take the `Event` instead"
    )]
    EventInput {
        /// The type or family.
        event_type: String,
        /// The input.
        input: &'static str,
        /// The domains whose events have it.
        domains: String,
    },
    /// A state that a handler asks for and nobody gave.
    #[error("the handler of `{tag}` needs a state of type `{type_name}`; give it with `.state(…)`")]
    MissingState {
        /// The tag or pattern of the handler.
        tag: String,
        /// The type it asks for.
        type_name: &'static str,
    },
}

/// A router, checked and ready to answer.
#[derive(Debug)]
pub(crate) struct Fulfillment {
    exact: HashMap<String, Arc<Route>>,
    /// Longest first.
    prefixes: Vec<(String, Arc<Route>)>,
    fallback: Option<Arc<Route>>,
    states: Arc<States>,
    events: Arc<EventRoutes>,
    oversize_reply: Option<Reply>,
    deferrals: Arc<Deferrals>,
    upstreams: Upstreams,
}

impl Fulfillment {
    /// Checks and freezes `router`.
    pub(crate) fn build(
        router: Router,
        default_policy: &OnError,
        oversize_reply: Option<Reply>,
    ) -> Result<Self, SetupError> {
        // Merging into an empty router gives every route its hooks and policy.
        let Router { routes, fallback, events, states, mut faults, .. } = Router::new().merge(router);
        let mut exact = HashMap::new();
        let mut prefixes: Vec<(String, Arc<Route>)> = Vec::new();
        for mut route in routes {
            route.on_error.get_or_insert_with(|| default_policy.clone());
            let tag = route.pattern.clone();
            check(&route, &tag, &states, &mut faults);
            let duplicate = match tag.strip_suffix('*') {
                _ if tag.is_empty() => {
                    faults.push(SetupFault::EmptyTag);
                    false
                }
                Some("") => {
                    faults.push(SetupFault::EveryTag);
                    false
                }
                Some(prefix) => {
                    let known = prefixes.iter().any(|(other, _)| other == prefix);
                    prefixes.push((prefix.to_owned(), Arc::new(route)));
                    known
                }
                None => exact.insert(tag.clone(), Arc::new(route)).is_some(),
            };
            if duplicate {
                faults.push(SetupFault::DuplicateTag { tag });
            }
        }
        if fallback.len() > 1 {
            faults.push(SetupFault::DuplicateFallback);
        }
        let fallback = fallback.into_iter().next().map(|mut route| {
            route.on_error.get_or_insert_with(|| default_policy.clone());
            check(&route, "the fallback", &states, &mut faults);
            Arc::new(route)
        });
        let states = Arc::new(states);
        let events = Arc::new(EventRoutes::build(events, &states, &mut faults));
        if !faults.is_empty() {
            return Err(SetupError { faults });
        }
        prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        let upstreams = Upstreams::default();
        let deferrals = Arc::new(Deferrals::new(&config::Deferred::default(), None, None));
        Ok(Self { exact, prefixes, fallback, states, events, oversize_reply, deferrals, upstreams })
    }

    /// Keeps deferred answers there, where they outlast this router.
    pub(crate) fn deferring_to(self, deferrals: Arc<Deferrals>) -> Self {
        Self { deferrals, ..self }
    }

    /// Knows the webhooks that its routes call.
    pub(crate) fn calling(self, upstreams: Upstreams) -> Self {
        Self { upstreams, ..self }
    }

    /// The webhooks that its routes call.
    pub(crate) fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    pub(super) fn deferrals(&self) -> &Arc<Deferrals> {
        &self.deferrals
    }

    /// The times of a call that began then and has `deadline` unless its route says otherwise.
    pub(crate) fn times(&self, route: Option<&Route>, began: Instant, deadline: Duration) -> Times {
        Times::of(route, began, deadline, self.deferrals.settings().timeout)
    }

    pub(crate) fn route(&self, tag: &str) -> Option<&Arc<Route>> {
        self.exact
            .get(tag)
            .or_else(|| {
                let found = self.prefixes.iter().find(|(prefix, _)| tag.starts_with(prefix));
                found.map(|(_, route)| route)
            })
            .or(self.fallback.as_ref())
    }

    /// The tags and patterns served, sorted.
    pub(crate) fn patterns(&self) -> Vec<&str> {
        self.routes().into_iter().map(Route::pattern).collect()
    }

    /// The routes but for the fallback, by tag.
    pub(crate) fn routes(&self) -> Vec<&Route> {
        let exact = self.exact.values();
        let prefixes = self.prefixes.iter().map(|(_, route)| route);
        let mut routes: Vec<&Route> = exact.chain(prefixes).map(|route| &**route).collect();
        routes.sort_unstable_by_key(|route| route.pattern());
        routes
    }

    /// What answers the tags that no route names.
    pub(crate) fn fallback(&self) -> Option<&Route> {
        self.fallback.as_deref()
    }

    /// Whether tags that no route names are answered too.
    pub(crate) fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    pub(crate) fn states(&self) -> Arc<States> {
        Arc::clone(&self.states)
    }

    /// The handlers of events that are received.
    pub(crate) fn events(&self) -> &Arc<EventRoutes> {
        &self.events
    }

    pub(super) fn oversize_reply(&self) -> Option<&Reply> {
        self.oversize_reply.as_ref()
    }
}

fn check(route: &Route, tag: &str, states: &States, faults: &mut Vec<SetupFault>) {
    if let Some(name) = route.idempotency_name().filter(|name| !config::is_header_name(name)) {
        faults.push(SetupFault::HeaderName { tag: tag.to_owned(), name: name.to_owned() });
    }
    const PASSING: [&str; 5] = ["a form", "a payload", "an utterance", "a matched intent", "a sentiment"];
    if route.deferral.is_some() {
        let passing = route.needs_conversation().iter().filter(|input| PASSING.contains(input));
        faults.extend(passing.map(|input| SetupFault::NotDeferrable { tag: tag.to_owned(), input }));
    }
    for (id, type_name) in &route.needs.states {
        if !states.contains(*id) {
            faults.push(SetupFault::MissingState { tag: tag.to_owned(), type_name });
        }
    }
}
