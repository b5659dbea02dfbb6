//! Certificates as people paste them: PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::console::form::Faults;

pub(super) fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    // Base64 is ASCII.
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// Certificates in PEM, or one in base64 a line.
pub(super) fn certificates(text: &str, faults: &mut Faults) -> Vec<Bytes> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if text.contains("-----BEGIN") {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        return match found {
            Ok(found) if !found.is_empty() => found.iter().map(|der| Bytes::copy_from_slice(der)).collect(),
            Ok(_) => {
                faults
                    .add("ca_certs", "Expected certificates, which begin with -----BEGIN CERTIFICATE-----.");
                Vec::new()
            }
            Err(_) => {
                let message = "This PEM is damaged: expected -----BEGIN CERTIFICATE-----, base64 and -----END CERTIFICATE----- for each.";
                faults.add("ca_certs", message);
                Vec::new()
            }
        };
    }
    let mut all = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match STANDARD.decode(line) {
            Ok(der) => all.push(der.into()),
            Err(_) => {
                faults.add("ca_certs", "Expected certificates in PEM, or one in base64 (DER) a line.");
                return Vec::new();
            }
        }
    }
    all
}

pub(super) fn short(text: &str) -> String {
    format!("{:?}", crate::excerpt::excerpt(text, 60))
}
