//! The clients below: one for each way to trust and to find a server, shared by all targets.
//!
//! Each has a pool of its own, so sharing them is what keeps connections open from call to call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use reqwest::dns::Resolve;
use sha2::{Digest as _, Sha256};

use super::OutboundSetupError;
use super::guard::Guard;
use super::resolver::{Guarded, Pinned};
use super::timing::Measure;
use super::tls;
use crate::config::{self, Endpoint};

/// What tells one client from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    /// The digest of the certificates that are trusted in place of the system's.
    certificates: Option<[u8; 32]>,
    endpoint: Option<Endpoint>,
}

/// A client in use; it goes when its last target goes.
#[derive(Debug)]
pub(super) struct Client(pub(super) reqwest::Client);

/// All clients in use.
pub(super) struct Clients {
    guard: Arc<Guard>,
    resolver: Arc<dyn Resolve>,
    measured: bool,
    built: Mutex<HashMap<Kind, Weak<Client>>>,
}

impl Clients {
    pub(super) fn new(guard: Arc<Guard>, resolver: Arc<dyn Resolve>, measured: bool) -> Self {
        Self { guard, resolver, measured, built: Mutex::default() }
    }

    /// The client for these certificates and this endpoint, built if there is none yet.
    pub(super) fn get(
        &self,
        settings: &config::Outbound,
        certificates: &[Vec<u8>],
        endpoint: Option<&Endpoint>,
    ) -> Result<Arc<Client>, OutboundSetupError> {
        let kind = Kind {
            certificates: (!certificates.is_empty()).then(|| digest(certificates)),
            endpoint: endpoint.cloned(),
        };
        // Held while building: the system's roots take tens of milliseconds to read, once is enough.
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = built.get(&kind).and_then(Weak::upgrade) {
            return Ok(client);
        }
        let client = Arc::new(Client(self.build(settings, certificates, endpoint)?));
        built.retain(|_, known| known.strong_count() > 0);
        built.insert(kind, Arc::downgrade(&client));
        Ok(client)
    }

    fn build(
        &self,
        settings: &config::Outbound,
        certificates: &[Vec<u8>],
        endpoint: Option<&Endpoint>,
    ) -> Result<reqwest::Client, OutboundSetupError> {
        let resolver: Arc<dyn Resolve> = match endpoint {
            Some(endpoint) => Arc::new(Pinned(endpoint.clone())),
            None => Arc::new(Guarded { guard: self.guard.clone(), inner: self.resolver.clone() }),
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("Rejoinder/", env!("CARGO_PKG_VERSION")))
            // A proxy of the environment would look names up behind the guard's back.
            .no_proxy()
            .dns_resolver(resolver)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Attempts are counted here, so nobody below may add some.
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(settings.pool_idle);
        if !certificates.is_empty() {
            builder = builder.tls_backend_preconfigured(tls::trusting(certificates)?);
        }
        if self.measured {
            builder = builder.connector_layer(Measure);
        }
        builder.build().map_err(|error| {
            let cause =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            OutboundSetupError::Client { reason: cause }
        })
    }
}

fn digest(certificates: &[Vec<u8>]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for certificate in certificates {
        digest.update(certificate.len().to_be_bytes());
        digest.update(certificate);
    }
    digest.finalize().into()
}
