//! What a certificate says of itself, as texts.

use sha2::{Digest as _, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::X509Name;

/// A certificate's names and times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The subject as text, such as `CN=Google LLC, O=Google LLC`.
    pub(crate) subject: String,
    /// Its attributes, such as `CN` and `Google LLC`.
    pub(crate) attributes: Vec<(String, String)>,
    /// The issuer as text.
    pub(crate) issuer: String,
    /// The subject alternative names of the kinds that are looked at.
    pub(crate) names: Vec<AlternativeName>,
    /// Seconds since 1970.
    pub(crate) not_before: i64,
    /// Seconds since 1970.
    pub(crate) not_after: i64,
    /// SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` writes it.
    pub(crate) fingerprint: String,
}

/// One subject alternative name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlternativeName {
    pub(crate) kind: NameKind,
    pub(crate) text: String,
}

/// What a name is of. A URI that looks like a host's name is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Dns,
    Email,
    Uri,
    Address,
}

impl Facts {
    /// Reads a certificate in DER; the error says what is wrong with it.
    pub(crate) fn of(der: &[u8]) -> Result<Self, String> {
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|_| "this is no X.509 certificate".to_owned())?;
        if !rest.is_empty() {
            return Err(format!("{} bytes follow the certificate", rest.len()));
        }
        let names = certificate
            .subject_alternative_name()
            .map_err(|_| "its subject alternative names are malformed".to_owned())?;
        let names =
            names.map_or_else(Vec::new, |names| names.value.general_names.iter().filter_map(name).collect());
        let attributes = attributes(certificate.subject());
        let text = |attributes: &[(String, String)]| {
            let parts: Vec<_> = attributes.iter().map(|(kind, value)| format!("{kind}={value}")).collect();
            crate::excerpt::excerpt(&parts.join(", "), 300).into_owned()
        };
        let fingerprint: Vec<_> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self {
            subject: text(&attributes),
            attributes,
            issuer: text(&self::attributes(certificate.issuer())),
            names,
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            fingerprint: fingerprint.join(":"),
        })
    }

    /// The subject alternative names as texts.
    pub(crate) fn name_texts(&self) -> Vec<String> {
        self.names.iter().map(|name| name.text.clone()).collect()
    }

    /// Whole days until it expires; negative afterwards.
    pub(crate) fn days_left(&self, now: i64) -> i64 {
        (self.not_after - now).div_euclid(86_400)
    }

    /// What is wrong with its time, if anything is.
    pub(crate) fn untimely(&self, now: i64) -> Option<String> {
        if now > self.not_after {
            return Some(format!("it expired at {}", date(self.not_after)));
        }
        (now < self.not_before).then(|| format!("it is not valid before {}", date(self.not_before)))
    }
}

/// A time as people and log filters read it.
pub(crate) fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| format!("{seconds} s since 1970"), |time| time.to_string())
}

fn attributes(name: &X509Name<'_>) -> Vec<(String, String)> {
    let registry = oid_registry();
    let attributes = name.iter_attributes().map(|attribute| {
        let kind = oid2abbrev(attribute.attr_type(), registry)
            .map_or_else(|_| attribute.attr_type().to_id_string(), str::to_owned);
        (kind, attribute.as_str().unwrap_or_default().to_owned())
    });
    // The most specific comes first, as in RFC 4514.
    let mut attributes: Vec<_> = attributes.collect();
    attributes.reverse();
    attributes
}

fn name(name: &GeneralName<'_>) -> Option<AlternativeName> {
    let (kind, text) = match name {
        GeneralName::DNSName(name) => (NameKind::Dns, (*name).to_owned()),
        GeneralName::RFC822Name(name) => (NameKind::Email, (*name).to_owned()),
        GeneralName::URI(name) => (NameKind::Uri, (*name).to_owned()),
        GeneralName::IPAddress(bytes) => (NameKind::Address, address(bytes)?),
        _ => return None,
    };
    Some(AlternativeName { kind, text })
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(bytes).to_string());
    }
    Some(std::net::Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_string())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn names_and_times_are_told() {
        let names = ["a.example", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        let mut parameters = CertificateParams::new(names.clone()).expect("parameters");
        parameters.distinguished_name = DistinguishedName::new();
        parameters.distinguished_name.push(DnType::OrganizationName, "Example");
        parameters.distinguished_name.push(DnType::CommonName, "A, B");
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2020, 1, 11);
        let certificate = parameters.self_signed(&KeyPair::generate().expect("a key")).expect("valid");
        let facts = Facts::of(certificate.der()).expect("a certificate");
        assert_eq!(facts.subject, "CN=A, B, O=Example");
        assert_eq!(facts.attributes[0], ("CN".to_owned(), "A, B".to_owned()));
        assert_eq!((facts.issuer == facts.subject, facts.name_texts()), (true, names));
        assert_eq!(facts.fingerprint.len(), 32 * 3 - 1);
        let day = |day: i64| 1_577_836_800 + (day - 1) * 86_400;
        assert_eq!(facts.days_left(day(1)), 10);
        assert_eq!(facts.days_left(day(12)), -1);
        assert_eq!(facts.untimely(day(5)), None);
        assert_eq!(facts.untimely(day(0)).as_deref(), Some("it is not valid before 2020-01-01T00:00:00Z"));
        assert_eq!(facts.untimely(day(12)).as_deref(), Some("it expired at 2020-01-11T00:00:00Z"));
        assert!(Facts::of(b"no").is_err());
    }
}
