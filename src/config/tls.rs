//! `[server.tls]`: HTTPS without a proxy in front.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::layers;
use super::reader::Reader;
use crate::certificates;

/// `[server.tls]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub client_certificates: ClientCertificates,
    pub client_roots: PathBuf,
    pub reload_interval: Duration,
}

/// Whether a client is asked for a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientCertificates {
    /// It is not asked.
    #[default]
    Off,
    /// It is asked, and may have none.
    Optional,
    /// Without one there is no connection.
    Required,
}

impl Tls {
    /// Whether connections are encrypted here.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }

    /// Whether clients are asked for a certificate.
    #[must_use]
    pub fn asks_clients(&self) -> bool {
        self.is_on() && self.client_certificates != ClientCertificates::Off
    }

    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        let this = Self {
            certificate: reader.file("certificate"),
            key: reader.file("key"),
            client_certificates: reader.choice(
                "client_certificates",
                &["off", "optional", "required"],
                &[ClientCertificates::Off, ClientCertificates::Optional, ClientCertificates::Required],
            ),
            client_roots: reader.file("client_roots"),
            reload_interval: reader.duration("reload_interval", SECOND / 100..=86_400 * SECOND),
        };
        this.check(reader);
        this
    }

    /// Reads the files once, so that `check` tells what `serve` would stumble over.
    fn check(&self, reader: &Reader<'_, '_>) {
        let missing = |path: &Path| path.as_os_str().is_empty();
        match (missing(&self.certificate), missing(&self.key)) {
            (false, false) => {
                if let Err(error) = certificates::identity(&self.certificate, &self.key) {
                    let of_key = error.file() == self.key && self.key != self.certificate;
                    reader.refuse(if of_key { "key" } else { "certificate" }, error.to_string());
                }
            }
            (false, true) => reader.refuse("key", "expected the file of the certificate's private key, because `certificate` is set"),
            (true, false) => reader.refuse("certificate", "expected the file of the key's certificate, because `key` is set"),
            (true, true) if self.client_certificates != ClientCertificates::Off => reader.refuse(
                "client_certificates",
                "clients can be asked for a certificate only where connections are encrypted; set `certificate` and `key`, or \"off\"",
            ),
            (true, true) => {}
        }
        if !missing(&self.client_roots)
            && let Err(error) = certificates::roots(&self.client_roots)
        {
            reader.refuse("client_roots", error.to_string());
        }
    }
}

impl Reader<'_, '_> {
    /// The path of a file; a relative one stands beside the configuration file. Empty is none.
    pub(crate) fn file(&self, key: &'static str) -> PathBuf {
        let text = self.text(key);
        let config = layers::file(self.reading.sources);
        match config.as_deref().and_then(Path::parent) {
            Some(folder) if !text.is_empty() => folder.join(text),
            _ => text.into(),
        }
    }
}
