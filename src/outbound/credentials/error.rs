//! Why credentials could not be presented: the method, what was found, the fix. Never a value.

use std::time::Duration;

use super::super::google::GoogleError;
use super::super::{OutboundError, SecretError};

/// Credentials that could not be presented.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialsError {
    #[error("{method}: {cause}")]
    Secret { method: &'static str, cause: SecretError },
    #[error("{method}: {cause}")]
    Google { method: &'static str, cause: GoogleError },
    #[error("{method}: the token endpoint gave no answer that can be used: {cause}")]
    Exchange { method: &'static str, cause: OutboundError },
    #[error("{method}: {endpoint} answered {status}{}; {fix}", told(.error))]
    Refused { method: &'static str, endpoint: String, status: u16, error: Option<String>, fix: &'static str },
    #[error("{method}: the answer of {endpoint} holds no token: {reason}")]
    NoToken { method: &'static str, endpoint: String, reason: &'static str },
    #[error("{method}: {what} has characters that no header can hold; store it anew, without line breaks")]
    NotAHeader { method: &'static str, what: String },
    #[error("secretVersionForUsernamePassword: the secret has no colon; store username:password in it")]
    NoPair,
    #[error(
        "{method}: nothing was had within {}, the webhook's timeout; look whether what gives it answers, or give the webhook more time",
        humantime::format_duration(*.after)
    )]
    Late { method: &'static str, after: Duration },
}

fn told(error: &Option<String>) -> String {
    error.as_ref().map_or_else(String::new, |error| format!(" with the error {error:?}"))
}

impl CredentialsError {
    pub(super) fn secret(method: &'static str, cause: SecretError) -> Self {
        Self::Secret { method, cause }
    }

    pub(super) fn late(method: &'static str, after: Duration) -> Self {
        Self::Late { method, after }
    }
}
