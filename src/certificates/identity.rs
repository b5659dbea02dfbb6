//! What files become: a chain with its key, and roots to trust.

use std::path::Path;

use rustls::pki_types::pem::SectionKind;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, RootCertStore};

use super::pem::Sections;
use super::{CertificateFileError, Facts, provider};

const CHAIN: &str = "the server's certificate and those of its issuers, in PEM";
const KEY: &str = "its private key in PEM (PKCS#8, PKCS#1 or SEC1)";
const ROOTS: &str = "certificates of authorities in PEM";
const CONVERT_CERTIFICATE: &str = "Convert it with `openssl x509 -inform DER -in FILE -out certificate.pem`";
const CONVERT_KEY: &str = "Convert it with `openssl pkey -inform DER -in FILE -out key.pem`";

/// The certificates of a PEM file, in their order.
pub(crate) fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateFileError> {
    certificates(file, CHAIN)
}

fn certificates(
    file: &Path,
    expected: &'static str,
) -> Result<Vec<CertificateDer<'static>>, CertificateFileError> {
    let sections = Sections::read(file, expected)?;
    if !sections.has_certificate() {
        return Err(CertificateFileError::Other {
            file: file.to_owned(),
            found: sections.describe(),
            expected,
            fix: sections.fix(sections.has_key(), CONVERT_CERTIFICATE),
        });
    }
    let certificates = sections.list.into_iter().filter(|(kind, _)| *kind == SectionKind::Certificate);
    let certificates: Vec<_> = certificates.map(|(_, der)| CertificateDer::from(der)).collect();
    for (index, certificate) in certificates.iter().enumerate() {
        Facts::of(certificate).map_err(|cause| damaged(file, index, cause))?;
    }
    Ok(certificates)
}

fn damaged(file: &Path, index: usize, cause: String) -> CertificateFileError {
    let what = format!("certificate {}", index + 1);
    CertificateFileError::Damaged { file: file.to_owned(), what, cause }
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, CertificateFileError> {
    let sections = Sections::read(file, KEY)?;
    if sections.is_encrypted() {
        return Err(CertificateFileError::Encrypted { file: file.to_owned() });
    }
    let (found, fix) = (sections.describe(), sections.fix(sections.has_certificate(), CONVERT_KEY));
    let keys = sections.list.into_iter().find_map(|(kind, der)| match kind {
        SectionKind::PrivateKey => Some(PrivateKeyDer::Pkcs8(der.into())),
        SectionKind::RsaPrivateKey => Some(PrivateKeyDer::Pkcs1(der.into())),
        SectionKind::EcPrivateKey => Some(PrivateKeyDer::Sec1(der.into())),
        _ => None,
    });
    keys.ok_or_else(|| CertificateFileError::Other { file: file.to_owned(), found, expected: KEY, fix })
}

/// A chain with its key, which belong together.
pub(crate) fn identity(
    certificate_file: &Path,
    key_file: &Path,
) -> Result<CertifiedKey, CertificateFileError> {
    let chain = chain(certificate_file)?;
    let signer = provider()
        .key_provider
        .load_private_key(key(key_file)?)
        .map_err(|error| CertificateFileError::Key { file: key_file.to_owned(), cause: error.to_string() })?;
    let subject =
        chain.first().and_then(|leaf| Facts::of(leaf).ok()).map_or_else(String::new, |facts| facts.subject);
    let identity = CertifiedKey::new(chain, signer);
    match identity.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(identity),
        Err(Error::InconsistentKeys(_)) => Err(CertificateFileError::Mismatch {
            certificate: certificate_file.to_owned(),
            key: key_file.to_owned(),
            subject,
        }),
        Err(error) => Err(damaged(certificate_file, 0, error.to_string())),
    }
}

/// The authorities of a PEM file.
pub(crate) fn roots(file: &Path) -> Result<RootCertStore, CertificateFileError> {
    let mut roots = RootCertStore::empty();
    for (index, certificate) in certificates(file, ROOTS)?.into_iter().enumerate() {
        roots.add(certificate).map_err(|error| damaged(file, index, error.to_string()))?;
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    #[test]
    fn every_mistake_names_the_file_what_was_found_and_what_helps() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            path
        };
        let pair = || {
            let key = KeyPair::generate().expect("a key");
            let parameters = CertificateParams::new(vec!["a.example".to_owned()]).expect("parameters");
            (parameters.self_signed(&key).expect("a certificate"), key)
        };
        let (certificate, key) = pair();
        let good = file("good.pem", certificate.pem().as_bytes());
        let good_key = file("good.key", key.serialize_pem().as_bytes());
        identity(&good, &good_key).expect("a pair");
        let other = file("other.key", pair().1.serialize_pem().as_bytes());
        let empty = file("empty", b"\n");
        let der = file("der", certificate.der());
        let cut = file("cut", &certificate.pem().as_bytes()[..200]);
        let text = file("text", b"hello");
        let encrypted = file(
            "locked",
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        );
        let old = file(
            "old",
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        );
        let nonsense = file("nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        let none = folder.path().join("none");
        for (certificate, key, expected) in [
            (&none, &good_key, "none cannot be read: No such file"),
            (&good, &none, "none cannot be read: No such file"),
            (&good, &other, "other.key is not that of the first certificate in"),
            (
                &good_key,
                &good,
                "good.key holds PRIVATE KEY; expected the server's certificate and those of its issuers, in PEM. Certificate and key seem to be swapped",
            ),
            (&good, &good, "good.pem holds CERTIFICATE; expected its private key"),
            (&good, &encrypted, "locked holds an encrypted private key"),
            (&good, &old, "old holds an encrypted private key"),
            (&empty, &good_key, "empty holds nothing; expected"),
            (&text, &good_key, "text holds no PEM section"),
            (
                &der,
                &good_key,
                "der holds binary DER; expected the server's certificate and those of its issuers, in PEM. Convert it",
            ),
            (&cut, &good_key, "cut: section 1 (CERTIFICATE) cannot be read"),
            (&nonsense, &good_key, "nonsense: certificate 1 cannot be read"),
        ] {
            let error = identity(certificate, key).map(|_| ()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(roots(&good).expect("roots").len(), 1);
        assert!(
            roots(&good_key)
                .expect_err("no roots")
                .to_string()
                .contains("expected certificates of authorities")
        );
    }
}
