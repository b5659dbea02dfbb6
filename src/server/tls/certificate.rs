//! The server's own certificate.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Gives every handshake the certificate that is in force then.
#[derive(Debug)]
pub(super) struct Served(ArcSwap<CertifiedKey>);

impl Served {
    pub(super) fn new(identity: CertifiedKey) -> Self {
        Self(ArcSwap::from_pointee(identity))
    }

    pub(super) fn replace(&self, identity: CertifiedKey) {
        self.0.store(Arc::new(identity));
    }

    pub(super) fn leaf(&self) -> Option<CertificateDer<'static>> {
        self.0.load().cert.first().cloned()
    }
}

impl ResolvesServerCert for Served {
    /// Whatever name was asked for: a wrong one is for the client to find, and to tell.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}
