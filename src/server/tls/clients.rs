//! Whose client certificates let a connection come about.
//!
//! Names are no matter here: the check `mtls` looks at them, call by call.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

use crate::certificates::{self, CertificateFileError, Facts};
use crate::config::ClientCertificates;

/// The authorities of all files, and whether a client may come without a certificate.
#[derive(Debug)]
pub(super) struct Clients {
    mandatory: bool,
    trusted: ArcSwap<Trusted>,
    /// The second of the last refusal in the log: a flood of them is one line a second.
    told: AtomicU64,
}

#[derive(Debug)]
struct Trusted {
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Clients {
    pub(super) fn new(wanted: ClientCertificates, files: &[PathBuf]) -> Result<Self, CertificateFileError> {
        let mandatory = wanted == ClientCertificates::Required;
        let trusted = ArcSwap::from_pointee(trusted(files)?);
        Ok(Self { mandatory, trusted, told: AtomicU64::new(0) })
    }

    pub(super) fn reload(&self, files: &[PathBuf]) -> Result<(), CertificateFileError> {
        self.trusted.store(Arc::new(trusted(files)?));
        Ok(())
    }

    /// A client learns little of why its certificate was refused; the operator should.
    fn tell(&self, certificate: &CertificateDer<'_>, error: &Error, now: UnixTime) {
        if self.told.swap(now.as_secs(), Ordering::Relaxed) == now.as_secs() {
            return;
        }
        let (subject, issuer) = match Facts::of(certificate) {
            Ok(facts) => (facts.subject, facts.issuer),
            Err(fault) => (fault, String::new()),
        };
        tracing::warn!(
            target: "rejoinder::tls", subject, issuer,
            "a connection was refused for its client certificate: {error}"
        );
    }
}

fn trusted(files: &[PathBuf]) -> Result<Trusted, CertificateFileError> {
    let mut all = RootCertStore::empty();
    for file in files {
        all.roots.extend(certificates::roots(file)?.roots);
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(all), certificates::provider());
    let verifier = verifier.build().map_err(|error| CertificateFileError::Damaged {
        file: files.first().cloned().unwrap_or_default(),
        what: "the list of authorities".to_owned(),
        cause: error.to_string(),
    })?;
    Ok(Trusted { verifier })
}

impl ClientCertVerifier for Clients {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    /// None: a client sends what it has. The list could not change with the files either.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verifier = Arc::clone(&self.trusted.load().verifier);
        let verified = verifier.verify_client_cert(end_entity, intermediates, now);
        verified.inspect_err(|error| self.tell(end_entity, error, now))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trusted.load().verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trusted.load().verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trusted.load().verifier.supported_verify_schemes()
    }
}
