//! The certificates that are trusted in place of the public ones.

use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{Findings, at};
use crate::protocol::inspect::Finding;
use crate::protocol::webhook::{GenericWebService, Service, Webhook};

impl Findings {
    pub(super) fn certificates(&mut self, generic: &GenericWebService, place: &str) {
        for (index, bytes) in generic.allowed_ca_certs.iter().enumerate() {
            let place = format!("{}[{index}]", at(place, "allowedCaCerts"));
            let message = match X509Certificate::from_der(bytes) {
                Ok(([], _)) => continue,
                Ok((rest, _)) => format!("{} bytes follow the certificate; give each one an entry of its own", rest.len()),
                Err(_) if bytes.trim_ascii_start().starts_with(b"-----BEGIN") => {
                    "this is PEM; DER is expected. The lines between BEGIN and END, joined, are the DER in base64: use them as they are".to_owned()
                }
                Err(_) if bytes.starts_with(b"MII") => {
                    "this is base64 inside base64; encode the DER once".to_owned()
                }
                Err(_) => "this is no X.509 certificate; expected one in DER, base64 in JSON".to_owned(),
            };
            self.add("certificate", place, message);
        }
    }
}

/// The trusted certificates that are not valid at this time, in seconds since 1970.
///
/// Apart from [`webhook`](super::webhook), which knows no time. What is no certificate is passed over.
#[must_use]
pub fn certificates_at(webhook: &Webhook, unix_time: i64) -> Vec<Finding> {
    let place = match &webhook.service {
        Some(Service::ServiceDirectory(_)) => "serviceDirectory.genericWebService.allowedCaCerts",
        Some(Service::GenericWebService(_)) | None => "genericWebService.allowedCaCerts",
    };
    let mut findings = Vec::new();
    for (index, bytes) in
        webhook.generic_web_service().iter().flat_map(|generic| &generic.allowed_ca_certs).enumerate()
    {
        let Ok((_, certificate)) = X509Certificate::from_der(bytes) else { continue };
        let validity = certificate.validity();
        let (code, message) = if unix_time > validity.not_after.timestamp() {
            let end = validity.not_after;
            (
                "certificate_expired",
                format!("expired at {end}: no connection that relies on it succeeds. Renew it"),
            )
        } else if unix_time < validity.not_before.timestamp() {
            (
                "certificate_not_yet_valid",
                format!(
                    "valid from {} on; until then no connection that relies on it succeeds",
                    validity.not_before
                ),
            )
        } else {
            continue;
        };
        findings.push(Finding { code, place: format!("{place}[{index}]"), message });
    }
    findings
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::tests::{found_in, owned};
    use super::*;

    /// A certificate of the years 2020 and 2021.
    fn certificate() -> rcgen::Certificate {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2022, 1, 1);
        parameters.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("a certificate")
    }

    #[test]
    fn what_is_no_certificate_is_found() {
        let certificate = certificate();
        let der = certificate.der().to_vec();
        let twice = STANDARD.encode(&der).into_bytes();
        for (bytes, expected) in [
            (der.clone(), None),
            ([&*der, &*der].concat(), Some("bytes follow")),
            (certificate.pem().into_bytes(), Some("this is PEM")),
            (twice, Some("base64 inside base64")),
            (b"certificate".to_vec(), Some("no X.509 certificate")),
            (Vec::new(), Some("no X.509 certificate")),
        ] {
            let members = format!(r#""allowedCaCerts":["{}"]"#, STANDARD.encode(&bytes));
            let places: &[_] = if expected.is_some() { &[("certificate", "allowedCaCerts[0]")] } else { &[] };
            assert_eq!(found_in(&members), owned(places), "{expected:?}");
            let generic =
                GenericWebService { allowed_ca_certs: vec![bytes.into()], ..GenericWebService::default() };
            let mut findings = Findings { list: Vec::new(), partial: false };
            findings.certificates(&generic, "");
            let message = findings.list.first().map(|finding| &*finding.message);
            assert!(message.unwrap_or_default().contains(expected.unwrap_or_default()), "{message:?}");
        }
    }

    #[test]
    fn a_certificate_out_of_its_time_is_found() {
        let generic = GenericWebService {
            allowed_ca_certs: vec![certificate().der().to_vec().into(), "none".into()],
            ..GenericWebService::default()
        };
        let webhook = Webhook { service: Some(Service::GenericWebService(generic)), ..Webhook::default() };
        for (unix_time, expected) in [
            (1_577_836_799, Some("certificate_not_yet_valid")),
            (1_577_836_800, None),
            (1_640_995_200, None),
            (1_640_995_201, Some("certificate_expired")),
        ] {
            let found = certificates_at(&webhook, unix_time);
            assert_eq!(found.first().map(|finding| finding.code), expected, "{unix_time}");
            assert!(found.iter().all(|finding| finding.place == "genericWebService.allowedCaCerts[0]"));
        }
    }
}
