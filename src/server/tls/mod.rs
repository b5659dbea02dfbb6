//! HTTPS: certificate and client roots, replaced while connections stay open.
//!
//! What a connection began with it keeps; the next handshake sees the new files. That is why a
//! client's certificate is judged again at every call, by the check `mtls`.

mod certificate;
mod clients;
mod files;
mod peer;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::NoServerSessionStorage;

use certificate::Served;
use clients::Clients;
pub(crate) use peer::client_certificate;
pub use peer::remember_client_certificates;
pub(crate) use watch::{Watching, prepare};

use crate::certificates::{self, CertificateFileError, Facts, date};
use crate::clock::Clock;
use crate::config;

/// What connections are encrypted with; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    settings: config::Tls,
    roots: Vec<PathBuf>,
    served: Arc<Served>,
    clients: Option<Arc<Clients>>,
}

impl Tls {
    /// Reads the files; `None` where the settings say plain HTTP. `roots` are those of the checks.
    pub(crate) fn open(
        settings: &config::Tls,
        mut roots: Vec<PathBuf>,
    ) -> Result<Option<Self>, CertificateFileError> {
        if !settings.is_on() {
            return Ok(None);
        }
        roots.push(settings.client_roots.clone());
        roots.retain(|file| !file.as_os_str().is_empty());
        roots.sort();
        roots.dedup();
        let identity = certificates::identity(&settings.certificate, &settings.key)?;
        let clients = match settings.asks_clients() {
            true => Some(Arc::new(Clients::new(settings.client_certificates, &roots)?)),
            false => None,
        };
        let served = Arc::new(Served::new(identity));
        let this = Self { settings: settings.clone(), roots, served, clients };
        this.tell();
        Ok(Some(this))
    }

    /// Takes all files anew, or none of them.
    pub(crate) fn reload(&self) -> Result<(), CertificateFileError> {
        let identity = certificates::identity(&self.settings.certificate, &self.settings.key)?;
        if let Some(clients) = &self.clients {
            clients.reload(&self.roots)?;
        }
        self.served.replace(identity);
        self.tell();
        Ok(())
    }

    /// The files, to be looked at for changes.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let own = [&self.settings.certificate, &self.settings.key];
        own.into_iter().chain(&self.roots).cloned().collect()
    }

    pub(crate) fn reload_interval(&self) -> std::time::Duration {
        self.settings.reload_interval
    }

    /// The protocol versions are TLS 1.2 and 1.3. actix adds `h2` and `http/1.1` to ALPN by itself.
    pub(crate) fn server_config(&self) -> Result<ServerConfig, rustls::Error> {
        let versions = &[&rustls::version::TLS13, &rustls::version::TLS12];
        let builder =
            ServerConfig::builder_with_provider(certificates::provider()).with_protocol_versions(versions)?;
        let Some(clients) = &self.clients else {
            return Ok(builder.with_no_client_auth().with_cert_resolver(self.served.clone()));
        };
        let mut config =
            builder.with_client_cert_verifier(clients.clone()).with_cert_resolver(self.served.clone());
        // A resumed session would bring along a certificate that nobody verified anew.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }

    /// Says what is served now.
    fn tell(&self) {
        let Some(facts) = self.served.leaf().and_then(|leaf| Facts::of(&leaf).ok()) else {
            return;
        };
        let file = self.settings.certificate.display();
        let now = Clock::system().unix_seconds();
        match facts.untimely(now) {
            Some(fault) => tracing::warn!(
                target: "rejoinder::tls",
                "the certificate in {file} ({}) cannot be used: {fault}. Agents refuse it until it is renewed",
                facts.subject
            ),
            None => tracing::info!(
                target: "rejoinder::tls", names = facts.name_texts().join(", "), expires = date(facts.not_after),
                "certificate of {file} in use"
            ),
        }
    }
}
