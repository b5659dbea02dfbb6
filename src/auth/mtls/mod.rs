//! A client certificate of the right authority and name.
//!
//! The handshake has proven that the client has the certificate's key. Everything else is judged
//! here, at every call: authorities, validity and names are those of now, however long the
//! connection has been open.
//!
//! Dialogflow's certificate proves that Dialogflow calls, for whichever agent. To know that it is
//! yours, combine this check with another one.

mod peer;
mod roots;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error};

use super::{Caller, Presented};
use crate::certificates::{CertificateFileError, Facts, NamePattern, SubjectPattern};
use crate::clock::Clock;
use crate::config::checks;

pub use peer::PeerCertificate;
use roots::Roots;

/// Accepts a client whose certificate these authorities issued for one of these names.
#[derive(Debug, Clone)]
pub struct Mtls {
    roots: Arc<Roots>,
    subjects: Vec<SubjectPattern>,
    names: Vec<NamePattern>,
    clock: Clock,
}

impl Mtls {
    /// Takes a PEM file of authorities, and the names of which the certificate must have one: a
    /// subject, or a subject alternative name. Without any, nobody is accepted.
    ///
    /// # Errors
    ///
    /// If the file cannot be used.
    pub fn new(
        roots: impl Into<PathBuf>,
        subjects: Vec<SubjectPattern>,
        names: Vec<NamePattern>,
    ) -> Result<Self, CertificateFileError> {
        let roots = Arc::new(Roots::new(roots.into()));
        roots.reload()?;
        Ok(Self { roots, subjects, names, clock: Clock::system() })
    }

    #[cfg(test)]
    fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Reads the authorities again. If that fails, those of before are trusted on.
    ///
    /// # Errors
    ///
    /// If the file cannot be used.
    pub fn reload(&self) -> Result<(), CertificateFileError> {
        self.roots.reload()
    }

    /// The file of authorities.
    #[must_use]
    pub fn roots_file(&self) -> &Path {
        self.roots.file()
    }

    pub(super) fn verify(&self, presented: &Presented<'_>) -> Result<Caller, String> {
        let peer = presented.peer_certificate.ok_or("mtls: the client presented no certificate")?;
        let facts = peer.facts.as_ref().as_ref();
        let facts =
            facts.map_err(|fault| format!("mtls: the client's certificate cannot be read: {fault}"))?;
        let refused = |reason: String| format!("mtls: the client's certificate ({}) {reason}", facts.subject);
        let verifier = self.roots.verifier().ok_or_else(|| {
            refused(format!("cannot be judged: {} could not be read yet", self.roots.file().display()))
        })?;
        let now = self.clock.unix_seconds();
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.unsigned_abs()));
        if let [leaf, intermediates @ ..] = &*peer.chain {
            let verified = verifier.0.verify_client_cert(leaf, intermediates, time);
            verified.map_err(|error| refused(self.explain(&error, facts, now)))?;
        }
        let named = self.subjects.iter().any(|pattern| pattern.matches(facts))
            || facts.names.iter().any(|name| self.names.iter().any(|pattern| pattern.matches(name)));
        if !named {
            let found = crate::excerpt::excerpt(&facts.name_texts().join(", "), 300).into_owned();
            return Err(refused(format!(
                "has none of the expected names: expected {}, found the alternative names {found:?}",
                self.expected()
            )));
        }
        Ok(Caller::Certificate { subject: facts.subject.clone(), names: facts.name_texts() })
    }

    fn explain(&self, error: &Error, facts: &Facts, now: i64) -> String {
        if let Some(fault) = facts.untimely(now) {
            return format!("is out of its time: {fault}");
        }
        let file = self.roots.file().display();
        match error {
            Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                format!("was issued by ({}), which leads to no authority in {file}", facts.issuer)
            }
            Error::InvalidCertificate(CertificateError::BadSignature) => {
                format!("was signed with another key than its issuer has in {file}")
            }
            Error::InvalidCertificate(
                CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
            ) => "is not for clients: its extended key usage lacks clientAuth".to_owned(),
            other => format!("is not valid: {other}"),
        }
    }

    fn expected(&self) -> String {
        let subjects = self.subjects.iter().map(ToString::to_string);
        let all: Vec<_> = subjects.chain(self.names.iter().map(ToString::to_string)).collect();
        all.join(" or ")
    }
}

impl From<&checks::Mtls> for Mtls {
    /// The settings were checked when they were read; a file that has broken since lets nobody in
    /// until it is mended.
    fn from(settings: &checks::Mtls) -> Self {
        let roots = Arc::new(Roots::new(settings.roots.clone()));
        if let Err(error) = roots.reload() {
            tracing::error!("mtls: nobody is accepted until this is mended: {error}");
        }
        let (subjects, names) = (settings.subjects.clone(), settings.sans.clone());
        Self { roots, subjects, names, clock: Clock::system() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::header::HeaderMap;

    use super::*;
    use crate::testing::{Certificates, Identity};

    fn judge(check: &Mtls, identity: Option<&Identity>) -> Result<Caller, String> {
        let peer = identity.and_then(|identity| PeerCertificate::from_der(identity.chain_der().to_vec()));
        let headers = HeaderMap::new();
        let presented = Presented { headers: &headers, peer_certificate: peer.as_ref(), path: "/webhook" };
        check.verify(&presented)
    }

    fn refused(check: &Mtls, identity: Option<&Identity>, expected: &str) {
        let reason = judge(check, identity).expect_err(expected);
        assert!(reason.contains(expected), "{reason}");
    }

    fn check(authority: &Certificates, folder: &tempfile::TempDir) -> Mtls {
        let roots = authority.write(folder.path().join("roots.pem")).expect("written");
        let subjects = vec!["CN=Google LLC".parse().expect("a pattern")];
        Mtls::new(roots, subjects, vec!["*.dialogflow.com".parse().expect("a pattern")]).expect("roots")
    }

    #[test]
    fn a_certificate_of_the_authority_and_of_an_expected_name_is_accepted() {
        let (authority, folder) = (Certificates::new(), tempfile::tempdir().expect("a folder"));
        let check = check(&authority, &folder);
        let names = vec!["hooks.dialogflow.com".to_owned()];
        for (identity, expected) in [
            (authority.client("Google LLC").issue(), Vec::new()),
            (authority.client("Google LLC").rsa().issue(), Vec::new()),
            (authority.intermediate().intermediate().client("Google LLC").issue(), Vec::new()),
            (authority.client("other").name("hooks.dialogflow.com").issue(), names),
        ] {
            match judge(&check, Some(&identity)) {
                Ok(Caller::Certificate { names, .. }) => assert_eq!(names, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_other_certificate_is_refused_with_its_reason() {
        let (authority, folder) = (Certificates::new(), tempfile::tempdir().expect("a folder"));
        let check = check(&authority, &folder);
        refused(&check, None, "presented no certificate");
        let stranger = Certificates::new().client("Google LLC").issue();
        refused(&check, Some(&stranger), "leads to no authority in");
        let expired = authority.client("Google LLC").expired().issue();
        refused(&check, Some(&expired), "(CN=Google LLC) is out of its time: it expired at 2001-01-01");
        let early = authority.client("Google LLC").valid((2090, 1, 1), (2091, 1, 1)).issue();
        refused(&check, Some(&early), "it is not valid before 2090-01-01");
        let other = authority.client("Someone").name("dialogflow.com.evil.example").issue();
        refused(
            &check,
            Some(&other),
            "(CN=Someone) has none of the expected names: expected CN=Google LLC or *.dialogflow.com, found the \
             alternative names \"dialogflow.com.evil.example\"",
        );
        let server = authority.server(&["hooks.dialogflow.com"]).issue();
        refused(&check, Some(&server), "extended key usage lacks clientAuth");
    }

    #[test]
    fn an_open_connection_is_judged_by_the_time_and_the_authorities_of_now() {
        let (authority, folder) = (Certificates::new(), tempfile::tempdir().expect("a folder"));
        let clock = Clock::manual();
        let check = check(&authority, &folder).with_clock(clock.clone());
        let identity = authority.client("Google LLC").valid((2000, 1, 1), (2100, 1, 1)).issue();
        judge(&check, Some(&identity)).expect("accepted");
        let roots = check.roots_file().to_owned();
        std::fs::write(&roots, "no certificate").expect("written");
        check.reload().expect_err("faulty");
        judge(&check, Some(&identity)).expect("the old authorities are trusted on");
        Certificates::new().write(&roots).expect("written");
        check.reload().expect("roots");
        refused(&check, Some(&identity), "leads to no authority");
        authority.write(&roots).expect("written");
        check.reload().expect("roots");
        judge(&check, Some(&identity)).expect("accepted");
        clock.advance(Duration::from_secs(100 * 366 * 86_400));
        refused(&check, Some(&identity), "it expired at 2100-01-01");
    }

    #[test]
    fn without_a_readable_file_nobody_is_accepted() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = checks::Mtls {
            subjects: vec!["CN=*".parse().expect("a pattern")],
            sans: Vec::new(),
            roots: folder.path().join("none.pem"),
            is_dialogflow: false,
        };
        let identity = Certificates::new().client("a").issue();
        refused(&Mtls::from(&settings), Some(&identity), "could not be read yet");
    }
}
