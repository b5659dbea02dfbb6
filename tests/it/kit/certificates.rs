//! Certificates for upstreams, good and bad, made when a test needs them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A server's certificate with its key, and the one to trust for it.
#[derive(Debug)]
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    /// What goes into `allowedCaCerts` (DER).
    pub(crate) trusted: Vec<Vec<u8>>,
}

impl Identity {
    /// For this name, issued by an authority.
    pub(crate) fn issued(name: &str) -> Self {
        Self::by_authority(&parameters(&[name]))
    }

    /// Issued by an authority, valid until 2001.
    pub(crate) fn expired(name: &str) -> Self {
        let mut parameters = parameters(&[name]);
        parameters.not_before = date_time_ymd(2000, 1, 1);
        parameters.not_after = date_time_ymd(2001, 1, 1);
        Self::by_authority(&parameters)
    }

    /// Issued by an authority, with the name as its common name alone.
    pub(crate) fn common_name_only(name: &str) -> Self {
        let mut parameters = parameters(&[]);
        parameters.distinguished_name.push(DnType::CommonName, name);
        Self::by_authority(&parameters)
    }

    /// Signed by itself, as `openssl req -x509` does it: it says that it is an authority.
    pub(crate) fn self_signed(name: &str) -> Self {
        let mut parameters = parameters(&[name]);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::alone(&parameters)
    }

    /// The same, valid until 2001.
    pub(crate) fn self_signed_expired(name: &str) -> Self {
        let mut parameters = parameters(&[name]);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.not_before = date_time_ymd(2000, 1, 1);
        parameters.not_after = date_time_ymd(2001, 1, 1);
        Self::alone(&parameters)
    }

    /// The same, with the name as its common name alone.
    pub(crate) fn self_signed_common_name_only(name: &str) -> Self {
        let mut parameters = parameters(&[]);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::alone(&parameters)
    }

    fn alone(parameters: &CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.self_signed(&key).expect("a certificate");
        let trusted = vec![certificate.der().to_vec()];
        Self { chain: vec![certificate.der().clone()], key, trusted }
    }

    fn by_authority(server: &CertificateParams) -> Self {
        let mut authority = parameters(&[]);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // No two have one name: a verifier finds an issuer by it.
        static AUTHORITIES: AtomicUsize = AtomicUsize::new(1);
        let name = format!("Authority {}", AUTHORITIES.fetch_add(1, Ordering::Relaxed));
        authority.distinguished_name.push(DnType::CommonName, name);
        let issuer = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(authority, issuer).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let certificate = server.signed_by(&key, &issuer).expect("a certificate");
        Self { chain: vec![certificate.der().clone()], key, trusted: vec![issuer.der().to_vec()] }
    }

    pub(super) fn server(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)
            .expect("a certificate");
        Arc::new(config)
    }
}

fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names.clone()).expect("names");
    parameters.distinguished_name = DistinguishedName::new();
    if let Some(name) = names.first() {
        parameters.distinguished_name.push(DnType::OrganizationName, name.as_str());
    }
    parameters
}
