//! User and password out of one secret, which holds `username:password`.

use base64::Engine as _;
use reqwest::header::HeaderValue;

use super::{CredentialsError, sensitive};

pub(super) const METHOD: &str = "secretVersionForUsernamePassword";

/// The value of `Authorization` (RFC 7617).
pub(super) fn header(pair: &str) -> Result<HeaderValue, CredentialsError> {
    if !pair.contains(':') {
        return Err(CredentialsError::NoPair);
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    sensitive(format!("Basic {encoded}").as_bytes())
        .ok_or_else(|| CredentialsError::NotAHeader { method: METHOD, what: "the secret".to_owned() })
}
