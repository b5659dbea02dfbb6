//! Calling out: the one HTTP client for everything that we call.
//!
//! An [`Outbound`] knows whom it may call; a [`Target`] is one thing that is called, with a timeout,
//! a circuit breaker and a number of calls at once of its own. It knows nothing of what the
//! messages mean, and never judges a status.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use rejoinder::outbound::{Method, Outbound, Request, TargetSettings};
//!
//! let outbound = Outbound::new(&rejoinder::config::Outbound::default());
//! let weather = outbound.target(&TargetSettings::new("Weather API"))?;
//! let request = Request::new(Method::GET, "https://weather.example/today".parse()?);
//! let response = weather.send(request.header("accept", b"application/json")?, None).await?;
//! assert_eq!(response.status, 200);
//! # Ok(())
//! # }
//! ```

mod address;
mod breaker;
mod budget;
mod cause;
mod circuits;
mod client;
pub(crate) mod credentials;
mod error;
pub(crate) mod google;
mod guard;
mod message;
pub(crate) mod metadata;
mod resolver;
pub(crate) mod retry;
mod secret_manager;
mod secrets;
mod seen;
mod single;
mod target;
mod timing;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use tokio::sync::Semaphore;

pub use address::Rule;
#[cfg(feature = "cli")]
pub(crate) use address::rule as address_rule;
pub(crate) use circuits::{CircuitChange, Circuits};
pub use error::{OutboundError, Phase};
pub use guard::Refusal;
pub use message::{Request, Response};
pub use reqwest::Method;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use secret_manager::SecretError;
#[cfg(any(test, feature = "testing"))]
pub(crate) use secret_manager::crc32c;
pub use secrets::{Secrets, SecretsError};
pub(crate) use seen::{Attempt, Seen};
pub use target::Target;
pub use timing::Timing;
pub use url::Url;

#[doc(hidden)]
pub use crate::chance::Chance;
#[doc(hidden)]
pub use crate::clock::Clock;
#[doc(hidden)]
pub use crate::telemetry::metrics::Metrics;

use crate::config;
use breaker::Breaker;
use client::Clients;
use guard::Guard;

/// The largest body of an answer, as the platform has it for webhooks.
pub const RESPONSE_LIMIT: usize = 65_536;

/// Whom we may call, and the connections to them. Clones share everything.
#[derive(Clone)]
pub struct Outbound {
    shared: Arc<Shared>,
}

struct Shared {
    settings: config::Outbound,
    guard: Arc<Guard>,
    clients: Clients,
    clock: Clock,
    chance: Chance,
    metrics: Metrics,
    circuits: Arc<Circuits>,
}

/// What is called, as its own settings have it.
#[derive(Debug, Clone)]
pub struct TargetSettings<'a> {
    /// Its name in logs and messages, such as a webhook's display name.
    pub name: &'a str,
    /// How long a call may take, all attempts together.
    pub timeout: Duration,
    /// Certificates (DER) that are trusted in place of the system's roots, unless there are none.
    pub allowed_ca_certs: &'a [Vec<u8>],
    /// The Service Directory service that it is reached through; `[outbound.service_directory]`
    /// says where that is.
    pub service: Option<&'a str>,
}

impl<'a> TargetSettings<'a> {
    /// The platform's defaults: 5 seconds, the system's roots, reached directly.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self { name, timeout: Duration::from_secs(5), allowed_ca_certs: &[], service: None }
    }
}

/// A target that cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboundSetupError {
    /// One of the certificates cannot be trusted.
    #[error("allowedCaCerts[{index}] cannot be used: {reason}")]
    Certificate {
        /// Which of them, from 0.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody said where the Service Directory service is.
    #[error(
        "nobody knows where the service {service} is; set [outbound.service_directory] \"{service}\" = \"HOST:PORT\""
    )]
    ServiceUnknown {
        /// The service's name.
        service: String,
    },
    /// The client itself cannot be built.
    #[error("the HTTP client cannot be set up: {reason}")]
    Client {
        /// What it said.
        reason: String,
    },
}

/// What tests put in place of the system's.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "a resolver has none")]
pub struct Parts {
    pub resolver: Arc<dyn Resolve>,
    pub clock: Clock,
    pub chance: Chance,
    pub metrics: Metrics,
    /// Whether [`Timing::connect`] is measured, which costs a little for each new connection.
    pub measured: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            resolver: Arc::new(resolver::System),
            clock: Clock::system(),
            chance: Chance::default(),
            metrics: Metrics::default(),
            measured: false,
        }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl Outbound {
    /// Calls out as the settings allow. Costs nothing: clients are built with their first target.
    #[must_use]
    pub fn new(settings: &config::Outbound) -> Self {
        Self::with_parts(settings, Parts::default())
    }

    #[doc(hidden)]
    #[must_use]
    pub fn with_parts(settings: &config::Outbound, parts: Parts) -> Self {
        let guard = Arc::new(Guard::new(settings));
        let clients = Clients::new(guard.clone(), parts.resolver, parts.measured);
        let Parts { clock, chance, metrics, .. } = parts;
        let settings = settings.clone();
        let circuits = Arc::default();
        Self { shared: Arc::new(Shared { settings, guard, clients, clock, chance, metrics, circuits }) }
    }

    /// Where it is told that a target is left alone, or answers again.
    pub(crate) fn circuits(&self) -> &Circuits {
        &self.shared.circuits
    }

    /// What its calls are counted in, which whoever has it can add to.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    pub(crate) fn settings(&self) -> &config::Outbound {
        &self.shared.settings
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// A target for the API at this address of the settings, which may be private or on this machine.
    pub(crate) fn api(
        &self,
        name: &str,
        endpoint: &Url,
        timeout: Duration,
    ) -> Result<Target, OutboundSetupError> {
        let mut settings = self.shared.settings.clone();
        let host = endpoint.host_str().map(|host| host.trim_matches(['[', ']']).to_owned());
        settings.allow_hosts = host.into_iter().collect();
        settings.dangerous_allow_http = endpoint.scheme() == "http";
        let (clock, metrics) = (self.shared.clock.clone(), self.shared.metrics.clone());
        let parts = Parts { clock, metrics, ..Parts::default() };
        let target = TargetSettings { timeout, ..TargetSettings::new(name) };
        Self::with_parts(&settings, parts).target(&target)
    }

    /// Sets a target up. The first one with the system's roots takes tens of milliseconds.
    ///
    /// # Errors
    ///
    /// If a certificate cannot be used, or nobody said where the service is.
    pub fn target(&self, target: &TargetSettings<'_>) -> Result<Target, OutboundSetupError> {
        let settings = &self.shared.settings;
        let endpoint = target.service.map(|service| {
            let found = settings.service_directory.iter().find(|(known, _)| known == service);
            found
                .map(|(_, endpoint)| endpoint)
                .ok_or_else(|| OutboundSetupError::ServiceUnknown { service: service.to_owned() })
        });
        let endpoint = endpoint.transpose()?;
        let client = self.shared.clients.get(settings, target.allowed_ca_certs, endpoint)?;
        let clock = self.shared.clock.clone();
        let calls = self.shared.metrics.webhook(target.name);
        let (open_for, circuits) = (settings.breaker_open, Arc::clone(&self.shared.circuits));
        let breaker =
            Breaker::new(target.name, settings.breaker_failures, open_for, clock, calls.breaker(), circuits);
        Ok(Target {
            name: target.name.to_owned(),
            timeout: target.timeout,
            response_limit: RESPONSE_LIMIT,
            client,
            pinned: endpoint.is_some(),
            breaker,
            calls,
            slots: Semaphore::new(settings.max_concurrent),
            attempts: settings.max_attempts,
            http: false,
            cuts: false,
            shared: self.shared.clone(),
        })
    }

    /// A target for calls of any address whose attempts, pauses and places somebody else counts: it
    /// makes one attempt, has no breaker, and keeps so much of an answer. Plain HTTP may be called: who
    /// asks has judged what is sent.
    pub(crate) fn bare(
        &self,
        name: &str,
        timeout: Duration,
        keeps: usize,
    ) -> Result<Target, OutboundSetupError> {
        let target = self.target(&TargetSettings { timeout, ..TargetSettings::new(name) })?;
        let (clock, told) = (self.shared.clock.clone(), Arc::default());
        Ok(Target {
            response_limit: keeps,
            breaker: Breaker::new(name, 0, Duration::ZERO, clock, told, Arc::default()),
            slots: Semaphore::new(Semaphore::MAX_PERMITS),
            attempts: 1,
            http: true,
            cuts: true,
            ..target
        })
    }

    /// Chance, as tests seed it.
    pub(crate) fn chance(&self) -> &Chance {
        &self.shared.chance
    }
}
