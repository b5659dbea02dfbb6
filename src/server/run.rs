//! The server: listens, answers, and stops in good order.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::{App, web};

use super::admin::Admin;
use super::api;
use super::closing::{CLOSING, LAST_TRACES, last_of_store, stop};
use super::connections::{self, Connections, Rules};
use super::console::Console;
use super::error::ServerError;
use super::live::{Live, Reloader};
use super::manage::{dialogflow, zendesk};
use super::pages::{self, Audience};
use super::receive;
use super::reload::Reloads;
use super::service::Service;
use super::telling::Telling;
use super::tls::{self, Tls};
#[cfg(feature = "cli")]
use crate::access::Access;
use crate::config;
use crate::outbound::Secrets;

impl config::Server {
    /// The addresses to listen on, unless others could reach there a door that is open.
    pub(crate) fn addresses(&self, open: bool) -> Result<Vec<SocketAddr>, ServerError> {
        let failed = |cause| ServerError::Bind { bind: self.bind.clone(), cause };
        let addresses = self.bind.addresses().map_err(failed)?;
        let reachable = addresses.iter().find(|address| !address.ip().is_loopback());
        match reachable {
            Some(&address) if open && !self.dangerous_allow_unauthenticated => {
                Err(ServerError::OpenToTheWorld { address })
            }
            _ => Ok(addresses),
        }
    }
}

/// Makes the admin token of a run, which replaces the one before.
#[cfg(feature = "cli")]
#[doc(hidden)]
#[derive(Debug)]
pub struct Keys(Access);

#[cfg(feature = "cli")]
impl Keys {
    #[doc(hidden)]
    #[must_use]
    pub fn make(&self) -> Option<String> {
        self.0.for_this_run().map(|token| token.expose())
    }
}

/// A server that has its address and is ready to [`run`](Self::run).
#[derive(Debug)]
pub struct Server {
    service: Service,
    live: Live,
    dialogflow: dialogflow::Api,
    settings: config::Server,
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    admin: Option<Admin>,
    tls: Option<Tls>,
    reloads: Reloads,
}

impl Server {
    pub(super) fn bind(live: Live, service: Service, settings: config::Server) -> Result<Self, ServerError> {
        let wanted = settings.addresses(service.door.auth.is_open())?;
        let failed = |cause| ServerError::Bind { bind: settings.bind.clone(), cause };
        let mut listeners: Vec<TcpListener> = Vec::new();
        let mut addresses: Vec<SocketAddr> = Vec::new();
        for mut address in wanted {
            // A name such as `localhost` may stand for two addresses, which share one port.
            if address.port() == 0
                && let Some(first) = addresses.first()
            {
                address.set_port(first.port());
            }
            match TcpListener::bind(address) {
                Ok(listener) => {
                    addresses.push(listener.local_addr().map_err(failed)?);
                    listeners.push(listener);
                }
                // No IPv6 on this machine, say; one address is enough.
                Err(error) if addresses.is_empty() => return Err(failed(error)),
                Err(_) => {}
            }
        }
        let admin = Admin::bind(settings.admin_bind.as_ref())?;
        let reloads = Reloads::default();
        let tls = tls::prepare(&settings.tls, &service.door, &reloads)?;
        let dialogflow = dialogflow::Api::new(&live, &service.door);
        Ok(Self { service, live, dialogflow, settings, listeners, addresses, admin, tls, reloads })
    }

    /// The addresses it listens on, ports chosen by the system included.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The address of `server.admin_bind`, if there is one.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|admin| admin.address)
    }

    /// `https`, or `http` where nothing is encrypted here.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// What can be taken anew while the server runs: certificates and client roots, and what you add.
    #[must_use]
    pub fn reloads(&self) -> Reloads {
        self.reloads.clone()
    }

    /// The door's paths.
    #[must_use]
    pub fn webhook_paths(&self) -> &[String] {
        &self.service.paths
    }

    /// Where it is managed, and by what scheme.
    #[cfg(feature = "cli")]
    pub(crate) fn managed_at(&self) -> Option<(&'static str, SocketAddr)> {
        if self.service.door.access.is_confined() {
            return Some(("http", self.admin_address()?));
        }
        Some((self.scheme(), *self.addresses.first()?))
    }

    /// An admin token for as long as this server runs, where there is no store that would keep one.
    #[cfg(feature = "cli")]
    pub(crate) fn token_for_this_run(&self) -> Option<String> {
        self.service.door.access.for_this_run().map(|token| token.expose())
    }

    /// What tests manage it with.
    #[cfg(feature = "cli")]
    #[doc(hidden)]
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys(self.service.door.access.clone())
    }

    /// What replaces the routes of the settings while the server runs.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        Reloader(self.live.clone())
    }

    /// The secrets that are kept elsewhere.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.live.secrets().clone()
    }

    /// Reads the secrets that the settings take from Secret Manager, and opens the store that they
    /// name; [`run`](Self::run) does it by itself if it was not done.
    ///
    /// A store that only cannot be reached now is logged and tried again when it is needed.
    ///
    /// # Errors
    ///
    /// All secrets that cannot be read, each with what helps; a store that somebody has to mend.
    pub async fn prepare(&self) -> Result<(), ServerError> {
        self.live.secrets().resolve().await?;
        self.service.door.store.prepare().await.map_err(|error| ServerError::Store(error.into()))
    }

    /// Answers until `shutdown` is done; then refuses new calls, finishes those in flight, and
    /// returns.
    ///
    /// # Errors
    ///
    /// If a secret cannot be read, or the system refuses the listener or a thread.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        self.prepare().await?;
        let Self { service, live, dialogflow, settings, listeners, admin, tls, .. } = self;
        let fresh = tokio::spawn(live.secrets().clone().keep_fresh());
        dialogflow.prepare().await;
        let following = dialogflow.follow();
        let telling = Telling::start(&live, &service.door).await?;
        let zendesk = zendesk::Api::new(&service.door, telling.services(&service.door));
        let receive = receive::Api::new(&service.door, &telling.receiving, &live.settings().receive);
        let services = telling.services(&service.door);
        let console = Console::new(&live, &service.door, dialogflow.resources(), services, tls.is_some());
        let admin = admin.map(|admin| admin.start(&service, &dialogflow, &zendesk, &console)).transpose()?;
        let lifecycle = service.door.lifecycle.clone();
        let history = service.door.metrics.clone().keep_history(live.outbound().clock().clone());
        let history = service.door.handlers.spawn(history);
        let tracing = service.door.tracing.clone();
        let watched = Arc::clone(&service.door);
        let connections = Connections::new(Rules {
            keep_alive: settings.keep_alive,
            client_timeout: settings.limits.client_timeout,
            most: connections::most(settings.limits.max_connections),
            most_streams: settings.limits.max_streams,
            handshakes: settings.limits.handshake_rate,
        });
        let _looking = connections.watch()?;
        let mut server = actix_server::Server::build()
            .shutdown_timeout(CLOSING.as_secs())
            .disable_signals()
            // Ours are closed, the idlest first; this would let new ones wait.
            .max_concurrent_connections(usize::MAX);
        for listener in listeners {
            let config = tls.as_ref().map(Tls::server_config).transpose();
            let config = config.map_err(std::io::Error::other)?;
            let (service, dialogflow) = (service.clone(), dialogflow.clone());
            let (zendesk, receive, console) = (zendesk.clone(), receive.clone(), console.clone());
            server = connections::listen(server, listener, config, &connections, move || {
                app(&service, &dialogflow, &zendesk, &receive, &console)
            })?;
        }
        let _watching = tls.map(|tls| tls::Watching::start(tls, Arc::clone(&watched)));
        let running = server.run();
        let handle = running.handle();
        let running = tokio::spawn(running);
        shutdown.await;
        let time = settings.shutdown_timeout;
        tokio::join!(
            stop(&lifecycle, &connections, &handle, time),
            telling.close(time.saturating_sub(CLOSING))
        );
        fresh.abort();
        history.abort();
        following.abort();
        // Boxed, as it is once a run and would be a part of this future all the time.
        let storing = Box::pin(last_of_store(&watched, &telling));
        tokio::join!(tracing.finish(LAST_TRACES), storing);
        if let Some(admin) = admin {
            admin.stop(false).await;
        }
        running.await.map_err(std::io::Error::other)??;
        Ok(())
    }
}

fn app(
    service: &Service,
    dialogflow: &dialogflow::Api,
    zendesk: &zendesk::Api,
    receive: &receive::Api,
    console: &Console,
) -> App<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .service(service.clone())
        .configure(|config| {
            pages::register(config, service, Audience::Local);
            if !service.door.access.is_confined() {
                pages::register_handlers(config, service, Audience::Local);
                api::register(config, &service.door, Audience::Local);
                dialogflow.register(config);
                zendesk.register(config);
                console.register(config);
            }
            receive.register(config);
        })
        .default_service(web::to(|| async { pages::nothing_here() }))
}
