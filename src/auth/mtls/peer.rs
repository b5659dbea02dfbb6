//! The certificates of a connection's client.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;

use crate::certificates::Facts;

/// What a client presented when the connection was made; cloning it is cheap.
#[derive(Clone)]
pub struct PeerCertificate {
    pub(super) chain: Arc<[CertificateDer<'static>]>,
    /// Read once a connection, judged at every call.
    pub(super) facts: Arc<Result<Facts, String>>,
}

impl PeerCertificate {
    /// Takes the certificates in DER, the client's own first; `None` if there are none.
    pub fn from_der(chain: impl IntoIterator<Item = Vec<u8>>) -> Option<Self> {
        let chain: Arc<[_]> = chain.into_iter().map(CertificateDer::from).collect();
        let facts = Arc::new(Facts::of(chain.first()?));
        Some(Self { chain, facts })
    }

    /// The client's own certificate in DER.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        self.chain.first().map_or(&[], |leaf| leaf.as_ref())
    }
}

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.facts.as_ref().as_ref().map(|facts| &facts.subject);
        f.debug_struct("PeerCertificate").field("subject", &subject).finish_non_exhaustive()
    }
}
