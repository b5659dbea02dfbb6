//! A fulfillment server in one chain of calls.

use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use super::background::Background;
use super::body::Limits;
use super::door::Door;
use super::duplicate::{Duplicates, Shared};
use super::error::ServerError;
use super::executor;
use super::flood::Flood;
use super::lifecycle::Lifecycle;
use super::live::{Built, Live};
use super::overload::Overload;
use super::run::Server;
use super::service::Service;
use super::shown::Shown;
use super::signals::signals;
use crate::access::Access;
use crate::activity::Activity;
use crate::activity::redact::Redactor;
use crate::auth::Auth;
use crate::clock::Clock;
use crate::config::{Config, DuplicateScope, Sources};
use crate::emulator::package::check::Served;
use crate::fulfillment::deferred::Hold;
use crate::fulfillment::on_event::EventHandler;
use crate::fulfillment::{
    Call, Fulfillment, Handler, IntoVerdict, OnError, Reply, Route, Router, SetupError, SetupFault,
};
use crate::store::Store;
use crate::telemetry::trace::Tracing;
use crate::{Result, demo, telemetry};

/// A fulfillment server: a [`Router`] with everything around it.
///
/// ```no_run
/// use rejoinder::{Params, Rejoinder, Reply, Result};
///
/// #[derive(serde::Deserialize)]
/// struct Order { order_id: String }
///
/// async fn order_status(Params(order): Params<Order>) -> Result<Reply> {
///     Ok(Reply::text(format!("Order {} has shipped.", order.order_id)).set("order_status", "shipped"))
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<()> {
///     Rejoinder::new().tag("order-status", order_status).run().await
/// }
/// ```
#[derive(Debug, Default)]
#[must_use = "it does nothing until it runs"]
pub struct Rejoinder {
    router: Router,
}

impl From<Router> for Rejoinder {
    fn from(router: Router) -> Self {
        Self { router }
    }
}

impl From<Rejoinder> for Router {
    fn from(rejoinder: Rejoinder) -> Self {
        rejoinder.router
    }
}

impl Rejoinder {
    /// Serves nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`Router::tag`].
    pub fn tag<Inputs: 'static>(self, tag: impl Into<String>, handler: impl Handler<Inputs>) -> Self {
        self.router.tag(tag, handler).into()
    }

    /// See [`Router::route`].
    pub fn route(self, route: Route) -> Self {
        self.router.route(route).into()
    }

    /// See [`Router::fallback`].
    pub fn fallback<Inputs: 'static>(self, handler: impl Handler<Inputs>) -> Self {
        self.router.fallback(handler).into()
    }

    /// See [`Router::on_event`].
    pub fn on_event<Inputs: 'static>(
        self,
        event_type: impl Into<String>,
        handler: impl EventHandler<Inputs>,
    ) -> Self {
        self.router.on_event(event_type, handler).into()
    }

    /// See [`Router::state`].
    pub fn state<T: Send + Sync + 'static>(self, state: T) -> Self {
        self.router.state(state).into()
    }

    /// See [`Router::before`].
    pub fn before<F, Fut>(self, hook: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoVerdict> + Send + 'static,
    {
        self.router.before(hook).into()
    }

    /// See [`Router::after`].
    pub fn after<F, Fut>(self, hook: F) -> Self
    where
        F: Fn(Call, Reply) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Reply>> + Send + 'static,
    {
        self.router.after(hook).into()
    }

    /// See [`Router::on_error`].
    pub fn on_error(self, policy: OnError) -> Self {
        self.router.on_error(policy).into()
    }

    /// See [`Router::merge`].
    pub fn merge(self, router: Router) -> Self {
        self.router.merge(router).into()
    }

    /// Runs the server until SIGTERM or SIGINT, set up as `rejoinder serve` would be: from
    /// `rejoinder.toml` in the working folder, if there is one, and the environment.
    ///
    /// From then on the process has `server.shutdown_timeout`, and not quite a second to end; a second
    /// signal ends it at once. Where that is not wanted, [`bind`](Self::bind) and [`Server::run`]
    /// leave signals to you.
    ///
    /// # Errors
    ///
    /// Faults of the settings or the router, an address that cannot be used.
    pub async fn run(self) -> Result<()> {
        let config = Config::load(&Sources::of_process())?;
        telemetry::install(&config.log);
        let asked = signals(config.server.shutdown_timeout);
        let server = self.bind(config)?;
        for address in server.addresses() {
            tracing::info!(%address, scheme = server.scheme(), "listening");
        }
        server.reloads().on_hangup().map_err(ServerError::from)?;
        let done = server.run(asked).await;
        telemetry::flush();
        Ok(done?)
    }

    /// Takes an address and checks everything; [`Server::run`] then answers.
    ///
    /// Routes of the settings that cannot be served are logged and answer 500; they stop no other.
    ///
    /// # Errors
    ///
    /// Faults of the router, an address that cannot be used or that would be open to the world.
    pub fn bind(self, config: Config) -> Result<Server, ServerError> {
        let router = if config.demo { self.router.merge(demo::router()) } else { self.router };
        let (live, service) = door(router, &config, None)?;
        for note in config.auth.notes() {
            tracing::warn!("{note}");
        }
        Server::bind(live, service, config.server)
    }

    /// What is answered with these settings, for comparing it with an agent:
    /// [`AgentPackage::check`](crate::emulator::package::AgentPackage::check).
    ///
    /// Routes of the settings that cannot be served count as served; they are told when they are bound.
    ///
    /// # Errors
    ///
    /// Faults of the router.
    pub fn served(&self, config: &Config) -> Result<Served, SetupError> {
        let router = self.router.clone();
        let router = if config.demo { router.merge(demo::router()) } else { router };
        let built = Live::new(router, config, None, None).build()?;
        Ok(Served::of(&built.fulfillment, config))
    }

    /// Makes a door to mount in an actix app of your own, at `path`.
    ///
    /// Nothing is read from files or the environment: limits and policies are the defaults, and
    /// `auth` says who may call. Flexible calls are not answered. Calls are bounded as elsewhere;
    /// what clients may do below them, slow heads and idle connections, is your server's to limit.
    ///
    /// # Errors
    ///
    /// Faults of the router; the system refusing a thread.
    pub fn service(self, path: impl Into<String>, auth: Auth) -> Result<Service, ServerError> {
        let mut config = Config::load(&Sources::default())?;
        config.server.webhook_paths = vec![path.into()];
        config.flexible.path.clear();
        // Nobody could read it.
        config.activity.enabled = Some(false);
        Ok(door(self.router, &config, Some(auth))?.1)
    }
}

/// The door of these settings, whose checks are those of the settings unless there are others.
fn door(router: Router, config: &Config, auth: Option<Auth>) -> Result<(Live, Service), ServerError> {
    let server = &config.server;
    let handlers = executor::handle(executor::threads(server.handler_threads))?;
    let lifecycle = Lifecycle::default();
    let background = lifecycle.clone();
    let hold: Hold = Arc::new(move || Box::new(background.background()));
    let live = Live::new(router, config, Some(handlers.clone()), Some(hold));
    let metrics = live.outbound().metrics().clone();
    let store = Store::new(&config.store, Some(handlers.clone()), metrics.clone());
    let kept = config.activity.is_on(store.is_configured(), server.bind.is_loopback());
    let activity = kept.then(|| Activity::start(config, &store, &metrics, Clock::system(), &handlers));
    let live = live.noted(activity.clone());
    let auth = auth.unwrap_or_else(|| Auth::new(&config.auth, live.outbound()));
    auth.start(&handlers);
    let Built { fulfillment, faults, notes, .. } = live.build()?;
    if !store.is_configured() {
        shares_nothing(&fulfillment)?;
    }
    for fault in faults {
        tracing::error!(target: "rejoinder::routes", "{fault}");
    }
    for note in notes {
        tracing::warn!(target: "rejoinder::routes", "{note}");
    }
    let shared = store
        .is_configured()
        .then(|| Shared::start(store.clone(), config.duplicates.clone(), metrics.clone(), handlers.clone()));
    let duplicates = Duplicates::new(config.duplicates.clone(), Some(handlers.clone()), shared);
    let door = Arc::new(Door {
        fulfillment: ArcSwap::from_pointee(fulfillment),
        auth,
        limits: Limits {
            sent: server.request_limit,
            expanded: server.expanded_limit,
            time: server.body_timeout,
        },
        shown: Shown::new(&config.log),
        metrics,
        access: Access::new(&config.access, store.clone()),
        store,
        activity,
        told: OnceLock::new(),
        delivery: OnceLock::new(),
        receiving: OnceLock::new(),
        redactor: Redactor::new(&config.activity, &config.auth, config.known_secrets.clone()),
        tracing: Tracing::new(&config.traces),
        handler_threads: handlers.metrics().num_workers(),
        background: Background::new(handlers.clone(), lifecycle.clone(), &server.turn),
        turn: server.turn.clone(),
        duplicates: Arc::new(duplicates),
        duplicate_scope: config.duplicates.scope,
        lifecycle,
        handlers,
        overload: Overload::new(&server.limits),
        header_limit: server.limits.header_limit,
        blocking_warning: server.limits.blocking_warning,
        flexible_path: config.flexible.path.clone(),
        messages_key: config.flexible.messages_key.as_str().into(),
        refused: Flood::default(),
        warned: AtomicBool::new(false),
    });
    let paths = server.webhook_paths.clone();
    let service = Service { door: Arc::clone(&door), paths };
    Ok((live.of(door), service))
}

/// Refuses routes in code that share their duplicates where there is no store; the settings have been
/// checked by themselves.
fn shares_nothing(fulfillment: &Fulfillment) -> Result<(), SetupError> {
    let routes = fulfillment.routes().into_iter().chain(fulfillment.fallback());
    let sharing = routes.filter(|route| route.times().duplicates == Some(DuplicateScope::Shared));
    let faults: Vec<_> =
        sharing.map(|route| SetupFault::SharedWithoutStore { tag: route.pattern().to_owned() }).collect();
    if faults.is_empty() { Ok(()) } else { Err(SetupError { faults }) }
}

/// Everything that `rejoinder serve` answers with these settings.
#[cfg(feature = "cli")]
pub(crate) fn everything(config: &Config) -> Result<Built, ServerError> {
    let router = if config.demo { demo::router() } else { Router::new() };
    Ok(Live::new(router, config, None, None).build()?)
}
