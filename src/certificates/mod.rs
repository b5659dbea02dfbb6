//! Certificate files: what they hold, what is wrong with them, and what a certificate says of itself.
//!
//! The settings check the files here, the server serves them, the caller check trusts them, and
//! `rejoinder doctor` describes them. Nothing here opens a connection or knows the time.

mod error;
mod facts;
mod identity;
mod pattern;
mod pem;

pub use error::CertificateFileError;
pub(crate) use facts::{Facts, date};
pub(crate) use identity::{chain, identity, roots};
pub use pattern::{NamePattern, PatternError, SubjectPattern};

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// A certificate that ends within so many days is due to be renewed.
pub(crate) const SOON_DAYS: i64 = 14;

/// The cryptography of every connection. Named each time: what another crate sets as the process's
/// default is not ours to rely on.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
