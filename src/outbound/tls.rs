//! Certificates: what a target's own list of them means, and what a refused one is told.
//!
//! A list replaces the system's roots. A server's certificate that stands in the list itself is
//! trusted as it is, also when it says that it is an authority, as self-signed ones mostly do.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::OutboundSetupError;

/// The configuration that trusts these certificates (DER) and no others.
pub(super) fn trusting(certificates: &[Vec<u8>]) -> Result<ClientConfig, OutboundSetupError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for (index, certificate) in certificates.iter().enumerate() {
        let added = roots.add(CertificateDer::from(certificate.as_slice()));
        added.map_err(|error| OutboundSetupError::Certificate { index, reason: explain(&error) })?;
    }
    let setup = |reason: String| OutboundSetupError::Client { reason };
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| setup(error.to_string()))?;
    let allowed = certificates.iter().cloned().map(CertificateDer::from).collect();
    let verifier = Listed { allowed, inner, provider: provider.clone() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Trusts what the list issued, and what stands in it.
#[derive(Debug)]
struct Listed {
    allowed: Vec<CertificateDer<'static>>,
    inner: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Listed {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if !self.allowed.contains(end_entity) {
            return self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        }
        check_validity(end_entity, now)?;
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn check_validity(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let parsed = x509_parser::parse_x509_certificate(certificate);
    let (_, parsed) = parsed.map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < parsed.validity().not_before.timestamp() {
        return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
    }
    if now > parsed.validity().not_after.timestamp() {
        return Err(Error::InvalidCertificate(CertificateError::Expired));
    }
    Ok(())
}

/// What went wrong, and what helps where that is known.
pub(super) fn explain(error: &Error) -> String {
    let Error::InvalidCertificate(cause) = error else {
        return error.to_string();
    };
    match cause {
        CertificateError::UnknownIssuer => {
            "the server's certificate was issued by nobody known; if that is meant, \
            put the issuer's certificate into the webhook's allowedCaCerts"
                .to_owned()
        }
        CertificateError::BadSignature => {
            "the server's certificate was signed with another key of its issuer than \
            the webhook's allowedCaCerts have; renew them there"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired; renew it".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; compare the clocks".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } if presented.is_empty() => format!(
            "the server's certificate needs a subject alternative name for {}; its common name does not count",
            expected.to_str()
        ),
        CertificateError::NotValidForNameContext { expected, presented } => {
            format!("the server's certificate is not for {}, but for {}", expected.to_str(), names(presented))
        }
        CertificateError::NotValidForName => "the server's certificate is for another name".to_owned(),
        CertificateError::BadEncoding => "this is no X.509 certificate of version 3".to_owned(),
        CertificateError::Other(cause) if cause.to_string().contains("CaUsedAsEndEntity") => {
            "the server presents the certificate of an authority as its own; put that certificate \
             into the webhook's allowedCaCerts to trust it as it is"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

/// The names of a certificate, which come as `DnsName("a.example")`.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| match name.strip_prefix("DnsName(\"") {
        Some(rest) => rest.trim_end_matches("\")").to_owned(),
        None => name.clone(),
    };
    let names: Vec<String> = presented.iter().map(bare).collect();
    crate::excerpt::excerpt(&names.join(", "), 300).into_owned()
}
