//! What the agent is told when an exchange fails; the cause is for the log.

use crate::config::{ClientErrors, Flexible};
use crate::error::{Error, ErrorKind};
use crate::flexible::{RenderError, ResponseError};
use crate::outbound::OutboundError;
use crate::outbound::credentials::CredentialsError;

/// How failures of exchanges are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failures {
    unavailable: ErrorKind,
    invalid: ErrorKind,
    client_errors: ClientErrors,
}

impl From<&Flexible> for Failures {
    fn from(settings: &Flexible) -> Self {
        Self {
            unavailable: ErrorKind::of_status(settings.unavailable_status).unwrap_or(ErrorKind::Unavailable),
            invalid: ErrorKind::of_status(settings.invalid_status).unwrap_or(ErrorKind::Internal),
            client_errors: settings.semantics.client_errors,
        }
    }
}

impl Failures {
    /// The webhook is switched off.
    pub(super) fn disabled(self, webhook: &str) -> Error {
        Error::new(self.unavailable, format!("The webhook {webhook:?} is disabled."))
            .with_code("webhook_disabled")
    }

    /// The call's parameters do not make a request.
    pub(super) fn render(self, webhook: &str, error: &RenderError) -> Error {
        let code = error.code();
        Error::bad_request(format!(
            "The parameters of this call do not make a request for the webhook {webhook:?}: {error}."
        ))
        .with_code(code)
    }

    /// What proves who calls could not be had.
    pub(super) fn credentials(self, webhook: &str, error: CredentialsError) -> Error {
        Error::new(
            self.unavailable,
            format!("The credentials for the webhook {webhook:?} cannot be had now."),
        )
        .with_code("credentials_unavailable")
        .with_cause(error)
    }

    /// The request got no answer.
    pub(super) fn outbound(self, webhook: &str, error: OutboundError) -> Error {
        let kind = if error.is_unavailable() { self.unavailable } else { self.invalid };
        let code = error.code();
        Error::new(kind, format!("The upstream of the webhook {webhook:?} gave no answer that can be used."))
            .with_code(code)
            .with_cause(error)
    }

    /// The call's own time ended before the webhook's.
    pub(super) fn deadline(self, webhook: &str, error: OutboundError) -> Error {
        Error::timed_out(format!("The upstream of the webhook {webhook:?} did not answer in time."))
            .with_code("deadline_exceeded")
            .with_cause(error)
    }

    /// The answer gives no parameters.
    pub(super) fn response(self, webhook: &str, error: ResponseError) -> Error {
        let kind = match error {
            ResponseError::Status { status: 500.. | 429 } => self.unavailable,
            ResponseError::Status { status: status @ (400 | 401 | 403 | 404) }
                if self.client_errors == ClientErrors::Same =>
            {
                ErrorKind::of_status(status).unwrap_or(self.invalid)
            }
            _ => self.invalid,
        };
        let message = match error {
            ResponseError::Status { status } => {
                format!("The upstream of the webhook {webhook:?} answered {status}.")
            }
            _ => format!("The answer for the webhook {webhook:?} cannot be used."),
        };
        let code = error.code();
        Error::new(kind, message).with_code(code).with_cause(error)
    }
}
