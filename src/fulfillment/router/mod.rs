//! Which handler answers which tag.

mod answer;
mod build;
mod route;

use std::future::Future;
use std::sync::Arc;

use crate::error::Result;

use super::extract::{Needs, States};
use super::handler::{Erased, Handler, erase};
use super::hook::{self, After, Before, IntoVerdict};
use super::on_event::{EventHandler, EventRoute};
use super::{Call, OnError, Reply};

pub(crate) use answer::{Answer, AnswerForm, Outcome};
pub(crate) use build::Fulfillment;
pub use build::{SetupError, SetupFault};
pub use route::Route;

/// Handlers by tag, with what they share: state, hooks, and what happens when one fails.
///
/// A tag is matched exactly; a pattern such as `orders.*` takes every tag that begins with
/// `orders.`, the longest such pattern winning; what is left goes to the fallback, or is answered
/// 404 with the nearest known tag.
///
/// ```
/// use rejoinder::{OnError, Reply, Route, Router, State, Tag};
///
/// struct Shop { name: &'static str }
///
/// async fn hours(shop: State<Shop>) -> Reply {
///     Reply::text(format!("{} opens at nine.", shop.name))
/// }
/// async fn orders(tag: Tag) -> String {
///     format!("Something about {tag}.")
/// }
///
/// let router = Router::new()
///     .state(Shop { name: "Corner Shop" })
///     .tag("hours", hours)
///     .route(Route::new("orders.*", orders).on_error(OnError::apologise("Please call us.")));
/// # let _ = router;
/// ```
#[derive(Clone, Default)]
#[must_use = "a router answers nothing until it is served"]
pub struct Router {
    routes: Vec<Route>,
    fallback: Vec<Route>,
    events: Vec<EventRoute>,
    states: States,
    before: Vec<Before>,
    after: Vec<After>,
    on_error: Option<OnError>,
    faults: Vec<SetupFault>,
}

impl Router {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a tag, or every tag of a pattern such as `orders.*`, with `handler`.
    pub fn tag<Inputs: 'static>(self, tag: impl Into<String>, handler: impl Handler<Inputs>) -> Self {
        self.route(Route::new(tag, handler))
    }

    /// Adds a route that has settings of its own.
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Answers every tag that nothing else does.
    pub fn fallback<Inputs: 'static>(mut self, handler: impl Handler<Inputs>) -> Self {
        self.fallback.push(Route::new("", handler));
        self
    }

    /// Works on events of this type that are received, with `handler`: `zen:event-type:ticket.created`,
    /// all of a family by `zen:event-type:ticket.*`, or by `*` all that no other handler takes.
    ///
    /// Where events come in, `[receive]` says; [`on_event`](super::on_event) tells the rest.
    pub fn on_event<Inputs: 'static>(
        mut self,
        event_type: impl Into<String>,
        handler: impl EventHandler<Inputs>,
    ) -> Self {
        self.events.push(EventRoute::new(event_type, handler));
        self
    }

    /// Gives handlers something they can ask for as [`State<T>`](super::extract::State).
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        if !self.states.insert(state) {
            self.faults.push(SetupFault::DuplicateState { type_name: std::any::type_name::<T>() });
        }
        self
    }

    /// Runs `hook` before every handler of this router.
    ///
    /// It returns `()` to go on, `Option<Reply>` to answer in the handler's place, or a `Result` of
    /// one of these. Hooks run in the order they were added, those of an outer router first.
    pub fn before<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoVerdict> + Send + 'static,
    {
        self.before.push(hook::before(hook));
        self
    }

    /// Runs `hook` on every reply of this router's handlers, last added first.
    pub fn after<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Call, Reply) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Reply>> + Send + 'static,
    {
        self.after.push(hook::after(hook));
        self
    }

    /// What happens when a handler fails, for every route that does not say so itself.
    pub fn on_error(mut self, policy: OnError) -> Self {
        self.on_error = Some(policy);
        self
    }

    /// Runs the handlers added so far on the connections' own threads; see [`Route::inline`].
    pub fn inline(mut self) -> Self {
        self.routes = self.routes.into_iter().map(Route::inline).collect();
        self
    }

    /// Takes over everything of another router. Its hooks and policy stay with its own routes.
    pub fn merge(mut self, other: Self) -> Self {
        let Self { routes, fallback, events, states, before, after, on_error, faults } = other;
        let adopt = |mut route: Route| {
            route.before.splice(0..0, before.iter().map(Arc::clone));
            // They run from the last to the first: ours, further out, come after those of the route.
            route.after.splice(0..0, after.iter().map(Arc::clone));
            if route.on_error.is_none() {
                route.on_error.clone_from(&on_error);
            }
            route
        };
        self.routes.extend(routes.into_iter().map(adopt));
        self.fallback.extend(fallback.into_iter().map(adopt));
        self.events.extend(events);
        self.states.merge(states);
        self.faults.extend(faults);
        self
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router")
            .field("tags", &self.routes.iter().map(|route| &route.pattern).collect::<Vec<_>>())
            .field("states", &self.states)
            .finish_non_exhaustive()
    }
}
