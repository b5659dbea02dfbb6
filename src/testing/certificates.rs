//! Certificates for tests: an authority, and what it issues to servers and clients.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd,
};

/// An authority of its own that issues certificates, good and bad, for tests of HTTPS and `mtls`.
///
/// ```
/// use rejoinder::testing::Certificates;
///
/// let folder = tempfile::tempdir()?;
/// let authority = Certificates::new();
/// let roots = authority.write(folder.path().join("roots.pem"))?;
/// let server = authority.server(&["localhost", "127.0.0.1"]).issue().write(folder.path(), "server")?;
/// let client = authority.client("Google LLC").name("hooks.dialogflow.com").issue();
/// assert!(client.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// let settings = format!(
///     "[server.tls]\ncertificate = {:?}\nkey = {:?}\nclient_certificates = \"required\"\nclient_roots = {roots:?}\n",
///     server.certificate, server.key,
/// );
/// # assert!(settings.contains("roots.pem"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Certificates {
    authority: CertifiedIssuer<'static, KeyPair>,
    /// The certificates between this authority and its root, its own first; a root has none.
    between: Vec<(Vec<u8>, String)>,
}

impl Default for Certificates {
    fn default() -> Self {
        Self::new()
    }
}

impl Certificates {
    /// A new authority, which nobody trusts yet.
    #[must_use]
    pub fn new() -> Self {
        let key = made("a key", KeyPair::generate());
        let authority = made("an authority", CertifiedIssuer::self_signed(authority(), key));
        Self { authority, between: Vec::new() }
    }

    /// An authority that this one has issued a certificate to. What it issues brings that along.
    #[must_use]
    pub fn intermediate(&self) -> Self {
        let key = made("a key", KeyPair::generate());
        let below = made("an authority", CertifiedIssuer::signed_by(authority(), key, &self.authority));
        let own = (below.der().to_vec(), below.pem());
        let between = std::iter::once(own).chain(self.between.iter().cloned()).collect();
        Self { authority: below, between }
    }

    /// The authority's certificate in DER.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        self.authority.der().to_vec()
    }

    /// The authority's certificate in PEM: what `client_roots` and `roots` take.
    #[must_use]
    pub fn pem(&self) -> String {
        self.authority.pem()
    }

    /// Writes the authority's certificate in PEM to a file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, file: impl Into<PathBuf>) -> io::Result<PathBuf> {
        let file = file.into();
        std::fs::write(&file, self.pem())?;
        Ok(file)
    }

    /// A server's certificate for these names and addresses.
    pub fn server(&self, names: &[&str]) -> Order<'_> {
        let common_name = names.first().map_or("server", |name| name);
        self.order(common_name, names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client's certificate with this common name.
    pub fn client(&self, common_name: &str) -> Order<'_> {
        self.order(common_name, &[], ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn order(&self, common_name: &str, names: &[&str], usage: ExtendedKeyUsagePurpose) -> Order<'_> {
        let mut parameters = parameters(names);
        parameters.distinguished_name.push(DnType::CommonName, common_name);
        parameters.extended_key_usages = vec![usage];
        Order { authority: self, parameters, is_rsa: false }
    }
}

/// A certificate that is to be issued.
#[derive(Debug)]
#[must_use = "nothing is made until it is issued"]
pub struct Order<'a> {
    authority: &'a Certificates,
    parameters: CertificateParams,
    is_rsa: bool,
}

impl Order<'_> {
    /// With this organisation in its subject.
    pub fn organization(mut self, name: &str) -> Self {
        self.parameters.distinguished_name.push(DnType::OrganizationName, name);
        self
    }

    /// With another subject alternative name: a host's name or an address.
    pub fn name(mut self, name: &str) -> Self {
        let names = parameters(&[name]).subject_alt_names;
        self.parameters.subject_alt_names.extend(names);
        self
    }

    /// With an RSA key of 2048 bits in place of an EC one on P-256.
    pub fn rsa(mut self) -> Self {
        self.is_rsa = true;
        self
    }

    /// Valid in the year 2000 alone.
    pub fn expired(self) -> Self {
        self.valid((2000, 1, 1), (2001, 1, 1))
    }

    /// Valid from one day (year, month, day) until another.
    pub fn valid(mut self, from: (i32, u8, u8), until: (i32, u8, u8)) -> Self {
        self.parameters.not_before = date_time_ymd(from.0, from.1, from.2);
        self.parameters.not_after = date_time_ymd(until.0, until.1, until.2);
        self
    }

    /// Makes a key, and the certificate for it.
    #[must_use]
    pub fn issue(self) -> Identity {
        let key = match self.is_rsa {
            true => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
            false => KeyPair::generate(),
        };
        let key = made("a key", key);
        let certificate = made("a certificate", self.parameters.signed_by(&key, &self.authority.authority));
        Identity {
            chain: std::iter::once(certificate.der().to_vec())
                .chain(self.authority.between.iter().map(|(der, _)| der.clone()))
                .collect(),
            certificate_pem: std::iter::once(certificate.pem())
                .chain(self.authority.between.iter().map(|(_, pem)| pem.clone()))
                .collect(),
            key: key.serialize_der(),
            key_pem: key.serialize_pem(),
        }
    }
}

/// A certificate and its key, with the certificates of its issuers below the root.
#[derive(Clone)]
pub struct Identity {
    chain: Vec<Vec<u8>>,
    certificate_pem: String,
    key: Vec<u8>,
    key_pem: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("certificate_pem", &self.certificate_pem).finish_non_exhaustive()
    }
}

/// Where an [`Identity`] was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentityFiles {
    /// The certificate in PEM.
    pub certificate: PathBuf,
    /// The key in PEM (PKCS#8).
    pub key: PathBuf,
}

impl Identity {
    /// The certificates in DER, its own first.
    #[must_use]
    pub fn chain_der(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The certificates in PEM, its own first.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The key in DER (PKCS#8).
    #[must_use]
    pub fn key_der(&self) -> &[u8] {
        &self.key
    }

    /// The key in PEM (PKCS#8).
    #[must_use]
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// Writes `NAME.pem` and `NAME.key` into a folder, over what is there.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> io::Result<IdentityFiles> {
        let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        std::fs::write(&certificate, &self.certificate_pem)?;
        std::fs::write(&key, &self.key_pem)?;
        Ok(IdentityFiles { certificate, key })
    }
}

fn authority() -> CertificateParams {
    // No two have one name: a verifier finds an issuer by it.
    static AUTHORITIES: AtomicUsize = AtomicUsize::new(1);
    let number = AUTHORITIES.fetch_add(1, Ordering::Relaxed);
    let mut parameters = parameters(&[]);
    parameters.distinguished_name.push(DnType::CommonName, format!("Test Authority {number}"));
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = made("the names", CertificateParams::new(names));
    parameters.distinguished_name = DistinguishedName::new();
    parameters
}

fn made<T>(what: &str, made: Result<T, rcgen::Error>) -> T {
    match made {
        Ok(made) => made,
        Err(error) => panic!("{what} for a test cannot be made: {error}"),
    }
}
