//! Why there is no server.

use std::net::SocketAddr;

use crate::certificates::CertificateFileError;
use crate::config;

/// Why the server does not start or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Others could reach a door that checks nobody.
    #[error(
        "refusing to listen on {address}: others can reach it, and no caller check is configured. Configure \
         [auth] any_of, or bind to 127.0.0.1, or set server.dangerous_allow_unauthenticated = true"
    )]
    OpenToTheWorld {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be used.
    #[error("cannot listen on {bind} (server.bind): {cause}")]
    Bind {
        /// The address as configured.
        bind: config::Bind,
        /// Why not.
        cause: std::io::Error,
    },
    /// The operators' address cannot be used.
    #[error("cannot listen on {bind} (server.admin_bind): {cause}")]
    AdminBind {
        /// The address as configured.
        bind: config::Bind,
        /// Why not.
        cause: std::io::Error,
    },
    /// The router has faults.
    #[error(transparent)]
    Setup(#[from] crate::SetupError),
    /// The settings have faults.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// Secrets of the settings cannot be read.
    #[error(transparent)]
    Secrets(#[from] crate::outbound::SecretsError),
    /// A file of `[server.tls]` cannot be used.
    #[error("HTTPS cannot be served: {0}")]
    Tls(#[from] CertificateFileError),
    /// The store cannot be used, and will not be until somebody mends it.
    #[error("the store cannot be used: {0}")]
    Store(Box<dyn std::error::Error + Send + Sync>),
    /// The system refused something.
    #[error("the server failed: {0}")]
    Io(#[from] std::io::Error),
}
